"""A post office on a real store, platforms that take letters or do not, and the verbs that tests of delivery speak."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

from bot.adapters.story import VirtualClock
from bot.core.levels import Level
from bot.core.person import Person
from bot.delivery import JudgeAgain, Postman
from bot.messages import Account, Attachment, Kind, Reply, Urgency, Words
from bot.ports import File, Outgoing, SendFailed, Store, Unit
from storage.store import SqlStore, open_store
from storage.upgrade import upgrade
from tests.houses import START

T = TypeVar("T")
SOON = timedelta(seconds=0.02)


@dataclass
class Platform:
    """A platform that takes messages, refuses some, or says nothing at all."""

    platform: str = "one"
    refuses: Mapping[str, bool] = field(default_factory=dict)
    hangs_on: Collection[str] = ()
    taken: list[Outgoing] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def accounts(self) -> None:
        """Everybody."""
        return

    async def send(self, message: Outgoing) -> None:
        """Take it, refuse it (for good when the value is True), or hang."""
        if message.account.id in self.hangs_on:
            await asyncio.sleep(60)
        if message.account.id in self.refuses:
            raise SendFailed("refused", permanent=self.refuses[message.account.id])
        self.taken.append(message)
        self.notes.append(self.platform)


@dataclass
class FullDisk:
    """A store that can be read, and that keeps no mark while the disk is full."""

    inner: Store
    full: bool = True

    async def run(self, work: Callable[[Unit], T]) -> T:
        """As the store beneath, but for work that marks."""
        if self.full and getattr(work, "__name__", "") == "mark":
            raise OSError("no space left on device")
        return await self.inner.run(work)


@dataclass
class Post:
    """A store, a clock, and the verbs that tests speak."""

    store: SqlStore
    clock: VirtualClock

    def person(self, name: str, *, platform: str = "one", moderator: bool = False, on_duty: bool = True) -> Person:
        """Somebody reachable."""

        def add(unit: Unit) -> Person:
            role = "moderator" if moderator else "patient"
            someone = unit.people.add(
                Account(platform, name),
                role="moderator" if role == "moderator" else "patient",
                language="en",
                timezone="Europe/London",
                country="GB",
                now=START,
            )
            someone = replace(someone, on_duty=moderator and on_duty)
            unit.people.save(someone)
            return someone

        return self.store.run_now(add)

    def letter(
        self, to: Person, key: str, *, kind: Kind = "reply", level: Level = Level.none, urgent: bool = False, source: str = ""
    ) -> None:
        """Something to say, its key in its words."""
        files = (Attachment(kind="json", name="a.json", source=source),) if source else ()
        reply = Reply(
            to=to.id,
            words=(Words("text", {"text": key}),),
            kind=kind,
            level=level,
            attachments=files,
            urgency=Urgency.urgent if urgent else Urgency.normal,
        )
        self.store.run_now(lambda unit: unit.outbox.post(key, to.id, reply, self.clock.now()))

    def postman(
        self,
        *platforms: Platform,
        store: Store | None = None,
        judge_again: Mapping[str, JudgeAgain] | None = None,
    ) -> Postman:
        """One who waits hardly at all."""
        return Postman(
            store=store or self.store,
            clock=self.clock,
            senders=platforms,
            make_file={"good": good_file, "bad": bad_file},
            judge_again=judge_again,
            patience=SOON,
        )

    def kept(self, to: Person, key: str) -> Mapping[str, object]:
        """The row, as the person's export shows it."""
        rows = self.store.run_now(lambda unit: unit.people.export(to.id))["outbox"]
        return next(row for row in rows if row["key"] == key)

    def later(self, **length: float) -> None:
        """Time passes."""
        self.clock.move(self.clock.now() + timedelta(**length))


def good_file(unit: Unit, person: Person, attachment: Attachment) -> File:
    """A file."""
    return File(kind="json", name=attachment.name, content=b"{}")


def bad_file(unit: Unit, person: Person, attachment: Attachment) -> File:
    """No file."""
    raise KeyError("curve")


@contextmanager
def post_office(folder: Path) -> Iterator[Post]:
    """An empty one, on a file."""
    url = f"sqlite:///{folder}/post.db"
    upgrade(url)
    store = open_store(url)
    yield Post(store, VirtualClock(START))
    store.close()


def texts(platform: Platform) -> list[str]:
    """What was taken, in order."""
    return [message.text for message in platform.taken]
