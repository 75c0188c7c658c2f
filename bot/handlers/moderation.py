"""Moderators: the queue, claiming, answering through the assistant, notes, levels, closing. Through the same `hear`."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.core.case import Case, Refused, claim, release
from bot.core.levels import Level
from bot.handlers import case_words, escalation, ties, watch
from bot.handlers.answer import close_own
from bot.handlers.case_acts import (
    about,
    case_named,
    gone,
    of_a_case,
    owner_choices,
    press_lower,
    press_raise,
    press_reopen,
    press_resolve,
    record,
    refused,
    save,
    to_moderator,
    to_patient,
)
from bot.handlers.danger_words import SAFETY_FORM
from bot.handlers.turn import Turn, choices, nested, numbers_of, say
from bot.knowledge.commands import GO_ON, Command, begins_like_a_command, command
from bot.messages import Choice, Json, Reply, Words
from bot.ports import Dialogue

FORM = "case"
WITHOUT_CASE = frozenset({"cases", "duty-on", "duty-off", "pairs", "cancel"})
"""Commands that are one without a case number, wherever they are typed."""

WRITES_WITHIN = timedelta(minutes=20)
"""How long after "write to person 3" the next words are taken for it unasked. [proposal]"""


def hear(turn: Turn) -> list[Reply]:
    """A moderator's words: a command with its case number, or help. A command ends whatever was open: no draft waits behind it."""
    found = _command(turn.text)
    if found is None:
        return _not_a_command(turn)
    if found.name == "cancel":
        return cancel(turn)
    close_own(turn, FORM)
    if found.name in ("duty-on", "duty-off"):
        return _duty(turn, on=found.name == "duty-on")
    if found.name in ties.COMMANDS:
        return ties.COMMANDS[found.name](turn.pressing(found.name, found.case))
    case_id = None if found.name == "cases" else _case_meant(turn, found)
    if case_id is None:
        return queue(turn)
    if found.name in GO_ON and found.rest:
        return _write(turn, case_id, found.name, found.rest)
    return PRESSES[found.name](turn.pressing(found.name, case_id))


def _case_meant(turn: Turn, found: Command) -> str | None:
    """The case that a command names, or the only one that it can mean. None is closed that nobody named and that is in other hands."""
    if found.case:
        return found.case
    if found.name.startswith("resolve-") and not looks_after_one(turn):
        return None
    return (_only_unclaimed(turn) if found.name == "claim" else None) or _only_case(turn)


def _command(text: str) -> Command | None:
    """The command that a text is. Only a reply and a note go on after it: "safe, thank you" closes nothing."""
    found = command(text)
    return None if found is None or (found.rest and found.name not in GO_ON) else found


def is_command(turn: Turn, dialogue: Dialogue | None) -> bool:
    """Whether a moderator's words are a command: then they are no answer to any form, and nobody's words. "Safe", to the question whether
    they are safe themselves, closes no case; inside a reply `form` asks back about a lone word, and "answer 2 questions" is its text."""
    found = None if turn.incoming.press is not None else _command(turn.text)
    if found is None or dialogue is None:
        return found is not None
    if dialogue.form == SAFETY_FORM and not found.case:
        return found.name in WITHOUT_CASE - {"cancel"}
    if dialogue.form != FORM or dialogue.step not in ("reply", "note"):
        return True
    return not found.bare and bool(found.case or found.rest or found.name in WITHOUT_CASE)


def at_work(turn: Turn, dialogue: Dialogue | None) -> bool:
    """Whether a moderator's words are their work (a command, the text of a reply or a note) rather than their own."""
    if dialogue is not None and dialogue.form == FORM and dialogue.step in ("reply", "note"):
        return not _is_late(turn, dialogue)
    found = _command(turn.text)
    if found is None or found.name not in GO_ON or not found.rest:
        return found is not None
    if not found.case:
        return looks_after_one(turn)
    case = turn.unit.cases.get(int(found.case))  # "note 30 tablets swallowed": no such case, and nobody's note
    return case is not None and case.person_id != turn.person.id


