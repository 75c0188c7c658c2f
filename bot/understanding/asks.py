"""Questions, reminders, settings and the rest of what may be asked of the assistant, as slots."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.understanding import drunk, felt, logs, plans
from bot.understanding.corrections import correction
from bot.understanding.intents import named
from bot.understanding.logs import as_clock
from bot.understanding.moments import Moment
from bot.understanding.pattern import Atom, tidy
from bot.understanding.piece import Built, Piece, hour_text, since_of

_LONG_SNOOZE = 12 * 60
_ONE_DAY = 24 * 60


def build(intent: str, piece: Piece) -> Built:
    """The slots of an intent. An intent without slots gives none, and is sure."""
    return _BUILDERS.get(intent, _nothing)(piece)


def _nothing(piece: Piece) -> Built:
    del piece
    return Built({})


def _question(piece: Piece) -> Built:
    """What a question is about: its topic, and the medicines, effects, doses and hours that it names."""
    slots: dict[str, Any] = {"topic": _topic(piece)} if piece.topic else {}
    if slots.get("topic") == "days_missed" and piece.says("supposed"):
        slots["supposed"] = True
    if slots.get("topic") == "days_missed":
        _put_since(piece, slots)
    substances = [atom.value for atom in piece.of("MED")]
    if substances and piece.topic == "interaction" and piece.scan.has("ALCOHOL", "DRINK"):
        substances.append("alcohol")
    if piece.topic == "alcohol":
        substances.append("alcohol")
    if substances:
        slots["substances"] = list(dict.fromkeys(substances))
    effects = [atom.value for atom in piece.of("EFFECT")]
    if effects:
        slots["effects"] = list(dict.fromkeys(effects))
    if piece.topic in {"missed_dose", "unsure_taken"}:
        _put_planned(piece, slots)
    return Built(slots)


def _topic(piece: Piece) -> str | None:
    """What is asked about; hours without an intake are a late one, and no day without."""
    lengths = [atom.value.minutes for atom in piece.of("DUR")]
    if piece.topic == "days_missed" and lengths and max(lengths) < _ONE_DAY:
        return "missed_dose"
    return piece.topic


def _put_since(piece: Piece, slots: dict[str, Any]) -> None:
    """Since when nothing was taken, when it is told."""
    lengths = [atom.value for atom in piece.of("DUR") if not atom.vague]
    since = [atom.value for atom in piece.of("TIME") if atom.value.role == "since"]
    if len(lengths) == 1 and not since:
        slots["since"] = since_of(piece, lengths[0]).iso()
    elif len(since) == 1:
        slots["since"] = piece.anchored(since[0], "past").iso()


def _put_planned(piece: Piece, slots: dict[str, Any]) -> None:
    atoms = [atom for atom in piece.of("TIME") if not atom.value.shift]
    later = [atom for atom in atoms if _is_to_come(piece, atom)]
    if len(later) == 1:
        slots["later"] = piece.anchored(later[0].value, "future").iso()
    moments = [atom.value for atom in atoms if not any(atom is one for one in later)]
    if not moments:
        return
    slots["planned_at"] = piece.anchored(moments[0], "past").iso()
    if moments[0].part and not moments[0].clock:
        slots["part"] = moments[0].part


def _is_to_come(piece: Piece, atom: Atom) -> bool:
    """ "I could only take it at five", said at noon: an hour of today that is not yet, and no name of a dose."""
    moment: Moment = atom.value
    if not moment.clock or moment.day or moment.part or piece.follows("dose_noun", atom) or piece.precedes("dose_noun_after", atom):
        return False
    ahead = piece.anchored(moment, "future").start
    today = piece.now.replace(tzinfo=None)
    return ahead.date() == today.date() and ahead > today and piece.follows_in_clause("only_later", atom)


def _stop(piece: Piece) -> Built:
    """Within how long the writer wants to be at zero, when they say it."""
    lengths = [atom.value.shift.minutes for atom in piece.of("SOON")] + [atom.value.minutes for atom in piece.of("DUR")]
    slots: dict[str, Any] = {"duration_min": tidy(abs(lengths[0]))} if lengths else {}
    return Built(slots)


def _plan_shown(piece: Piece) -> Built:
    """Of which day the plan is asked for, where that is one to come."""
    said = [atom.value for atom in piece.of("TIME") if atom.value.day and atom.value.role == "at"]
    days = [piece.anchored(moment, "future").start.date() for moment in said] if piece.says("asks_of_a_day") else []
    is_ahead = len(days) == 1 and days[0] > piece.now.date()
    return Built({"start": days[0].isoformat()} if is_ahead else {}, not days or days[0] >= piece.now.date())


def _history(piece: Piece) -> Built:
    """Which entries, of which days (both included), and whether they are to be seen as a curve or as the figures of several days."""
    slots: dict[str, Any] = {"topic": named(piece.cues.history, piece.scan.masked) or "intakes"}
    view = next((view for view in ("figures", "curve") if piece.says(f"view_{view}")), None)
    if view:
        slots["view"] = view
    moments = [atom.value for atom in piece.of("TIME")]
    for length in piece.of("DUR")[:1]:
        moments = moments or [Moment("since", period=f"last {max(1, round(length.value.minutes / 1440))}")]
    if moments:
        placed = piece.anchored(moments[0], "past")
        slots["since"] = placed.iso()
        last = (placed.end or placed.start + timedelta(days=1)) - timedelta(minutes=1)
        if moments[0].role == "at" and not moments[0].shift and last.date() < piece.now.date():
            slots["until"] = last.date().isoformat()
    return Built(slots)


def _snooze(piece: Piece) -> Built:
    slots: dict[str, Any] = {}
    for atom in piece.of("SOON"):
        slots["duration_min"] = tidy(abs(atom.value.shift.minutes))
    for atom in piece.of("DUR"):
        slots.setdefault("duration_min", tidy(atom.value.minutes))
    moments = [atom.value for atom in piece.of("TIME") if atom.value.clock]
    sure = not piece.leftover()
    if moments and "duration_min" not in slots:
        placed = piece.anchored(moments[0], "future")
        slots["until"] = placed.iso()
        sure = sure and not placed.doubt
    vague = any(atom.value.vague for atom in piece.of("SOON"))
    return Built(slots, sure and not vague and slots.get("duration_min", 0) <= _LONG_SNOOZE)


def _reminder(piece: Piece) -> Built:
    """One reminder at a moment, or every day at given hours."""
    slots: dict[str, Any] = {}
    moments = [atom.value for atom in piece.of("TIME")]
    clocks = [moment for moment in moments if moment.clock]
    sure = not piece.leftover() and not piece.half_unsaid()
    every = piece.of("EVERY")
    if every:
        slots["every_days"] = tidy(every[0].value.n)
    if clocks and (every or len(clocks) > 1 or piece.says("reminder_daily")):
        slots["times"] = [hour_text(replace(moment, clock=as_clock(moment))) for moment in clocks]
        return Built(slots, sure)
    for moment in [*moments, *(atom.value for atom in piece.of("SOON"))][:1]:
        placed = piece.anchored(moment, "future")
        slots["at"] = placed.iso()
        sure = sure and not placed.doubt and len(moments) <= 1
    return Built(slots, sure)


def _moved_reminder(piece: Piece) -> Built:
    """The reminder's hour, and the new one; or by how long it moves."""
    slots: dict[str, Any] = {}
    rests = _rest(piece)
    if rests is not None:
        return rests
    atoms = _hours_to_move(piece)
    if atoms is None:
        return Built({})
    for atom in piece.of("DUR", "LATE", "EARLY"):
        slots["duration_min"] = tidy(-atom.value.minutes if atom.kind == "EARLY" else atom.value.minutes)
    moments = _from_and_to([_on_its_side(piece, atom.value) for atom in atoms])
    sure = not piece.leftover() and len(moments) <= 2 and not any(map(_may_be_either, moments))
    if len(moments) >= 2:
        slots["planned_at"] = piece.anchored(moments[0], "future").iso()
        slots["at"] = piece.anchored(moments[1], "future").iso()
        slots["times"] = [hour_text(replace(moments[1], clock=as_clock(moments[1])))]
    elif moments:
        names = piece.follows("dose_noun", atoms[0]) or piece.precedes("dose_noun_after", atoms[0])
        placed = piece.anchored(moments[0], "future")
        slots["planned_at" if names else "at"] = placed.iso()
        sure = sure and not placed.doubt
    return Built(slots, sure)


