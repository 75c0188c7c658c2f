"""Moderators: the queue, claiming, answering through the assistant, notes, levels, closing. Through the same `hear`."""

from __future__ import annotations

from dataclasses import replace

from bot.core.case import Case, Refused, Resolution, claim, close, release, reopen
from bot.core.levels import Level
from bot.core.person import Person
from bot.handlers import agenda, escalation
from bot.handlers.turn import Moment, Turn, choices, nested, say
from bot.knowledge.commands import command
from bot.messages import Choice, Json, Reply, Urgency
from bot.ports import CaseEvent, Dialogue

FORM = "case"


def hear(turn: Turn) -> list[Reply]:
    """A moderator's words: a command with its case number, or help."""
    found = command(turn.text)
    if found is None:
        return _not_a_command(turn)
    if found.name in ("duty-on", "duty-off"):
        return _duty(turn, on=found.name == "duty-on")
    if found.name == "cases":
        return queue(turn)
    case_id = found.case or _only_case(turn)
    if case_id is None:
        return queue(turn)
    if found.name in ("reply", "note") and found.rest:
        return _write(turn, case_id, found.name, found.rest)
    return PRESSES[found.name](turn.pressing(found.name, case_id))


def at_work(turn: Turn, dialogue: Dialogue | None) -> bool:
    """Whether a moderator's words are their work (a command, the text of a reply or a note) rather than their own."""
    return command(turn.text) is not None or (dialogue is not None and dialogue.form == FORM and dialogue.step in ("reply", "note"))


def _not_a_command(turn: Turn) -> list[Reply]:
    """Free words of whoever owns exactly one case are offered for relay, never relayed unasked."""
    mine = [case for case in turn.unit.cases.waiting() if case.owner_id == turn.person.id]
    if len(mine) != 1 or not turn.text.strip():
        return [turn.reply(say("moderator.help"))]
    turn.open_form(FORM, "relay", case=mine[0].id, text=turn.text)
    words = say("moderator.relay-this", person=mine[0].person_id, text=turn.text)
    return [turn.reply(words, offers=choices("yes", "no", about=str(mine[0].id)))]


def _only_case(turn: Turn) -> str | None:
    waiting = turn.unit.cases.waiting()
    mine = [case for case in waiting if case.owner_id == turn.person.id] or list(waiting)
    return str(mine[0].id) if len(mine) == 1 else None


def queue(turn: Turn) -> list[Reply]:
    """Every case that is not closed, worst first."""
    waiting = turn.unit.cases.waiting()
    if not waiting:
        return [turn.reply(say("moderator.no-case"))]
    lines: list[Json] = [_line(case) for case in waiting]
    return [turn.reply(say("moderator.queue", lines={"lines": lines}), offers=tuple(Choice("claim", str(c.id)) for c in waiting[:5]))]


def _line(case: Case) -> Json:
    return nested(
        "moderator.queue-line",
        case=case.id,
        person=case.person_id,
        level=nested(f"level.{case.level.name}"),
        state=nested(f"state.{case.state}"),
        signs=escalation.code_names(case.codes),
    )


def _duty(turn: Turn, *, on: bool) -> list[Reply]:
    turn.unit.people.save(replace(turn.person, on_duty=on))
    return [turn.reply(say("moderator.duty-on" if on else "moderator.duty-off"))]


def press_claim(turn: Turn) -> list[Reply]:
    """Take the case: the person hears that somebody reads, the others that it is taken."""
    case = _case(turn)
    if case is None:
        return _gone(turn)
    taken = claim(case, by=turn.person.id)
    if isinstance(taken, Refused):
        return [turn.reply(say(f"moderator.{taken.because}", case=case.id))]
    if case.owner_id == turn.person.id:
        return [turn.reply(say("moderator.claimed", case=case.id), offers=_owner_choices(case))]
    _save(turn, taken, "claimed")
    turn.unit.timers.cancel(case.person_id, escalation.UNCLAIMED, str(case.id))
    last = escalation.last_words(turn, case)
    mine = turn.reply(
        say("moderator.claimed", case=case.id),
        say("moderator.last-words", quote=last or "…"),
        offers=_owner_choices(case),
    )
    others = [
        _to(m, "moderator.claimed-by-another", case=case.id, kind="notice")
        for m in turn.unit.people.moderators()
        if m.id != turn.person.id and m.on_duty
    ]
    return [mine, _to_patient(turn, case, "human.reading"), *others]