def _not_a_command(turn: Turn) -> list[Reply]:
    """Free words of whoever owns exactly one case are offered for relay, never relayed unasked; not so what begins like a command."""
    if begins_like_a_command(turn.text):
        return [turn.reply(say("moderator.not-done"), say("moderator.help"))]
    mine = _in_hand(turn)
    if len(mine) != 1 or not turn.text.strip():
        return [turn.reply(say("moderator.help"))]
    offered = _offer(turn, mine[0], "reply", turn.text)
    beside = {"talk_to_human": ("talk-to-human",), "privacy": ("export", "erase")}  # for themselves, or for the person: nobody knows
    return [replace(offered, choices=(*offered.choices, *choices(*beside.get(turn.meaning.intent, ()))))]


def _in_hand(turn: Turn) -> list[Case]:
    return [case for case in _others(turn) if case.owner_id == turn.person.id]


def looks_after_one(turn: Turn) -> bool:
    """Whether a moderator looks after exactly one case: what they write without a command may be for its person."""
    return len(_in_hand(turn)) == 1


def of_their_case(turn: Turn) -> list[Reply] | None:
    """Grave words of whoever owns exactly one case, said of somebody else or asked: of that case, or of themselves? Asked back, with the
    numbers. None for any other: they are heard as the moderator's own."""
    mine = _in_hand(turn)
    grave = [flag for flag in turn.screening.flags if flag.level >= Level.urgent]
    of_another = all(flag.subject == "other" for flag in grave) or ("?" in turn.text and turn.says("speaks_to_another"))
    if len(mine) != 1 or not grave or not of_another:
        return None
    before = (say("moderator.of-whom", case=mine[0].id), say("human.numbers", **numbers_of(turn.person.country)))
    asked = _offer(turn, mine[0], "reply", turn.text, *before, grave=True)
    offers = (*asked.choices, *choices("note", about=str(mine[0].id)), *choices("not-safe"))
    return [replace(asked, choices=offers, rules=("emergency-number", "crisis-line"), level=turn.screening.level)]


def _offer(turn: Turn, case: Case, what: str, text: str, *before: Words, grave: bool = False) -> Reply:
    """Ask whether words go to the person of a case, or into its notes. `grave` ones go by the button alone, by no habitual yes."""
    token = turn.open_form(FORM, "relay", case=case.id, text=text, what=what, grave=grave)
    asked = say("moderator.relay-this" if what == "reply" else "moderator.note-this", case=case.id, person=case.person_id, text=text)
    return turn.reply(*before, asked, offers=choices("yes", "no", about=token))


def _others(turn: Turn) -> list[Case]:
    """The cases that are not closed, worst first, but for the moderator's own."""
    return [case for case in turn.unit.cases.waiting() if case.person_id != turn.person.id]


def _only_case(turn: Turn) -> str | None:
    waiting = _others(turn)
    mine = [case for case in waiting if case.owner_id == turn.person.id] or waiting
    return str(mine[0].id) if len(mine) == 1 else None


def _only_unclaimed(turn: Turn) -> str | None:
    """The case that "claim" can only mean: the one that nobody looks after."""
    free = [case for case in _others(turn) if case.owner_id is None]
    return str(free[0].id) if len(free) == 1 else None


def queue(turn: Turn) -> list[Reply]:
    """Every case that is not closed, worst first. What nobody has can be claimed; one's own can be read."""
    waiting = _others(turn)
    if not waiting:
        return [turn.reply(say("moderator.no-case"))]
    lines: list[Json] = [_line(case, mine=case.owner_id == turn.person.id) for case in waiting]
    free = [Choice("claim", str(case.id)) for case in waiting if case.owner_id is None][:5]
    mine = [Choice("history", str(case.id)) for case in waiting if case.owner_id == turn.person.id][:1]
    return [turn.reply(say("moderator.queue", lines={"lines": lines}), offers=(*free, *mine))]


