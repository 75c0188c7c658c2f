"""The postman: takes replies out of the outbox after the commit, urgent ones first, and hands them to the adapters.

Send, then mark: a crash in between sends twice rather than never. What cannot be sent is tried again with growing
pauses; what can never be sent becomes a dead letter, and other humans hear of it when it mattered. Each platform has
its own counter, so that one that hangs, or is crowded, holds up no other. No pause outlives a clock that is put back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Literal, TypeVar

import structlog

from bot.core.levels import Level
from bot.core.person import Person
from bot.messages import Account, Attachment, Group, Reply, Urgency, Words
from bot.ports import Clock, File, OutboxRow, Outgoing, Sender, SendFailed, Store, Unit
from bot.replies import labels, render

log = structlog.get_logger()
K = TypeVar("K")
V = TypeVar("V")

BATCH = 50
FIRST_RETRY = timedelta(seconds=5)
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

PASSED_ON = "passed-on:"
"""The keys of cards that a moderator could not be given and the others were; these are not passed on again."""

MakeFile = Callable[[Unit, Person, Attachment], File]

JudgeAgain = Callable[[Unit, Person, OutboxRow], "Reply | None"]
"""Looks at a reply once more, just before it is sent, and changes nothing: the reply itself, another one to send instead,
or None when what has happened since makes it wrong."""


@dataclass(frozen=True, slots=True)
class Posted:
    """What was written to the outbox for one reader, by id."""

    key: str
    reader: int
    reply: Reply


@dataclass(frozen=True, slots=True)
class _Letter:
    """A row with everything that sending needs, read in one transaction."""

    row: OutboxRow
    reply: Reply
    person: Person
    account: Account
    files: tuple[File, ...]


@dataclass(slots=True)
class _Counter:
    """One platform's: one letter after the other, and a pause after it did not answer."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    rests_until: datetime | None = None


def post(unit: Unit, cause: str, replies: Sequence[Reply], now: datetime, *, speaker: int | None = None) -> list[Posted]:
    """Write the replies of one cause to the outbox, one row per reader, each under a key of its own; what was written.

    A page about the speaker goes to the other moderators, where there is another.
    """
    posted: list[Posted] = []
    for number, reply in enumerate(replies):
        readers = copies(unit, reply)
        if isinstance(reply.to, Group) and any(reader != speaker for reader, _ in readers):
            readers = [(reader, copy) for reader, copy in readers if reader != speaker]
        posted += [Posted(f"{cause}#{number}{reply.key}@{reader}", reader, copy) for reader, copy in readers]
    return [each for each in posted if unit.outbox.post(each.key, each.reader, each.reply, now)]


