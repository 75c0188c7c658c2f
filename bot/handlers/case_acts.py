"""What moderators do to a case, and the words that all of it shares: whose case it is, what it has become, who hears of it.

Nobody handles their own: moderators of such forums are often patients themselves.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import wraps

from bot.core.case import Case, Refused, Resolution, close, reopen
from bot.core.levels import Level
from bot.core.person import Person
from bot.handlers import agenda, case_words, escalation, steps, watch
from bot.handlers.turn import Handle, Moment, Turn, choices, nested, say
from bot.messages import Choice, Json, Reply, Urgency
from bot.ports import CaseEvent


def of_a_case(act: Callable[[Turn, Case], list[Reply]]) -> Handle:
    """A handler of the case that a press names: gone ones, and one's own, are answered before it."""

    @wraps(act)
    def handle(turn: Turn) -> list[Reply]:
        case = case_named(turn)
        if case is None:
            return gone(turn)
        return refused(turn, case, "your-own") if case.person_id == turn.person.id else act(turn, case)

    return handle


def case_named(turn: Turn) -> Case | None:
    """The case whose number the press carries."""
    return turn.unit.cases.get(turn.press.number) if turn.press.number is not None else None


def gone(turn: Turn) -> list[Reply]:
    """There is no such case, or no more."""
    return [turn.reply(say("moderator.case-gone"))]


def save(turn: Turn, case: Case, what: str) -> None:
    """Keep a case as it has become, and what was done."""
    turn.unit.cases.save(case)
    record(turn, case, what)


def about(turn: Turn, patient: Person) -> Moment:
    """The same moment, about the person of the case."""
    return Moment(unit=turn.unit, person=patient, now=turn.now, policy=turn.policy)


def to_moderator(person: Person, key: str, *, kind: str = "notice", **values: Json) -> Reply:
    """One sentence to another moderator."""
    return Reply(to=person.id, words=(say(key, **values),), kind="notice" if kind == "notice" else "reply")


def to_patient(turn: Turn, case: Case, key: str, **values: Json) -> Reply:
    """One sentence to the person of the case, with their emergency number; a moderator's words stand alone."""
    patient = turn.unit.people.get(case.person_id)
    country = patient.country if patient else ""
    numbers: dict[str, Json] = {"emergency": {"emergency": country}} if key != "human.says" else {}
    return Reply(
        to=case.person_id,
        words=(say(key, **values, **numbers),),
        kind="notice",
        # Words of a moderator that never arrive must be known: their level makes the postman say so.
        level=case.level if key == "human.says" else Level.none,
        choices=choices("talk-to-human") if key == "human.closed" else (),
        urgency=Urgency.urgent,
    )


def refused(turn: Turn, case: Case, because: str) -> list[Reply]:
    """Why it cannot be done."""
    return [turn.reply(say(f"moderator.{because}", case=case.id, owner=case.owner_id or 0))]


def owner_choices(case: Case) -> tuple[Choice, ...]:
    """What whoever looks after the case can do."""
    return choices(*watch.OWNER_CHOICES, about=str(case.id))


def record(turn: Turn, case: Case, what: str, *, note: str = "") -> None:
    """Keep what a moderator did: it is also how their watch over the case is known to go on."""
    turn.unit.cases.record(CaseEvent(case_id=case.id, at=turn.now, what=what, actor_id=turn.person.id, note=note))


@of_a_case
def press_raise(turn: Turn, case: Case) -> list[Reply]:
    """One level up: anybody may, and everybody on duty is paged, for it is worse than they were told."""
    if case.state == "closed":
        return refused(turn, case, "already-closed")
    if case.level is Level.emergency and case.red:
        return [_level_said(turn, case)]
    level = Level(min(case.level + 1, Level.emergency))
    worse = replace(case, level=level, red=case.red or level is Level.emergency)
    save(turn, worse, "level-raised")
    return [_level_said(turn, worse), *_page_worse(turn, worse)]


def _page_worse(turn: Turn, case: Case) -> list[Reply]:
    patient = turn.unit.people.get(case.person_id)
    if patient is None:
        return []
    where = about(turn, patient)
    if case.level >= Level.urgent:
        agenda.freeze(where)
    if case.state == "open":
        escalation.page_later(where, case, attempt=0)
    else:
        watch.begin(where, case)
    quote, again_at = case_words.last_words(where, case), turn.now + turn.policy.next_page(case, 0) if case.state == "open" else None
    page = escalation.card(where, case, quote=quote, headline="case.worse", kind_alert=case.red, claim_by=again_at)
    others = [m for m in turn.unit.people.moderators() if m.id not in (turn.person.id, case.person_id)]
    awake = [m for m in others if m.on_duty or m.id == case.owner_id] or others
    return [replace(page, to=m.id) for m in awake]


@of_a_case
def press_lower(turn: Turn, case: Case) -> list[Reply]:
    """One level down, never below `consult`: a case is closed, not faded out. Another's case is theirs to lower."""
    if case.state == "closed":
        return refused(turn, case, "already-closed")
    if case.owner_id not in (None, turn.person.id):
        return refused(turn, case, "owned-by-another")
    milder = replace(case, level=Level(max(case.level - 1, Level.consult)))
    save(turn, milder, "level-lowered")
    return [_level_said(turn, milder)]


def _level_said(turn: Turn, case: Case) -> Reply:
    words = say("moderator.level", case=case.id, level=nested(f"level.{case.level.name}"))
    free = choices("claim", about=str(case.id)) if case.owner_id is None else ()
    return turn.reply(words, offers=owner_choices(case) if case.owner_id == turn.person.id else free)


@of_a_case
def press_resolve(turn: Turn, case: Case) -> list[Reply]:
    """Close the case: the plan goes on where it stood, and the person is told."""
    how: Resolution = {"resolve-safe": "safe", "resolve-referred": "referred", "resolve-false-alarm": "false-alarm"}[turn.press.choice]  # type: ignore[assignment]  # the table's values are the literal's
    closed = close(case, by=turn.person.id, how=how, now=turn.now)
    if isinstance(closed, Refused):
        return refused(turn, case, closed.because)
    save(turn, closed, f"resolved-{how}")
    turn.unit.timers.cancel(case.person_id, escalation.UNCLAIMED, str(case.id))
    watch.end(turn, closed)
    patient = turn.unit.people.get(case.person_id)
    if patient is not None:
        agenda.thaw(about(turn, patient))
        if case.freezes and how != "false-alarm":
            # Whoever was confused or wanted to die yesterday is not shown a step up today unless their prescriber knows (S001).
            steps.await_prescriber(about(turn, patient), "case-closed")
    return [
        turn.reply(say("moderator.closed", case=case.id), offers=choices("reopen", about=str(case.id))),
        to_patient(turn, case, "human.closed"),
    ]


@of_a_case
def press_reopen(turn: Turn, case: Case) -> list[Reply]:
    """A closed case goes back to the queue and is paged."""
    opened = reopen(case)
    if isinstance(opened, Refused):
        return refused(turn, case, opened.because)
    if turn.unit.cases.open_for(case.person_id) is not None:
        return [turn.reply(say("moderator.another-open", case=case.id))]
    save(turn, opened, "reopened")
    patient = turn.unit.people.get(case.person_id)
    if patient is None:
        return []
    if opened.level >= Level.urgent:
        agenda.freeze(about(turn, patient))
    paged = escalation.page_again(about(turn, patient), opened, attempt=0)
    return [turn.reply(say("moderator.reopened", case=case.id)), to_patient(turn, case, "human.reopened"), *paged]