def _line(case: Case, *, mine: bool) -> Json:
    return nested(
        "moderator.queue-line",
        case=case.id,
        person=case.person_id,
        level=nested(f"level.{case.level.name}"),
        state=nested("state.claimed-by-you") if mine else nested(f"state.{case.state}"),
        signs=escalation.code_names(case.codes),
    )


def _duty(turn: Turn, *, on: bool) -> list[Reply]:
    """On duty: what waits is shown at once. Off duty: what is still in one's hands is named, for nobody else looks after it."""
    turn.unit.people.save(replace(turn.person, on_duty=on))
    said = turn.reply(say("moderator.duty-on" if on else "moderator.duty-off"))
    if on:
        return [said, *queue(turn)] if _others(turn) else [said]
    mine = _in_hand(turn)
    if not mine:
        return [said]
    numbers: list[Json] = [str(case.id) for case in mine]
    still = say("moderator.still-in-hand", cases={"all": numbers})
    return [replace(said, words=(*said.words, still), choices=tuple(Choice("release", number) for number in map(str, numbers)))]


@of_a_case
def press_claim(turn: Turn, case: Case) -> list[Reply]:
    """Take the case: the person hears that somebody reads, the others that it is taken."""
    taken = claim(case, by=turn.person.id)
    if isinstance(taken, Refused):
        return refused(turn, case, taken.because)
    mine = turn.reply(
        say("moderator.claimed", case=case.id),
        case_words.every_word(turn, case),
        *escalation.earlier(turn, case.person_id),
        offers=owner_choices(case),
    )
    if case.owner_id == turn.person.id:
        return [mine]
    save(turn, taken, "claimed")
    turn.unit.timers.cancel(case.person_id, escalation.UNCLAIMED, str(case.id))
    watch.begin(turn, taken)
    others = [
        to_moderator(m, "moderator.claimed-by-another", case=case.id, kind="notice")
        for m in turn.unit.people.moderators()
        if m.id not in (turn.person.id, case.person_id) and m.on_duty
    ]
    return [mine, to_patient(turn, case, "human.reading"), *others]


@of_a_case
def press_release(turn: Turn, case: Case) -> list[Reply]:
    """Give the case back: it is paged again, so that a handover cannot be forgotten."""
    given = release(case, by=turn.person.id)
    if isinstance(given, Refused):
        return refused(turn, case, given.because)
    save(turn, given, "released")
    watch.end(turn, given)
    patient = turn.unit.people.get(case.person_id)
    paged = escalation.page_again(about(turn, patient), given, attempt=0) if patient else []
    return [turn.reply(say("moderator.released", case=case.id)), *paged]


@of_a_case
def press_history(turn: Turn, case: Case) -> list[Reply]:
    """Everything that happened in the case, every word in full."""
    *former, last = case_words.history_pages(turn, case)
    mine = case.owner_id == turn.person.id and case.state != "closed"
    offers = owner_choices(case) if mine else choices("claim", about=str(case.id)) if case.state == "open" else ()
    return [*(turn.reply(page) for page in former), turn.reply(last, offers=offers)]


@of_a_case
def press_reply(turn: Turn, case: Case) -> list[Reply]:
    """Write to the person: the next words go to them."""
    if case.owner_id not in (None, turn.person.id):
        return refused(turn, case, "owned-by-another")
    return _ask_words(turn, case, "reply", "moderator.write-reply")


@of_a_case
def press_note(turn: Turn, case: Case) -> list[Reply]:
    """Write a note that only moderators read."""
    return _ask_words(turn, case, "note", "moderator.write-note")


def _ask_words(turn: Turn, case: Case, step: str, key: str) -> list[Reply]:
    token = turn.open_form(FORM, step, case=case.id)
    return [turn.reply(say(key, case=case.id, person=case.person_id), offers=choices("cancel", about=token))]


