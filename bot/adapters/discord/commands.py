"""Commands, as Discord is told of them and as they come back.

They are registered once, by an administrator's own step (`palier discord sync`) and never at the start: Discord counts registrations.
What a command may do is decided when it is heard; what Discord shows to whom is display only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import discord

from bot.adapters.discord.client import TokenRefused, keep_quiet
from bot.knowledge.discord import (
    BASE,
    COMMANDS,
    MODERATOR_COMMANDS,
    WATCH,
    CommandWords,
    Takes,
    by_base_name,
    discord_words,
    languages,
    option_ids,
    sentence,
    words_of_all,
)

LOCALES: Mapping[str, tuple[str, ...]] = {"fr": ("fr",), "en": ("en-US", "en-GB")}
"""Discord's locales of each of our languages. British readers are shown nothing of ours unless it is named."""

CHAT_INPUT, MESSAGE_MENU = 1, 3
GUILD, BOT_DM, PRIVATE_CHANNEL = 0, 1, 2
GUILD_INSTALL, USER_INSTALL = 0, 1
SUB_TYPES = {"text": 3, "number": 4}
NOBODY = "0"
"""Nobody but administrators sees the command until they open it to a role (Discord: Application Command Permissions)."""


@dataclass(frozen=True, slots=True)
class Given:
    """A command as it came: its id, what was given with it by option id, and the option that is being typed."""

    name: str
    options: Mapping[str, str | int] = field(default_factory=dict)
    typed: str = ""


def payloads() -> list[dict[str, Any]]:
    """Everything that Discord is told."""
    return [*_patients(), *_moderators(), _menu()]


def _patients() -> Iterable[dict[str, Any]]:
    everywhere = {"contexts": [GUILD, BOT_DM, PRIVATE_CHANNEL], "integration_types": [GUILD_INSTALL, USER_INSTALL]}
    for name, takes in COMMANDS.items():
        yield {**_command({each: discord_words(each).commands[name] for each in languages()}, takes), **everywhere}


def _moderators() -> Iterable[dict[str, Any]]:
    at_work = {"contexts": [GUILD], "integration_types": [GUILD_INSTALL], "default_member_permissions": NOBODY}
    for name, takes in MODERATOR_COMMANDS.items():
        yield {**_command({each: discord_words(each).moderator_commands[name] for each in languages()}, takes), **at_work}
    yield {**_command({each: discord_words(each).watch for each in languages()}, WATCH), **at_work}


def _menu() -> dict[str, Any]:
    shown = {each: discord_words(each).report_menu for each in languages()}
    return {
        "type": MESSAGE_MENU,
        "name": shown[BASE],
        "name_localizations": _localized(shown),
        "contexts": [GUILD, PRIVATE_CHANNEL],
        "integration_types": [GUILD_INSTALL, USER_INSTALL],
    }


def _command(words: Mapping[str, CommandWords], takes: Mapping[str, Takes]) -> dict[str, Any]:
    base = words[BASE]
    return {
        "type": CHAT_INPUT,
        "name": base.name,
        "description": base.shown,
        "name_localizations": _localized({each: held.name for each, held in words.items()}),
        "description_localizations": _localized({each: held.shown for each, held in words.items()}),
        "options": [_option(words, name, one) for name, one in takes.items()],
    }


def _option(words: Mapping[str, CommandWords], name: str, takes: Takes) -> dict[str, Any]:
    shown = {each: held.options[name] for each, held in words.items()}
    option: dict[str, Any] = {
        "type": SUB_TYPES[takes.kind],
        "name": shown[BASE].name,
        "description": shown[BASE].shown,
        "name_localizations": _localized({each: held.name for each, held in shown.items()}),
        "description_localizations": _localized({each: held.shown for each, held in shown.items()}),
        "required": takes.required,
    }
    if takes.kind == "number":
        option |= {"min_value": takes.least, "max_value": takes.most}
    if takes.suggests:
        option["autocomplete"] = True
    if takes.choices:
        option["choices"] = [
            {
                "name": shown[BASE].choices[each],
                "value": each,
                "name_localizations": _localized({one: held.choices[each] for one, held in shown.items()}),
            }
            for each in takes.choices
        ]
    return option


def _localized(shown: Mapping[str, str]) -> dict[str, str]:
    return {locale: text for language, text in shown.items() for locale in LOCALES[language]}


def given(data: Mapping[str, Any]) -> Given | None:
    """A command as it came, by our ids; None for one that we do not know any more."""
    name = by_base_name().get(str(data.get("name")))
    if name is None or data.get("type", CHAT_INPUT) != CHAT_INPUT:
        return None
    ids = option_ids(name)
    options = {ids[option["name"]]: option for option in data.get("options", ()) if option.get("name") in ids}
    typed = next((known for known, option in options.items() if option.get("focused")), "")
    return Given(name=name, options={known: option.get("value", "") for known, option in options.items()}, typed=typed)


def typed_in(data: Mapping[str, Any]) -> tuple[str, ...]:
    """Every word that somebody typed into a command, whether we know it or not: options, and fields of a form."""
    return tuple(_texts((data,)))


def _texts(parts: Any) -> Iterator[str]:
    for part in parts:
        value = part.get("value")
        if isinstance(value, str) and value.strip():
            yield value.strip()
        inner = part.get("component")
        yield from _texts([*part.get("options", ()), *part.get("components", ()), *([inner] if inner else [])])


def in_words(command: Given, *, language: str) -> str:
    """The sentence that a command stands for."""
    if command.name == "link" and command.options.get("code"):
        return str(command.options["code"])  # a code is its own sentence, in every language
    words = words_of_all(language)[command.name]
    spoken = {name: words.options[name].choices.get(str(value), value) for name, value in command.options.items()}
    return sentence(words.says, spoken)


async def sync_commands(token: str) -> int:
    """Register every command with Discord, in place of those before; how many. Raises TokenRefused."""
    keep_quiet()
    async with discord.Client(intents=discord.Intents.none()) as client:
        try:
            await client.login(token)
        except discord.LoginFailure:
            raise TokenRefused from None
        return await register(client)


async def register(client: discord.Client) -> int:
    """The same, with a client that is logged in."""
    if client.application_id is None:
        raise RuntimeError("not logged in")
    told: Any = payloads()
    return len(await client.http.bulk_upsert_global_commands(client.application_id, payload=told))
