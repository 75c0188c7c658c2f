"""The vendor's bot, tamed: quiet in the logs, patient on the network, and able to hand over updates unread.

Of python-telegram-bot only the `Bot` is used. Its `Application` and `Updater` acknowledge an update before it was served
and parse all of them or none; we need the opposite of both (see `polling`).
"""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from datetime import timedelta
from functools import cache
from ssl import SSLContext
from typing import Any

import httpx
from telegram import Bot, LinkPreviewOptions
from telegram.error import InvalidToken, NetworkError, RetryAfter, TelegramError
from telegram.request import HTTPXRequest

API = "https://api.telegram.org"
POLL_SECONDS = 30
TEXT_UNITS, CAPTION_UNITS = 4096, 1024
"""What a message and a caption hold, in UTF-16 code units."""

CONNECTIONS = 32
"""Requests at the same time; more wait for a free connection."""

# Waits come as timedelta, and without a warning each time one is made: the vendor's own switch, read when it is needed.
os.environ["PTB_TIMEDELTA"] = "true"

NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
"""Nobody fetches an address because it was named in a message about health."""

Raw = dict[str, Any]


class TokenRefused(Exception):
    """Telegram does not know the token. The message never holds it."""

    def __init__(self) -> None:
        super().__init__("Telegram refused the bot's token: check PALIER_TELEGRAM_TOKEN against what BotFather gave")


class Client(Bot):
    """One bot, over two pools of connections: one for polling, one for everything else."""

    def __init__(self, *, token: str, base_url: str = API) -> None:
        self._pools = (_pool(2, read=POLL_SECONDS + 10.0), _pool(CONNECTIONS, read=15.0))
        super().__init__(
            token,
            base_url=f"{base_url}/bot",
            base_file_url=f"{base_url}/file/bot",
            get_updates_request=self._pools[0],
            request=self._pools[1],
        )

    async def get_raw_updates(self, *, offset: int | None, timeout: int, allowed: Sequence[str], limit: int = 100) -> list[Raw]:
        """The next updates as they came, so that one that makes no sense spoils no other."""
        asked = {"offset": offset, "timeout": timeout, "allowed_updates": list(allowed), "limit": limit}
        answer = await self._post("getUpdates", asked)
        return answer if isinstance(answer, list) else []

    async def begin(self) -> None:
        """Learn who this bot is. Raises TokenRefused, and the vendor's errors while the network is down."""
        try:
            await self.initialize()
        except InvalidToken:
            raise TokenRefused from None

    async def close_connections(self) -> None:
        """Let go of every connection, also when `begin` never succeeded."""
        for pool in self._pools:
            await pool.shutdown()


@cache
def _authorities() -> SSLContext:
    """The certificates that are trusted, read once: it takes longer than everything else at the start."""
    return httpx.create_ssl_context()


def _pool(size: int, *, read: float) -> HTTPXRequest:
    return HTTPXRequest(
        connection_pool_size=size,
        connect_timeout=5.0,
        read_timeout=read,
        write_timeout=10.0,
        pool_timeout=5.0,
        httpx_kwargs={"verify": _authorities()},
    )


def seconds_told(error: RetryAfter) -> float:
    """How long Telegram asks us to wait."""
    told = error.retry_after
    return told.total_seconds() if isinstance(told, timedelta) else float(told)


def cut_off(error: TelegramError) -> bool:
    """True when no answer came at all: nobody knows whether the request was served."""
    return isinstance(error, NetworkError) and error.__cause__ is not None


def keep_quiet() -> None:
    """The vendors' loggers write addresses that hold the token, and whole updates: they write nothing any more."""
    for name in ("httpx", "httpcore", "telegram"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
