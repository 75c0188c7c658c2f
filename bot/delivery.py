"""The postman: takes replies out of the outbox after the commit, urgent ones first, and hands them to the adapters.

Send, then mark: a crash in between sends twice rather than never. What cannot be sent is tried again with growing
pauses; what can never be sent becomes a dead letter, and other humans hear of it when it mattered. Each platform has
its own counter, and each account its own line: one that hangs, or is told to wait, holds up no other. No pause outlives
a clock that is put back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Literal, TypeVar

import structlog

from bot.core.person import Person
from bot.counter import FIRST_RETRY, Counter, Held, is_ahead
from bot.messages import Account, Attachment, Reply
from bot.ports import Clock, Draw, File, OutboxRow, Outgoing, Sender, SendFailed, Store, Unit
from bot.posting import Posted, bury, cannot_wait
from bot.refusals import Refusals
from bot.replies import instants, labels, render

log = structlog.get_logger()
K = TypeVar("K")
V = TypeVar("V")
Outcome = Literal["sent", "refused", "no answer", "left"]

BATCH = 50
LONGEST_RETRY = timedelta(minutes=10)
GIVE_UP_AFTER = 30
"""Attempts before a reply becomes a dead letter: with the pauses above, about four hours."""

PATIENCE = timedelta(seconds=20)
"""How long a platform may take for one message. Afterwards it counts as not sent, and the platform is given a pause."""
SPARE = timedelta(seconds=10)
"""Letters are claimed for as long as one of them may take, and this. No letter is begun that might not end in that time, and
those of a process that died are others' to send after it. Clocks of different machines may differ by so much."""
REMEMBERED = 20_000
"""Persons kept in mind for the crash path: their language and country, a few hundred bytes each; and letters said, by key."""

DRAWING_LASTS = timedelta(seconds=10)
"""How long a picture may take to be drawn. Afterwards its message leaves without it."""

LINGER_S = 2.0
"""Seconds for which a call waits for letters that are on their way: whoever called is not kept by a chat that is slow."""

MakeFile = Callable[[Unit, Person, Attachment], "File | Draw | None"]
"""Makes a file in the transaction that collects a message; or reads there what is drawn afterwards; or finds that it may not be sent."""

JudgeAgain = Callable[[Unit, Person, OutboxRow], "Reply | None"]
"""Looks at a reply once more, just before it is sent, and changes nothing: the reply itself, another one to send instead,
or None when what has happened since makes it wrong."""


@dataclass(frozen=True, slots=True)
class _Letter:
    """A row with everything that sending needs, read in one transaction."""

    row: OutboxRow
    reply: Reply
    person: Person
    account: Account
    files: tuple[File | Draw, ...]


