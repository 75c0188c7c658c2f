"""The crash path: when a use case, the understanding or the database fails, danger is still answered and a human told.

Three steps, each needing less than the one before: plain words through the outbox; words and alert straight through the
adapters, from memory; and, once the database answers again, the case that it could not keep. Anything that is no danger
sign gets one honest sentence: it was not kept.
"""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import structlog

from bot.core.flags import Screening
from bot.core.levels import Level
from bot.core.person import Person
from bot.delivery import Postman
from bot.handlers import danger, escalation
from bot.handlers.escalation import Sign
from bot.handlers.turn import Turn, say
from bot.messages import Incoming, Reply
from bot.ports import Store, Unit

log = structlog.get_logger()

ASKED_FOR_A_HUMAN = "talk-to-human"


class MakeTurn(Protocol):
    """How the conversation puts a heard message and a transaction together."""

    def __call__(self, unit: Unit, incoming: Incoming, screening: Screening) -> Turn: ...


@dataclass(slots=True)
class _Unsaved:
    """A danger sign that the database does not know of yet, and whether its words reached the person."""

    incoming: Incoming
    screening: Screening
    words_said: bool = False


class Rescue:
    """What is left when everything else failed. It holds in memory what the database must still learn."""

    def __init__(
        self,
        *,
        store: Store,
        postman: Postman,
        make_turn: MakeTurn,
        stranger: Callable[[Incoming], Person],
        keep: Callable[[Unit, str, list[Reply]], None],
    ) -> None:
        """`stranger` makes a person of whoever memory does not know; `keep` posts replies of one cause in a transaction."""
        self._store = store
        self._postman = postman
        self._make_turn = make_turn
        self._stranger = stranger
        self._keep_replies = keep
        self._unsaved: list[_Unsaved] = []
        self._lock = asyncio.Lock()

    async def after(self, trouble: Exception, incoming: Incoming, screening: Screening) -> None:
        """Answer a message whose hearing failed. Never raises: there is nobody left to catch it."""
        log.error("hear.failed", trouble=place(trouble), level=screening.level.name)
        try:
            await self._store.run(partial(self._answer_plainly, incoming, screening))
        except asyncio.CancelledError:
            raise
        except Exception as again:  # the last resort must not depend on what failed
            log.critical("rescue.straight", trouble=place(again), level=screening.level.name)
            await self._straight(incoming, screening)

    async def retry(self) -> None:
        """Tell the database what it missed: one entry at a time, none lost, none holding up the rest of a beat."""
        async with self._lock:
            for entry in list(self._unsaved):
                try:
                    await self._store.run(partial(self._keep, entry))
                except asyncio.CancelledError:
                    raise
                except Exception as trouble:  # it stays in mind for the next beat
                    log.error("rescue.not-yet", trouble=place(trouble))
                    continue
                self._unsaved.remove(entry)

    def _answer_plainly(self, incoming: Incoming, screening: Screening, unit: Unit) -> None:
        """What can be said without understanding and without the table of use cases."""
        turn = self._make_turn(unit, incoming, screening)
        if not unit.first_time(incoming.key, turn.now):
            return
        self._keep_replies(unit, incoming.key, _plainly(turn))

    async def _straight(self, incoming: Incoming, screening: Screening) -> None:
        person = self._postman.known(incoming.account) or self._stranger(incoming)
        if not _concerns_a_human(incoming, screening):
            await self._say(Reply(to=person.id, words=(say("error.not-kept"),)), incoming, person)
            return
        # The person and the moderators must not wait for the database; it learns of it as soon as it can.
        entry = _Unsaved(incoming, screening)
        self._unsaved.append(entry)
        alert = escalation.straight_alert(screening, incoming.text)
        words = _words_of_memory(person, screening)
        entry.words_said, _ = await asyncio.gather(
            self._say(words, incoming, person), self._postman.alert(alert, key=f"{incoming.key}#alert")
        )

    async def _say(self, reply: Reply, incoming: Incoming, person: Person) -> bool:
        return await self._postman.straight(reply, incoming.account, key=f"{incoming.key}#straight", person=person)

    def _keep(self, entry: _Unsaved, unit: Unit) -> None:
        turn = self._make_turn(unit, entry.incoming, entry.screening)
        if not unit.first_time(entry.incoming.key, turn.now):
            return
        replies = escalation.raise_case(turn, _sign(turn)).replies if entry.words_said else _plainly(turn)
        self._keep_replies(unit, entry.incoming.key, replies)


def _concerns_a_human(incoming: Incoming, screening: Screening) -> bool:
    pressed = incoming.press is not None and incoming.press.choice == ASKED_FOR_A_HUMAN
    return pressed or screening.level >= Level.urgent


def _plainly(turn: Turn) -> list[Reply]:
    if not _concerns_a_human(turn.incoming, turn.screening):
        return [turn.reply(say("error.not-kept"))]
    if turn.screening.is_red:
        return danger.answer_red(turn)
    return danger.answer_orange(turn) if turn.screening.level >= Level.urgent else danger.talk_to_human(turn)


def _words_of_memory(person: Person, screening: Screening) -> Reply:
    if screening.level < Level.urgent:
        return danger.plain_numbers(person)
    return danger.emergency_words(person, screening.flags, told=say("danger.alerting-straight"))


def _sign(turn: Turn) -> Sign:
    if turn.screening.level >= Level.urgent:
        return danger.sign_of(turn)
    return Sign(level=Level.consult, red=False, codes=("asked_for_a_human",), quote=turn.text)


def place(trouble: BaseException) -> str:
    """What failed and where, for the log: never the exception's own words, which may hold a person's."""
    frames = traceback.extract_tb(trouble.__traceback__)
    where = f" at {frames[-1].name}:{frames[-1].lineno}" if frames else ""
    return f"{type(trouble).__name__}{where}"
