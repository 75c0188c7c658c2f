"""What was noted, told back: the day so far, one day as a curve, many days as figures. Each picture has its words beside it.

No amount while a danger sign is open, and no picture (rule `red-flag-freeze`). Every number is the plan's or the log's, but for the
hours of the curve, which are said to be the model's (rule `curve-is-a-model`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from bot.core.entry import Entry
from bot.core.lookback import CARRIED, TOLD, LoggedDay, intakes_of, logged_days, strongest_between
from bot.core.lookback import drunk as drunk_in
from bot.handlers import agenda
from bot.handlers.agenda import ONE_DAY
from bot.handlers.turn import Turn, clock, emergency_of, mg, moment, nested, on_day, say
from bot.messages import Attachment, Json, Reply, Words

FEWEST_DAYS, MOST_DAYS, USUAL_DAYS = 7, 60, 30
"""How many days a picture of many days shows; the last when none was said. [proposal]"""

MORNING = time(6)
"""Before this hour "my curve" is of the last 24 hours: a night belongs to the evening before it. [proposal]"""

ABOUT = timedelta(minutes=10)
"""To what the model's hours are rounded: nothing more exact could be meant."""


@dataclass(frozen=True, slots=True)
class Window:
    """The hours of a curve: a local day, or the last 24 hours when `day` is None."""

    since: datetime
    until: datetime
    day: date | None


def history(turn: Turn) -> list[Reply]:
    """What was noted: figures for several days, else the curve when it is asked for, else the day line by line."""
    first, last = _period(turn)
    if first != last:
        return [_figures(turn, first, last)]
    window = _window(turn, first)
    return [_curve(turn, window) if turn.slots.get("view") == "curve" else turn.reply(*_told(turn, window))]


def _period(turn: Turn) -> tuple[date, date]:
    """The days asked about, both included, none of them to come; today, or the usual days of figures, when none was said."""
    until = min(_day_said(turn, "until") or turn.today, turn.today)
    since = _day_said(turn, "since")
    if since is None:
        return (until - (USUAL_DAYS - 1) * ONE_DAY if turn.slots.get("view") == "figures" else until), until
    return min(since, until), until


def _day_said(turn: Turn, slot: str) -> date | None:
    said = turn.slots.get(slot)
    return date.fromisoformat(str(said)[:10]) if said else None


def _window(turn: Turn, day: date) -> Window:
    if turn.slots.get("view") == "curve" and not turn.slots.get("since") and turn.local_now.time() < MORNING:
        return Window(turn.now - ONE_DAY, turn.now + timedelta(hours=1), None)
    return Window(*turn.day_bounds(day), day)


def _told(turn: Turn, window: Window) -> list[Words]:
    """A day line by line, against the plan; no amount while a danger sign is open (rule `red-flag-freeze`)."""
    entries = _entries(turn, window)
    if not entries:
        return [say("history.empty" if window.day == turn.today else "history.nothing")]
    words = [_heading(turn, window, {"lines": [_line(turn, entry) for entry in entries]})]
    if agenda.frozen(turn) or window.day is None:
        return words
    words.append(say("history.total", total=mg(agenda.taken_mg([entry for entry in entries if entry.kind == "intake"]))))
    day = agenda.day_of(turn.unit.plans.current(turn.person.id), window.day)
    if day is not None and turn.unit.cases.open_for(turn.person.id) is None:
        words.append(say("history.planned", planned=mg(day.total_mg)))
    return words


def _heading(turn: Turn, window: Window, lines: Json) -> Words:
    if window.day is None:
        return say("history.last-day", lines=lines)
    return say("history.today", lines=lines) if window.day == turn.today else say("history.of-day", date=on_day(window.day), lines=lines)


def _entries(turn: Turn, window: Window) -> list[Entry]:
    return list(turn.unit.entries.between(turn.person.id, window.since, window.until, TOLD))


