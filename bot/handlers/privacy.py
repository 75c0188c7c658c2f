"""A person's rights: see everything, take everything, erase everything, alone and at once."""

from __future__ import annotations

from bot.core.case import Case
from bot.handlers.turn import Turn, choices, emergency_of, numbers_of, say
from bot.messages import Attachment, Choice, Reply, Urgency
from bot.ports import Dialogue

FORM = "erase"


def privacy(turn: Turn) -> list[Reply]:
    """What is kept and who sees it; export and erasure by their words or buttons."""
    topic = turn.slots.get("topic")
    if topic == "export":
        return export(turn)
    if topic == "erase":
        return ask_erase(turn)
    return [turn.reply(say("privacy.policy"), offers=(Choice("export"), Choice("erase")))]


def export(turn: Turn) -> list[Reply]:
    """Everything stored about the person, as one file made at the moment of sending."""
    file = Attachment(kind="json", name="palier.json", source="export")
    return [turn.reply(say("privacy.exported"), attachments=(file,))]


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


def form(turn: Turn, dialogue: Dialogue) -> list[Reply] | None:
    """Yes or no, in words. Anything else is heard as words."""
    del dialogue
    if turn.meaning.intent == "confirm":
        return erase(turn)
    return keep(turn) if turn.meaning.intent in ("decline", "cancel") else None


def erase(turn: Turn) -> list[Reply]:
    """Everything goes, in this transaction. The farewell is spoken straight after the commit, from memory.

    An open alert does not vanish in silence: the moderators hear that it ended so, without a word of the person's.
    """
    dialogue = turn.unit.dialogues.get(turn.person.id)
    if dialogue is None or dialogue.form != FORM:
        return [turn.reply(say("form.over"))]
    case = turn.unit.cases.open_for(turn.person.id)
    turn.unit.people.erase(turn.person.id)
    farewell = turn.reply(say("privacy.erased", emergency=emergency_of(turn.person.country)))
    return [farewell] if case is None else [farewell, *_told(turn, case)]


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