def _owner_choices(case: Case) -> tuple[Choice, ...]:
    ids = ("reply", "note", "release", "raise-level", "lower-level", "resolve-safe", "resolve-referred", "resolve-false-alarm")
    return choices(*ids, about=str(case.id))


def press_release(turn: Turn) -> list[Reply]:
    """Give the case back: it is paged again, so that a handover cannot be forgotten."""
    case = _case(turn)
    if case is None:
        return _gone(turn)
    given = release(case, by=turn.person.id)
    if isinstance(given, Refused):
        return [turn.reply(say(f"moderator.{given.because}", case=case.id))]
    _save(turn, given, "released")
    patient = turn.unit.people.get(case.person_id)
    paged = escalation.page_again(_about(turn, patient), given, attempt=0) if patient else []
    return [turn.reply(say("moderator.released", case=case.id)), *paged]


def press_reply(turn: Turn) -> list[Reply]:
    """Write to the person: the next words go to them."""
    return _ask_words(turn, "reply", "moderator.write-reply")


def press_note(turn: Turn) -> list[Reply]:
    """Write a note that only moderators read."""
    return _ask_words(turn, "note", "moderator.write-note")


def _ask_words(turn: Turn, step: str, key: str) -> list[Reply]:
    case = _case(turn)
    if case is None:
        return _gone(turn)
    turn.open_form(FORM, step, case=case.id)
    return [turn.reply(say(key, case=case.id, person=case.person_id), offers=choices("cancel"))]


def form(turn: Turn, dialogue: Dialogue) -> list[Reply] | None:
    """The words of a reply or of a note. Leaving is by button or by the word alone: no text is taken for a leave."""
    found = command(turn.text)
    if found is not None and found.name == "cancel":
        turn.close_form()
        return [turn.reply(say("form.left"))]
    if dialogue.step == "relay":
        return relay_yes(turn) if turn.meaning.intent == "confirm" else relay_no(turn) if turn.meaning.intent == "decline" else None
    return _write(turn, str(dialogue.answers["case"]), dialogue.step, turn.text)


def relay_yes(turn: Turn) -> list[Reply]:
    """Send the words that were typed without a command."""
    dialogue = turn.unit.dialogues.get(turn.person.id)
    if dialogue is None or dialogue.form != FORM or dialogue.step != "relay":
        return [turn.reply(say("form.over"))]
    return _write(turn, str(dialogue.answers["case"]), "reply", str(dialogue.answers["text"]))


def relay_no(turn: Turn) -> list[Reply]:
    """Do not send them."""
    turn.close_form()
    return [turn.reply(say("form.left"))]


def _write(turn: Turn, case_id: str, what: str, text: str) -> list[Reply]:
    turn.close_form()
    case = _case(turn.pressing(what, case_id))
    if case is None:
        return _gone(turn)
    if what == "note":
        turn.unit.cases.record(CaseEvent(case_id=case.id, at=turn.now, what="note", actor_id=turn.person.id, note=text))
        return [turn.reply(say("moderator.noted", case=case.id))]
    replies: list[Reply] = []
    if case.state == "open":
        # Whoever answers has it: the pages stop, the others are told.
        replies = press_claim(turn.pressing("claim", case_id))[2:]
        case = turn.unit.cases.get(case.id) or case
    turn.unit.cases.record(CaseEvent(case_id=case.id, at=turn.now, what="reply", actor_id=turn.person.id, note=text))
    sent = turn.reply(say("moderator.sent", person=case.person_id), offers=_owner_choices(case))
    return [sent, _to_patient(turn, case, "human.says", text=text), *replies]


def press_raise(turn: Turn) -> list[Reply]:
    """One level up."""
    return _level(turn, +1)


def press_lower(turn: Turn) -> list[Reply]:
    """One level down, never below `consult`: a case is closed, not faded out."""
    return _level(turn, -1)


