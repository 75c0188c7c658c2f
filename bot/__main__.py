"""The command line (contracts: command line). Exit 0 on success, 2 on bad input with one clear line, 1 on an internal failure.

A command imports what it alone needs: laying out a plan or reading a stream must not wait for a database to be loaded.
"""

from __future__ import annotations

import asyncio
import io
import json
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from bot.core.person import Role
from bot.offline import COMMANDS, BadInput

if TYPE_CHECKING:
    from bot.adapters.story import Delivery
    from bot.app import Settings
    from bot.knowledge.story_file import Step


class StoryUnmet(click.ClickException):
    """A story whose expectation was not met: shown whole, with what was delivered instead."""


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def palier() -> None:
    """Palier: a companion that helps a person follow the baclofen plan their prescriber wrote."""


for _command in COMMANDS:
    palier.add_command(_command)


@palier.command()
def run() -> None:
    """Start every platform that has a token; with none, open the console in this process."""
    settings = _settings()
    if settings.telegram_token or settings.discord_token:
        _platforms(settings)
        return
    click.echo("No platform to serve: opening the console. Type words; /as NAME moderator sits a moderator down; Ctrl-D ends.", err=True)
    _console(settings, name="patient", role="patient", with_health=True)


def _platforms(settings: Settings) -> None:
    from bot import app, platforms

    _ready_database(settings)
    try:
        asyncio.run(platforms.run_platforms(settings))
    except (app.StorageUnavailable, app.KnowledgeError, *platforms.TOKEN_REFUSED) as error:
        raise click.ClickException(str(error)) from error


@palier.group()
def discord() -> None:
    """Discord."""


@discord.command("sync")
def discord_sync() -> None:
    """Register the commands with Discord: once, and after each change of them."""
    from bot import app, platforms

    try:
        count = asyncio.run(platforms.sync_discord(_settings()))
    except app.SettingsError as error:
        raise BadInput(str(error)) from error
    except platforms.TOKEN_REFUSED as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{count} commands registered")


@palier.command()
@click.option("--as", "name", default=None, help="Who is speaking (patient, or moderator with --role moderator, when not given).")
@click.option("--role", type=click.Choice(["patient", "moderator"]), default="patient", show_default=True)
def chat(name: str | None, role: str) -> None:
    """Talk to Palier in this terminal, or from a pipe with one message a line."""
    _console(_settings(), name=name or role, role=cast(Role, role), with_health=False)


def _console(settings: Settings, *, name: str, role: Role, with_health: bool) -> None:
    from bot import app

    _ready_database(settings)
    try:
        asyncio.run(app.run_console(settings, name=name, role=role, source=sys.stdin, out=sys.stdout, with_health=with_health))
    except KeyboardInterrupt:
        click.echo()
    except (app.StorageUnavailable, app.KnowledgeError) as error:
        raise click.ClickException(str(error)) from error