def _line(turn: Turn, entry: Entry) -> Json:
    hour = clock(turn.local(entry.at).time())
    detail = entry.detail
    if entry.kind == "intake" and agenda.frozen(turn):
        return nested("history.intake-plain", hour=hour)
    if entry.kind == "intake":
        return nested("history.intake", hour=hour, dose=mg(float(detail.get("dose_mg") or 0)))
    if entry.kind == "side_effect":
        score: Json = nested("history.score", score=detail["severity"]) if detail.get("severity") is not None else ""
        return nested("history.effect", hour=hour, effect={"finding": str(detail["finding"])}, score=score)
    if entry.kind == "craving":
        return nested("history.craving", hour=hour, score=detail["score"])
    return _drink_line(entry, hour) if entry.kind == "drink" else nested(f"history.{entry.kind}", hour=hour)


def _drink_line(entry: Entry, hour: Json) -> Json:
    """Drinks with what they come to, where that was said; a day without is no drink."""
    drunk = drunk_in([entry])
    count = drunk.count if drunk is not None else None
    if count is None:
        return nested("history.drink", hour=hour)
    return nested("history.drinks", hour=hour, count=round(count, 1)) if count else nested("history.no-drink", hour=hour)


def _curve(turn: Turn, window: Window) -> Reply:
    """A day as a picture, and the same in words."""
    words = _told(turn, window)
    if agenda.frozen(turn):
        return turn.reply(*words, say("plan.frozen", emergency=emergency_of(turn.person.country)), rules=("red-flag-freeze",))
    planned = _planned(turn, window)
    entries = turn.unit.entries.between(turn.person.id, window.since - CARRIED, window.until, ["intake"])
    taken = intakes_of(entries)
    if not taken and not planned and not _entries(turn, window):
        return turn.reply(
            say("curve.nothing-yet"), say("plan.how-to-say") if turn.unit.plans.current(turn.person.id) is None else say("help.short")
        )
    if taken:
        last = max(entries, key=lambda entry: entry.at)
        words.append(say("history.last-intake", dose=mg(float(last.detail.get("dose_mg") or 0)), at=moment(turn.local(last.at))))
        words += [*_strongest(turn, taken, window), say("curve.doubt")]
    else:
        words.append(say("curve.no-intake"))
    values: dict[str, Json] = {
        "since": window.since.isoformat(),
        "until": window.until.isoformat(),
        "now": turn.now.isoformat(),
        "date": window.day.isoformat() if window.day else None,
        "planned": planned,
    }
    picture = Attachment(kind="png", name=f"palier-{(window.day or turn.today).isoformat()}.png", source="day-picture", values=values)
    return turn.reply(*words, attachments=(picture,), rules=("curve-is-a-model", "prescriber-decides"))


def _strongest(turn: Turn, taken: Sequence[tuple[datetime, float]], window: Window) -> Iterator[Words]:
    """The model's hours, rounded; they are said of what is noted, and of nothing to come."""
    found = strongest_between(taken, since=window.since)
    if found is not None:
        first, last = (clock(turn.local(_rounded(at)).time()) for at in found)
        yield say("curve.strongest", first=first, last=last)


def _rounded(at: datetime) -> datetime:
    past = timedelta(minutes=at.minute % 10, seconds=at.second, microseconds=at.microsecond)
    return at - past + (ABOUT if past * 2 >= ABOUT else timedelta(0))


def _planned(turn: Turn, window: Window) -> list[Json]:
    """The planned intakes of a curve: their hours, and the amounts where each one still to come may be named."""
    stored = turn.unit.plans.current(turn.person.id)
    if stored is None or turn.unit.cases.open_for(turn.person.id) is not None:
        return []
    days = {turn.local(window.since).date(), turn.local(window.until - timedelta(minutes=1)).date()}
    told: list[Json] = []
    for on in sorted(days):
        day = agenda.day_of(stored, on)
        silent = day is None or agenda.kept_silent(turn, stored, day) is not None
        slots = [slot for slot in agenda.slots_on(turn, stored, on) if window.since <= slot.at < window.until]
        told += [[slot.at.isoformat(), None if silent else slot.dose.mg] for slot in slots]
    return told


