"""What the community knows somebody as: moderators, whom the settings list or who have that role in its server, and expert patients.

The answer is the same everywhere, for the conversation keeps the role that it is told last. Discord says who has a role with what
happens in the server itself; of a private message it must be asked, one person at a time, and not often.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

import discord
import structlog

from bot.core.person import Role

log = structlog.get_logger()

HOLDS = 300.0
"""Seconds for which an answer holds."""

PATIENCE = 2.0
"""Seconds that a message waits for it; then what was known last counts."""

KEPT = 10_000

NO_MEMBER = (10007, 10013)
"""Discord's certain no: this person is not in the server. That it does not find the server says nothing of the person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """What the settings say of the community's server, by ids: its roles, the channel where members answer each other, and those
    of members who abstain and of members who still drink."""

    guild: int | None = None
    moderator_role: int | None = None
    expert_role: int | None = None
    community_channel: int | None = None
    abstinent_channel: int | None = None
    drinking_channel: int | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What somebody is known as. `role` is None while Discord cannot say: nobody loses a role by that."""

    role: Role | None = "patient"
    expert: bool = False


class Roles:
    """Vouches for moderators and expert patients. `listed`: ids of moderators."""

    def __init__(self, client: Callable[[], discord.Client], *, listed: Collection[int], server: Server) -> None:
        self._client = client
        self._listed = frozenset(listed)
        self._server = server
        self._telling = frozenset(each for each in (server.moderator_role, server.expert_role) if each is not None)
        self._known: OrderedDict[int, tuple[Known, float]] = OrderedDict()

    async def role_of(self, person: discord.abc.User) -> Role | None:
        """The role of a person, as last known when Discord cannot say; None when it never said."""
        return "moderator" if person.id in self._listed else (await self.of(person)).role

    async def of(self, person: discord.abc.User) -> Known:
        """The same, and whether they are an expert patient."""
        known = await self._in_guild(person)
        return Known("moderator", known.expert) if person.id in self._listed else known

    async def _in_guild(self, person: discord.abc.User) -> Known:
        if self._server.guild is None or not self._telling:
            return Known()
        if isinstance(person, discord.Member) and person.guild.id == self._server.guild and self._is_told_by(person.guild):
            return self._keep(person.id, self._holding({role.id for role in person.roles}))
        known, until = self._known.get(person.id, (self._unknown(), 0.0))
        return known if until > asyncio.get_running_loop().time() else await self._ask(self._server.guild, person.id, known)

    def _is_told_by(self, guild: discord.Guild) -> bool:
        """Whether a member of this guild bears their roles: until it has arrived, they seem to have none."""
        return all(guild.get_role(role) is not None for role in self._telling)

    async def _ask(self, guild: int, person: int, known: Known) -> Known:
        """Asked by HTTP, whoever holds the guild: another process may hold its shard."""
        try:
            async with asyncio.timeout(PATIENCE):
                member = await self._client().http.get_member(guild, person)
        except Exception as trouble:  # noqa: BLE001 - whatever becomes of a question about roles, the words that wait for it are heard
            if isinstance(trouble, discord.NotFound) and trouble.code in NO_MEMBER:
                return self._keep(person, Known())
            log.warning("discord.role-unknown", trouble=type(trouble).__name__)
            return known
        return self._keep(person, self._holding({int(role) for role in member["roles"]}))

    def _unknown(self) -> Known:
        """Of somebody never asked about. Where no role makes moderators, the list alone does, and it is always known."""
        return Known(None if self._server.moderator_role is not None else "patient")

    def _holding(self, held: Collection[int]) -> Known:
        return Known("moderator" if self._server.moderator_role in held else "patient", self._server.expert_role in held)

    def _keep(self, person: int, known: Known) -> Known:
        self._known[person] = (known, asyncio.get_running_loop().time() + HOLDS)
        self._known.move_to_end(person)
        while len(self._known) > KEPT:
            self._known.popitem(last=False)
        return known


def may_lead(interaction: discord.Interaction[Any]) -> bool:
    """Whether somebody administers the server that they give a command in."""
    return interaction.guild_id is not None and (interaction.permissions.administrator or interaction.permissions.manage_guild)
