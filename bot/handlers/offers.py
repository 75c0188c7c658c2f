"""What may have been meant, as buttons to choose from. Shared; it imports no use case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.core.meaning import QUESTIONS
from bot.handlers.turn import Turn
from bot.knowledge.facts import facts
from bot.knowledge.wording import wording
from bot.messages import Choice, Press, Reply, Words
from bot.ports import Dialogue

FORM = "offer"
TOPIC = "topic-"
"""Begins the choice of an answer, before the topic that it is about."""
TOLD = "told"
"""The offer to note all that a message told, as it was read back."""
WAITS = "waits"
"""What an offer keeps that is asked once more, when something else was said in between."""


def offered(turn: Turn, words: Words, offers: Sequence[str], **kept: Any) -> Reply:
    """Intents, and topics of answers. `kept`: what was said, and when: it speaks of that hour, whenever its meaning is chosen."""
    token = turn.open_form(FORM, "choose", offers=list(offers), **kept)
    return _shown(turn, words, offers, token, Choice("cancel"))


def of_this(turn: Turn, words: Words, offers: Sequence[str], **kept: Any) -> Reply:
    """What the message being served may have meant."""
    return offered(turn, words, offers, text=turn.text, said_at=turn.said_at.isoformat(), **kept)


def beside(turn: Turn, words: Words, offers: Sequence[str]) -> Reply:
    """The same; but what is being asked already stays open: the buttons answer by themselves then, and none of them closes it."""
    is_free = turn.unit.dialogues.get(turn.person.id) is None
    return of_this(turn, words, offers) if is_free else _shown(turn, words, offers, "", Choice("talk-to-human"))


def kept_words(turn: Turn, dialogue: Dialogue) -> Turn:
    """The words that an offer kept, read again as of their own hour; the offer is over."""
    turn.close_form()
    return as_said(turn, dialogue)


def as_said(turn: Turn, dialogue: Dialogue) -> Turn:
    """The same, and the offer stays as it is."""
    said_at = datetime.fromisoformat(str(dialogue.answers.get("said_at") or turn.incoming.sent_at))
    return replace(turn, incoming=replace(turn.incoming, text=str(dialogue.answers["text"]), sent_at=said_at)).understood()


def _shown(turn: Turn, words: Words, offers: Sequence[str], token: str, last: Choice) -> Reply:
    presses = [press_of(offer, token) for offer in offers]
    buttons = tuple(Choice(press.choice, press.about) for press in presses)
    return turn.reply(words, offers=(*buttons, last), rules=("not-understood",))


def press_of(offer: str, token: str) -> Press:
    """The press by which an offer is chosen; that of an answer is about the form whose words it answers."""
    return Press(offer, token) if offer.startswith(TOPIC) else Press(f"intent-{offer}")


CALLED = ("set_plan", "show_plan", "ask_next", "ask_history", "correct_last", "settings", "report", "privacy", "help", "talk_to_human")
"""Intents that are asked for by their button's own words: nothing is noted by them."""


def called(turn: Turn) -> str:
    """The intent whose button says just these words, typed; "" for any other words."""
    text = turn.text.strip(" .!?").casefold()
    texts = wording(turn.person.language)
    return next((intent for intent in CALLED if texts[f"choice.intent-{intent}"].casefold() == text), "")


def topics_of(turn: Turn) -> list[str]:
    """The answers that the message may ask for, as offers."""
    slots = turn.meaning.slots
    named = slots.get("topics") or [slots.get("topic")] if turn.meaning.intent in QUESTIONS else turn.meaning.about
    return [f"{TOPIC}{topic}" for topic in named if topic in facts()]