def _figures(turn: Turn, first: date, last: date) -> Reply:
    """Several days as a picture, and what they come to in words."""
    first = max(min(first, last - (FEWEST_DAYS - 1) * ONE_DAY), last - (MOST_DAYS - 1) * ONE_DAY)
    frozen, told = agenda.frozen(turn), turn.unit.cases.open_for(turn.person.id) is None
    stored = turn.unit.plans.current(turn.person.id)
    since, until = turn.instant(first - ONE_DAY, time(0)), turn.instant(last + 2 * ONE_DAY, time(0))
    entries = turn.unit.entries.between(turn.person.id, since, until, TOLD)
    days = logged_days(stored.plan if stored and told else None, entries, since=first, until=last, zone=turn.zone)
    if all(day.is_empty for day in days):
        return turn.reply(say("figures.nothing", since=on_day(first), until=on_day(last)))
    lines = [*([] if frozen else _of_intakes(turn, days)), *_of_cravings(days), *_of_drinks(days), *_of_effects(days)]
    words = [say("figures.told", since=on_day(first), until=on_day(last), lines={"lines": lines})]
    if frozen:
        return turn.reply(*words, say("plan.frozen", emergency=emergency_of(turn.person.country)), rules=("red-flag-freeze",))
    values: dict[str, Json] = {"since": first.isoformat(), "until": last.isoformat(), "plan": told}
    name = f"palier-{first.isoformat()}-{last.isoformat()}.png"
    return turn.reply(*words, attachments=(Attachment(kind="png", name=name, source="days-picture", values=values),))


def _of_intakes(turn: Turn, days: Sequence[LoggedDay]) -> Iterator[Json]:
    taken = [day.taken_mg for day in days if day.taken_mg is not None]
    if not taken:
        return
    yield nested("figures.intakes", told=len(taken), all=len(days), least=mg(min(taken)), most=mg(max(taken)))
    # Today is not over: it is not held against the plan yet.
    over = [day for day in days if day.date < turn.today and day.taken_mg is not None and day.planned_mg is not None]
    if over:
        below = sum((day.taken_mg or 0) < (day.planned_mg or 0) for day in over)
        above = sum((day.taken_mg or 0) > (day.planned_mg or 0) for day in over)
        yield nested("figures.plan", same=len(over) - below - above, below=below, above=above)


def _of_cravings(days: Sequence[LoggedDay]) -> Iterator[Json]:
    felt = [(day.craving, day.date) for day in days if day.craving is not None]
    if felt:
        strongest, on = max(felt)
        yield nested("figures.cravings", told=len(felt), score=strongest, date=on_day(on))


def _of_drinks(days: Sequence[LoggedDay]) -> Iterator[Json]:
    drunk = [day.drunk for day in days if day.drunk is not None]
    with_some = [one for one in drunk if one.count or one.more]
    if drunk:
        counted = round(sum(one.count or 0 for one in drunk), 1)
        uncounted = sum(one.more for one in drunk)  # "I finished the bottle": nobody knows how much that was
        key = "figures.drinks" if counted or not uncounted else "figures.drinks-unknown"
        yield nested(key, told=len(with_some), count=counted, none=len(drunk) - len(with_some))
        if counted and uncounted:
            yield nested("figures.drinks-uncounted", days=uncounted)


def _of_effects(days: Sequence[LoggedDay]) -> Iterator[Json]:
    felt: dict[str, list[float | None]] = {}
    for day in days:
        for effect in day.effects:
            felt.setdefault(effect.finding, []).append(effect.severity)
    told: list[Json] = []
    for finding, scores in felt.items():
        said = [score for score in scores if score is not None]
        strongest: Json = nested("figures.strongest", score=max(said)) if said else ""
        told.append(nested("figures.effect", effect={"finding": finding}, days=len(scores), strongest=strongest))
    if told:
        yield nested("figures.effects", effects={"all": told})