@palier.command()
@click.argument("story", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One delivery a line, as JSON.")
def simulate(story: Path, as_json: bool) -> None:
    """Play a story under a virtual clock on a throw-away database."""
    from bot import app
    from bot.adapters.story import Player, StoryFailed
    from bot.knowledge.story_file import read_story

    show, say = (_show_json, _say_nothing) if as_json else (_show_plain, _say_plain)
    base, minds = _settings(), app.load_minds()
    try:
        read = read_story(story.read_text(encoding="utf-8"), name=story.name)
        with tempfile.TemporaryDirectory(prefix="palier-") as folder:
            opener = partial(app.open_house, app.story_settings(base, read.settings, folder=folder), minds=minds)
            asyncio.run(Player(read, open_house=opener, show=show, say=say).play())
    except (app.KnowledgeError, app.SettingsError, UnicodeDecodeError) as error:
        raise BadInput(str(error)) from error
    except StoryFailed as failure:
        raise StoryUnmet(str(failure)) from failure


def _show_json(delivery: Delivery) -> None:
    click.echo(json.dumps(delivery.to_json(), ensure_ascii=False))


def _say_nothing(step: Step) -> None:
    """JSON prints what is delivered, and nothing else."""


def _say_plain(step: Step) -> None:
    if step.who:
        click.echo(f"\n{step.who} › {step.text or f'[{step.press}]'}" + (f"   (crash: {step.crash})" if step.crash else ""))
    if step.restart:
        click.echo("\n(the process starts again)")


def _show_plain(delivery: Delivery) -> None:
    message = delivery.message
    click.echo(f"\n── {delivery.at:%Y-%m-%d %H:%M} palier → {message.account.id} ({message.kind}) " + "─" * 10)
    click.echo(message.text)
    for file in message.files:
        click.echo(f"[{file.name}, {len(file.content)} bytes]")
    if message.choices:
        click.echo("  ".join(f"[{choice.text}]" for choice in message.choices))


@palier.group()
def db() -> None:
    """The database."""


@db.command("upgrade")
def db_upgrade() -> None:
    """Bring the database to this version's tables."""
    click.echo(f"database ready at revision {_ready_database(_settings())}")


@db.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def db_backup(file: Path) -> None:
    """A consistent copy, while running."""
    from bot import app

    try:
        app.backup_database(_settings(), file)
    except ValueError as error:
        raise BadInput(str(error)) from error
    except app.StorageUnavailable as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"copied to {file}")


@db.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def db_restore(file: Path) -> None:
    """Fill an empty database from a backup, of either engine."""
    from bot import app

    try:
        rows = app.restore_database(_settings(), file)
    except ValueError as error:
        raise BadInput(str(error)) from error
    except app.StorageUnavailable as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{rows} rows restored")


@db.command("rotate-keys")
def db_rotate_keys() -> None:
    """Put everything under the current key of the ring, a new one where the key file is ours; while running."""
    from bot import app

    try:
        changed = app.rotate_database_keys(_settings())
    except app.StorageUnavailable as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{changed} keys wrapped again. Back up the key file now, apart from the database.")


@db.command("prune")
def db_prune() -> None:
    """Delete what only served to say things once and is older than the settings keep it."""
    from bot import app

    try:
        gone = app.prune_database(_settings())
    except app.StorageUnavailable as error:
        raise click.ClickException(str(error)) from error
    click.echo("deleted: " + ", ".join(f"{count} {kind}" for kind, count in gone.items()))


@db.command("check")
def db_check() -> None:
    """Integrity; exit 1 and the list on any trouble."""
    from bot import app

    try:
        troubles = app.check_database(_settings())
    except app.StorageUnavailable as error:
        raise click.ClickException(str(error)) from error
    for trouble in troubles:
        click.echo(trouble, err=True)
    if troubles:
        sys.exit(1)
    click.echo("the database is sound")


def _ready_database(settings: Settings) -> str | None:
    """The embedded default needs nothing to be started, and no command to be run first either."""
    from bot import app

    try:
        return app.upgrade_database(settings)
    except app.StorageUnavailable as error:
        raise click.ClickException(str(error)) from error


def _settings() -> Settings:
    from bot import app

    try:
        return app.read_settings()
    except app.SettingsError as error:
        raise BadInput(str(error)) from error


def main(arguments: list[str] | None = None) -> None:
    """The entry point of `palier` and of `python -m bot`."""
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        palier(args=arguments, prog_name="palier", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as asked:
        click.echo(asked.format_message())
        sys.exit(2)
    except click.ClickException as error:
        # One clear line, whatever is wrong: other people's scripts read it.
        click.echo(f"palier: {' '.join(error.format_message().split())}" if not isinstance(error, StoryUnmet) else error.message, err=True)
        sys.exit(error.exit_code)
    except click.Abort:
        sys.exit(1)


if __name__ == "__main__":
    main()
