"""Reminders that rest for a while, and ring again by themselves. A pause of reminders is no pause of the treatment, and that is said."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from bot.handlers import agenda
from bot.handlers.turn import Due, Turn, choices, moment, on_day, say
from bot.messages import Reply

LONGEST = timedelta(days=14)
"""For how long reminders may rest by a word; for longer they are paused, until the person goes on. [proposal]"""


def in_words(turn: Turn) -> list[Reply] | None:
    """A rest that is asked for, or ended; None for any other words."""
    if turn.says("pauses_for_a_time"):
        return _rest(turn)
    return rings_again(turn)


def rings_again(turn: Turn) -> list[Reply] | None:
    """The end of a rest before its time, in words that only a rest explains ("turn them back on"); None where nothing rests."""
    ends = turn.has_timer(agenda.RESTING) and turn.says("resumes") and not turn.says("denies")
    return _ring_again(turn) if ends else None


def _rest(turn: Turn) -> list[Reply] | None:
    """ "No reminders for 3 days", "pause until Monday": silence until the first planned intake from then on. None where no end was said, or
    one too far, nobody is reminded, or a case is open: what is asked of somebody in danger comes with the reminders."""
    stored, end = turn.unit.plans.current(turn.person.id), _end_said(turn)
    if stored is None or end is None or not agenda.is_reminded(turn) or turn.unit.cases.open_for(turn.person.id) is not None:
        return None
    if not turn.now < end <= turn.now + LONGEST:
        return None
    if agenda.following_slot(turn, stored, end) is None:
        return None
    words = [say("reminder.rest-is-no-stop")]
    following = agenda.next_step_on(stored, turn.today)
    if following is not None and following <= turn.local(end).date():
        # Nothing rises unannounced: a step that would begin meanwhile waits for a word.
        agenda.hold_for_person(turn, since=agenda.first_day_to_hold(turn))
        words.insert(0, say("reminder.rest-holds"))
    back = agenda.following_slot(turn, turn.unit.plans.current(turn.person.id), end - timedelta(microseconds=1))
    at = back.at if back is not None else end
    agenda.silence(turn)
    turn.unit.timers.put(turn.person.id, agenda.RESTING, "", at)
    return [turn.reply(say("reminder.resting", at=moment(turn.local(at))), *words, rules=("never-stop-abruptly",))]


def _end_said(turn: Turn) -> datetime | None:
    """The instant at which the rest ends: after a length, at an hour, or at the beginning of a day."""
    minutes, until = turn.slots.get("duration_min"), str(turn.slots.get("until", ""))
    if minutes is not None:
        return turn.said_at + timedelta(minutes=float(minutes)) if minutes > 0 else None
    if not until:
        return None
    at = agenda.parse_slot(until)
    return turn.instant(at.date(), at.time()) if at is not None else turn.instant(date.fromisoformat(until), time(0))


def _ring_again(turn: Turn) -> list[Reply]:
    """The reminders ring again before the rest is over."""
    stored = turn.unit.plans.current(turn.person.id)
    if stored is None:
        return [turn.reply(say("plan.none"))]
    agenda.schedule(turn, stored.plan)
    return [turn.reply(say("reminder.are-on"))]


def due_rest(due: Due) -> list[Reply]:
    """The rest is over: the reminders ring again, this hour's too. A plan that stands still goes on only by a word."""
    stored = due.unit.plans.current(due.person.id)
    if stored is None or agenda.is_reminded(due):
        return []
    agenda.schedule(due, stored.plan)
    for hour in agenda.hours_of(stored.plan):
        if due.instant(due.today, hour) == due.timer.due_at:
            agenda.arm(due, hour, after=due.timer.due_at - timedelta(minutes=1))
    held = agenda.open_hold(stored, agenda.BECAUSE_PERSON)
    if held is None:
        return [due.reply(say("reminder.ring-again"), kind="notice")]
    words = (say("reminder.ring-again"), say("plan.stands-still", since=on_day(held.since)))
    return [due.reply(*words, offers=choices("step-up"), rules=("hold-side-effect",), kind="notice")]