class Postman:
    """One per process. `senders` are the platforms of this process; other processes serve theirs from the same outbox.

    `judge_again` is asked, by the kind of reply, just before sending.
    """

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        senders: Sequence[Sender],
        make_file: Mapping[str, MakeFile],
        judge_again: Mapping[str, JudgeAgain] | None = None,
        patience: timedelta = PATIENCE,
        drawing_lasts: timedelta = DRAWING_LASTS,
    ) -> None:
        self._store = store
        self._clock = clock
        self._senders = {sender.platform: sender for sender in senders}
        self._make_file = make_file
        self._judge_again = judge_again or {}
        self._patience = patience
        self._drawing_lasts = drawing_lasts
        self._counters = {platform: Counter() for platform in self._senders}
        self._unmarked: dict[int, datetime] = {}
        self._put_by: dict[int, tuple[OutboxRow, datetime]] = {}
        self._slow: set[asyncio.Task[Outcome]] = set()
        self._said: dict[str, None] = {}
        self._roster: list[tuple[Person, Account]] = []
        self._known: dict[Account, Person] = {}
        self._refusals = Refusals()

    async def deliver(self) -> None:
        """Send whatever is ready, and wait for all but what is slow, which goes on. Never raises for a platform's failure."""
        done = await asyncio.gather(*map(self._serve, self._senders), return_exceptions=True)
        if trouble := next((each for each in done if isinstance(each, BaseException)), None):
            raise trouble

    async def at_rest(self) -> None:
        """Wait for all that is on its way, however slow: a picture on a busy machine is no later than the words after it."""
        within = self._patience.total_seconds()
        await asyncio.gather(*(counter.settled(counter.under_way(), within=within) for counter in self._counters.values()))

    async def _serve(self, platform: str) -> None:
        """Empty one platform's counter, unless it is resting."""
        counter, more = self._counters[platform], True
        while more:
            await counter.room()
            async with counter.fetching:
                if counter.rests(self._clock.now()):
                    break
                if counter.is_crowded:
                    continue
                sending, more = await self._fetch(platform, counter)
            more = await self._outcome(sending, counter) or more

    async def _fetch(self, platform: str, counter: Counter) -> tuple[dict[asyncio.Task[Outcome], Held], bool]:
        """Take the next letters in hand and begin to send them, and whether there may be more behind them."""
        await self._mark_at_last()
        until = self._clock.now() + self._patience + SPARE
        free = [row for row, again_at in list(self._put_by.values()) if not is_ahead(again_at, self._clock.now())]
        for row in free:
            del self._put_by[row.id]
        letters, more = await self._store.run(partial(self._collect, platform, until, free, counter.holding))
        round_ = [(letter, counter.take(letter.row, letter.account, until)) for letter in letters]
        return {asyncio.create_task(self._send_in_turn(letter, held, counter)): held for letter, held in round_}, more

    async def _outcome(self, sending: Mapping[asyncio.Task[Outcome], Held], counter: Counter) -> bool:
        """Wait for these and for what other calls have in hand, but not for what is slow. Whether there may be more to send."""
        try:
            await counter.settled([*sending, *counter.under_way(no_longer_than=LINGER_S)], within=LINGER_S)
        except asyncio.CancelledError:  # the process is told to stop: what was not begun is others' to send
            for task in sending:
                task.cancel()
            await asyncio.gather(*sending, return_exceptions=True)
            for held in sending.values():
                await self._leave(held, counter)
            raise
        for task in sending:
            self._slow.add(task)
            task.add_done_callback(self._forget)
        # A letter that died may have left word for the moderators: it goes out in the same round.
        return not {task.result() for task in sending if task.done()}.isdisjoint(("refused", "left"))

    def _forget(self, task: asyncio.Task[Outcome]) -> None:
        self._slow.discard(task)
        if not task.cancelled():
            task.exception()  # taken, or the loop would write its words to the log; what a platform does is told by `_send`

    async def _send_in_turn(self, letter: _Letter, held: Held, counter: Counter) -> Outcome:
        """Send it once a window is free, unless its platform rests, or it might not end in the time that it was claimed for."""
        try:
            await counter.turn(held)
            if counter.rests(self._clock.now()) or self._clock.now() + self._patience > held.until:
                await self._leave(held, counter)
            if not counter.has(held):
                return "left"
            held.begun = True
            outcome = await self._send(letter)
            if outcome == "no answer":
                counter.rest(self._clock.now())
            return outcome
        except BaseException:  # the process is told to stop, or it dies: those behind this one wait for another
            await self._leave(held, counter)
            raise
        finally:
            counter.let_go(held)

    async def _leave(self, held: Held, counter: Counter) -> None:
        """Give back what was not begun of an account's line: all of it, so that nobody in it overtakes another."""
        async with counter.fetching:
            line = counter.line(held.account)
            try:
                await self._give_back([each.row for each in line])
            finally:
                for each in line:
                    counter.let_go(each)

    async def _give_back(self, rows: Sequence[OutboxRow]) -> None:
        """Nobody need wait until the claim ends for what will not be sent now."""
        try:
            await self._store.run(lambda unit: unit.outbox.release(rows))
        except asyncio.CancelledError:
            raise
        except Exception as trouble:  # they are free again a little later
            log.error("delivery.not-given-back", rows=len(rows), trouble=type(trouble).__name__)

    def _collect(self, where: str, until: datetime, free: list[OutboxRow], taken: frozenset[int], unit: Unit) -> tuple[list[_Letter], bool]:
        """The next letters of a platform, claimed until then, and whether there may be more behind them."""
        self._remember(unit)
        now, sender = self._clock.now(), self._senders[where]
        unit.outbox.release(free)
        aside = {*self._unmarked, *self._put_by}
        rows = unit.outbox.claim(now, until, platforms=(where,), accounts=sender.accounts(), limit=BATCH + len(aside))
        # What this process puts by, another may send: it is not kept from it. What was sent and could not be marked is.
        unit.outbox.release([row for row in rows if row.id in self._put_by])
        for row in rows:
            if row.key in self._said:  # straight, while the database could not be asked
                unit.outbox.sent(row.id, now)
        fresh = [row for row in rows if row.id not in aside | taken and row.key not in self._said]
        letters = [letter for row in fresh if (letter := self._letter(unit, row, sender)) is not None]
        return letters, len(rows) == BATCH + len(aside)

    def _letter(self, unit: Unit, row: OutboxRow, sender: Sender) -> _Letter | None:
        person = unit.people.get(row.person_id)
        reachable = sender.accounts()
        accounts = [
            account
            for account in unit.people.accounts(row.person_id)
            if account.platform == sender.platform and (reachable is None or account in reachable)
        ]
        if person is None or not accounts:
            self._put_by[row.id] = (row, self._clock.now() + FIRST_RETRY)
            unit.outbox.release([row])
            return None
        try:
            reply = self._judged(unit, person, row)
            made = [self._make_file[each.source](unit, person, each) for each in reply.attachments] if reply else []
        except Exception as trouble:  # one reply that cannot be made must not hold up the others
            self._note_failure(unit, row, type(trouble).__name__)
            return None
        if reply is None:
            log.info("delivery.dropped", row=row.id, kind=row.reply.kind)
            unit.outbox.drop(row.id, "overtaken by what happened since")
            return None
        _keep_in_mind(self._known, accounts[0], person)
        return _Letter(row, reply, person, accounts[0], tuple(each for each in made if each is not None))

    def _judged(self, unit: Unit, person: Person, row: OutboxRow) -> Reply | None:
        judge = self._judge_again.get(row.reply.kind)
        return judge(unit, person, row) if judge else row.reply

    def _remember(self, unit: Unit) -> None:
        """Who to alert when the database fails: kept in memory, fresh from every delivery."""
        moderators = unit.people.moderators()
        on_duty = [m for m in moderators if m.on_duty] or list(moderators)
        self._roster = [(m, account) for m in on_duty for account in unit.people.accounts(m.id)]

    async def _send(self, letter: _Letter) -> Outcome:
        """Send one letter, and keep what became of it."""
        row = letter.row
        try:
            async with asyncio.timeout(self._patience.total_seconds()):
                files = tuple([file for each in letter.files if (file := await self._drawn(each)) is not None])
                message = self._outgoing(letter.reply, letter.person, letter.account, key=row.key, files=files)
                await self._senders[letter.account.platform].send(message)
        except asyncio.CancelledError:
            raise
        except SendFailed as failure:
            await self._failed(row, failure.reason, refused=letter.account if failure.permanent else None)
            return "refused"
        except TimeoutError:
            await self._failed(row, "no answer in time")
            return "no answer"
        except Exception as trouble:  # an adapter's surprise must not stop the other letters
            await self._failed(row, type(trouble).__name__)
            return "refused"
        self._unmarked[row.id] = self._clock.now()
        _keep_in_mind(self._said, row.key, None)
        await self._mark_at_last()
        return "sent"

    async def _drawn(self, made: File | Draw) -> File | None:
        """A file that is ready, or drawn now, beside the event loop. One that fails costs no words: the message leaves without it."""
        if isinstance(made, File):
            return made
        try:
            async with asyncio.timeout(self._drawing_lasts.total_seconds()):
                return await asyncio.to_thread(made)
        except Exception as trouble:  # whatever a vendor raises
            log.error("delivery.not-drawn", trouble=type(trouble).__name__)
            return None

    async def _mark_at_last(self) -> None:
        """Mark what was sent. What cannot be marked now stays in mind and is not sent again meanwhile."""
        sent = dict(self._unmarked)
        if not sent:
            return

        def mark(unit: Unit) -> None:
            for row_id, at in sent.items():
                unit.outbox.sent(row_id, at)

        try:
            await self._store.run(mark)
        except asyncio.CancelledError:
            raise
        except Exception as trouble:  # a full disk: the letters behind this one may still leave
            log.critical("delivery.unmarked", rows=len(sent), trouble=type(trouble).__name__)
            return
        for row_id in sent:
            self._unmarked.pop(row_id, None)

    async def _failed(self, row: OutboxRow, reason: str, *, refused: Account | None = None) -> None:
        try:
            await self._store.run(lambda unit: self._note_failure(unit, row, reason, refused=refused))
        except asyncio.CancelledError:
            raise
        except Exception as trouble:  # it could not be sent, and that could not be kept: it is tried again a little later
            log.critical("delivery.unmarked", rows=1, trouble=type(trouble).__name__)
            self._put_by[row.id] = (row, self._clock.now() + FIRST_RETRY)

    def _note_failure(self, unit: Unit, row: OutboxRow, reason: str, *, refused: Account | None = None) -> None:
        """`refused`: the account that can never be given it; the reader's others are tried at once."""
        # The reason is the platform's own words, which repeat ids and messages: it is kept sealed, and not logged.
        log.warning("delivery.failed", row=row.id, attempt=row.attempts + 1, permanent=refused is not None)
        now, worn_out = self._clock.now(), row.attempts + 1 >= GIVE_UP_AFTER
        elsewhere = refused is not None and not worn_out and self._refusals.goes_elsewhere(unit, row, refused)
        dead = worn_out or (refused is not None and not elsewhere)
        pause = timedelta(0) if elsewhere else min(FIRST_RETRY * 2 ** min(row.attempts, 10), LONGEST_RETRY)
        unit.outbox.failed(row.id, retry_at=None if dead else now + pause, reason=reason)
        if dead and not bury(unit, row, now):
            log.critical("delivery.card-dead", row=row.id)

    def _outgoing(self, reply: Reply, person: Person, account: Account, *, key: str, files: tuple[File, ...] = ()) -> Outgoing:
        return Outgoing(
            key=key,
            account=account,
            kind=reply.kind,
            level=reply.level.name,
            text=render(reply, language=person.language),
            choices=labels(reply, language=person.language),
            files=files,
            rules=reply.rules,
            instants=instants(reply, language=person.language),
        )

    async def remember_everybody(self) -> None:
        """Fill the memory that the crash path lives on, before the first message is heard; and have what a crash left in hand."""

        def read(unit: Unit) -> None:
            unit.outbox.take_back()
            self._remember(unit)
            self._known.update(unit.people.reachable(REMEMBERED))

        await self._store.run(read)

    def known(self, account: Account) -> Person | None:
        """The person last seen behind an account, from memory."""
        return self._known.get(account)

    async def straight(self, reply: Reply, account: Account, *, key: str, person: Person | None = None) -> bool:
        """Say something without the outbox: the last resort, and the farewell to whoever was just erased."""
        reader = person or self._known.get(account)
        sender = self._senders.get(account.platform)
        if reader is None or sender is None:
            return False
        try:
            async with asyncio.timeout(self._patience.total_seconds()):
                await sender.send(self._outgoing(reply, reader, account, key=key))
        except asyncio.CancelledError:
            raise
        except Exception as trouble:  # nothing more can be done here but to say so
            log.critical("delivery.straight-failed", trouble=type(trouble).__name__)
            return False
        _keep_in_mind(self._said, key, None)
        return True

    async def say_posted(self, posted: Sequence[Posted], speaker: Person, account: Account) -> None:
        """Say now what matters of what the outbox holds, since the database cannot be asked for it.

        Who reads it where is known from memory. What was said, here or before, is not said again; the rest waits in the outbox.
        """
        await asyncio.gather(*(self._say_unless_said(each, speaker, account) for each in posted if cannot_wait(each.reply)))

    async def _say_unless_said(self, each: Posted, speaker: Person, account: Account) -> None:
        """What another call has in hand is on its way: it is not said beside it, but after it if it fails."""
        for counter in self._counters.values():
            await counter.settled(counter.under_way(key=each.key))
        if each.key not in self._said:
            ways = self._ways_to(each.reader, speaker, account)
            await asyncio.gather(*(self.straight(each.reply, where, key=each.key, person=person) for person, where in ways))

    def _ways_to(self, reader: int, speaker: Person, account: Account) -> list[tuple[Person, Account]]:
        if reader == speaker.id:
            return [(speaker, account)]
        on_duty = [(person, where) for person, where in self._roster if person.id == reader]
        return on_duty or [(person, where) for where, person in self._known.items() if person.id == reader]

    async def alert(self, reply: Reply, *, key: str) -> int:
        """Alert every moderator on duty without the outbox. Returns how many were reached."""
        sent = [self.straight(reply, account, key=f"{key}@{m.id}", person=m) for m, account in self._roster]
        return sum(await asyncio.gather(*sent))


def _keep_in_mind(memory: dict[K, V], key: K, value: V) -> None:
    memory[key] = value
    if len(memory) > REMEMBERED:
        del memory[next(iter(memory))]
