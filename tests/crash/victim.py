"""The process that is killed: the real house, with patients who write, moderators who take cases, and time that passes.

    python -m tests.crash.victim

It reads the lives that it is to lead, one JSON line each, and leads each in a process of its own: the minds are read once,
so that a life begins at once. It says the number of the process, then, when that is over, how it ended.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections import deque
from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

from bot.adapters.story import VirtualClock
from bot.app import House, StorageUnavailable, open_house, set_up_logging
from bot.messages import Account
from bot.ports import Outgoing
from tests.crash.journal import PLATFORM, Journal, Update, from_json, to_json
from tests.crash.plants import PLANTS
from tests.crash.town import MODERATORS, PATIENTS, hear, settings_of, words_of_a_moderator, words_of_a_patient
from tests.houses import minds

BEAT_S = 0.04
LONGEST_LIFE_S = 120.0
"""It ends by itself when nobody is left to kill it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """What a process is born with. `begins` is where everybody's numbers go on; `sent_again` comes first."""

    url: str
    number: int
    seed: int
    now: datetime
    journal: str
    log: str
    begins: int
    sent_again: tuple[Update, ...] = ()
    plant: str = "none"

    def to_line(self) -> str:
        """One line of JSON."""
        values = {**asdict(self), "now": self.now.isoformat(), "sent_again": [to_json(update) for update in self.sent_again]}
        return json.dumps(values) + "\n"

    @classmethod
    def from_line(cls, line: str) -> Life:
        """The same life."""
        values: dict[str, Any] = json.loads(line)
        sent_again = tuple(from_json(update) for update in values["sent_again"])
        return cls(**{**values, "now": datetime.fromisoformat(values["now"]), "sent_again": sent_again})


@dataclass
class Recorder:
    """A platform that takes every letter, and keeps that it did."""

    journal: Journal
    platform: str = PLATFORM

    def accounts(self) -> Collection[Account] | None:
        """Everybody."""
        return None

    async def send(self, message: Outgoing) -> None:
        """It has reached its reader."""
        self.journal.reached(message.key)


@dataclass
class Lived:
    """One life under way."""

    life: Life
    house: House
    journal: Journal
    clock: VirtualClock

    def chance(self, who: str) -> Random:
        """Everybody's own dice: the same in every run of the same seed, though not what comes of them."""
        return Random(f"{self.life.seed}:{self.life.number}:{who}")  # noqa: S311 - repeatable dice

    async def patient(self, who: str) -> None:
        """First what the platform sends again, then new messages without end."""
        await self.again(who)
        chance = self.chance(who)
        for number in count(self.life.begins):
            await asyncio.sleep(chance.uniform(0, 0.06))
            words = words_of_a_patient(chance, who, number)
            await self.hear(Update(key=f"{who}:{number}", who=who, at=self.clock.now(), **words))

    async def moderator(self, who: str) -> None:
        """Looks at what waits, and does something about it."""
        await self.again(who)
        chance = self.chance(who)
        closed: deque[int] = deque(maxlen=5)
        for number in count(self.life.begins):
            await asyncio.sleep(chance.uniform(0, 0.06))
            try:
                waiting = await self.house.store.run(lambda unit: unit.cases.waiting())
            except StorageUnavailable:
                continue
            text = words_of_a_moderator(chance, who, waiting, closed, number)
            await self.hear(Update(key=f"{who}:{number}", who=who, text=text, at=self.clock.now(), role="moderator"))
            closed.extend(case.id for case in waiting if text.startswith(("close", "referred", "false")))

    async def beat(self) -> None:
        """Time passes, by minutes or by hours; what is due is served."""
        chance = self.chance("clock")
        while True:
            minutes = chance.uniform(30, 240) if chance.random() < 0.6 else chance.uniform(0.1, 4)
            now = self.clock.now() + timedelta(minutes=minutes)
            self.journal.hour(now)
            self.clock.move(now)
            try:
                await self.house.conversation.tick()
            except StorageUnavailable:  # the rows are there: the next beat serves them, as the ticker's would
                await asyncio.sleep(BEAT_S)
            await asyncio.sleep(BEAT_S)

    async def again(self, who: str) -> None:
        """What was not acknowledged in an earlier life comes again."""
        for update in self.life.sent_again:
            if update.who == who:
                await self.hear(update)

    async def hear(self, update: Update) -> None:
        """One update, acknowledged when it was heard; before, when that is the fault that was planted."""
        if PLANTS[self.life.plant].acknowledges_first:
            self.journal.came(update)
            self.journal.acknowledged(update)
        await hear(self.house, self.journal, update)


async def lead(life: Life) -> None:
    """Live until killed."""
    journal, clock, plant = Journal(Path(life.journal)), VirtualClock(life.now), PLANTS[life.plant]
    settings = settings_of(life.url)
    set_up_logging(settings)
    sender = plant.wrap_sender(Recorder(journal))
    async with open_house(settings, clock=clock, senders=[sender], minds=minds(), wrap_store=plant.wrap_store) as house:
        lived = Lived(life, house, journal, clock)
        everybody = [*map(lived.patient, PATIENTS), *map(lived.moderator, MODERATORS), lived.beat()]
        async with asyncio.timeout(LONGEST_LIFE_S):
            await asyncio.gather(*everybody)


def _be_born(life: Life) -> None:
    """In the new process: nothing of the other's is left in hand but the minds."""
    log = os.open(life.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for ours, kept in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(ours, kept)
    asyncio.run(lead(life))


def main() -> None:
    """Lead the lives that are asked for, one after the other."""
    minds()
    for line in sys.stdin:
        life = Life.from_line(line)
        number = os.fork()
        if number == 0:
            _be_born(life)
            sys.exit(1)
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()
        _, status = os.waitpid(number, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
