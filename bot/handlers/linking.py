"""One person on several platforms: a one-time code links a second account, and a word takes it off again."""

from __future__ import annotations

import re
from datetime import timedelta

from bot.core.person import Person
from bot.handlers import ties
from bot.handlers.answer import yes_or_no
from bot.handlers.turn import Turn, choices, clock, say
from bot.messages import Choice, Reply

FORM = "link"
VALID = timedelta(minutes=15)
_SIGN = "[2-9A-HJKMNP-Z]"
_CODE = re.compile(rf"(?:[^\W\d]+ ){{0,3}}:? ?({_SIGN}{{4}}-{_SIGN}{{4}})[ .!]*", re.IGNORECASE)


def offer_code(turn: Turn) -> list[Reply]:
    """A code to type from the other account."""
    until = turn.now + VALID
    code = turn.unit.people.new_code(turn.person.id, until=until)
    return [turn.reply(say("link.code", code=code, until=clock(turn.local(until).time())))]


def without_code(text: str) -> str:
    """The words around a code, which is in no language; any other text as it is."""
    found = _CODE.fullmatch(text.strip())
    return text.replace(found[1], "") if found else text


def code_typed(turn: Turn) -> list[Reply] | None:
    """What somebody who types a code is asked, whoever they are here so far; None when the words are no code.

    Words of four letters and four letters are no code when nobody was given it.
    """
    found = None if turn.incoming.public or turn.incoming.quoted else _CODE.fullmatch(turn.text.strip())
    if found is None:
        return None
    owner = turn.unit.people.by_code(found[1], turn.now)
    if owner is None and not any(sign.isdigit() for sign in found[1]):
        return None
    refused = _why_not(turn, owner)
    if refused:
        return refused
    token = turn.open_form(FORM, "link", code=found[1])
    return [turn.reply(say("link.sure"), offers=choices("confirm", "cancel", about=token))]


def _why_not(turn: Turn, owner: Person | None) -> list[Reply]:
    """Nothing that somebody has here may be lost by it."""
    unit, me = turn.unit, turn.person
    if owner is None:
        return [turn.reply(say("link.unknown"))]
    if owner.id == me.id:
        return [turn.reply(say("link.same"))]
    if unit.cases.open_for(me.id) is not None:
        return [turn.reply(say("link.case-open"), offers=choices("talk-to-human"))]
    if owner.role != me.role or len(unit.people.accounts(me.id)) > 1:
        return [turn.reply(say("link.not-these"))]
    if unit.plans.current(me.id) is not None or unit.entries.last(me.id) is not None:
        return [turn.reply(say("link.has-own"), offers=(Choice("export"), Choice("erase")))]
    return []


def ask_unlink(turn: Turn) -> list[Reply]:
    """Taking this account off is asked once."""
    if len(turn.unit.people.accounts(turn.person.id)) < 2:
        return [turn.reply(say("link.only-one"))]
    token = turn.open_form(FORM, "unlink")
    return [turn.reply(say("link.off-sure"), offers=choices("confirm", "cancel", about=token))]


def confirm(turn: Turn) -> list[Reply]:
    """The account changes hands. What is said to it afterwards is said straight: it reaches this person no more."""
    dialogue = turn.unit.dialogues.get(turn.person.id)
    if dialogue is None or dialogue.form != FORM:
        return [turn.reply(say("form.over"))]
    turn.close_form()
    if dialogue.step == "unlink":
        turn.unit.people.unlink(turn.incoming.account, turn.now)
        return [turn.reply(say("link.off"))]
    owner = turn.unit.people.by_code(str(dialogue.answers["code"]), turn.now)
    refused = _why_not(turn, owner)
    if refused or owner is None:
        return refused
    left = ties.leave(turn)
    turn.unit.people.link(turn.incoming.account, owner.id, turn.now)
    turn.unit.people.erase(turn.person.id)
    told = Reply(to=owner.id, words=(say("link.done-there", platform=turn.incoming.account.platform.capitalize()),), kind="notice")
    return [turn.reply(say("link.done")), told, *left]


def leave(turn: Turn) -> list[Reply]:
    """Nothing is changed."""
    turn.close_form()
    return [turn.reply(say("form.left"))]


form = yes_or_no(confirm, leave)
"""The answer in words."""
