"""Moderators: the queue, claiming, answering through the assistant, notes, levels, closing. Through the same `hear`."""

from __future__ import annotations

from dataclasses import replace

from bot.core.case import Case, Refused, Resolution, claim, close, release, reopen
from bot.core.levels import Level
from bot.core.person import Person
from bot.handlers import agenda, case_words, escalation, ties, watch
from bot.handlers.turn import Moment, Turn, choices, nested, say
from bot.knowledge.commands import Command, command
from bot.messages import Choice, Json, Reply, Urgency
from bot.ports import CaseEvent, Dialogue

FORM = "case"
WITHOUT_CASE = frozenset({"cases", "duty-on", "duty-off", "pairs"})
"""Commands that are one without a case number, wherever they are typed."""


def hear(turn: Turn) -> list[Reply]:
    """A moderator's words: a command with its case number, or help."""
    found = _command(turn.text)
    if found is None:
        return _not_a_command(turn)
    if found.name in ("duty-on", "duty-off"):
        return _duty(turn, on=found.name == "duty-on")
    if found.name == "cases":
        return queue(turn)
    if found.name == "cancel":
        return cancel(turn)
    if found.name in ties.COMMANDS:
        return ties.COMMANDS[found.name](turn.pressing(found.name, found.case))
    case_id = found.case or _only_case(turn)
    if case_id is None:
        return queue(turn)
    if found.name in ("reply", "note") and found.rest:
        return _write(turn, case_id, found.name, found.rest)
    return PRESSES[found.name](turn.pressing(found.name, case_id))


def _command(text: str) -> Command | None:
    """The command that a text is. Only a reply and a note go on after it: "safe, thank you" closes nothing."""
    found = command(text)
    return None if found is None or (found.rest and found.name not in ("reply", "note")) else found


def at_work(turn: Turn, dialogue: Dialogue | None) -> bool:
    """Whether a moderator's words are their work (a command, the text of a reply or a note) rather than their own."""
    return command(turn.text) is not None or (dialogue is not None and dialogue.form == FORM and dialogue.step in ("reply", "note"))


def _not_a_command(turn: Turn) -> list[Reply]:
    """Free words of whoever owns exactly one case are offered for relay, never relayed unasked."""
    mine = [case for case in turn.unit.cases.waiting() if case.owner_id == turn.person.id]
    if len(mine) != 1 or not turn.text.strip():
        return [turn.reply(say("moderator.help"))]
    token = turn.open_form(FORM, "relay", case=mine[0].id, text=turn.text)
    words = say("moderator.relay-this", person=mine[0].person_id, text=turn.text)
    return [turn.reply(words, offers=choices("yes", "no", about=token))]


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
        return _refused(turn, case, taken.because)
    mine = turn.reply(say("moderator.claimed", case=case.id), case_words.every_word(turn, case), offers=_owner_choices(case))
    if case.owner_id == turn.person.id:
        return [mine]
    _save(turn, taken, "claimed")
    turn.unit.timers.cancel(case.person_id, escalation.UNCLAIMED, str(case.id))
    watch.begin(turn, taken)
    others = [
        _to(m, "moderator.claimed-by-another", case=case.id, kind="notice")
        for m in turn.unit.people.moderators()
        if m.id not in (turn.person.id, case.person_id) and m.on_duty
    ]
    return [mine, _to_patient(turn, case, "human.reading"), *others]


def _refused(turn: Turn, case: Case, because: str) -> list[Reply]:
    return [turn.reply(say(f"moderator.{because}", case=case.id, owner=case.owner_id or 0))]


def _owner_choices(case: Case) -> tuple[Choice, ...]:
    return choices(*watch.OWNER_CHOICES, about=str(case.id))


def press_release(turn: Turn) -> list[Reply]:
    """Give the case back: it is paged again, so that a handover cannot be forgotten."""
    case = _case(turn)
    if case is None:
        return _gone(turn)
    given = release(case, by=turn.person.id)
    if isinstance(given, Refused):
        return _refused(turn, case, given.because)
    _save(turn, given, "released")
    watch.end(turn, given)
    patient = turn.unit.people.get(case.person_id)
    paged = escalation.page_again(_about(turn, patient), given, attempt=0) if patient else []
    return [turn.reply(say("moderator.released", case=case.id)), *paged]


