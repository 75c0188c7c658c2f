"""A case that somebody claimed: is its owner still there? Nobody may be left waiting because a human was once reading.

The owner is reminded, then the case goes back to everybody. What counts is in the case's history, so that a restart
forgets nothing: the person's words that got no answer, and the last thing that the owner did. Nor may anybody be left waiting
because a clock was once wrong: what it set too far ahead is put right here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.core.case import Case
from bot.core.person import Person
from bot.core.policy import Policy
from bot.handlers import agenda, case_words, escalation
from bot.handlers.turn import Due, Moment, choices, instant, nested, numbers_of, say
from bot.messages import Reply, Urgency
from bot.ports import CaseEvent, Timer, Unit

QUIET = timedelta(hours=3)
"""How long the owner of a red case may do nothing at all while the person is silent too. In the ordinary queue: policy."""

CLOSING = ("resolve-safe", "resolve-referred", "resolve-false-alarm")
OWNER_CHOICES = ("reply", "note", "release", "history", "raise-level", "lower-level", *CLOSING)

REMINDED = "owner-reminded"

AGREES = timedelta(minutes=1)
"""By how much two looks at a clock may differ and nothing is thought of it."""

AT_ONCE = 500
"""Reminders put right in one transaction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """How long an owner has been silent: since when, whether words of the person wait, until when that is all right."""

    since: datetime
    words_wait: bool
    until: datetime
    reminded: bool


def begin(where: Moment, case: Case, *, looks: int = 0) -> None:
    """The owner has just done something about the case: look again in a while. `looks`: how many came before it, where they count."""
    due_at = where.now + _patience(where.policy, case)
    where.unit.timers.put(case.person_id, escalation.UNANSWERED, str(case.id), due_at, attempt=looks)


def end(where: Moment, case: Case) -> None:
    """Nobody owns the case any more."""
    where.unit.timers.cancel(case.person_id, escalation.UNANSWERED, str(case.id))


def due_unanswered(due: Due) -> list[Reply]:
    """Look at a claimed case: all is well, or its owner is reminded, or it goes back to everybody."""
    case = due.unit.cases.get(int(due.timer.subject))
    if case is None or case.state == "closed":
        return []
    owner = due.unit.people.get(case.owner_id) if case.owner_id is not None else None
    if owner is None or owner.role != "moderator":
        # Its owner left, or is no moderator any more. Unless it is paged already, nobody knows of it.
        paged = any(timer.kind == escalation.UNCLAIMED for timer in due.unit.timers.of(case.person_id))
        return [] if paged else _hand_back(due, case, words_wait=False)
    silence = silence_of(due, case, due.unit.cases.history(case.id))
    if silence.since > due.now + AGREES:
        return _by_looks(due, case, owner, silence)
    if due.now < silence.until:
        again = min(silence.until, due.now + _patience(due.policy, case))
        due.unit.timers.put(case.person_id, escalation.UNANSWERED, str(case.id), again)
        return []
    return _hand_back(due, case, words_wait=silence.words_wait) if silence.reminded else [_remind(due, case, owner, silence)]


def silence_of(where: Moment, case: Case, history: Sequence[CaseEvent]) -> Silence:
    """What the history says of an owner's silence. Words said before the claim are answered by the claim, for a while."""
    acts = [event for event in history if event.actor_id == case.owner_id]
    last_act = acts[-1].at if acts else case.opened_at
    answered = max((event.at for event in acts if event.what in ("claimed", "reply")), default=case.opened_at)
    waiting = [event.at for event in case_words.words_of(history) if event.at > answered]
    since = max(waiting[0], last_act) if waiting else last_act
    wait = _patience(where.policy, case) if waiting else _quiet(where, case)
    reminders = [event.at for event in history if event.what == REMINDED and event.at > since]
    until = (reminders[0] if reminders else since) + wait
    return Silence(since=since, words_wait=bool(waiting), until=until, reminded=bool(reminders))


def _by_looks(due: Due, case: Case, owner: Person, silence: Silence) -> list[Reply]:
    """The clock has gone back since the owner's last act: its instants count for nothing, how often it was looked does."""
    looks = due.timer.attempt
    if looks > 1:
        return _hand_back(due, case, words_wait=silence.words_wait)
    said = [_remind(due, case, owner, silence)] if looks else []
    begin(due, case, looks=looks + 1)
    return said


def put_right(now: datetime, policy: Policy, unit: Unit) -> bool:
    """Bring nearer what lies further ahead than it is ever set: a clock that has gone back, or another machine's, set it.

    A page, or a look at an owner's silence, is due at once; a reminder at its next hour. Whether there may be more to put right.
    """
    for case in unit.cases.waiting():
        for timer in unit.timers.of(case.person_id):
            longest = _longest(policy, case, timer)
            if longest is not None and timer.due_at > now + longest + AGREES:
                unit.timers.put(case.person_id, timer.kind, timer.subject, now, attempt=timer.attempt)
    return agenda.bring_nearer(unit, now, policy, at_most=AT_ONCE)


def _longest(policy: Policy, case: Case, timer: Timer) -> timedelta | None:
    """How far ahead a timer about a case can lie; None for one about anything else."""
    if timer.kind == escalation.UNCLAIMED:
        return policy.next_page(case, max(timer.attempt - 1, 0))
    return _patience(policy, case) if timer.kind == escalation.UNANSWERED else None


def _patience(policy: Policy, case: Case) -> timedelta:
    return policy.claim_urgent if case.red else policy.queue_reminder


def _quiet(where: Moment, case: Case) -> timedelta:
    return QUIET if case.red else where.policy.queue_at_most


def _remind(due: Due, case: Case, owner: Person, silence: Silence) -> Reply:
    due.unit.cases.record(CaseEvent(case_id=case.id, at=due.now, what=REMINDED))
    begin(due, case)
    since = instant(silence.since, due.person.timezone)
    return Reply(
        to=owner.id,
        words=(
            say("moderator.still-yours", case=case.id, level=nested(f"level.{case.level.name}"), since=since),
            say("moderator.last-words", quote=case_words.last_words(due, case)),
        ),
        kind="alert" if case.red else "case",
        level=case.level,
        choices=choices(*OWNER_CHOICES, about=str(case.id)),
        urgency=Urgency.urgent,
    )


def _hand_back(due: Due, case: Case, *, words_wait: bool) -> list[Reply]:
    """Everybody is paged, on duty or not; a person in danger, or who waits for an answer, is told that nobody may be reading."""
    free = replace(case, state="open", owner_id=None)
    due.unit.cases.save(free)
    due.unit.cases.record(CaseEvent(case_id=case.id, at=due.now, what="handed-back"))
    replies = escalation.page_again(due, free, attempt=1, everybody=True)
    if case.red or words_wait:
        words = say("human.handed-back", **numbers_of(due.person.country))
        replies.append(due.reply(words, kind="notice", level=case.level, rules=("emergency-number",), urgency=Urgency.urgent))
    return replies