def form(turn: Turn, dialogue: Dialogue) -> list[Reply] | None:
    """The words of a reply or of a note, or a yes to words that were read back. What is a command is one, and never goes to the person:
    the conversation asks `is_command` first. A lone word that is one too is asked about inside a reply ("safe"), and so is what comes long
    after the form was opened: it may be meant for another case by now.
    """
    case_id = str(dialogue.answers["case"])
    if dialogue.step == "relay":
        return _answered(turn, dialogue)
    found = _command(turn.text)
    if found is not None and found.rest and not found.bare:
        # "note: …" inside a reply is a note on this very case, and must not reach the person.
        return _write(turn, case_id, found.name, found.rest)
    case = case_named(turn.pressing(dialogue.step, case_id))
    grave = turn.screening.level >= Level.urgent and not turn.says("speaks_to_another")  # of the person, or of the moderator?
    if case is not None and (grave or (found is not None and not found.bare) or _is_late(turn, dialogue)):
        numbers = (say("human.numbers", **numbers_of(turn.person.country)),) if grave else ()
        return [_offer(turn, case, dialogue.step, turn.text, *numbers, grave=grave)]
    return _write(turn, case_id, dialogue.step, turn.text)


def _answered(turn: Turn, dialogue: Dialogue) -> list[Reply] | None:
    """A yes or a no to words that were read back; a yes that comes after something else is asked again."""
    if turn.meaning.intent == "decline":
        return relay_no(turn)
    if turn.meaning.intent != "confirm":
        return None
    case = case_named(turn.pressing("", str(dialogue.answers["case"])))
    grave = bool(dialogue.answers.get("grave"))
    if case is not None and (grave or turn.said_since(dialogue)):
        return [_offer(turn, case, str(dialogue.answers.get("what", "reply")), str(dialogue.answers["text"]), grave=grave)]
    return relay_yes(turn)


def _is_late(turn: Turn, dialogue: Dialogue) -> bool:
    return dialogue.opened_at is not None and turn.now - dialogue.opened_at > WRITES_WITHIN


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
    return _write(turn, str(dialogue.answers["case"]), str(dialogue.answers.get("what", "reply")), str(dialogue.answers["text"]), sure=True)


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


def _write(turn: Turn, case_id: str, what: str, text: str, *, sure: bool = False) -> list[Reply]:
    """Send a reply, or keep a note. `sure`: it was read back, and the answer was yes."""
    close_own(turn, FORM)
    case = case_named(turn.pressing(what, case_id))
    if case is None:
        return gone(turn)
    if case.person_id == turn.person.id:
        return refused(turn, case, "your-own")
    if what == "note":
        record(turn, case, "note", note=text)
        return [turn.reply(say("moderator.noted", case=case.id)), *_note_to_the_owner(turn, case, text)]
    if case.owner_id not in (None, turn.person.id):
        return refused(turn, case, "owned-by-another")
    if case.state == "closed":
        return [turn.reply(say("moderator.reply-to-closed", case=case.id), offers=choices("reopen", about=str(case.id)))]
    if not sure and turn.reader.doses(text, turn.meaning.language):
        return [_offer(turn, case, "reply", text, say("moderator.names-a-dose"))]  # doses are the prescriber's
    replies: list[Reply] = []
    if case.state == "open":
        # Whoever answers has it: the pages stop, the others are told.
        replies = press_claim(turn.pressing("claim", case_id))[2:]
        case = turn.unit.cases.get(case.id) or case
    record(turn, case, "reply", note=text)
    sent = turn.reply(say("moderator.sent", person=case.person_id), offers=owner_choices(case))
    return [sent, to_patient(turn, case, "human.says", text=text), *replies]


def _note_to_the_owner(turn: Turn, case: Case, text: str) -> list[Reply]:
    """A colleague's note is brought to whoever looks after the case: it may be what matters."""
    if case.owner_id in (None, turn.person.id) or case.state == "closed":
        return []
    words = say("moderator.note-by-another", case=case.id, moderator=turn.person.id, text=text)
    return [Reply(to=case.owner_id, words=(words,), kind="case", level=case.level, choices=owner_choices(case))]


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
