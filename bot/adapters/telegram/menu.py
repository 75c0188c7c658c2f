"""What Telegram shows around the conversation: name, descriptions, and a menu of commands per language and place.

A menu is display only: what a command may do is decided when it is heard. Nothing is set that is already so, since setting
a name too often is refused for a day.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator

import structlog
from telegram import BotCommand, BotCommandScope, BotCommandScopeAllGroupChats, BotCommandScopeAllPrivateChats, BotCommandScopeChat
from telegram.error import RetryAfter, TelegramError

from bot.adapters.telegram.client import Client
from bot.adapters.telegram.roles import Roles
from bot.knowledge.files import LANGUAGES
from bot.knowledge.telegram import MenuCommand, TelegramWords, telegram_words

log = structlog.get_logger()


async def show_menu(client: Client, roles: Roles, *, language: str) -> None:
    """Bring profile and menus to what the knowledge says. `language`: for whoever's own is not among ours.

    Raises nothing: the assistant works without its menu.
    """
    done = failed = 0
    for step in _steps(client, roles, language):
        try:
            await step()
            done += 1
        except RetryAfter:
            log.warning("telegram.menu-later", what="Telegram asks us to wait; the menu is tried again at the next start")
            return
        except TelegramError:
            failed += 1  # a moderator who never wrote to the bot has no menu yet
    log.info("telegram.menu", done=done, failed=failed)


def _steps(client: Client, roles: Roles, language: str) -> Iterator[Callable[[], Awaitable[None]]]:
    for code in ("", *LANGUAGES):
        words = telegram_words(code or language)
        for scope, commands in _menus(words, roles):
            yield _menu_step(client, scope, commands, code or None)
    for code in ("", *LANGUAGES):
        yield _profile_step(client, telegram_words(code or language), code or None)


def _menus(words: TelegramWords, roles: Roles) -> Iterator[tuple[BotCommandScope, list[MenuCommand]]]:
    own, work = list(words.commands.values()), list(words.moderator_commands.values())
    yield BotCommandScopeAllPrivateChats(), own
    yield BotCommandScopeAllGroupChats(), [words.commands["help"]]
    if roles.group is not None:
        yield BotCommandScopeChat(roles.group), work
    for person in sorted(roles.listed):
        yield BotCommandScopeChat(person), [*work, *own]


def _menu_step(client: Client, scope: BotCommandScope, commands: list[MenuCommand], code: str | None) -> Callable[[], Awaitable[None]]:
    wanted = tuple(BotCommand(each.name, each.shown) for each in commands)

    async def step() -> None:
        if await client.get_my_commands(scope, code) != wanted:
            await client.set_my_commands(wanted, scope, code)

    return step


def _profile_step(client: Client, words: TelegramWords, code: str | None) -> Callable[[], Awaitable[None]]:
    profile = words.profile

    async def step() -> None:
        if (await client.get_my_description(code)).description != profile.description:
            await client.set_my_description(profile.description, code)
        if (await client.get_my_short_description(code)).short_description != profile.short:
            await client.set_my_short_description(profile.short, code)
        if (await client.get_my_name(code)).name != profile.name:
            await client.set_my_name(profile.name, code)

    return step
