"""Work that must go on for as long as the process: what dies is started again, after growing pauses, and stops nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import structlog

from bot.backoff import Backoff

log = structlog.get_logger()

Work = Callable[[], Awaitable[None]]

FIRST_PAUSE, LONGEST_PAUSE = 5.0, 900.0
"""Seconds. The longest leaves a hundred starts in a day: platforms count them (facts on platforms, 4)."""


async def keep_all(
    works: Sequence[Work], *, fatal: tuple[type[Exception], ...], sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
) -> None:
    """Keep every work going until cancelled; then the last begun is stopped first. Raises what is `fatal`, from any of them."""
    tasks = [asyncio.create_task(_keep(work, fatal, sleep)) for work in works]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
        for task in done:
            task.result()
    finally:
        for task in reversed(tasks):
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def _keep(work: Work, fatal: tuple[type[Exception], ...], sleep: Callable[[float], Awaitable[None]]) -> None:
    backoff, loop = Backoff(first=FIRST_PAUSE, longest=LONGEST_PAUSE), asyncio.get_running_loop()
    while True:
        began = loop.time()
        try:
            await work()
        except fatal:
            raise
        except Exception as trouble:  # noqa: BLE001 - whatever ends one platform, the others are served, and it is begun again
            log.critical("platform.ended", trouble=type(trouble).__name__)
        await sleep(backoff.next_after(loop.time() - began))