def press_history(turn: Turn) -> list[Reply]:
    """Everything that happened in the case, every word in full."""
    case = _case(turn)
    if case is None:
        return _gone(turn)
    *former, last = case_words.history_pages(turn, case)
    mine = case.owner_id == turn.person.id and case.state != "closed"
    offers = _owner_choices(case) if mine else choices("claim", about=str(case.id)) if case.state == "open" else ()
    return [*(turn.reply(page) for page in former), turn.reply(last, offers=offers)]


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
    if step == "reply" and case.owner_id not in (None, turn.person.id):
        return _refused(turn, case, "owned-by-another")
    token = turn.open_form(FORM, step, case=case.id)
    return [turn.reply(say(key, case=case.id, person=case.person_id), offers=choices("cancel", about=token))]


def form(turn: Turn, dialogue: Dialogue) -> list[Reply] | None:
    """The words of a reply or of a note. What is plainly a command is one, and never goes to the person.

    Leaving is by button or by the word alone: no longer text is taken for a leave.
    """
    found = _command(turn.text)
    if found is not None and found.name == "cancel":
        return cancel(turn)
    if dialogue.step == "relay":
        return relay_yes(turn) if turn.meaning.intent == "confirm" else relay_no(turn) if turn.meaning.intent == "decline" else None
    case_id = str(dialogue.answers["case"])
    if found is not None and (found.case or found.name in WITHOUT_CASE):
        turn.close_form()
        return hear(turn)
    if found is not None and found.name in ("reply", "note") and found.rest:
        # "note: …" inside a reply is a note on this very case, and must not reach the person.
        return _write(turn, case_id, found.name, found.rest)
    return _write(turn, case_id, dialogue.step, turn.text)


def cancel(turn: Turn) -> list[Reply]:
    """Leave whatever was asked."""
    if turn.unit.dialogues.get(turn.person.id) is None:
        return [turn.reply(say("moderator.help"))]
    turn.close_form()
    return [turn.reply(say("form.left"))]


def relay_yes(turn: Turn) -> list[Reply]:
    """Send the words that were typed without a command."""
    dialogue = turn.unit.dialogues.get(turn.person.id)
    if dialogue is None or dialogue.form != FORM or dialogue.step != "relay" or not _is_about(turn, dialogue):
        return [turn.reply(say("form.over"))]
    return _write(turn, str(dialogue.answers["case"]), "reply", str(dialogue.answers["text"]))


def relay_no(turn: Turn) -> list[Reply]:
    """Do not send them."""
    dialogue = turn.unit.dialogues.get(turn.person.id)
    if dialogue is None or not _is_about(turn, dialogue):
        return [turn.reply(say("form.over"))]
    turn.close_form()
    return [turn.reply(say("form.left"))]


def _is_about(turn: Turn, dialogue: Dialogue) -> bool:
    """A button belongs to the question it was shown with; a word to the one that is open."""
    return turn.press.about in ("", dialogue.token)


def _write(turn: Turn, case_id: str, what: str, text: str) -> list[Reply]:
    turn.close_form()
    case = _case(turn.pressing(what, case_id))
    if case is None:
        return _gone(turn)
    if what == "note":
        _act(turn, case, "note", note=text)
        return [turn.reply(say("moderator.noted", case=case.id))]
    if case.owner_id not in (None, turn.person.id):
        return _refused(turn, case, "owned-by-another")
    replies: list[Reply] = []
    if case.state == "open":
        # Whoever answers has it: the pages stop, the others are told.
        replies = press_claim(turn.pressing("claim", case_id))[2:]
        case = turn.unit.cases.get(case.id) or case
    _act(turn, case, "reply", note=text)
    sent = turn.reply(say("moderator.sent", person=case.person_id), offers=_owner_choices(case))
    return [sent, _to_patient(turn, case, "human.says", text=text), *replies]


def _act(turn: Turn, case: Case, what: str, *, note: str = "") -> None:
    """Keep what a moderator did: it is also how their watch over the case is known to go on."""
    turn.unit.cases.record(CaseEvent(case_id=case.id, at=turn.now, what=what, actor_id=turn.person.id, note=note))