def _rest(piece: Piece) -> Built | None:
    """Until when reminders are to rest; nothing where that may be two moments. None for any other words."""
    ends = [piece.anchored(atom.value, "future") for atom in piece.of("TIME") if atom.value.role in ("until", "before")]
    if not ends or not piece.says("pauses_for_a_time"):
        return None
    is_one = len(piece.of("TIME", "DUR", "NUM")) == 1 and not ends[0].doubt
    return Built({"until": ends[0].iso()} if is_one else {})


def _hours_to_move(piece: Piece) -> list[Atom] | None:
    """The hours that are said, the former one first. None for "at 12 30 instead of 1pm": which they are does not matter, for a
    reminder keeps the hour of the plan."""
    atoms = [atom for atom in piece.of("TIME") if atom.value.clock]
    if not piece.says("moves_reminder"):
        return atoms
    if piece.of("NUM") or any(_may_be_either(atom.value) for atom in atoms):
        return None
    return atoms[::-1] if len(atoms) == 2 else atoms


def _on_its_side(piece: Piece, moment: Moment) -> Moment:
    """ "Move the evening reminder to 7": the hour is on the side of the day that the reminder is called by."""
    parts = [atom.value.part for atom in piece.of("TIME") if atom.value.part and not atom.value.clock]
    if len(parts) != 1 or not _may_be_either(moment):
        return moment
    return replace(moment, part=parts[0], clock=as_clock(replace(moment, part=parts[0])))


