"""A person's rights: see everything, take everything, erase everything, alone and at once."""

from __future__ import annotations

from bot.handlers.turn import Turn, choices, emergency_of, say
from bot.messages import Attachment, Choice, Reply
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
    """Erasing cannot be undone: asked once."""
    turn.open_form(FORM, "confirm")
    return [turn.reply(say("privacy.erase-sure"), offers=choices("confirm", "cancel", about=FORM))]


def form(turn: Turn, dialogue: Dialogue) -> list[Reply] | None:
    """Yes or no, in words. Anything else is heard as words."""
    del dialogue
    if turn.meaning.intent == "confirm":
        return erase(turn)
    return keep(turn) if turn.meaning.intent in ("decline", "cancel") else None


def erase(turn: Turn) -> list[Reply]:
    """Everything goes, in this transaction. The farewell is spoken straight after the commit, from memory."""
    dialogue = turn.unit.dialogues.get(turn.person.id)
    if dialogue is None or dialogue.form != FORM:
        return [turn.reply(say("form.over"))]
    turn.unit.people.erase(turn.person.id)
    return [turn.reply(say("privacy.erased", emergency=emergency_of(turn.person.country)))]


def keep(turn: Turn) -> list[Reply]:
    """Nothing was erased."""
    turn.close_form()
    return [turn.reply(say("privacy.kept"))]
