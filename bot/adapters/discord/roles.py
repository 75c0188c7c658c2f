"""Who is a moderator: those whom the settings list, and whoever has the moderators' role in the community's server.

The answer is the same everywhere, for the conversation keeps the role that it is told last. Discord says who has a role with what
happens in the server itself; of a private message it must be asked, one person at a time, and not often.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Collection
from typing import Any

import aiohttp
import discord
import structlog

from bot.core.person import Role

log = structlog.get_logger()

HOLDS = 300.0
"""Seconds for which an answer holds."""

PATIENCE = 2.0
"""Seconds that a message waits for it; then what was known last counts."""

KEPT = 10_000


class Roles:
    """Vouches for moderators. `listed`: ids of persons; `role` of `guild`, both None without one."""

    def __init__(self, client: Callable[[], discord.Client], *, listed: Collection[int], role: int | None, guild: int | None) -> None:
        self._client = client
        self._listed = frozenset(listed)
        self._role = role
        self._guild = guild
        self._known: OrderedDict[int, tuple[bool, float]] = OrderedDict()

    async def role_of(self, person: discord.abc.User) -> Role:
        """The role of a person, as last known when Discord cannot say."""
        if person.id in self._listed:
            return "moderator"
        if self._role is None or self._guild is None:
            return "patient"
        if isinstance(person, discord.Member) and person.guild.id == self._guild:
            return self._keep(person.id, self._has_role(person))
        known, until = self._known.get(person.id, (False, 0.0))
        if until > asyncio.get_running_loop().time():
            return _named(known)
        return await self._ask(person.id, known)

    async def _ask(self, person: int, known: bool) -> Role:
        guild = self._client().get_guild(self._guild or 0)
        if guild is None:
            return _named(known)
        try:
            async with asyncio.timeout(PATIENCE):
                return self._keep(person, self._has_role(await guild.fetch_member(person)))
        except discord.NotFound:
            return self._keep(person, False)
        except (discord.HTTPException, aiohttp.ClientError, TimeoutError) as trouble:
            log.warning("discord.role-unknown", trouble=type(trouble).__name__)
            return _named(known)

    def _has_role(self, member: discord.Member) -> bool:
        return any(role.id == self._role for role in member.roles)

    def _keep(self, person: int, has_role: bool) -> Role:
        self._known[person] = (has_role, asyncio.get_running_loop().time() + HOLDS)
        self._known.move_to_end(person)
        while len(self._known) > KEPT:
            self._known.popitem(last=False)
        return _named(has_role)


def _named(is_moderator: bool) -> Role:
    return "moderator" if is_moderator else "patient"


def may_lead(interaction: discord.Interaction[Any]) -> bool:
    """Whether somebody administers the server that they give a command in."""
    return interaction.guild_id is not None and (interaction.permissions.administrator or interaction.permissions.manage_guild)