def copies(unit: Unit, reply: Reply) -> list[tuple[int, Reply]]:
    """The readers of a reply. With nobody on duty, every moderator is on duty."""
    if isinstance(reply.to, Group):
        moderators = unit.people.moderators()
        readers = [m for m in moderators if m.on_duty] or list(moderators)
        return [(m.id, replace(reply, to=m.id)) for m in readers]
    return [(reply.to, reply)]


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
    ) -> None:
        self._store = store
        self._clock = clock
        self._senders = {sender.platform: sender for sender in senders}
        self._make_file = make_file
        self._judge_again = judge_again or {}
        self._patience = patience
        self._counters = {platform: _Counter() for platform in self._senders}
        self._unmarked: dict[int, datetime] = {}
        self._put_by: dict[int, tuple[OutboxRow, datetime]] = {}
        self._said: dict[str, None] = {}
        self._roster: list[tuple[Person, Account]] = []
        self._known: dict[Account, Person] = {}

    async def deliver(self) -> None:
        """Send whatever is ready. Returns when nothing more is; never raises for a platform's failure."""
        done = await asyncio.gather(*map(self._serve, self._senders), return_exceptions=True)
        for trouble in done:
            if isinstance(trouble, BaseException):
                raise trouble

    async def _serve(self, platform: str) -> None:
        """Empty one platform's counter, unless it is resting."""
        counter = self._counters[platform]
        async with counter.lock:
            more = True
            while more and not _is_ahead(counter.rests_until, self._clock.now()):
                await self._mark_at_last()
                until = self._clock.now() + self._patience + SPARE
                letters, more = await self._store.run(partial(self._collect, platform, until))
                more = await self._send_all(letters, until, counter) or more

    async def _send_all(self, letters: list[_Letter], until: datetime, counter: _Counter) -> bool:
        """Send what was claimed until then, one after the other; what is left is given back. Whether there may be more to send."""
        left, more = letters[::-1], False
        try:
            while left and self._clock.now() + self._patience <= until:
                outcome = await self._send(left.pop())
                # A letter that died may have left word for the moderators: it goes out in the same round.
                more = more or outcome == "refused"
                if outcome == "no answer":
                    counter.rests_until = self._clock.now() + FIRST_RETRY
                    break
        finally:
            await self._give_back([letter.row for letter in left])
        return more or bool(left)

    async def _give_back(self, rows: Sequence[OutboxRow]) -> None:
        """Nobody need wait until the claim ends for what will not be sent now."""
        if not rows:
            return
        try:
            await self._store.run(lambda unit: unit.outbox.release(rows))
        except asyncio.CancelledError:
            raise
        except Exception as trouble:  # they are free again a little later
            log.error("delivery.not-given-back", rows=len(rows), trouble=type(trouble).__name__)

    def _collect(self, platform: str, until: datetime, unit: Unit) -> tuple[list[_Letter], bool]:
        """The next letters of a platform, claimed until then, and whether there may be more behind them."""
        self._remember(unit)
        now, sender = self._clock.now(), self._senders[platform]
        unit.outbox.release([row for row, again_at in self._put_by.values() if not _is_ahead(again_at, now)])
        self._put_by = {row_id: (row, again_at) for row_id, (row, again_at) in self._put_by.items() if _is_ahead(again_at, now)}
        aside = self._unmarked.keys() | self._put_by.keys()
        rows = unit.outbox.claim(now, until, platforms=(platform,), accounts=sender.accounts(), limit=BATCH + len(aside))
        # What this process puts by, another may send: it is not kept from it. What was sent and could not be marked is.
        unit.outbox.release([row for row in rows if row.id in self._put_by])
        for row in rows:
            if row.key in self._said:  # straight, while the database could not be asked
                unit.outbox.sent(row.id, now)
        fresh = [row for row in rows if row.id not in aside and row.key not in self._said]
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
            files = tuple(self._make_file[each.source](unit, person, each) for each in reply.attachments) if reply else ()
        except Exception as trouble:  # one reply that cannot be made must not hold up the others
            self._note_failure(unit, row, type(trouble).__name__, permanent=False)
            return None
        if reply is None:
            log.info("delivery.dropped", row=row.id, kind=row.reply.kind)
            unit.outbox.drop(row.id, "overtaken by what happened since")
            return None
        _keep_in_mind(self._known, accounts[0], person)
        return _Letter(row, reply, person, accounts[0], files)

    def _judged(self, unit: Unit, person: Person, row: OutboxRow) -> Reply | None:
        judge = self._judge_again.get(row.reply.kind)
        return judge(unit, person, row) if judge else row.reply

    def _remember(self, unit: Unit) -> None:
        """Who to alert when the database fails: kept in memory, fresh from every delivery."""
        moderators = unit.people.moderators()
        on_duty = [m for m in moderators if m.on_duty] or list(moderators)
        self._roster = [(m, account) for m in on_duty for account in unit.people.accounts(m.id)]

    async def _send(self, letter: _Letter) -> Literal["sent", "refused", "no answer"]:
        """Send one letter, and keep what became of it."""
        row = letter.row
        try:
            message = self._outgoing(letter.reply, letter.person, letter.account, key=row.key, files=letter.files)
            async with asyncio.timeout(self._patience.total_seconds()):
                await self._senders[letter.account.platform].send(message)
        except asyncio.CancelledError:
            raise
        except SendFailed as failure:
            await self._failed(row, failure.reason, permanent=failure.permanent)
            return "refused"
        except TimeoutError:
            await self._failed(row, "no answer in time", permanent=False)
            return "no answer"
        except Exception as trouble:  # an adapter's surprise must not stop the other letters
            await self._failed(row, type(trouble).__name__, permanent=False)
            return "refused"
        self._unmarked[row.id] = self._clock.now()
        _keep_in_mind(self._said, row.key, None)
        await self._mark_at_last()
        return "sent"

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

    async def _failed(self, row: OutboxRow, reason: str, *, permanent: bool) -> None:
        try:
            await self._store.run(lambda unit: self._note_failure(unit, row, reason, permanent=permanent))
        except asyncio.CancelledError:
            raise
        except Exception as trouble:  # it could not be sent, and that could not be kept: it is tried again a little later
            log.critical("delivery.unmarked", rows=1, trouble=type(trouble).__name__)
            self._put_by[row.id] = (row, self._clock.now() + FIRST_RETRY)

    def _note_failure(self, unit: Unit, row: OutboxRow, reason: str, *, permanent: bool) -> None:
        # The reason is the platform's own words, which repeat ids and messages: it is kept sealed, and not logged.
        log.warning("delivery.failed", row=row.id, attempt=row.attempts + 1, permanent=permanent)
        dead = permanent or row.attempts + 1 >= GIVE_UP_AFTER
        pause = min(FIRST_RETRY * 2 ** min(row.attempts, 10), LONGEST_RETRY)
        unit.outbox.failed(row.id, retry_at=None if dead else self._clock.now() + pause, reason=reason)
        if dead and row.reply.kind in ("case", "alert"):
            _pass_on(unit, row, self._clock)
        elif dead and _mattered(row.reply):
            _tell_undelivered(unit, row, self._clock)

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
        pressing = [each for each in posted if _cannot_wait(each.reply) and each.key not in self._said]
        ways = [(each, person, where) for each in pressing for person, where in self._ways_to(each.reader, speaker, account)]
        await asyncio.gather(*(self.straight(each.reply, where, key=each.key, person=person) for each, person, where in ways))

    def _ways_to(self, reader: int, speaker: Person, account: Account) -> list[tuple[Person, Account]]:
        if reader == speaker.id:
            return [(speaker, account)]
        on_duty = [(person, where) for person, where in self._roster if person.id == reader]
        return on_duty or [(person, where) for where, person in self._known.items() if person.id == reader]

    async def alert(self, reply: Reply, *, key: str) -> int:
        """Alert every moderator on duty without the outbox. Returns how many were reached."""
        sent = [self.straight(reply, account, key=f"{key}@{m.id}", person=m) for m, account in self._roster]
        return sum(await asyncio.gather(*sent))


