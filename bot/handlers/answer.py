"""Whether words are an answer to the open question and nothing besides. Shared vocabulary: it imports no use case."""

from __future__ import annotations

from collections.abc import Collection

from bot.handlers.turn import Turn

ASIDE = frozenset({"confirm", "greet", "thanks", "help"})
"""Politeness around an answer takes nothing away from it."""

AMOUNTS = frozenset({"dose_mg", "tablets", "doses"})
"""Slots of an amount that was taken: its number is no strength from 0 to 10."""


def close_own(turn: Turn, form: str) -> None:
    """Take a form off the table, and no other: what is logged beside an open question leaves the question open."""
    dialogue = turn.unit.dialogues.get(turn.person.id)
    if dialogue is not None and dialogue.form == form:
        turn.close_form()


def says_only(turn: Turn, intents: Collection[str]) -> bool:
    """True unless the words ask something, or surely do something else than what the form's answers are read as.

    A form that takes its number out of any sentence would log "forgot my 10 mg at noon" as an intake, and lose what was missed.
    """
    meaning = turn.meaning
    if meaning.question:
        return False
    return meaning.confidence != "sure" or all(act.intent in intents or act.intent in ASIDE for act in meaning.acts)
