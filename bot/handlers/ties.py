"""What ties a person to other members: their open questions to the community, and the pairs they are in. How these end.

Shared by the use cases of members, of moderators, and of whoever leaves; it imports none of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from bot.core.mentoring import Pair, choose
from bot.core.person import Person
from bot.handlers.turn import Handle, Moment, Turn, choices, nested, on_day, say
from bot.messages import Choice, Json, Reply

CLOSES = "question-closes"
"""The timer kind that closes a question; its subject is the question's number."""

UNANSWERED = "mentor-unanswered"
"""The timer kind that asks another volunteer; its subject is the pair's number."""

ANSWERS_WITHIN = timedelta(days=3)
"""How long a volunteer has to answer before another is asked. [proposal]"""

NOT_ASKED_AGAIN = timedelta(days=30)
"""How long somebody who did not become, or is no more, a newcomer's mentor is not asked for them again. [proposal]"""


def ask_next(moment: Moment) -> list[Reply]:
    """Ask the volunteer who is next for this newcomer; they hear when nobody is free. No word of theirs is told."""
    unit, me = moment.unit, moment.person.id
    former = [pair for pair in unit.mentors.of(me) if pair.newcomer_id == me and pair.asked_at > moment.now - NOT_ASKED_AGAIN]
    volunteers = [each for each in unit.mentors.volunteers() if _may_be_asked(moment, unit.people.get(each.person_id))]
    chosen = choose(volunteers, unit.mentors.going_on(), newcomer=me, passed_over={pair.mentor_id for pair in former})
    if chosen is None:
        return [moment.reply(say("mentor.nobody"), kind="notice", offers=choices("talk-to-human"))]
    pair = unit.mentors.add(me, chosen.person_id, moment.now)
    unit.timers.put(me, UNANSWERED, str(pair.id), moment.now + ANSWERS_WITHIN)
    asked = say("mentor.would-you", person=me)
    return [Reply(to=chosen.person_id, words=(asked,), kind="notice", choices=choices("pair-yes", "pair-no", about=str(pair.id)))]


def _may_be_asked(moment: Moment, person: Person | None) -> bool:
    """Whoever is in an alert themselves is left in peace."""
    return person is not None and person.consented_at is not None and moment.unit.cases.open_for(person.id) is None


def end(moment: Moment, pair: Pair, *, by: int | None) -> list[Reply]:
    """A pair is over, without a reason: the other is told kindly. Of one that was only asked for, the newcomer's wish goes on."""
    moment.unit.mentors.save(pair.ended(moment.now))
    moment.unit.timers.cancel(pair.newcomer_id, UNANSWERED, str(pair.id))
    if pair.state == "together":
        told = [each for each in (pair.newcomer_id, pair.mentor_id) if each != by]
        return [Reply(to=each, words=(say("mentor.over"),), kind="notice", choices=choices("talk-to-human")) for each in told]
    newcomer = moment.unit.people.get(pair.newcomer_id)
    if by == pair.newcomer_id or newcomer is None:
        return []
    return ask_next(Moment(unit=moment.unit, person=newcomer, now=moment.now, policy=moment.policy))


def going_on(moment: Moment) -> list[Pair]:
    """The person's pairs that are not over."""
    return [pair for pair in moment.unit.mentors.of(moment.person.id) if pair.state != "over"]


def leave(moment: Moment) -> list[Reply]:
    """Whoever leaves is no member any more: their questions close, they volunteer no longer, and their pairs end."""
    for question in moment.unit.questions.open_of(moment.person.id):
        moment.unit.questions.close(question.id, moment.now)
    moment.unit.timers.cancel(moment.person.id, CLOSES)
    moment.unit.mentors.withdraw(moment.person.id)
    return [reply for pair in going_on(moment) for reply in end(moment, pair, by=moment.person.id)]


def listed(turn: Turn) -> list[Reply]:
    """Every pair that goes on, for a moderator: numbers and a date. What the two write to each other is kept nowhere."""
    pairs = turn.unit.mentors.going_on()
    if not pairs:
        return [turn.reply(say("moderator.no-pair"))]
    lines: list[Json] = [_line(turn, pair) for pair in pairs]
    offers = tuple(Choice("end-pair", str(pair.id)) for pair in pairs[:5])
    return [turn.reply(say("moderator.pairs", lines={"lines": lines}), offers=offers)]


def _line(turn: Turn, pair: Pair) -> Json:
    return nested(
        "moderator.pair-line",
        pair=pair.id,
        newcomer=nested("moderator.pair-person", person=pair.newcomer_id),
        mentor=nested("moderator.pair-person", person=pair.mentor_id),
        state=nested("moderator.pair-asked" if pair.state == "asked" else "moderator.pair-together"),
        since=on_day(turn.local(pair.began_at or pair.asked_at).date()),
    )


def press_end(turn: Turn) -> list[Reply]:
    """A moderator ends a pair: both are told."""
    pair = pair_of(turn)
    if pair is None or pair.state == "over":
        return [turn.reply(say("moderator.pair-gone"))]
    return [turn.reply(say("moderator.pair-ended", pair=pair.id)), *end(turn, pair, by=None)]


def pair_of(turn: Turn) -> Pair | None:
    """The pair that a press is about."""
    return turn.unit.mentors.get(turn.press.number) if turn.press.number is not None else None


COMMANDS: Mapping[str, Handle] = {"pairs": listed, "end-pair": press_end}
"""What moderators may do about pairs."""
