"""A person's rights: see everything, take everything, erase everything, alone and at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from bot.core.case import Case
from bot.handlers import agenda, linking, ties
from bot.handlers.turn import Due, Handle, HandleForm, Turn, choices, emergency_of, numbers_of, on_day, say
from bot.messages import Attachment, Choice, Reply, Urgency, Words
from bot.ports import Dialogue, Trace

FORM = "erase"
WITHDRAWAL = "withdraw"
"""The form of whoever takes their consent back."""
FORGOTTEN_AFTER = timedelta(days=30)


def privacy(turn: Turn) -> list[Reply]:
    """What is kept and who sees it; export, erasure and the other rights by their words or buttons."""
    served = TOPICS.get(str(turn.slots.get("topic")))
    return served(turn) if served else [turn.reply(say("privacy.policy"), _seen(turn), offers=choices("export", "erase", "withdraw"))]


def _seen(turn: Turn) -> Words:
    """Who else was told of it, from the trail."""
    told = [trace for trace in turn.unit.trail.of(turn.person.id) if trace.actor_id not in (None, turn.person.id)]
    return say("privacy.seen", last=on_day(turn.local(told[-1].at).date())) if told else say("privacy.not-seen")


def export(turn: Turn) -> list[Reply]:
    """Everything stored about the person: one file for machines and one to read, made at the moment of sending."""
    turn.unit.trail.add(Trace(person_id=turn.person.id, at=turn.now, what="exported", actor_id=turn.actor))
    whole = Attachment(kind="json", name="palier.json", source="export")
    log = Attachment(kind="csv", name="palier.csv", source="diary")
    return [turn.reply(say("privacy.exported"), attachments=(log, whole))]


def ask_erase(turn: Turn) -> list[Reply]:
    """Erasing cannot be undone: asked once. In an alert it would take a human's way to the person: the numbers come first."""
    case = turn.unit.cases.open_for(turn.person.id)
    token = turn.open_form(FORM, "confirm")
    offers = choices("confirm", "cancel", about=token)
    if case is None:
        return [turn.reply(say("privacy.erase-sure"), offers=offers)]
    words = [say("privacy.erase-while-open"), say("privacy.erase-sure")]
    if not case.red:
        return [turn.reply(*words, offers=(*offers, Choice("talk-to-human")))]
    numbers = say("human.numbers", **numbers_of(turn.person.country))
    rules = ("emergency-number", "crisis-line")
    return [turn.reply(numbers, *words, offers=(*offers, Choice("talk-to-human")), rules=rules, level=case.level)]


def erase(turn: Turn) -> list[Reply]:
    """Everything goes, in this transaction. The farewell is spoken straight after the commit, from memory.

    An open alert does not vanish in silence: the moderators hear that it ended so, without a word of the person's.
    """
    dialogue = turn.unit.dialogues.get(turn.person.id)
    if dialogue is None or dialogue.form != FORM:
        return [turn.reply(say("form.over"))]
    case, left = turn.unit.cases.open_for(turn.person.id), ties.leave(turn)
    turn.unit.people.erase(turn.person.id)
    farewell = turn.reply(say("privacy.erased", emergency=emergency_of(turn.person.country)))
    return [farewell, *left] if case is None else [farewell, *_told(turn, case), *left]


def _told(turn: Turn, case: Case) -> list[Reply]:
    """The number of the case and what became of it, to its owner and to whoever is on duty (else to everybody)."""
    others = [m for m in turn.unit.people.moderators() if m.id != turn.person.id]
    awake = [m for m in others if m.on_duty or m.id == case.owner_id] or others
    words = (say("case.erased", case=case.id),)
    return [Reply(to=m.id, words=words, kind="notice", level=case.level, urgency=Urgency.urgent) for m in awake]


def keep(turn: Turn) -> list[Reply]:
    """Nothing was erased."""
    turn.close_form()
    return [turn.reply(say("privacy.kept"))]


def ask_withdraw(turn: Turn) -> list[Reply]:
    """Taking the consent back is asked once, with what comes of it."""
    if turn.person.consented_at is None:
        return [turn.reply(say("privacy.nothing-agreed"), offers=choices("erase"))]
    token = turn.open_form(WITHDRAWAL, "confirm")
    until = on_day((turn.local_now + FORGOTTEN_AFTER).date())
    return [turn.reply(say("privacy.withdraw-sure", until=until), offers=choices("confirm", "cancel", about=token))]


def withdraw(turn: Turn) -> list[Reply]:
    """Nothing more is kept and nothing rings. What is there is sealed for a month, in case they come back, and then erased."""
    dialogue = turn.unit.dialogues.get(turn.person.id)
    if dialogue is None or dialogue.form != WITHDRAWAL or turn.person.consented_at is None:
        return [turn.reply(say("form.over"))]
    turn.close_form()
    agenda.sleep(turn)
    left = ties.leave(turn)
    turn.unit.people.save(replace(turn.person, consented_at=None))
    turn.unit.trail.add(Trace(person_id=turn.person.id, at=turn.now, what="took-back", actor_id=turn.actor))
    turn.unit.timers.put(turn.person.id, agenda.FORGET, "", turn.now + FORGOTTEN_AFTER)
    until, emergency = on_day((turn.local_now + FORGOTTEN_AFTER).date()), emergency_of(turn.person.country)
    return [
        turn.reply(
            say("privacy.withdrawn", until=until, emergency=emergency),
            offers=choices("erase", "consent-yes"),
            rules=("never-stop-abruptly",),
        ),
        *left,
    ]


def due_forget(due: Due) -> list[Reply]:
    """The month is over. As long as a human answers an alert, the way to the person stays."""
    if due.unit.cases.open_for(due.person.id) is not None:
        due.unit.timers.put(due.person.id, agenda.FORGET, "", due.now + timedelta(days=1))
    elif due.person.consented_at is None:
        due.unit.people.erase(due.person.id)
    return []


NOT_NOW = frozenset({"decline", "cancel", "undo", "snooze"})
"""What keeps everything: a no, and "cancel that", "wait", "later", which are no words about an intake here."""


def _answers(yes: Handle, asked: Handle) -> HandleForm:
    """The answer, in words, to a question whose yes cannot be undone. Where anything was said since, a yes may be meant for that: it is
    asked again. Other words leave it: it does not stand in the way of a day."""

    def form(turn: Turn, dialogue: Dialogue) -> list[Reply] | None:
        if turn.meaning.intent == "confirm" and turn.meaning.confidence == "sure":
            return asked(turn) if turn.said_since(dialogue) else yes(turn)
        if turn.meaning.intent in NOT_NOW:
            return keep(turn)
        turn.close_form()
        return None

    return form


erasing = _answers(erase, ask_erase)
withdrawing = _answers(withdraw, ask_withdraw)
"""The answers to both questions, in words."""

TOPICS: Mapping[str, Handle] = {
    "export": export,
    "erase": ask_erase,
    "withdraw": ask_withdraw,
    "link": linking.offer_code,
    "unlink": linking.ask_unlink,
}
"""What somebody asks about their data besides what is kept."""