def press_raise(turn: Turn) -> list[Reply]:
    """One level up: anybody may, and everybody on duty is paged, for it is worse than they were told."""
    case = _case(turn)
    if case is None:
        return _gone(turn)
    if case.state == "closed":
        return _refused(turn, case, "already-closed")
    if case.level is Level.emergency and case.red:
        return [_level_said(turn, case)]
    level = Level(min(case.level + 1, Level.emergency))
    worse = replace(case, level=level, red=case.red or level is Level.emergency)
    _save(turn, worse, "level-raised")
    return [_level_said(turn, worse), *_page_worse(turn, worse)]


def _page_worse(turn: Turn, case: Case) -> list[Reply]:
    patient = turn.unit.people.get(case.person_id)
    if patient is None:
        return []
    about = _about(turn, patient)
    if case.level >= Level.urgent:
        agenda.freeze(about)
    if case.state == "open":
        escalation.page_later(about, case, attempt=0)
    else:
        watch.begin(about, case)
    quote, again_at = case_words.last_words(about, case), turn.now + turn.policy.next_page(case, 0) if case.state == "open" else None
    page = escalation.card(about, case, quote=quote, headline="case.worse", kind_alert=case.red, claim_by=again_at)
    others = [m for m in turn.unit.people.moderators() if m.id not in (turn.person.id, case.person_id)]
    awake = [m for m in others if m.on_duty or m.id == case.owner_id] or others
    return [replace(page, to=m.id) for m in awake]


def press_lower(turn: Turn) -> list[Reply]:
    """One level down, never below `consult`: a case is closed, not faded out. Another's case is theirs to lower."""
    case = _case(turn)
    if case is None:
        return _gone(turn)
    if case.state == "closed":
        return _refused(turn, case, "already-closed")
    if case.owner_id not in (None, turn.person.id):
        return _refused(turn, case, "owned-by-another")
    milder = replace(case, level=Level(max(case.level - 1, Level.consult)))
    _save(turn, milder, "level-lowered")
    return [_level_said(turn, milder)]


def _level_said(turn: Turn, case: Case) -> Reply:
    words = say("moderator.level", case=case.id, level=nested(f"level.{case.level.name}"))
    return turn.reply(words, offers=_owner_choices(case) if case.owner_id == turn.person.id else choices("claim", about=str(case.id)))


def press_resolve(turn: Turn) -> list[Reply]:
    """Close the case: the plan goes on where it stood, and the person is told."""
    how: Resolution = {"resolve-safe": "safe", "resolve-referred": "referred", "resolve-false-alarm": "false-alarm"}[turn.press.choice]  # type: ignore[assignment]  # the table's values are the literal's
    case = _case(turn)
    if case is None:
        return _gone(turn)
    closed = close(case, by=turn.person.id, how=how, now=turn.now)
    if isinstance(closed, Refused):
        return _refused(turn, case, closed.because)
    _save(turn, closed, f"resolved-{how}")
    turn.unit.timers.cancel(case.person_id, escalation.UNCLAIMED, str(case.id))
    watch.end(turn, closed)
    patient = turn.unit.people.get(case.person_id)
    if patient is not None:
        agenda.thaw(_about(turn, patient))
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
        return _refused(turn, case, opened.because)
    if turn.unit.cases.open_for(case.person_id) is not None:
        return [turn.reply(say("moderator.another-open", case=case.id))]
    _save(turn, opened, "reopened")
    patient = turn.unit.people.get(case.person_id)
    if patient is None:
        return []
    if opened.level >= Level.urgent:
        agenda.freeze(_about(turn, patient))
    return escalation.page_again(_about(turn, patient), opened, attempt=0)


def _case(turn: Turn) -> Case | None:
    return turn.unit.cases.get(int(turn.press.about)) if turn.press.about.isdigit() else None


def _gone(turn: Turn) -> list[Reply]:
    return [turn.reply(say("moderator.case-gone"))]


def _save(turn: Turn, case: Case, what: str) -> None:
    turn.unit.cases.save(case)
    _act(turn, case, what)


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
        # Words of a moderator that never arrive must be known: their level makes the postman say so.
        level=case.level if key == "human.says" else Level.none,
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
    "history": press_history,
    "cancel": cancel,
    "arrive": queue,
    "yes": relay_yes,
    "no": relay_no,
    **ties.COMMANDS,
}
"""What a moderator may press. Rights are checked by the conversation: only moderators reach this table."""
