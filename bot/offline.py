"""The commands that need no database and no network: reading streams, laying out plans and curves, looking at the knowledge.

A command imports what it alone needs: laying out a plan must not wait for the knowledge of danger signs to be read.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, cast
from zoneinfo import available_timezones

import click

from bot.adapters.clock import WallClock
from bot.core.curve import PROFILES, ProfileName, curve
from bot.core.decision import Allowed
from bot.core.laid_out import curve_json, day_json, parse_doses, split_json
from bot.core.limits import CEILING_DAY_MG
from bot.core.split import best_split
from bot.core.taper import taper
from bot.core.titration import check_plan, lay_out
from bot.knowledge.files import LANGUAGES

CLOCK = "%H:%M"
TOTAL = click.IntRange(min=1, max=300)
DAY = click.DateTime(["%Y-%m-%d"])
YEARS = range(1970, 2200)
"""A plan starts in a lifetime: a mistyped year is refused before the calendar runs out of days."""


class BadInput(click.ClickException):
    """What the person at the command line can mend: exit 2."""

    exit_code = 2


def _of_our_time(context: click.Context, option: click.Parameter, day: datetime | None) -> datetime | None:
    """A day that a life can hold. Its year is all that is looked at."""
    del context
    if day is not None and day.year not in YEARS:
        raise BadInput(f"--{option.name}: the year {day.year} is not between {YEARS.start} and {YEARS.stop - 1}")
    return day


@click.command()
def triage() -> None:
    """JSONL in: {"text", "language"?}; JSONL out: the danger signs found."""
    from bot.understanding.danger import Triage, screening_json

    screen = Triage.load().screen
    _stream(lambda line: screening_json(screen(_text(line), language=_optional(line, "language"))))


@click.command()
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
    if field == "language" and value not in (None, *LANGUAGES):
        raise BadInput('the field "language" must be ' + " or ".join(f'"{code}"' for code in LANGUAGES))
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


@click.command("split")
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


@click.command("curve")
@click.option("--doses", required=True, metavar="40@13:00,60@15:00")
@click.option("--profile", type=click.Choice(sorted(PROFILES)), default="fast", show_default=True, help="Of the points; a picture has all.")
@click.option("--steady", is_flag=True, help="The same day repeated until nothing changes.")
@click.option("--json", "as_json", is_flag=True)
@click.option("--png", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Draw the band that holds every profile.")
@click.option("--language", type=click.Choice(LANGUAGES), default="en", show_default=True, help="Of the picture.")
def curve_command(*, doses: str, profile: str, steady: bool, as_json: bool, png: Path | None, language: str) -> None:
    """The model curve, by the minute, in mg-equivalents; or the band as a picture."""
    if png is None and not as_json:
        raise BadInput("ask for --json, for --png FILE, or for both")
    try:
        taken = parse_doses(doses)
    except ValueError as error:
        raise BadInput(f"--doses: {error}") from error
    if sum(mg for _, mg in taken) > CEILING_DAY_MG:
        raise BadInput(f"--doses: nothing above {CEILING_DAY_MG} mg a day is drawn (ceiling-300)")
    if png is not None:
        _draw(taken, png, steady=steady, language=language)
    if as_json:
        _echo(curve_json(curve(taken, PROFILES[cast(ProfileName, profile)], steady=steady)))


def _draw(taken: list[tuple[int, float]], file: Path, *, steady: bool, language: str) -> None:
    from bot.drawing.curve import draw_day
    from bot.pictures import model_picture

    try:
        file.write_bytes(draw_day(model_picture(taken, steady=steady, language=language)))
    except OSError as error:
        raise BadInput(f"--png: {file}: {error.strerror}") from error


@click.command("plan")
@click.option("--scheme", required=True, metavar="ID")
@click.option("--start", type=DAY, required=True, callback=_of_our_time)
@click.option("--on", type=DAY, callback=_of_our_time, help="One day only.")
@click.option("--days", type=click.IntRange(1, 3660), help="So many days from the start.")
@click.option("--bedtime", type=click.DateTime([CLOCK]), default="22:00", show_default=True, metavar="HH:MM")
@click.option("--json", is_flag=True, expose_value=False, help="The only form: one day a line.")
def plan_command(scheme: str, start: datetime, on: datetime | None, days: int | None, bedtime: datetime) -> None:
    """A named scheme laid out, day by day."""
    from bot.knowledge.schemes import schemes

    if scheme not in schemes():
        raise BadInput(f"--scheme: {scheme!r} is none of {', '.join(sorted(schemes()))}")
    if on is not None and days is not None:
        raise BadInput("--on and --days: ask for one of them")
    plan = schemes()[scheme].plan(start=start.date(), bedtime=bedtime.time())
    if not isinstance(check_plan(plan), Allowed):
        raise BadInput(f"--bedtime: at {bedtime:{CLOCK}} two doses of this scheme would fall on one hour (plan-unclear)")
    until_last_step = sum(step.days or 0 for step in plan.steps) + 1
    if on is not None and on < start:
        raise BadInput("--on: before the first day there is no planned dose (plan-not-started)")
    since, count = (on.date(), 1) if on is not None else (plan.start, days or until_last_step)
    for day in lay_out(plan, since, count):
        _echo(day_json(day))


@click.command("taper")
@click.option("--from", "from_mg", type=TOTAL, required=True, metavar="MG")
@click.option("--by", "by_mg", type=TOTAL, required=True, metavar="MG")
@click.option("--every", "every_days", type=click.IntRange(1, 366), required=True, metavar="DAYS")
@click.option("--start", type=DAY, default=None, callback=_of_our_time, help="Its first day; today when not given.")
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
        _echo(day_json(day, verdict.rules))


def _echo(value: dict[str, Any]) -> None:
    click.echo(json.dumps(value, ensure_ascii=False))


@click.group()
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


COMMANDS: tuple[click.Command, ...] = (triage, understand, split_command, curve_command, plan_command, taper_command, knowledge)
