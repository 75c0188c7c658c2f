"""The command line (contracts: command line). Exit 0 on success, 2 on bad input with one clear line, 1 on an internal failure.

A command imports what it alone needs: laying out a plan or reading a stream must not wait for a database to be loaded.
"""

from __future__ import annotations

import asyncio
import io
import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from zoneinfo import available_timezones

import click

from bot.adapters.clock import WallClock
from bot.core.curve import PROFILES, ProfileName, curve
from bot.core.decision import Allowed
from bot.core.laid_out import curve_json, day_json, parse_doses, split_json
from bot.core.person import Role
from bot.core.split import best_split
from bot.core.taper import taper
from bot.core.titration import lay_out

if TYPE_CHECKING:
    from bot.adapters.story import Delivery
    from bot.app import Settings
    from bot.knowledge.story_file import Step

CLOCK = "%H:%M"
TOTAL = click.IntRange(min=1, max=300)


class BadInput(click.ClickException):
    """What the person at the command line can mend: exit 2."""

    exit_code = 2


class StoryUnmet(click.ClickException):
    """A story whose expectation was not met: shown whole, with what was delivered instead."""


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


@palier.command()
def triage() -> None:
    """JSONL in: {"text", "language"?}; JSONL out: the danger signs found."""
    from bot.understanding.danger import Triage, screening_json

    screen = Triage.load().screen
    _stream(lambda line: screening_json(screen(_text(line), language=_optional(line, "language"))))


@palier.command()
def understand() -> None:
    """JSONL in: {"text", "now", "timezone"?, "language"?}; JSONL out: intent, confidence and slots."""
    from bot.understanding.reader import Reader, meaning_json

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
        except (ValueError, OverflowError, RecursionError, click.ClickException) as error:
            bad = True
            message = error.message if isinstance(error, click.ClickException) else f"not JSON: {error}"
            result = {"error": f"line {number}: {message}"}
        click.echo(json.dumps(result, ensure_ascii=False))
        sys.stdout.flush()
    if bad:
        sys.exit(2)


def _lines() -> Iterator[tuple[int, str]]:
    for number, raw in enumerate(sys.stdin.buffer, start=1):
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


@palier.command("split")
@click.option("--total", "total_mg", type=TOTAL, required=True, metavar="MG")
@click.option("--craving", type=click.DateTime([CLOCK]), required=True, metavar="HH:MM")
@click.option("--unit", type=click.Choice(["5", "10"]), default="5", show_default=True, help="5: halves of a 10 mg tablet.")
@click.option("--wake", type=click.DateTime([CLOCK]), default="08:00", show_default=True, metavar="HH:MM")
@click.option("--max-single", "max_single_mg", type=click.IntRange(min=1), metavar="MG")
@click.option("--json", is_flag=True, expose_value=False, help="The only form: one object.")
def split_command(total_mg: int, craving: datetime, unit: str, wake: datetime, max_single_mg: int | None) -> None:
    """The illustrated split for targeted intake: something to show to a prescriber, never a prescription."""
    verdict = best_split(total_mg, craving=craving.time(), unit_mg=int(unit), wake=wake.time(), max_single_mg=max_single_mg)
    _echo(split_json(verdict))


@palier.command("curve")
@click.option("--doses", required=True, metavar="40@13:00,60@15:00")
@click.option("--profile", type=click.Choice(sorted(PROFILES)), default="fast", show_default=True)
@click.option("--steady", is_flag=True, help="The same day repeated until nothing changes.")
@click.option("--json", "as_json", is_flag=True)
@click.option("--png", type=click.Path(dir_okay=False), help="Not there yet.")
def curve_command(doses: str, profile: str, steady: bool, as_json: bool, png: str | None) -> None:
    """The model curve, by the minute, in mg-equivalents."""
    if png or not as_json:
        raise BadInput("drawing the curve is not there yet: ask for --json")
    try:
        _echo(curve_json(curve(parse_doses(doses), PROFILES[cast(ProfileName, profile)], steady=steady)))
    except ValueError as error:
        raise BadInput(f"--doses: {error}") from error


@palier.command("plan")
@click.option("--scheme", required=True, metavar="ID")
@click.option("--start", type=click.DateTime(["%Y-%m-%d"]), required=True)
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="One day only.")
@click.option("--days", type=click.IntRange(1, 3660), help="So many days from the start.")
@click.option("--bedtime", type=click.DateTime([CLOCK]), default="22:00", show_default=True, metavar="HH:MM")
@click.option("--json", is_flag=True, expose_value=False, help="The only form: one day a line.")
def plan_command(scheme: str, start: datetime, on: datetime | None, days: int | None, bedtime: datetime) -> None:
    """A named scheme laid out, day by day."""
    from bot.knowledge.schemes import schemes

    if scheme not in schemes():
        raise BadInput(f"--scheme: {scheme!r} is none of {', '.join(sorted(schemes()))}")
    plan = schemes()[scheme].plan(start=start.date(), bedtime=bedtime.time())
    until_last_step = sum(step.days or 0 for step in plan.steps) + 1
    if on is not None and on < start:
        raise BadInput("--on: before the first day there is no planned dose (plan-not-started)")
    since, count = (on.date(), 1) if on is not None else (plan.start, days or until_last_step)
    for day in lay_out(plan, since, count):
        _echo(day_json(day))


@palier.command("taper")
@click.option("--from", "from_mg", type=TOTAL, required=True, metavar="MG")
@click.option("--by", "by_mg", type=TOTAL, required=True, metavar="MG")
@click.option("--every", "every_days", type=click.IntRange(1, 366), required=True, metavar="DAYS")
@click.option("--start", type=click.DateTime(["%Y-%m-%d"]), default=None, help="Its first day; today when not given.")
@click.option("--json", is_flag=True, expose_value=False, help="The only form: one day a line.")
def taper_command(from_mg: int, by_mg: int, every_days: int, start: datetime | None) -> None:
    """A prescribed decrease laid out, to zero; a decrease that the sources do not describe is refused with its reasons."""
    first = start.date() if start else WallClock().now().date()
    verdict = taper(from_mg=from_mg, by_mg=by_mg, every_days=every_days, start=first)
    if not isinstance(verdict, Allowed):
        _echo({"refused": True, "reasons": list(verdict.rules)})
        return
    plan = verdict.value
    for day in lay_out(plan, plan.start, sum(step.days or 0 for step in plan.steps) + 1):
        _echo(day_json(day))


def _echo(value: dict[str, Any]) -> None:
    click.echo(json.dumps(value, ensure_ascii=False))


@palier.group()
def knowledge() -> None:
    """What clinicians and translators edit."""


@knowledge.command("check")
def knowledge_check() -> None:
    """Validate every knowledge file; exit 1 and the list on any doubt."""
    from bot.knowledge.check import check

    report = check()
    for language, counts in report.counts.items():
        click.echo(f"{language}: " + ", ".join(f"{count} {what}" for what, count in counts.items()))
    for doubt in report.doubts:
        click.echo(doubt, err=True)
    if report.doubts:
        sys.exit(1)
    click.echo("no doubt")


@knowledge.command("sources")
@click.argument("name", metavar="ID")
def knowledge_sources(name: str) -> None:
    """A rule, fact or finding with its sources, dates, reviewer and the conflicts it settles."""
    from bot.knowledge.provenance import UnknownIdError, sources

    try:
        click.echo(sources(name))
    except UnknownIdError as error:
        raise BadInput(str(error)) from error


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
