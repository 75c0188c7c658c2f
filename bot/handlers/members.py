"""Words that go from one member to another: what keeps them from being passed on, and how they are labelled.

They are quoted and never the assistant's own (docs/adr/0015-community.md); a sign of danger in them goes to humans, and to no member.
Shared by use cases; it imports none.
"""

from __future__ import annotations

import re
from dataclasses import replace

from bot.community import LONGEST
from bot.core.levels import Level
from bot.handlers import agenda
from bot.handlers.turn import Moment, Turn, numbers_of, say
from bot.knowledge.commands import member_command
from bot.messages import Choice, Incoming, Press, Reply, Words

# What leads to somebody outside: mentions as platforms write them, links, addresses, telephone numbers.
_REVEALS = re.compile(
    r"<[@#:/][^>\s]*>|(?<!\w)@\w|\bhttps?:|\bwww\.|[\w.+-]+@[\w-]+\.\w|\b[\w-]+(?:\.[a-z]{2,})+/\S"
    r"|\b[a-z0-9-]+\.(?:com|org|net|fr|io|info|gg|eu|uk|xyz)\b|\+?\d(?:[ .-]?\d){8,}"
    r"|(?:\+|\(|\b0)\d?(?:[\s()./\u00a0\u202f-]{0,3}\d){7,}|\b\w{2,}#\d{4}\b",
    re.IGNORECASE,
)


def by_command(incoming: Incoming) -> Incoming:
    """A member's command in words is the press that it stands for, with the words after it.

    So it is before anything reads the message: words that a command put before theirs must not make a sign of danger look calmer.
    """
    if incoming.press is not None or incoming.quoted or incoming.public:
        return incoming
    found = member_command(incoming.text)
    return incoming if found is None else replace(incoming, text=found.rest, press=Press(found.name, found.case))


def reveals(text: str) -> bool:
    """Whether the words hold a mention, a link, an address or a telephone number."""
    return _REVEALS.search(text) is not None


def refused(turn: Turn, text: str) -> Words | None:
    """Why words are passed on to nobody; None when they may be."""
    if turn.screening.level >= Level.check and turn.person.role == "moderator":
        return say("member.worry-moderator", **numbers_of(turn.person.country))  # they are not asked: it may be their work
    if turn.screening.level >= Level.check:
        return say("member.worry")
    if reveals(text):
        return say("member.address")
    return say("member.long", most=LONGEST) if len(text) > LONGEST else None


def may_receive(turn: Turn, person_id: int) -> bool:
    """Whether somebody may be brought a member's words now: not in a freeze, when nobody's amounts reach them (`red-flag-freeze`)."""
    person = turn.unit.people.get(person_id)
    if person is None or person.consented_at is None:
        return False
    return not agenda.frozen(Moment(unit=turn.unit, person=person, now=turn.now, policy=turn.policy))


def brought(to: int, words: Words, *offers: Choice) -> Reply:
    """A member's words as another reads them, with what they are and are not. `words` name their author by number, for erasure."""
    return Reply(to=to, words=(words, say("member.not-advice")), kind="notice", choices=offers, rules=("prescriber-decides",))