def _level(turn: Turn, change: int) -> list[Reply]:
    case = _case(turn)
    if case is None:
        return _gone(turn)
    level = Level(min(max(case.level + change, Level.consult), Level.emergency))
    moved = replace(case, level=level, red=case.red or level is Level.emergency)
    _save(turn, moved, "level-raised" if change > 0 else "level-lowered")
    return [turn.reply(say("moderator.level", case=case.id, level=nested(f"level.{level.name}")), offers=_owner_choices(moved))]


def press_resolve(turn: Turn) -> list[Reply]:
    """Close the case: the plan goes on where it stood, and the person is told."""
    how: Resolution = {"resolve-safe": "safe", "resolve-referred": "referred", "resolve-false-alarm": "false-alarm"}[turn.press.choice]  # type: ignore[assignment]  # the table's values are the literal's
    case = _case(turn)
    if case is None:
        return _gone(turn)
    closed = close(case, by=turn.person.id, how=how, now=turn.now)
    if isinstance(closed, Refused):
        return [turn.reply(say(f"moderator.{closed.because}", case=case.id))]
    _save(turn, closed, f"resolved-{how}")
    turn.unit.timers.cancel(case.person_id, escalation.UNCLAIMED, str(case.id))
    patient = turn.unit.people.get(case.person_id)
    if patient is not None:
        agenda.resume(_about(turn, patient), why=agenda.BECAUSE_CASE)
    return [
        turn.reply(say("moderator.closed", case=case.id), offers=choices("reopen", about=str(case.id))),
        _to_patient(turn, case, "human.closed"),
    ]


def press_reopen(turn: Turn) -> list[Reply]:
    """A closed case goes back to the queue and is paged."""
    case = _case(turn)
    if case is None:
        return _gone(turn)
    opened = reopen(case)
    if isinstance(opened, Refused):
        return [turn.reply(say(f"moderator.{opened.because}", case=case.id))]
    if turn.unit.cases.open_for(case.person_id) is not None:
        return [turn.reply(say("moderator.another-open", case=case.id))]
    _save(turn, opened, "reopened")
    patient = turn.unit.people.get(case.person_id)
    return escalation.page_again(_about(turn, patient), opened, attempt=0) if patient else []


def _case(turn: Turn) -> Case | None:
    return turn.unit.cases.get(int(turn.press.about)) if turn.press.about.isdigit() else None


def _gone(turn: Turn) -> list[Reply]:
    return [turn.reply(say("moderator.case-gone"))]


def _save(turn: Turn, case: Case, what: str) -> None:
    turn.unit.cases.save(case)
    turn.unit.cases.record(CaseEvent(case_id=case.id, at=turn.now, what=what, actor_id=turn.person.id))


def _about(turn: Turn, patient: Person) -> Moment:
    return Moment(unit=turn.unit, person=patient, now=turn.now, policy=turn.policy)


def _to(person: Person, key: str, *, kind: str = "notice", **values: Json) -> Reply:
    return Reply(to=person.id, words=(say(key, **values),), kind="notice" if kind == "notice" else "reply")


def _to_patient(turn: Turn, case: Case, key: str, **values: Json) -> Reply:
    patient = turn.unit.people.get(case.person_id)
    country = patient.country if patient else ""
    numbers: dict[str, Json] = {"emergency": {"emergency": country}} if key != "human.says" else {}
    return Reply(
        to=case.person_id,
        words=(say(key, **values, **numbers),),
        kind="notice",
        choices=choices("talk-to-human") if key == "human.closed" else (),
        urgency=Urgency.urgent,
    )


PRESSES = {
    "claim": press_claim,
    "release": press_release,
    "reply": press_reply,
    "note": press_note,
    "raise-level": press_raise,
    "lower-level": press_lower,
    "resolve-safe": press_resolve,
    "resolve-referred": press_resolve,
    "resolve-false-alarm": press_resolve,
    "reopen": press_reopen,
    "arrive": queue,
    "yes": relay_yes,
    "no": relay_no,
}
"""What a moderator may press. Rights are checked by the conversation: only moderators reach this table."""
