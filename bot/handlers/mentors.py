"""Mentors: members of experience volunteer, newcomers ask for one, both agree, and each writes to the other through the assistant.

Nobody's account is told to the other. A sign of danger goes to moderators, and never to a mentor.
"""

from __future__ import annotations

from bot.core.levels import Level
from bot.core.mentoring import Pair
from bot.handlers import members, ties
from bot.handlers.answer import in_words
from bot.handlers.turn import Due, Turn, choices, say
from bot.messages import Choice, Json, Reply
from bot.ports import Dialogue

FORM = "mentor"


def volunteer(turn: Turn) -> list[Reply]:
    """A member whom the community knows as an expert patient may be asked from now on."""
    if not turn.incoming.expert:
        return [turn.reply(say("mentor.experts-only"))]
    turn.unit.mentors.volunteer(turn.person.id, turn.now)
    return [turn.reply(say("mentor.volunteered"), offers=choices("mentor-withdraw"))]


def withdraw(turn: Turn) -> list[Reply]:
    """They are not asked any more; what they were asked and have not answered goes to somebody else."""
    turn.unit.mentors.withdraw(turn.person.id)
    asked = [pair for pair in ties.going_on(turn) if pair.state == "asked" and pair.mentor_id == turn.person.id]
    return [turn.reply(say("mentor.withdrawn")), *(reply for pair in asked for reply in ties.end(turn, pair, by=turn.person.id))]


def find(turn: Turn) -> list[Reply]:
    """A newcomer asks for a mentor: what one is, and their own agreement first."""
    mine = [pair for pair in ties.going_on(turn) if pair.newcomer_id == turn.person.id]
    if mine:
        return [turn.reply(say("mentor.asked-already" if mine[0].state == "asked" else "mentor.together-already"))]
    case = turn.unit.cases.open_for(turn.person.id)
    if case is not None and case.level >= Level.urgent and not case.is_of_others:
        return [turn.reply(say("mentor.alert-first"), offers=choices("talk-to-human"))]
    token = turn.open_form(FORM, "find")
    return [turn.reply(say("mentor.what-it-is"), say("mentor.find-sure"), offers=choices("confirm", "cancel", about=token))]


def confirm(turn: Turn) -> list[Reply]:
    """The newcomer agrees: the next volunteer is asked."""
    dialogue = turn.unit.dialogues.get(turn.person.id)
    if dialogue is None or dialogue.form != FORM or dialogue.step != "find":
        return [turn.reply(say("form.over"))]
    turn.close_form()
    asked = ties.ask_next(turn)
    return asked if any(reply.to == turn.person.id for reply in asked) else [turn.reply(say("mentor.asking")), *asked]


def leave(turn: Turn) -> list[Reply]:
    """Nothing is asked, or nothing sent."""
    turn.close_form()
    return [turn.reply(say("form.left"))]


def form(turn: Turn, dialogue: Dialogue) -> list[Reply] | None:
    """Yes or no to being matched; or the words for the other."""
    if dialogue.step != "write":
        return in_words(turn, confirm, leave)
    if turn.meaning.intent == "cancel" and turn.meaning.confidence == "sure":
        return leave(turn)
    pair = turn.unit.mentors.get(int(dialogue.answers["pair"]))
    turn.close_form()
    return _relay(turn, pair) if pair is not None else [turn.reply(say("form.over"))]


def press_yes(turn: Turn) -> list[Reply]:
    """The volunteer agrees as well: the two are a pair."""
    pair = _asked_of_me(turn)
    if pair is None:
        return [turn.reply(say("form.over"))]
    turn.unit.mentors.save(pair.begun(turn.now))
    turn.unit.timers.cancel(pair.newcomer_id, ties.UNANSWERED, str(pair.id))
    offers = choices("mentor-write", "mentor-end", about=str(pair.id))
    newcomer = Reply(to=pair.newcomer_id, words=(say("mentor.begun"), say("mentor.limits")), kind="notice", choices=offers)
    return [turn.reply(say("mentor.begun-for-mentor", pair=pair.id), say("mentor.limits"), offers=offers), newcomer]


def press_no(turn: Turn) -> list[Reply]:
    """Not this time: another volunteer is asked."""
    pair = _asked_of_me(turn)
    if pair is None:
        return [turn.reply(say("form.over"))]
    return [turn.reply(say("mentor.declined")), *ties.end(turn, pair, by=turn.person.id)]


def _asked_of_me(turn: Turn) -> Pair | None:
    pair = ties.pair_of(turn)
    return pair if pair is not None and pair.mentor_id == turn.person.id and pair.state == "asked" else None


def due_unanswered(due: Due) -> list[Reply]:
    """The volunteer did not answer: another one is asked."""
    pair = due.unit.mentors.get(int(due.timer.subject))
    return ties.end(due, pair, by=pair.mentor_id) if pair is not None and pair.state == "asked" else []


def write(turn: Turn) -> list[Reply]:
    """Words for the other of a pair, or the wish to write some."""
    pair, why_not = _mine(turn)
    if pair is None:
        return why_not
    if turn.text.strip():
        return _relay(turn, pair)
    token = turn.open_form(FORM, "write", pair=pair.id)
    return [turn.reply(say("mentor.write"), offers=choices("cancel", about=token))]


def _relay(turn: Turn, pair: Pair) -> list[Reply]:
    if pair.state != "together":
        return [turn.reply(say("mentor.no-pair"))]
    text, other = turn.text.strip(), pair.other(turn.person.id)
    why_not = members.refused(turn, text)
    if why_not is not None:
        return [turn.reply(why_not)]
    if not members.may_receive(turn, other):
        return [turn.reply(say("member.not-now"))]
    key = "mentor.newcomer-says" if other == pair.mentor_id else "mentor.says"
    words = say(key, text=text, pair=pair.id, person=turn.person.id)
    about = str(pair.id)
    return [turn.reply(say("mentor.sent")), members.brought(other, words, Choice("mentor-write", about), Choice("mentor-end", about))]


def end(turn: Turn) -> list[Reply]:
    """Either ends it, at any time, without a reason."""
    pair, why_not = _mine(turn, asked_too=True)
    if pair is None:
        return why_not
    return [turn.reply(say("mentor.ended")), *ties.end(turn, pair, by=turn.person.id)]


def _mine(turn: Turn, *, asked_too: bool = False) -> tuple[Pair | None, list[Reply]]:
    """The pair that is meant: the one that is named, or the only one; else what to answer."""
    states = ("asked", "together") if asked_too else ("together",)
    mine = [pair for pair in ties.going_on(turn) if pair.state in states]
    named = [pair for pair in mine if turn.press.about in ("", str(pair.id))]
    if len(named) == 1:
        return named[0], []
    if len(named) > 1:
        numbers: list[Json] = [str(pair.id) for pair in named]
        return None, [turn.reply(say("mentor.which", numbers={"all": numbers}))]
    return None, [turn.reply(say("mentor.no-pair"), offers=choices("mentor-find"))]
