"""The platforms put together with the house. Apart from `app`, because loading both vendors takes longer than a whole console does."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from functools import partial

from bot.adapters import discord, telegram
from bot.adapters.clock import WallClock
from bot.app import House, Minds, Settings, SettingsError, load_minds, open_house, serve_health, start_heart
from bot.general import answering
from bot.ports import Clock, Sender
from bot.scheduling.keeper import keep_all
from bot.screening import sign_finder

TOKEN_REFUSED = (telegram.TokenRefused, discord.TokenRefused)
"""A platform does not know its token: no waiting helps."""


async def run_platforms(settings: Settings) -> None:
    """Every platform that has a token, with one house, until SIGTERM or SIGINT; what is being heard then is finished.

    One that dies is started again, and stops no other. Raises TOKEN_REFUSED, which does.
    """
    clock, minds = WallClock(), load_minds()
    served = platforms_of(settings, clock=clock, minds=minds)
    senders = [sender for sender, _ in served]
    async with open_house(settings, clock=clock, senders=senders, minds=minds) as house, AsyncExitStack() as stack:
        await serve_health(house, settings, stack)
        start_heart(house, settings, stack)
        works = [partial(run, house) for _, run in served]
        serving = asyncio.create_task(keep_all(works, fatal=TOKEN_REFUSED))
        for told in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(told, serving.cancel)
        with suppress(asyncio.CancelledError):
            await serving


def platforms_of(settings: Settings, *, clock: Clock, minds: Minds) -> list[tuple[Sender, Callable[[House], Awaitable[None]]]]:
    """Each platform that has a token: its way out, and what serves it. Raises SettingsError when none has."""
    served: list[tuple[Sender, Callable[[House], Awaitable[None]]]] = []
    if settings.telegram_token is not None:
        on_telegram = telegram_of(settings, clock=clock)
        served.append((on_telegram, lambda house: on_telegram.run(house.conversation.hear)))
    if settings.discord_token is not None:
        token, on_discord = settings.discord_token.get_secret_value(), discord_of(settings, clock=clock, minds=minds)
        served.append((on_discord, partial(_serve_discord, on_discord, token)))
    if not served:
        raise SettingsError("PALIER_TELEGRAM_TOKEN, PALIER_DISCORD_TOKEN: neither is set")
    return served


def telegram_of(settings: Settings, *, clock: Clock) -> telegram.Telegram:
    """The adapter with its settings. Raises SettingsError without a token."""
    if settings.telegram_token is None:
        raise SettingsError("PALIER_TELEGRAM_TOKEN: is not set")
    webhook = None
    if settings.telegram_webhook_url is not None and settings.telegram_webhook_secret is not None:
        webhook = telegram.Webhook(
            url=settings.telegram_webhook_url,
            secret=settings.telegram_webhook_secret.get_secret_value(),
            port=settings.telegram_webhook_port,
        )
    return telegram.Telegram(
        token=settings.telegram_token.get_secret_value(),
        clock=clock,
        language=settings.language,
        moderators=settings.telegram_moderators,
        moderators_chat=settings.telegram_moderators_chat,
        webhook=webhook,
        api=settings.telegram_api,
    )


def discord_of(settings: Settings, *, clock: Clock, minds: Minds) -> discord.Discord:
    """The adapter with its settings."""
    server = discord.Server(
        guild=settings.discord_guild,
        moderator_role=settings.discord_moderator_role,
        expert_role=settings.discord_expert_role,
        community_channel=settings.discord_community_channel,
        abstinent_channel=settings.discord_abstinent_channel,
        drinking_channel=settings.discord_drinking_channel,
    )
    return discord.Discord(
        clock=clock,
        language=settings.language,
        moderators=settings.discord_moderators,
        server=server,
        moderators_channel=settings.discord_moderators_channel,
        watched=settings.discord_watched_channels,
        mind=discord.Mind(
            is_sign=sign_finder(minds.triage, minds.reader, clock),
            general=answering(minds.triage, minds.reader, clock, language=settings.language),
        ),
        shards=(settings.discord_shards, sorted(settings.discord_shard_ids)),
    )


async def _serve_discord(on_discord: discord.Discord, token: str, house: House) -> None:
    slots, recent = discord.slots_in(house.store, house.clock), discord.recent_in(house.store)
    blind = discord.blind_in(house.store, house.clock)
    await on_discord.run(token, house.conversation.hear, slots=slots, recent=recent, blind=blind)


async def sync_discord(settings: Settings) -> int:
    """Register the commands with Discord; how many. Raises SettingsError without a token, and TOKEN_REFUSED."""
    if settings.discord_token is None:
        raise SettingsError("PALIER_DISCORD_TOKEN: is not set")
    return await discord.sync_commands(settings.discord_token.get_secret_value())
