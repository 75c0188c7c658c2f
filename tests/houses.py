"""A whole house for tests: the real store on a real file, the real minds, and a virtual clock at the edge."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count
from pathlib import Path

from bot.adapters.story import Faults, FaultyStore, StorySender, VirtualClock
from bot.app import House, Minds, load_minds, open_house, read_settings, story_settings
from bot.messages import Account, Incoming, Press
from bot.ports import Outgoing, Unit
from bot.settings import Settings

UPDATES = count()
"""Every update of a test run has a key of its own, over restarts too."""

START = datetime(2026, 1, 1, 7, 30, tzinfo=UTC)


@cache
def minds() -> Minds:
    """Triage and understanding, read once for the whole test run."""
    return load_minds()


@cache
def _fresh() -> Path:
    """A database with its tables, and its key, made once for the whole test run: migrating one takes longer than most tests."""
    folder = Path(tempfile.mkdtemp(prefix="palier-tests-"))
    story_settings(read_settings(), {}, folder=str(folder))
    return folder


def settings_in(folder: Path) -> Settings:
    """Settings on the database of a folder; a fresh one where there is none."""
    folder.mkdir(parents=True, exist_ok=True)
    for made in _fresh().iterdir():
        if not (folder / made.name).exists():
            shutil.copy(made, folder)
    return story_settings(read_settings(), {}, folder=str(folder))


@dataclass
class Rig:
    """One running house, and the short words that tests speak."""

    house: House
    clock: VirtualClock
    sender: StorySender
    faults: Faults
    moderators: set[str] = field(default_factory=set)

    async def settle(self, name: str, *, role: str = "patient", language: str = "en", on_duty: bool = False) -> None:
        """Make somebody known, with their consent given."""
        if role == "moderator":
            self.moderators.add(name)

        def add(unit: Unit) -> None:
            person = unit.people.add(
                Account("story", name),
                role="moderator" if role == "moderator" else "patient",
                language=language,
                timezone="Europe/London",
                country="GB",
                now=self.clock.now(),
            )
            unit.people.save(replace(person, consented_at=self.clock.now(), on_duty=on_duty))

        await self.house.store.run(add)
        await self.house.conversation.wake()

    def message(self, name: str, text: str = "", *, press: Press | None = None, key: str = "") -> Incoming:
        """An update as an adapter would hand it over."""
        return Incoming(
            key=key or f"update:{next(UPDATES)}",
            account=Account("story", name),
            sent_at=self.clock.now(),
            text=text,
            press=press,
            role="moderator" if name in self.moderators else "patient",
        )

    async def says(self, name: str, text: str) -> list[Outgoing]:
        """Somebody writes; what everybody gets."""
        return await self._during(lambda: self.house.conversation.hear(self.message(name, text)))

    async def presses(self, name: str, choice: str) -> list[Outgoing]:
        """Somebody presses a choice that was offered to them; what everybody gets."""
        offered = [c for d in self.sender.delivered if d.message.account.id == name for c in d.message.choices if c.id == choice]
        press = Press(offered[-1].id, offered[-1].about)
        return await self._during(lambda: self.house.conversation.hear(self.message(name, press=press)))

    async def until(self, moment: datetime) -> list[Outgoing]:
        """Time passes, tick after tick, exactly from one due time to the next."""

        async def pass_time() -> None:
            while (due := await self.house.store.run(lambda unit: unit.timers.next_due())) is not None and due <= moment:
                self.clock.move(due)
                await self.house.conversation.tick()
            self.clock.move(moment)
            await self.house.conversation.tick()

        return await self._during(pass_time)

    async def after(self, length: timedelta) -> list[Outgoing]:
        """The same, for a while."""
        return await self.until(self.clock.now() + length)

    async def _during(self, act: Callable[[], Awaitable[None]]) -> list[Outgoing]:
        since = len(self.sender.delivered)
        await act()
        await self.house.conversation.at_rest()
        return [delivery.message for delivery in self.sender.delivered[since:]]


@asynccontextmanager
async def rig(settings: Settings, *, clock: VirtualClock | None = None, thinking: Minds | None = None) -> AsyncIterator[Rig]:
    """Open a house on the settings' database, with the real minds or others."""
    time = clock or VirtualClock(START)
    faults = Faults()
    sender = StorySender(time, faults, {})
    async with open_house(
        settings,
        clock=time,
        senders=[sender],
        minds=thinking or minds(),
        wrap_store=lambda store: FaultyStore(store, faults),
        before_serving=faults.before_serving,
    ) as house:
        yield Rig(house, time, sender, faults)
