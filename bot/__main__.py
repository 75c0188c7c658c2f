"""The command line (contracts: command line). Exit 0 on success, 2 on bad input with one clear line, 1 on an internal failure."""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, cast
from zoneinfo import available_timezones

import click

from bot.adapters.story import Delivery, Player, StoryFailed
from bot.app import (
    Settings,
    SettingsError,
    StorageUnavailable,
    load_minds,
    open_house,
    read_settings,
    run_console,
    story_settings,
    upgrade_database,
)
from bot.core.person import Role
from bot.knowledge.check import check as check_knowledge
from bot.knowledge.files import KnowledgeError
from bot.knowledge.story_file import read_story
from bot.understanding.danger import Triage, screening_json
from bot.understanding.reader import Reader, meaning_json

LATER = {
    "split": "the illustrated split for targeted intake",
    "curve": "the model curve",
    "plan": "a named scheme laid out",
    "taper": "a prescribed decrease laid out",
}


class BadInput(click.ClickException):
    """What the person at the command line can mend: exit 2."""

    exit_code = 2


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def palier() -> None:
    """Palier: a companion that helps a person follow the baclofen plan their prescriber wrote."""


@palier.command()
def run() -> None:
    """Start every platform that has a token; with none, open the console in this process."""
    settings = _settings()
    waiting = [name for name, token in (("Telegram", settings.telegram_token), ("Discord", settings.discord_token)) if token]
    if waiting:
        click.echo(f"{' and '.join(waiting)}: a token is set, but this version does not serve that platform yet.", err=True)
    click.echo("No platform to serve: opening the console. Type words; /as NAME moderator sits a moderator down; Ctrl-D ends.", err=True)
    _console(settings, name="patient", role="patient", with_health=True)


@palier.command()
@click.option("--as", "name", default=None, help="Who is speaking (patient, or moderator with --role moderator, when not given).")
@click.option("--role", type=click.Choice(["patient", "moderator"]), default="patient", show_default=True)
def chat(name: str | None, role: str) -> None:
    """Talk to Palier in this terminal, or from a pipe with one message a line."""
    _console(_settings(), name=name or role, role=cast(Role, role), with_health=False)


def _console(settings: Settings, *, name: str, role: Role, with_health: bool) -> None:
    _ready_database(settings)
    source, out = click.get_text_stream("stdin"), click.get_text_stream("stdout")
    try:
        asyncio.run(run_console(settings, name=name, role=role, source=source, out=out, with_health=with_health))
    except KeyboardInterrupt:
        click.echo()
    except (StorageUnavailable, KnowledgeError) as error:
        raise click.ClickException(str(error)) from error


