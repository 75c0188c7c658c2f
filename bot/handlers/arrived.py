"""What platforms bring besides new words: a message that is no words, and one that corrects an earlier one."""

from __future__ import annotations

from bot.handlers import escalation
from bot.handlers.turn import Turn, choices, say
from bot.messages import CORRECTABLE, Reply
from bot.ports import CaseEvent


def no_words(turn: Turn) -> list[Reply] | None:
    """A kind sentence for a voice message, a picture, a place; None when there are words to hear, or nothing was agreed to yet.

    In an open case its owner hears that something came which nobody has read.
    """
    incoming, person = turn.incoming, turn.person
    if not incoming.unreadable or incoming.text.strip() or incoming.press is not None or incoming.public:
        return None
    if person.role == "patient" and person.consented_at is None:
        return None
    reply = turn.reply(say(f"unreadable.{incoming.unreadable}"), offers=choices("talk-to-human"))
    case = turn.unit.cases.open_for(person.id)
    if case is None:
        return [reply]
    what = f"[{incoming.unreadable}]"
    turn.unit.cases.record(CaseEvent(case_id=case.id, at=turn.now, what="said", note=what))
    return [reply, escalation.forwarded(case, what)] if case.owner_id is not None else [reply]


def take_back_corrected(turn: Turn) -> None:
    """What the message noted before it was edited is undone, and stays readable; the new words are then heard as any."""
    if not turn.incoming.edits:
        return
    for choice in turn.unit.outbox.offered(turn.person.id, f"{turn.incoming.edits}#", turn.now - CORRECTABLE):
        entry = turn.unit.entries.get(int(choice.about)) if choice.id == "undo" and choice.about.isdigit() else None
        if entry is not None and entry.person_id == turn.person.id and entry.undone_at is None:
            turn.unit.entries.undo(entry.id, turn.now)
