"""A process that takes in updates and says which ones it acknowledged, until it is killed.

    python -m tests.storage.crash_writer URL PERSON_ID FIRST

It stands for a platform: updates are numbered, sent again from the first one not known to be acknowledged, eight at a time.
"""

from __future__ import annotations

import asyncio
import itertools
import sys
from collections.abc import Callable

from bot.ports import Unit
from storage.store import SqlStore
from tests.storage.samples import NOW, open_at


def hear(person_id: int, number: int) -> Callable[[Unit], None]:
    """What the conversation does with an update: once, and with everything that follows from it."""

    def work(unit: Unit) -> None:
        if unit.first_time(f"update:{number}", NOW):
            unit.entries.add(person_id, "intake", NOW, {"number": number}, NOW)
            unit.timers.put(person_id, "reminder", str(number), NOW)

    return work


async def serve(store: SqlStore, person_id: int, numbers: itertools.count[int]) -> None:
    """Take the next update, wait until it is on disk, say so."""
    for number in numbers:
        await store.run(hear(person_id, number))
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()


async def main(url: str, person_id: int, first: int) -> None:
    """Eight updates in flight, for ever."""
    store, numbers = open_at(url), itertools.count(first)
    await asyncio.gather(*(serve(store, person_id, numbers) for _ in range(8)))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