@palier.command()
@click.argument("story", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One delivery a line, as JSON.")
def simulate(story: Path, as_json: bool) -> None:
    """Play a story under a virtual clock on a throw-away database."""
    try:
        read = read_story(story.read_text(encoding="utf-8"), name=story.name)
        with tempfile.TemporaryDirectory(prefix="palier-") as folder:
            settings = story_settings(_settings(), read.settings, folder=folder)
            opener = partial(open_house, settings, minds=load_minds())
            asyncio.run(Player(read, open_house=opener, show=_show_json if as_json else _show_plain).play())
    except (KnowledgeError, SettingsError, UnicodeDecodeError) as error:
        raise BadInput(str(error)) from error
    except StoryFailed as failure:
        raise click.ClickException(str(failure)) from failure


def _show_json(delivery: Delivery) -> None:
    click.echo(json.dumps(delivery.to_json(), ensure_ascii=False))


def _show_plain(delivery: Delivery) -> None:
    message = delivery.message
    click.echo(f"\n── {delivery.at:%Y-%m-%d %H:%M} palier → {message.account.id} ({message.kind}) " + "─" * 10)
    click.echo(message.text)
    for file in message.files:
        click.echo(f"[{file.name}, {len(file.content)} bytes]")
    if message.choices:
        click.echo("  ".join(f"[{choice.text}]" for choice in message.choices))


@palier.command()
def triage() -> None:
    """JSONL in: {"text", "language"?}; JSONL out: the danger signs found."""
    screen = Triage.load().screen
    _stream(lambda line: screening_json(screen(_text(line), language=_optional(line, "language"))))


@palier.command()
def understand() -> None:
    """JSONL in: {"text", "now", "timezone"?, "language"?}; JSONL out: intent, confidence and slots."""
    reader = Reader.load()

    def answer(line: dict[str, Any]) -> Any:
        zone = _optional(line, "timezone") or "Europe/Paris"
        return meaning_json(reader.read(_text(line), now=_now(line), timezone=zone, language=_optional(line, "language")))

    _stream(answer)


def _stream(answer: Callable[[dict[str, Any]], Any]) -> None:
    """Line by line, in order; a bad line is answered by an error object and makes the exit code 2 at the end."""
    bad = False
    for number, raw in _lines():
        try:
            line = json.loads(raw)
            if not isinstance(line, dict):
                raise BadInput("expected an object")
            result = answer(line)
        except (ValueError, RecursionError, click.ClickException) as error:
            bad = True
            message = error.message if isinstance(error, click.ClickException) else f"not JSON: {error}"
            result = {"error": f"line {number}: {message}"}
        click.echo(json.dumps(result, ensure_ascii=False))
        sys.stdout.flush()
    if bad:
        sys.exit(2)


def _lines() -> Iterator[tuple[int, str]]:
    for number, raw in enumerate(click.get_binary_stream("stdin"), start=1):
        text = raw.decode("utf-8", errors="replace").strip()
        if text:
            yield number, text


def _text(line: dict[str, Any]) -> str:
    if not isinstance(line.get("text"), str):
        raise BadInput('the field "text" must be a string')
    return cast(str, line["text"])


def _optional(line: dict[str, Any], field: str) -> str | None:
    value = line.get(field)
    if value is not None and not isinstance(value, str):
        raise BadInput(f'the field "{field}" must be a string')
    if field == "language" and value not in (None, "fr", "en"):
        raise BadInput('the field "language" must be "fr" or "en"')
    if field == "timezone" and value is not None and value not in available_timezones():
        raise BadInput(f'the field "timezone" must be an IANA time zone, not {value!r}')
    return value


def _now(line: dict[str, Any]) -> datetime:
    try:
        now = datetime.fromisoformat(str(line.get("now")))
    except ValueError:
        raise BadInput('the field "now" must be a date and time such as 2026-01-01T08:00:00+01:00') from None
    if now.tzinfo is None:
        raise BadInput('the field "now" must carry its offset, such as +01:00')
    return now


@palier.group()
def knowledge() -> None:
    """What clinicians and translators edit."""


@knowledge.command("check")
def knowledge_check() -> None:
    """Validate every knowledge file; exit 1 and the list on any doubt."""
    report = check_knowledge()
    for language, counts in report.counts.items():
        click.echo(f"{language}: " + ", ".join(f"{count} {what}" for what, count in counts.items()))
    for doubt in report.doubts:
        click.echo(doubt, err=True)
    if report.doubts:
        sys.exit(1)
    click.echo("no doubt")


@palier.group()
def db() -> None:
    """The database."""


@db.command("upgrade")
def db_upgrade() -> None:
    """Bring the database to this version's tables."""
    click.echo(f"database ready at revision {_ready_database(_settings())}")


def _ready_database(settings: Settings) -> str | None:
    """The embedded default needs nothing to be started, and no command to be run first either."""
    try:
        return upgrade_database(settings)
    except StorageUnavailable as error:
        raise click.ClickException(str(error)) from error


def _settings() -> Settings:
    try:
        return read_settings()
    except SettingsError as error:
        raise BadInput(str(error)) from error


def main(arguments: list[str] | None = None) -> None:
    """The entry point of `palier` and of `python -m bot`."""
    palier(args=arguments, prog_name="palier")


if __name__ == "__main__":
    main()
