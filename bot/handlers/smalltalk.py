"""Everything that is not about the treatment itself: hello, help, settings, and "I did not understand"."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.core.levels import Level
from bot.handlers.turn import Turn, choices, emergency_of, say
from bot.messages import Choice, Reply
from bot.ports import Dialogue

FORM = "offer"


def greet(turn: Turn) -> list[Reply]:
    """Hello, and what one may say."""
    return [turn.reply(say("greet"), say("help.short"))]


def thanks(turn: Turn) -> list[Reply]:
    """You are welcome."""
    return [turn.reply(say("thanks"))]


def help_(turn: Turn) -> list[Reply]:
    """What can be said, by example."""
    words = [say("help.long"), say("help.emergency", emergency=emergency_of(turn.person.country))]
    if turn.policy.community is None:
        return [turn.reply(*words, offers=choices("talk-to-human"))]
    words.insert(1, say("help.community"))
    return [turn.reply(*words, offers=choices("talk-to-human", "ask-community"))]


def cancel(turn: Turn) -> list[Reply]:
    """Leave whatever was open; nothing stored is touched."""
    turn.close_form()
    return [turn.reply(say("form.left"))]


def report(turn: Turn) -> list[Reply]:
    """The page for the doctor is not there yet; the export is."""
    return [turn.reply(say("report.not-yet"), offers=(Choice("export"),))]


def acknowledge(turn: Turn) -> list[Reply]:
    """A lone yes or no with nothing asked."""
    return [turn.reply(say("nothing-asked"))]


A_SENTENCE = 5
"""Words."""


def not_understood(turn: Turn) -> list[Reply]:
    """Said plainly, with the nearest offers (rule `not-understood`). The words are kept until one is chosen."""
    offers = [intent for intent in turn.meaning.candidates if intent in OFFERED][:3]
    if not offers:
        # Whoever writes a sentence and is not understood may have said what nobody has words for: the way to a human stands first.
        words = (
            [say("not-understood.if-wrong", emergency=emergency_of(turn.person.country))] if len(turn.text.split()) >= A_SENTENCE else []
        )
        words = [say("not-understood"), *words, say("help.short")]
        return [turn.reply(*words, offers=choices("talk-to-human"), rules=("not-understood",))]
    return [_offered(turn, "did-you-mean", offers, text=turn.text, said_at=turn.said_at.isoformat())]


def told_beside(turn: Turn) -> list[Reply]:
    """What a question also told is offered to be noted, unless something else is being asked: a question by itself never logs."""
    told = turn.meaning.told
    doubted = turn.screening.level >= Level.check or turn.screening.leaning  # the gentle question is the answer then
    if told is None or doubted or turn.unit.dialogues.get(turn.person.id) is not None:
        return []
    return [_offered(turn, "told-beside", [told.act.intent], text=told.text, said_at=turn.said_at.isoformat())]


def _offered(turn: Turn, key: str, offers: Sequence[str], **words: Any) -> Reply:
    """`words`: what was said, and when: it speaks of that hour, whenever its meaning is chosen."""
    turn.open_form(FORM, "choose", offers=list(offers), **words)
    buttons = tuple(Choice(f"intent-{intent}") for intent in offers)
    return turn.reply(say(key), offers=(*buttons, Choice("cancel")), rules=("not-understood",))


def form(turn: Turn, dialogue: Dialogue) -> list[Reply] | None:
    """Leaving the offer; a yes to several of them is asked which one; anything else is heard as new words."""
    if turn.meaning.intent == "confirm":
        return [_offered(turn, "did-you-mean.which", **dialogue.answers)]
    turn.close_form()
    return [turn.reply(say("form.left"))] if turn.meaning.intent in ("cancel", "decline") else None


OFFERED = frozenset(
    {
        "log_intake",
        "log_missed",
        "log_side_effect",
        "log_craving",
        "log_drink",
        "set_plan",
        "show_plan",
        "ask_timing",
        "ask_next",
        "ask_history",
        "ask_safety",
        "ask_info",
        "stop_treatment",
        "correct_last",
        "undo",
        "change_reminder",
        "settings",
        "report",
        "snooze",
        "talk_to_human",
        "privacy",
        "help",
    }
)