def _may_be_either(moment: Moment) -> bool:
    """Whether an hour was said without its half of the day, in a language that may mean either."""
    return bool(moment.clock and moment.clock.twelve and not moment.part)


def _from_and_to(moments: list[Moment]) -> list[Moment]:
    """ "From 8 to 9" is heard as a range: here it is two hours."""
    if len(moments) != 1 or not moments[0].end:
        return moments
    return [replace(moments[0], end=None), replace(moments[0], clock=moments[0].end, end=None)]


def _settings(piece: Piece) -> Built:
    slots: dict[str, Any] = {}
    topic = named(piece.cues.settings, piece.scan.masked)
    if topic:
        slots["topic"] = topic
    strengths = [atom.value.n for atom in piece.of("MG", "STRENGTH") if not atom.value.items]
    if not topic and len(strengths) == 1:
        slots["tablet_mg"] = tidy(strengths[0])
    for name, table in (("language", piece.cues.languages), ("country", piece.cues.countries)):
        value = named(table, piece.scan.masked)
        if value and topic in {name, "timezone" if name == "country" else name}:
            slots[name] = value
    return Built(slots)


def _privacy(piece: Piece) -> Built:
    return Built({"topic": named(piece.cues.privacy, piece.scan.masked) or "policy"})


def _undo(piece: Piece) -> Built:
    """Which entry is meant, where a kind of it or its hour is named; nothing for the last one."""
    slots: dict[str, Any] = {}
    kinds = [
        ("drink", piece.says("names_a_drink")),
        ("side_effect", piece.scan.has("EFFECT")),
        ("craving", piece.says("names_a_craving")),
        ("intake", piece.says("names_a_dose")),
    ]
    named_kinds = [kind for kind, is_named in kinds if is_named]
    if len(named_kinds) == 1:
        slots["kind"] = named_kinds[0]
    moments = [atom.value for atom in piece.of("TIME")]
    if moments:
        slots["at"] = piece.anchored(moments[0], "past").iso()
    return Built(slots, len(named_kinds) <= 1 and len(moments) <= 1 and not _takes_off(piece))


def _takes_off(piece: Piece) -> bool:
    """ "Take 5 off": an entry, or five of an amount?"""
    return bool(piece.of("NUM")) and not piece.of("MG", "TABS", "TIME") and piece.says("takes_off")


def _report(piece: Piece) -> Built:
    slots: dict[str, Any] = {}
    moments = [atom.value for atom in piece.of("TIME")]
    if moments:
        slots["since"] = piece.anchored(moments[0], "past").start.date().isoformat()
    for atom in piece.of("DUR")[:1]:
        slots["since"] = since_of(piece, atom.value).start.date().isoformat()
    return Built(slots)


def _greeting(piece: Piece) -> Built:
    """Whether they come or go."""
    return Built({"topic": "farewell"} if piece.says("farewell") else {})


_BUILDERS: Mapping[str, Callable[[Piece], Built]] = {
    "log_intake": logs.intake,
    "log_missed": logs.missed,
    "log_craving": felt.craving,
    "log_drink": drunk.drink,
    "log_side_effect": felt.side_effect,
    "correct_last": correction,
    "set_plan": plans.plan,
    "ask_timing": plans.timing,
    "ask_safety": _question,
    "ask_info": _question,
    "ask_history": _history,
    "show_plan": _plan_shown,
    "stop_treatment": _stop,
    "snooze": _snooze,
    "greet": _greeting,
    "undo": _undo,
    "set_reminder": _reminder,
    "change_reminder": _moved_reminder,
    "settings": _settings,
    "privacy": _privacy,
    "report": _report,
}
