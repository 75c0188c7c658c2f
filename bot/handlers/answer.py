"""Whether words are an answer to the open question and nothing besides. Shared vocabulary: it imports no use case."""

from __future__ import annotations

from collections.abc import Collection

from bot.handlers.turn import Handle, HandleForm, Turn
from bot.messages import Reply
from bot.ports import Dialogue

ASIDE = frozenset({"confirm", "greet", "thanks", "help"})
"""Politeness around an answer takes nothing away from it."""

A_SENTENCE = 5
"""Words from which on something was said, and not only named."""

AMOUNTS = frozenset({"dose_mg", "tablets", "doses"})
"""Slots of an amount that was taken: its number is no strength from 0 to 10."""


def tells_a_time(turn: Turn) -> bool:
    """Whether an hour, a day or a number of times is told: its number is no strength from 0 to 10."""
    return bool({"at", "planned_at", "since", "until"} & set(turn.slots)) or turn.says("tells_a_time")


def close_own(turn: Turn, form: str) -> None:
    """Take a form off the table, and no other: what is logged beside an open question leaves the question open."""
    dialogue = turn.unit.dialogues.get(turn.person.id)
    if dialogue is not None and dialogue.form == form:
        turn.close_form()


def yes_or_no(yes: Handle, no: Handle) -> HandleForm:
    """The form of a question that is answered by yes or no in words; anything else is heard as words."""

    def form(turn: Turn, dialogue: Dialogue) -> list[Reply] | None:
        del dialogue
        return in_words(turn, yes, no)

    return form


def in_words(turn: Turn, yes: Handle, no: Handle) -> list[Reply] | None:
    """What a yes or a no in words brings; None when it is neither."""
    if turn.meaning.intent == "confirm":
        return yes(turn)
    return no(turn) if turn.meaning.intent in ("decline", "cancel") else None


def says_only(turn: Turn, intents: Collection[str]) -> bool:
    """True unless the words ask something, or surely do something else than what the form's answers are read as.

    A form that takes its number out of any sentence would log "forgot my 10 mg at noon" as an intake, and lose what was missed.
    """
    meaning = turn.meaning
    if meaning.question:
        return False
    return meaning.confidence != "sure" or all(act.intent in intents or act.intent in ASIDE for act in meaning.acts)
