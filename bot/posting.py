"""What goes into the outbox: the replies of one cause, a row for each reader, in the same transaction as what caused them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.buttons import ANSWER
from bot.core.levels import Level
from bot.messages import Group, Reply, Urgency, Words
from bot.ports import OutboxRow, Unit

PASSED_ON = "passed-on:"
"""The keys of cards that a moderator could not be given and the others were; these are not passed on again."""


@dataclass(frozen=True, slots=True)
class Posted:
    """What was written to the outbox for one reader, by id."""

    key: str
    reader: int
    reply: Reply


def post(unit: Unit, cause: str, replies: Sequence[Reply], now: datetime, *, speaker: int | None = None) -> list[Posted]:
    """Write the replies of one cause to the outbox, one row per reader, each under a key of its own; what was written.

    A page about the speaker goes to the other moderators, where there is another, on duty or not.
    """
    posted: list[Posted] = []
    for number, reply in enumerate(replies):
        posted += [Posted(f"{cause}#{number}{reply.key}@{reader}", reader, copy) for reader, copy in copies(unit, reply, but=speaker)]
    return [each for each in posted if unit.outbox.post(each.key, each.reader, each.reply, now)]


def copies(unit: Unit, reply: Reply, *, but: int | None = None) -> list[tuple[int, Reply]]:
    """The readers of a reply. With nobody else on duty than whom it is about, every other moderator is on duty."""
    if isinstance(reply.to, Group):
        everybody = unit.people.moderators()
        moderators = [m for m in everybody if m.id != but] or everybody
        readers = [m for m in moderators if m.on_duty] or list(moderators)
        return [(m.id, replace(reply, to=m.id)) for m in readers]
    return [(reply.to, reply)]


def cannot_wait(reply: Reply) -> bool:
    """Whether it is said straight when the outbox cannot be asked for it."""
    return reply.urgency is Urgency.urgent or reply.level >= Level.check


def bury(unit: Unit, row: OutboxRow, now: datetime) -> bool:
    """Write what others must know of a letter that can never be delivered. False when it is for moderators and none is left to tell."""
    if row.reply.kind in ("case", "alert"):
        return _pass_on(unit, row, now)
    for choice in row.reply.choices:
        if choice.id == ANSWER:
            _not_asked(unit, int(choice.about), now)
    if row.reply.level >= Level.urgent or row.reply.kind in ("reminder", "check_in"):
        _tell_undelivered(unit, row, now)
    return True


def _not_asked(unit: Unit, question_id: int, now: datetime) -> None:
    """A question that the community never saw is closed, and whoever asked hears of it: nobody waits for answers that cannot come."""
    question = unit.questions.get(question_id)
    if question is None or question.closed_at is not None:
        return
    unit.questions.close(question.id, now)
    notice = Reply(to=question.person_id, words=(Words("community.not-posted", {"question": question.recalled}),), kind="notice")
    unit.outbox.post(f"not-asked:{question.id}", question.person_id, notice, now)


def _tell_undelivered(unit: Unit, row: OutboxRow, now: datetime) -> None:
    words = Words("delivery.undelivered", {"person": row.person_id, "kind": {"words": f"kind.{row.reply.kind}", "values": {}}})
    notice = Reply(to=Group.moderators_on_duty, words=(words,), kind="alert", level=row.reply.level, urgency=Urgency.urgent)
    case = unit.cases.open_for(row.person_id)
    owner = [(case.owner_id, replace(notice, to=case.owner_id))] if case is not None and case.owner_id is not None else []
    # The key makes it one for an owner who is on duty as well.
    for reader, copy in [*owner, *copies(unit, notice)]:
        unit.outbox.post(f"undelivered:{row.id}@{reader}", reader, copy, now)


def _pass_on(unit: Unit, row: OutboxRow, now: datetime) -> bool:
    """A card that one moderator can never be given goes to all the others, on duty or not; once, or two dead ends would never end."""
    others = [m for m in unit.people.moderators() if m.id != row.person_id]
    if row.key.startswith(PASSED_ON) or not others:
        return False
    words = Words("delivery.card-undelivered", {"person": row.person_id})
    for other in others:
        card = replace(row.reply, to=other.id, words=(words, *row.reply.words), urgency=Urgency.urgent)
        unit.outbox.post(f"{PASSED_ON}{row.id}@{other.id}", other.id, card, now)
    return True
