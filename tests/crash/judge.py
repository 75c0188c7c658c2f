"""Looks at what a kill left behind, has the platform send again what it holds, and says everything that is wrong."""

from __future__ import annotations

import asyncio
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from bot.adapters.story import VirtualClock
from bot.app import check_database, key_ring, open_house
from storage.store import open_store
from tests.crash import findings, histories, trails
from tests.crash.journal import Journal, Ledger, Update
from tests.crash.seen import Eye, Seen
from tests.crash.town import hear_again, settings_of
from tests.crash.victim import Recorder
from tests.houses import minds

SENT_TWICE = 5
"""Updates that were acknowledged and come again all the same, as they do when the acknowledgement is lost on its way."""


@dataclass
class Judge:
    """One for a whole run: it remembers what earlier lives were told and said."""

    url: str
    ledger: Ledger
    eye: Eye = field(default_factory=Eye)

    def after_a_kill(self, journal: Path, *, without_a_server: bool = False) -> list[str]:
        """What is wrong as the process left it. `without_a_server`: the database was away during that life."""
        found = [*self.ledger.add(journal), *check_database(settings_of(self.url))]
        seen = self.look()
        # What a life before left, and this one was killed before it could send again, is not this one's.
        left = set(self.ledger.unmarked)
        self.ledger.unmarked = findings.unmarked(seen, self.ledger)
        found += findings.too_many_unmarked(self.ledger.unmarked - left, without_a_server=without_a_server)
        return [*found, *self._findings(seen, settled=False)]

    def settle(self, journal: Path, chance: Random) -> list[str]:
        """The platform sends again what it holds, and some of what it does not; what is wrong once all of it was heard and said."""
        with closing(Journal(journal)) as written:
            asyncio.run(self._hear_again(written, self.sent_again(chance)))
        found = self.ledger.add(journal)
        seen = self.look()
        self.ledger.unmarked = findings.unmarked(seen, self.ledger)
        return [*found, *self._findings(seen, settled=True)]

    def sent_again(self, chance: Random) -> list[Update]:
        """What comes from the platform after a kill: all that it holds, and some of what was acknowledged."""
        acknowledged = [update for key, update in self.ledger.updates.items() if key in self.ledger.acknowledged]
        return [*self.ledger.pending, *chance.sample(acknowledged, min(SENT_TWICE, len(acknowledged)))]

    def look(self) -> Seen:
        """The database as it is."""
        settings = settings_of(self.url)
        store = open_store(settings.database_url, keys=key_ring(settings))
        try:
            return self.eye.look(store)
        finally:
            store.close()

    async def _hear_again(self, journal: Journal, updates: list[Update]) -> None:
        clock = VirtualClock(self.ledger.now)
        async with open_house(settings_of(self.url), clock=clock, senders=[Recorder(journal)], minds=minds()) as house:
            await hear_again(house, journal, updates)
            await house.conversation.tick()

    def _findings(self, seen: Seen, *, settled: bool) -> list[str]:
        return [*findings.findings(seen, self.ledger, settled=settled), *histories.findings(seen, self.ledger), *trails.findings(seen)]
