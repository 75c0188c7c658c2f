"""What is heard at the same time, and what is not: one person's messages in order, different persons' side by side."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Lanes:
    """A turn for each message of a person, in the order in which they asked for it."""

    def __init__(self) -> None:
        self._locks: dict[str, tuple[asyncio.Lock, int]] = {}
        self._free = asyncio.Event()
        self._free.set()

    @asynccontextmanager
    async def turn(self, person: str) -> AsyncIterator[None]:
        """Wait for the person's former messages. Turns come in the order of asking: asyncio's locks are fair."""
        lock, waiting = self._locks.get(person, (asyncio.Lock(), 0))
        self._locks[person] = (lock, waiting + 1)
        self._free.clear()
        try:
            async with lock:
                yield
        finally:
            lock, waiting = self._locks[person]
            if waiting == 1:
                del self._locks[person]
            else:
                self._locks[person] = (lock, waiting - 1)
            if not self._locks:
                self._free.set()

    async def settle(self, seconds: float) -> None:
        """Wait until nobody is being heard, but not longer."""
        try:
            async with asyncio.timeout(seconds):
                await self._free.wait()
        except TimeoutError:
            return
