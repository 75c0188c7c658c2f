"""The postman: takes replies out of the outbox after the commit, urgent ones first, and hands them to the adapters.

Send, then mark: a crash in between sends twice rather than never. What cannot be sent is tried again with growing
pauses; what can never be sent becomes a dead letter, and the moderators hear of it when it mattered.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import structlog

from bot.core.levels import Level
from bot.core.person import Person
from bot.messages import Account, Attachment, Group, Reply, Urgency, Words
from bot.ports import Clock, File, OutboxRow, Outgoing, Sender, SendFailed, Store, Unit
from bot.replies import labels, render

log = structlog.get_logger()

BATCH = 50
FIRST_RETRY = timedelta(seconds=5)
LONGEST_RETRY = timedelta(minutes=10)
GIVE_UP_AFTER = 30
"""Attempts before a reply becomes a dead letter: with the pauses above, about four hours."""

REMEMBERED = 20_000
"""Persons kept in mind for the crash path: their language and country, a few hundred bytes each."""

MakeFile = Callable[[Unit, Person, Attachment], File]


@dataclass(frozen=True, slots=True)
class _Letter:
    """A row with everything that sending needs, read in one transaction."""

    row: OutboxRow
    person: Person
    account: Account
    files: tuple[File, ...]


def copies(unit: Unit, reply: Reply) -> list[tuple[int, Reply]]:
    """The readers of a reply. With nobody on duty, every moderator is on duty."""
    if isinstance(reply.to, Group):
        moderators = unit.people.moderators()
        readers = [m for m in moderators if m.on_duty] or list(moderators)
        return [(m.id, replace(reply, to=m.id)) for m in readers]
    return [(reply.to, reply)]


class Postman:
    """One per process. `senders` are the platforms of this process; other processes serve theirs from the same outbox."""

    def __init__(self, *, store: Store, clock: Clock, senders: Sequence[Sender], make_file: Mapping[str, MakeFile]) -> None:
        self._store = store
        self._clock = clock
        self._senders = {sender.platform: sender for sender in senders}
        self._make_file = make_file
        self._lock = asyncio.Lock()
        self._roster: list[tuple[Person, Account]] = []
        self._known: dict[Account, Person] = {}

    async def deliver(self) -> None:
        """Send whatever is ready. Returns when nothing more is; never raises for a platform's failure."""
        async with self._lock:
            while True:
                letters = await self._store.run(self._collect)
                for letter in letters:
                    await self._send(letter)
                if len(letters) < BATCH:
                    return

    def _collect(self, unit: Unit) -> list[_Letter]:
        self._remember(unit)
        letters: list[_Letter] = []
        for platform, sender in self._senders.items():
            rows = unit.outbox.ready(self._clock.now(), (platform,), sender.accounts(), BATCH - len(letters))
            letters += [letter for row in rows if (letter := self._letter(unit, row, sender)) is not None]
        return sorted(letters, key=lambda letter: (-letter.row.reply.urgency.value, letter.row.id))

    def _letter(self, unit: Unit, row: OutboxRow, sender: Sender) -> _Letter | None:
        person = unit.people.get(row.person_id)
        reachable = sender.accounts()
        accounts = [
            account
            for account in unit.people.accounts(row.person_id)
            if account.platform == sender.platform and (reachable is None or account in reachable)
        ]
        if person is None or not accounts:
            return None
        files = tuple(self._make_file[attachment.source](unit, person, attachment) for attachment in row.reply.attachments)
        self._known[accounts[0]] = person
        return _Letter(row, person, accounts[0], files)

    def _remember(self, unit: Unit) -> None:
        """Who to alert when the database fails: kept in memory, fresh from every delivery."""
        moderators = unit.people.moderators()
        on_duty = [m for m in moderators if m.on_duty] or list(moderators)
        self._roster = [(m, account) for m in on_duty for account in unit.people.accounts(m.id)]

    async def _send(self, letter: _Letter) -> None:
        row = letter.row
        try:
            message = self._outgoing(row.reply, letter.person, letter.account, key=row.key, files=letter.files)
            await self._senders[letter.account.platform].send(message)
        except asyncio.CancelledError:
            raise
        except SendFailed as failure:
            await self._failed(letter, failure.reason, permanent=failure.permanent)
        except Exception as trouble:  # an adapter's surprise must not stop the other letters
            await self._failed(letter, type(trouble).__name__, permanent=False)
        else:
            await self._store.run(lambda unit: unit.outbox.sent(row.id, self._clock.now()))

    async def _failed(self, letter: _Letter, reason: str, *, permanent: bool) -> None:
        row = letter.row
        log.warning("delivery.failed", row=row.id, attempt=row.attempts + 1, reason=reason, permanent=permanent)
        dead = permanent or row.attempts + 1 >= GIVE_UP_AFTER
        pause = min(FIRST_RETRY * 2 ** min(row.attempts, 10), LONGEST_RETRY)
        retry_at = None if dead else self._clock.now() + pause

        def mark(unit: Unit) -> None:
            unit.outbox.failed(row.id, retry_at=retry_at, reason=reason)
            if dead and _mattered(row.reply) and letter.person.role == "patient":
                _tell_undelivered(unit, row, self._clock)

        await self._store.run(mark)

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
        """Fill the memory that the crash path lives on, before the first message is heard."""

        def read(unit: Unit) -> None:
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
            await sender.send(self._outgoing(reply, reader, account, key=key))
        except asyncio.CancelledError:
            raise
        except Exception as trouble:  # nothing more can be done here but to say so
            log.critical("delivery.straight-failed", trouble=type(trouble).__name__)
            return False
        return True

    async def alert(self, reply: Reply, *, key: str) -> int:
        """Alert every moderator on duty without the outbox. Returns how many were reached."""
        sent = [self.straight(reply, account, key=f"{key}@{m.id}", person=m) for m, account in self._roster]
        return sum(await asyncio.gather(*sent))


def _mattered(reply: Reply) -> bool:
    return reply.level >= Level.urgent or reply.kind in ("reminder", "check_in", "alert")


def _tell_undelivered(unit: Unit, row: OutboxRow, clock: Clock) -> None:
    words = Words("delivery.undelivered", {"person": row.person_id, "kind": {"words": f"kind.{row.reply.kind}", "values": {}}})
    notice = Reply(to=Group.moderators_on_duty, words=(words,), kind="alert", level=row.reply.level, urgency=Urgency.urgent)
    for reader, copy in copies(unit, notice):
        unit.outbox.post(f"undelivered:{row.id}@{reader}", reader, copy, clock.now())
