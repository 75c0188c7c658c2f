"""The crash path: when a use case, the understanding or the database fails, danger is still answered and a human told.

Three steps, each needing less than the one before: plain words through the outbox; words and alert straight through the
adapters, from memory; and, once the database answers again, the case that it could not keep. Whoever has waited for a
database once is not made to wait again: the first step is left out. What the database kept, and does not give out any more,
is said straight as well. Anything that is no danger sign gets one honest sentence: it was not kept; a doubt is asked about.
"""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol

import structlog

from bot.core.case import ASKED
from bot.core.flags import Screening
from bot.core.levels import Level
from bot.core.person import Person
from bot.delivery import Postman
from bot.handlers import danger, danger_words, escalation, reports
from bot.handlers.escalation import Sign
from bot.handlers.turn import Turn, say
from bot.messages import Account, Incoming, Reply
from bot.passing import go_back
from bot.ports import StorageUnavailable, Store, Unit
from bot.posting import Posted

log = structlog.get_logger()

ASKED_FOR_A_HUMAN = "talk-to-human"


class MakeTurn(Protocol):
    """How the conversation puts a heard message and a transaction together."""

    def __call__(self, unit: Unit, incoming: Incoming, screening: Screening) -> Turn: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What became of a message once it is committed: who spoke, what the outbox holds for it, and what must be said straight:
    the last words to an account that reaches this person no more. `usual`: where they are reached once this was answered, if elsewhere.
    """

    speaker: Person
    posted: Sequence[Posted]
    farewells: Sequence[tuple[Reply, Person]] = ()
    usual: Account | None = None


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
        keep: Callable[[Unit, str, list[Reply]], Sequence[Posted]],
    ) -> None:
        """`stranger` makes a person of whoever memory does not know; `keep` posts replies of one cause in a transaction."""
        self._store = store
        self._postman = postman
        self._make_turn = make_turn
        self._stranger = stranger
        self._keep_replies = keep
        self._unsaved: list[_Unsaved] = []
        self._lock = asyncio.Lock()

    async def after(self, trouble: Exception, incoming: Incoming, screening: Screening) -> Heard | None:
        """Answer a message whose hearing failed; None when it was said straight. Never raises: there is nobody left to catch it."""
        with suppress(Exception):  # nothing here depends on a log that can be written
            log.error("hear.failed", trouble=place(trouble), found=screening.level.name)
        try:
            if not isinstance(trouble, StorageUnavailable):
                return await self._store.run(partial(self._answer_plainly, incoming, screening))
        except asyncio.CancelledError:
            raise
        except Exception as again:  # the last resort must not depend on what failed
            trouble = again
        with suppress(Exception):
            log.critical("rescue.straight", trouble=place(trouble), found=screening.level.name)
        await self._straight(incoming, screening)
        return None

    async def deliver(self, heard: Heard | None, account: Account) -> None:
        """Deliver now if it can be. What is pressing is said straight when it cannot, the next beat delivers the rest."""
        try:
            await self._postman.deliver()
        except asyncio.CancelledError:
            raise
        except Exception as trouble:  # the letters are rows: they wait until the database answers
            with suppress(Exception):
                log.error("deliver.failed", trouble=place(trouble))
            if heard is not None:
                await self._postman.say_posted(heard.posted, heard.speaker, account)

    async def go_back(self, heard: Heard | None, incoming: Incoming) -> None:
        """Once it was answered: what was said in passing does not change where its person is reached."""
        usual = heard.usual if heard is not None else None
        if usual is None:
            return
        try:
            await self._store.run(lambda unit: go_back(unit, incoming, usual))
        except asyncio.CancelledError:
            raise
        except Exception as trouble:  # they are reached here until they write elsewhere: nothing is lost
            log.error("passing.not-gone-back", trouble=place(trouble))

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

    def _answer_plainly(self, incoming: Incoming, screening: Screening, unit: Unit) -> Heard:
        """What can be said without understanding and without the table of use cases."""
        turn = self._make_turn(unit, incoming, screening)
        if not unit.first_time(incoming.key, turn.now):
            return Heard(speaker=turn.person, posted=())
        return Heard(speaker=turn.person, posted=self._keep_replies(unit, incoming.key, _plainly(turn)))

    async def _straight(self, incoming: Incoming, screening: Screening) -> None:
        person = self._postman.known(incoming.account) or self._stranger(incoming)
        words = _words_of_memory(person, incoming, screening)
        if not (_concerns_a_human(incoming, screening) or _is_doubt(incoming, screening, person)):
            await self._say(words, incoming, person)
            return
        # The person and the moderators must not wait for the database; it learns of it as soon as it can.
        entry = _Unsaved(incoming, screening)
        self._unsaved.append(entry)
        entry.words_said, _ = await asyncio.gather(self._say(words, incoming, person), self._alert(incoming, screening))

    async def _alert(self, incoming: Incoming, screening: Screening) -> None:
        # A doubt is a question to the person; what triage itself could not read is for a human to read.
        if _concerns_a_human(incoming, screening) or danger_words.UNSCREENED in screening.codes:
            quote = reports.note_of(incoming, screening) if reports.is_report(incoming) else f"{incoming.where}\n{incoming.text}".strip()
            alert = escalation.straight_alert(screening, quote)
            await self._postman.alert(alert, key=f"{incoming.key}#alert")

    async def _say(self, reply: Reply, incoming: Incoming, person: Person) -> bool:
        return await self._postman.straight(reply, incoming.account, key=f"{incoming.key}#straight", person=person)

    def _keep(self, entry: _Unsaved, unit: Unit) -> None:
        turn = self._make_turn(unit, entry.incoming, entry.screening)
        if not unit.first_time(entry.incoming.key, turn.now):
            return
        self._keep_replies(unit, entry.incoming.key, _to_humans(turn) if entry.words_said else _plainly(turn))


def _concerns_a_human(incoming: Incoming, screening: Screening) -> bool:
    pressed = incoming.press is not None and incoming.press.choice == ASKED_FOR_A_HUMAN
    return pressed or reports.is_report(incoming) or screening.level >= Level.urgent


def _is_doubt(incoming: Incoming, screening: Screening, person: Person) -> bool:
    """Whether it is asked about gently. What a moderator writes may be their work, and is not, but where everybody reads."""
    own = (incoming.role or person.role) != "moderator" or incoming.public
    return screening.level is Level.check and own and not _concerns_a_human(incoming, screening)


def _plainly(turn: Turn) -> list[Reply]:
    if not _concerns_a_human(turn.incoming, turn.screening):
        asked = danger.gentle_check(turn) if _is_doubt(turn.incoming, turn.screening, turn.person) else []
        return [turn.reply(say("error.not-kept")), *asked]
    if reports.is_report(turn.incoming):
        return reports.report(turn)
    if turn.screening.is_red:
        return danger.answer_red(turn)
    return danger.answer_orange(turn) if turn.screening.level >= Level.urgent else danger.talk_to_human(turn)


def _to_humans(turn: Turn) -> list[Reply]:
    """What is left to say once the person was answered straight."""
    if _is_doubt(turn.incoming, turn.screening, turn.person):
        _, *to_others = danger.gentle_check(turn)
        return to_others
    return escalation.raise_case(turn, _sign(turn)).replies


def _words_of_memory(person: Person, incoming: Incoming, screening: Screening) -> Reply:
    if screening.level >= Level.urgent:
        return danger_words.emergency_words(person, screening.flags, told=say("danger.alerting-straight"))
    if _concerns_a_human(incoming, screening):
        return danger_words.plain_numbers(person)
    not_kept = say("error.not-kept")
    if not _is_doubt(incoming, screening, person):
        return Reply(to=person.id, words=(not_kept,))
    asked = danger_words.gentle_words(person, screening.flags)
    return replace(asked, words=(not_kept, *asked.words))


def _sign(turn: Turn) -> Sign:
    if reports.is_report(turn.incoming):
        return reports.sign_of(turn)
    if turn.screening.level >= Level.urgent:
        return danger.sign_of(turn)
    return Sign(level=Level.consult, red=False, codes=(ASKED,), quote=turn.text)


def place(trouble: BaseException) -> str:
    """What failed and where, for the log: never the exception's own words, which may hold a person's."""
    frames = traceback.extract_tb(trouble.__traceback__)
    where = f" at {frames[-1].name}:{frames[-1].lineno}" if frames else ""
    return f"{type(trouble).__name__}{where}"