def _is_ahead(instant: datetime | None, now: datetime) -> bool:
    """Whether a pause still lasts. One that ends later than any can was begun before the clock went back: it is over."""
    return instant is not None and now < instant <= now + FIRST_RETRY


def _keep_in_mind(memory: dict[K, V], key: K, value: V) -> None:
    memory[key] = value
    if len(memory) > REMEMBERED:
        del memory[next(iter(memory))]


def _cannot_wait(reply: Reply) -> bool:
    return reply.urgency is Urgency.urgent or reply.level >= Level.check


def _mattered(reply: Reply) -> bool:
    return reply.level >= Level.urgent or reply.kind in ("reminder", "check_in", "alert")


def _tell_undelivered(unit: Unit, row: OutboxRow, clock: Clock) -> None:
    words = Words("delivery.undelivered", {"person": row.person_id, "kind": {"words": f"kind.{row.reply.kind}", "values": {}}})
    notice = Reply(to=Group.moderators_on_duty, words=(words,), kind="alert", level=row.reply.level, urgency=Urgency.urgent)
    case = unit.cases.open_for(row.person_id)
    owner = [(case.owner_id, replace(notice, to=case.owner_id))] if case is not None and case.owner_id is not None else []
    # The key makes it one for an owner who is on duty as well.
    for reader, copy in [*owner, *copies(unit, notice)]:
        unit.outbox.post(f"undelivered:{row.id}@{reader}", reader, copy, clock.now())


def _pass_on(unit: Unit, row: OutboxRow, clock: Clock) -> None:
    """A card that one moderator can never be given goes to all the others, on duty or not; once, or two dead ends would never end."""
    if row.key.startswith(PASSED_ON):
        log.critical("delivery.card-dead", row=row.id)
        return
    words = Words("delivery.card-undelivered", {"person": row.person_id})
    others = [m for m in unit.people.moderators() if m.id != row.person_id]
    if not others:
        log.critical("delivery.card-dead", row=row.id)
    for other in others:
        card = replace(row.reply, to=other.id, words=(words, *row.reply.words), urgency=Urgency.urgent)
        unit.outbox.post(f"{PASSED_ON}{row.id}@{other.id}", other.id, card, clock.now())
