"""A question to the community: shown before it is posted, signed with a name that tells nobody who asks, and its answers brought back."""

from __future__ import annotations

import re
import zlib
from datetime import timedelta

from bot.buttons import ANSWER
from bot.community import Question
from bot.core.levels import Level
from bot.handlers import members, ties
from bot.handlers.turn import Due, Moment, Turn, choices, on_day, say
from bot.knowledge.pseudonyms import choose_pseudonym
from bot.messages import Account, Choice, Json, Reply
from bot.ports import Dialogue

FORM = "ask"
OPEN_FOR = timedelta(days=14)
MOST_OPEN = 3
"""Open questions of one person."""

# What is kept even when it is said while the words of a question are waited for.
_RECORDS = frozenset({"log_intake", "log_missed", "log_side_effect", "log_craving", "log_drink", "correct_last", "undo", "talk_to_human"})
_NAME = re.compile(r"[^\W\d_][\w' -]{0,28}\w")


def ask(turn: Turn) -> list[Reply]:
    """The words of a question, or the wish to ask one."""
    if turn.policy.community is None:
        return [turn.reply(say("community.none"))]
    if len(turn.unit.questions.open_of(turn.person.id)) >= MOST_OPEN:
        return [turn.reply(say("community.enough", most=MOST_OPEN))]
    if turn.text.strip():
        return _preview(turn, turn.text.strip())
    token = turn.open_form(FORM, "words")
    return [turn.reply(say("community.tell"), offers=choices("cancel", about=token))]


def form(turn: Turn, dialogue: Dialogue) -> list[Reply] | None:
    """The words of the question, the name to sign with, or yes and no to what is shown."""
    if turn.meaning.intent == "cancel" and turn.meaning.confidence == "sure":
        return leave(turn)
    if dialogue.step == "confirm":
        if turn.meaning.intent == "confirm":
            return confirm(turn)
        return leave(turn) if turn.meaning.intent == "decline" else None
    if dialogue.step == "name" and len(turn.text.split()) == 1:
        return _named(turn, dialogue)  # "Rose" is a name here, and no wine
    sure = turn.meaning.confidence == "sure" and not turn.meaning.question
    if sure and any(act.intent in _RECORDS for act in turn.meaning.acts):
        return None
    if dialogue.step == "name":
        return _named(turn, dialogue)
    return _preview(turn, turn.text.strip())


def _preview(turn: Turn, text: str, *, name: str = "", chosen: bool = False) -> list[Reply]:
    """What the community would read, word for word."""
    why_not = members.refused(turn, text)
    if why_not is not None:
        return [turn.reply(why_not)]
    name = name or _pseudonym(turn)
    token = turn.open_form(FORM, "confirm", text=text, name=name, chosen=chosen)
    words = (say("community.preview", name=_shown(name, chosen=chosen), text=text), say("community.preview-sure"))
    return [turn.reply(*words, offers=choices("confirm", "sign-myself", "cancel", about=token))]


def _pseudonym(turn: Turn) -> str:
    """One that no open question bears. Where the list is entered depends on the message alone, and tells nothing of its author."""
    taken = {question.name for question in turn.unit.questions.open() if not question.chosen}
    return choose_pseudonym(zlib.crc32(turn.incoming.key.encode()), taken)


def _shown(name: str, *, chosen: bool) -> Json:
    return f"“{name}”" if chosen else {"pseudonym": name}


def sign_myself(turn: Turn) -> list[Reply]:
    """Another name than the pseudonym."""
    dialogue = _shown_now(turn)
    if dialogue is None:
        return [turn.reply(say("form.over"))]
    token = turn.open_form(FORM, "name", text=dialogue.answers["text"])
    return [turn.reply(say("community.which-name"), offers=choices("cancel", about=token))]


def _named(turn: Turn, dialogue: Dialogue) -> list[Reply]:
    name = turn.text.strip()
    why_not = members.refused(turn, name)
    if turn.screening.level >= Level.check and why_not is not None:
        return [turn.reply(why_not)]
    if not _NAME.fullmatch(name) or members.reveals(name):
        return [turn.reply(say("community.no-name"))]
    return _preview(turn, str(dialogue.answers["text"]), name=name, chosen=True)


