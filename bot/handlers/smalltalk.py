"""Everything that is not about the treatment itself: hello, help, settings, and "I did not understand"."""

from __future__ import annotations

from dataclasses import replace

from bot.core.levels import Level
from bot.core.meaning import QUESTIONS
from bot.handlers import read_back
from bot.handlers.answer import A_SENTENCE
from bot.handlers.offers import TOLD, WAITS, beside, of_this, offered, topics_of
from bot.handlers.turn import Turn, choices, emergency_of, numbers_of, say
from bot.messages import Choice, Reply
from bot.ports import Dialogue


def greet(turn: Turn) -> list[Reply]:
    """Hello, and what one may say; or see you soon."""
    if turn.slots.get("topic") == "farewell":
        return [turn.reply(say("farewell"))]
    return [turn.reply(say("greet"), say("help.short"))]


def thanks(turn: Turn) -> list[Reply]:
    """You are welcome; while a case is open, I am here, and the numbers once more."""
    case = turn.unit.cases.open_for(turn.person.id)
    if case is None or case.level < Level.urgent or case.is_of_others:
        return [turn.reply(say("thanks"))]
    return [turn.reply(say("danger.here"), say("human.numbers", **numbers_of(turn.person.country)), rules=("emergency-number",))]


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


def not_understood(turn: Turn) -> list[Reply]:
    """Said plainly, with the nearest offers (rule `not-understood`). The words are kept until one is chosen."""
    offers = _by_name(turn, [intent for intent in turn.meaning.candidates if intent in OFFERED])[:3]
    if not offers:
        # Whoever writes a sentence and is not understood may have said what nobody has words for: the way to a human stands first.
        words = (
            [say("not-understood.if-wrong", emergency=emergency_of(turn.person.country))] if len(turn.text.split()) >= A_SENTENCE else []
        )
        words = [say("not-understood"), *words, say("help.short")]
        return [turn.reply(*words, offers=choices("talk-to-human"), rules=("not-understood",))]
    reply = read_back.asked(turn, offers) or of_this(turn, say("did-you-mean"), offers)
    return [_if_wrong_besides(turn, reply) if turn.screening.leaning else reply]


def _if_wrong_besides(turn: Turn, reply: Reply) -> Reply:
    """Words that a cue explains and that lean towards danger: the offers first, and the way to say that something is wrong beside them."""
    words = say("not-understood.if-wrong", emergency=emergency_of(turn.person.country))
    *offers, leave = reply.choices
    return replace(reply, words=(*reply.words, words), choices=(*offers, *choices("talk-to-human"), leave))


def _by_name(turn: Turn, offers: list[str]) -> list[str]:
    """A question on offer is called by what it may be about: nobody knows whether theirs is one "of safety"."""
    about, asked = topics_of(turn), [offer for offer in offers if offer in QUESTIONS]
    if not about or not asked:
        return offers
    at = offers.index(asked[0])
    return [*offers[:at], *about, *(offer for offer in offers[at:] if offer not in QUESTIONS)]


def told_beside(turn: Turn) -> list[Reply]:
    """What a question also told is offered to be noted, unless something else is being asked: a question by itself never logs."""
    told = turn.meaning.told
    doubted = turn.screening.level >= Level.check  # the gentle question is the answer then
    if told is None or doubted or turn.unit.dialogues.get(turn.person.id) is not None:
        return []
    what = read_back.described(turn, told.act)
    words = say("told-beside.as-read", what=what) if what else say("told-beside")
    return [offered(turn, words, [told.act.intent], text=told.text, said_at=turn.said_at.isoformat())]


def or_else(turn: Turn) -> list[Reply]:
    """What else a message may have meant that was answered though not surely understood."""
    others = [intent for intent in turn.meaning.candidates if intent in OFFERED and intent != turn.meaning.intent]
    offers = _by_name(turn, others)[:3]
    return [beside(turn, say("did-you-mean.else"), offers)] if offers else []


def form(turn: Turn, dialogue: Dialogue) -> list[Reply] | None:
    """Leaving the offer; a yes to several of them is asked which one; anything else is heard as new words.

    What was read back and is put right, or was not meant, was not noted: the last entry is not touched, and the rest stays on offer.
    """
    if turn.meaning.intent == "confirm" and not turn.said_since(dialogue):
        return [offered(turn, say("did-you-mean.which"), **dialogue.answers)]
    if dialogue.answers.get(WAITS) and turn.meaning.intent not in ("confirm", "decline", "cancel", "correct_last"):
        return None  # it is asked once more
    turn.close_form()
    offers = [str(offer) for offer in dialogue.answers.get("offers", ())]
    if offers[:1] == [TOLD] and turn.meaning.intent == "decline" and offers[1:]:
        return [offered(turn, say("did-you-mean.then"), **{**dialogue.answers, "offers": offers[1:]})]
    if offers[:1] == [TOLD] and turn.meaning.intent == "correct_last":
        return [turn.reply(say("read-back.again"), offers=choices("cancel"))]
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
