"""Who is a moderator: those whom the settings list, and the administrators of the moderators' group.

The answer is the same in every chat, for the conversation keeps the role that it is told last. It is known before it is asked:
a message must not wait for Telegram to name a group's administrators.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection

import structlog
from telegram.error import ChatMigrated, TelegramError

from bot.adapters.telegram.client import Client
from bot.core.person import Role

log = structlog.get_logger()

EVERY = 300.0
"""Seconds between two looks at who leads the group."""


class Roles:
    """Vouches for moderators."""

    def __init__(
        self,
        client: Client,
        *,
        listed: Collection[int],
        group: int | None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """`listed`: ids of persons; `group`: the id of the moderators' group, None without one."""
        self._client = client
        self._listed = frozenset(listed)
        self._group = group
        self._sleep = sleep
        self._leading: frozenset[int] = frozenset()

    @property
    def group(self) -> int | None:
        """The moderators' group, under the id that it has now."""
        return self._group

    @property
    def listed(self) -> frozenset[int]:
        """The persons whom the settings name."""
        return self._listed

    def role_of(self, person: int) -> Role:
        """The role of a person, as last known."""
        return "moderator" if person in self._listed or person in self._leading else "patient"

    def reads_others(self, chat: int) -> bool:
        """Whether what is written there may be of another person: a moderator's chat, or their group."""
        return chat == self._group or self.role_of(chat) == "moderator"

    async def keep_up(self) -> None:
        """For as long as the process lives: look again who leads the group."""
        while self._group is not None:
            await self._sleep(EVERY)
            await self.refresh()

    async def refresh(self) -> None:
        """Look now. When Telegram cannot say, those known before stay."""
        if self._group is None:
            return
        try:
            leading = await self._client.get_chat_administrators(self._group)
        except ChatMigrated as moved:
            log.warning("telegram.group-moved", what="set PALIER_TELEGRAM_MODERATORS_CHAT to the group's new id")
            self._group = moved.new_chat_id
        except TelegramError as error:
            log.warning("telegram.administrators-unknown", trouble=type(error).__name__)
        else:
            self._leading = frozenset(member.user.id for member in leading if not member.user.is_bot)