def _shown_now(turn: Turn) -> Dialogue | None:
    dialogue = turn.unit.dialogues.get(turn.person.id)
    return dialogue if dialogue is not None and dialogue.form == FORM and dialogue.step == "confirm" else None


def confirm(turn: Turn) -> list[Reply]:
    """Post it, exactly as it was shown."""
    dialogue, place = _shown_now(turn), _place(turn)
    if dialogue is None or place is None:
        return [turn.reply(say("form.over"))]
    turn.close_form()
    text, chosen, name = str(dialogue.answers["text"]), bool(dialogue.answers["chosen"]), str(dialogue.answers["name"])
    if not chosen and any(each.name == name and not each.chosen for each in turn.unit.questions.open()):
        return _preview(turn, text)  # somebody was faster with this name: another one is shown before anything is posted
    asked = Question(id=0, person_id=turn.person.id, name=name, chosen=chosen, text=text, asked_at=turn.now)
    question = turn.unit.questions.add(asked)
    turn.unit.timers.put(turn.person.id, ties.CLOSES, str(question.id), turn.now + OPEN_FOR)
    shown, until = _shown(name, chosen=chosen), on_day((turn.local_now + OPEN_FOR).date())
    posted = Reply(
        to=place,
        words=(say("community.question", name=shown, text=text, person=turn.person.id), say("community.how-to-answer")),
        kind="notice",
        choices=choices(ANSWER, about=str(question.id)),
    )
    mine = turn.reply(say("community.passed-on", name=shown, until=until), offers=choices("close-question", about=str(question.id)))
    return [mine, posted]


def _place(moment: Moment) -> int | None:
    """The channel, as one more account that can be written to. It is made known when the first question is posted.

    It is found in a way that lets one transaction after the other through: two questions at once never bear one pseudonym.
    """
    where, people = moment.policy.community, moment.unit.people
    if where is None:
        return None
    account = Account(where.platform, where.place)
    known = people.find(account)
    if known is not None:
        return known.id
    return people.add(account, role="community", language=where.language, timezone="UTC", country="", now=moment.now).id


def leave(turn: Turn) -> list[Reply]:
    """Nothing is posted."""
    turn.close_form()
    return [turn.reply(say("form.left"))]


def in_public(turn: Turn) -> list[Reply]:
    """A member's reply under a question: brought to whoever asked, without a word in the channel or to the member when all is well."""
    if turn.press.choice != ANSWER:
        return []
    return _bring(turn, told=False)


def answer(turn: Turn) -> list[Reply]:
    """A member's answer by the button's form."""
    return _bring(turn, told=True)


def _bring(turn: Turn, *, told: bool) -> list[Reply]:
    """`told`: the member waits for a word. A sign of danger is answered as one, and is not brought."""
    text = turn.text.strip()
    question = turn.unit.questions.get(turn.press.number) if turn.press.number is not None else None
    if not text or (turn.screening.level >= Level.check and not told):
        return []
    if question is None or question.closed_at is not None:
        return [turn.reply(say("community.closed-already"))]
    why_not = members.refused(turn, text)
    if why_not is not None:
        return [turn.reply(why_not)]
    if question.person_id == turn.person.id:
        return [turn.reply(say("community.own"))] if told else []
    if not members.may_receive(turn, question.person_id):
        return [turn.reply(say("member.not-now"))] if told else []
    words = say("community.answer", question=question.recalled, text=text, person=turn.person.id)
    brought = members.brought(question.person_id, words, Choice("close-question", str(question.id)))
    return [brought, *([turn.reply(say("community.brought"))] if told else [])]


def close(turn: Turn) -> list[Reply]:
    """Whoever asked has heard enough."""
    question = turn.unit.questions.get(turn.press.number) if turn.press.number is not None else None
    if question is None or question.person_id != turn.person.id or question.closed_at is not None:
        return [turn.reply(say("form.over"))]
    turn.unit.questions.close(question.id, turn.now)
    turn.unit.timers.cancel(turn.person.id, ties.CLOSES, str(question.id))
    return [turn.reply(say("community.closed"))]


def due_close(due: Due) -> list[Reply]:
    """Two weeks are over."""
    question = due.unit.questions.get(int(due.timer.subject))
    if question is None or question.closed_at is not None:
        return []
    due.unit.questions.close(question.id, due.now)
    return [due.reply(say("community.closed-by-itself", question=question.recalled), kind="notice")]
