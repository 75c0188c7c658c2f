"""What comes as an interaction: commands, forms, suggestions and presses. Each is acknowledged at once and then heard as words.

Discord waits three seconds for an acknowledgement and a quarter of an hour for the answer. One that came too late, or twice, changes
nothing: what was said is heard all the same.
"""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import aiohttp
import discord
import structlog

from bot.adapters.discord.buttons import arranged, choices_under, without
from bot.adapters.discord.commands import Given, given, in_words, typed_in
from bot.adapters.discord.forms import Sent, form, sent
from bot.adapters.discord.hearing import Hearing
from bot.adapters.discord.openly import Mind
from bot.adapters.discord.parts import TEXT_UNITS
from bot.adapters.discord.place import PLATFORM, Answering
from bot.adapters.discord.roles import Roles, may_lead
from bot.adapters.discord.suggesting import Slots, suggestions
from bot.adapters.discord.watching import Watching
from bot.buttons import ANSWER, press_of
from bot.knowledge.discord import ANSWER_FORM, FORM_OF, FORMS, MODERATOR_COMMANDS, REPORT_FORM, discord_words, words_of_all
from bot.knowledge.files import LANGUAGES
from bot.messages import REPORT, Account, Incoming, Press
from bot.splitting import units

log = structlog.get_logger()

Interaction = discord.Interaction[Any]

LINKS = "https://discord.com/channels/"
"""What every link to a message begins with: a form holds the rest, for what it holds is at most 100 characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Serves interactions. `moderators_channel` is where cards go; `language` is that of whoever's own is not among ours."""

    hearing: Hearing
    roles: Roles
    watching: Watching
    slots: Slots
    mind: Mind
    moderators_channel: int | None
    language: str

    async def asked(self, interaction: Interaction) -> None:
        """A command, a form, or something that is being typed."""
        kind, data = interaction.type, _data(interaction)
        if kind is discord.InteractionType.autocomplete:
            await self._suggest(interaction, given(data))
        elif kind is discord.InteractionType.modal_submit:
            await self._filled(interaction, sent(data, language=self._spoken(interaction)))
        elif kind is discord.InteractionType.application_command and data.get("target_id"):
            await self._show_report(interaction, data)
        elif kind is discord.InteractionType.application_command:
            await self._commanded(interaction, given(data))

    async def _filled(self, interaction: Interaction, filled: Sent | None) -> None:
        """A form: its sentence; under a question to the community, its words as the answer that they are; on another's message, that
        message as theirs."""
        if filled is not None and filled.name == ANSWER_FORM:
            await self._heard(interaction, filled.text, press=Press(ANSWER, filled.about))
        elif filled is not None and filled.name == REPORT_FORM:
            link, reason = f"{LINKS}{filled.about.removeprefix(LINKS)}", filled.fields.get("reason", "")
            await self._heard(interaction, filled.fields.get("message", ""), press=Press(REPORT, f"{link}\n{reason}"))
        elif filled is not None:
            await self._heard(interaction, filled.text, said=tuple(filled.fields.values()))
        else:
            await self._not_known(interaction)

    async def _not_known(self, interaction: Interaction) -> None:
        """A command or a form of another version than ours."""
        log.warning("discord.unknown-command")
        await self._refuse(interaction, "not-known", typed_in(_data(interaction)))

    async def _refuse(self, interaction: Interaction, why: str, said: Sequence[str]) -> None:
        """What cannot be done is said; a sign of danger in its words is heard as any."""
        signs = "\n".join(words for words in said if self.mind.may_be_sign(words))
        if signs:
            await self._heard(interaction, signs)
        else:
            await _whisper(interaction, discord_words(self._spoken(interaction)).words[why])

    async def _suggest(self, interaction: Interaction, command: Given | None) -> None:
        """What fits; nothing when it cannot be known now: anything may be typed all the same."""
        fitting: list[str] = []
        if command is not None:
            typed, known = str(command.options.get(command.typed, "")), Account(PLATFORM, str(interaction.user.id))
            spoken = self._spoken(interaction)
            try:
                fitting = await suggestions(command.name, command.typed, typed, account=known, language=spoken, slots=self.slots)
            except Exception as trouble:  # noqa: BLE001 - the store may be away
                log.warning("discord.nothing-suggested", trouble=type(trouble).__name__)
        choices = [discord.app_commands.Choice(name=each, value=each) for each in fitting]
        await _answered(interaction.response.autocomplete(choices))

    async def _commanded(self, interaction: Interaction, command: Given | None) -> None:
        if command is None:
            await self._not_known(interaction)
            return
        language, said = self._spoken(interaction), typed_in(_data(interaction))
        wanted = FORM_OF.get(command.name)
        filled = {name: str(value).strip() for name, value in command.options.items()}
        if wanted is not None and not filled.get(next(iter(FORMS[wanted]))):
            if not await _answered(interaction.response.send_modal(form(wanted, language=language, filled=filled))):
                await self._heard(interaction, in_words(command, language=language) or words_of_all(language)[command.name].name, said=said)
        elif command.name == "watch":
            await self._watch(interaction, on=command.options.get("state") == "on")
        elif command.name in MODERATOR_COMMANDS:
            await self._commanded_at_work(interaction, command, said)
        else:
            await self._heard(interaction, in_words(command, language=language), said=said)

    async def _commanded_at_work(self, interaction: Interaction, command: Given, said: Sequence[str]) -> None:
        """Acknowledged before Discord is asked who may give it. What a moderator writes to somebody is not of themselves."""
        await _answered(interaction.response.defer(ephemeral=not is_private(interaction), thinking=True))
        if await self.roles.role_of(interaction.user) == "patient":
            await self._refuse(interaction, "moderators-only", said)
        else:
            await self._heard(interaction, in_words(command, language=self._spoken(interaction)))

    async def _show_report(self, interaction: Interaction, data: dict[str, Any]) -> None:
        """The message that is reported, in a form, so that whoever reports it sees what is passed on."""
        messages = data.get("resolved", {}).get("messages", {})
        message = messages.get(str(data["target_id"]), {})
        where = f"{interaction.guild_id or '@me'}/{interaction.channel_id}/{data['target_id']}"
        snapshots = message.get("message_snapshots") or [{}]
        filled = {"message": str(message.get("content") or snapshots[0].get("message", {}).get("content") or "")}
        shown = form(REPORT_FORM, language=self._spoken(interaction), about=where, filled=filled)
        if not await _answered(interaction.response.send_modal(shown)):
            log.warning("discord.form-not-shown")
            await self._heard(interaction, filled["message"], press=Press(REPORT, f"{LINKS}{where}\n"))

    async def _watch(self, interaction: Interaction, *, on: bool) -> None:
        words = discord_words(self._spoken(interaction)).words
        if not may_lead(interaction) or interaction.channel_id is None:
            await _whisper(interaction, words["administrators-only"])
            return
        await _answered(interaction.response.defer(ephemeral=True, thinking=True))
        outcome = await self.watching.turn(interaction.client, interaction.channel_id, on=on)
        await _answered(interaction.followup.send(words[outcome].format(channel=interaction.channel_id), ephemeral=True, wait=True))

    async def _heard(self, interaction: Interaction, text: str, *, press: Press | None = None, said: Sequence[str] = ()) -> None:
        """Words that came by an interaction: acknowledged, heard, and answered where they came from. `said`: the person's own of them."""
        private = is_private(interaction)
        acknowledged = interaction.response.is_done() or await _answered(interaction.response.defer(ephemeral=not private, thinking=True))
        place = Answering(interaction, private, self._spoken(interaction)) if acknowledged else None

        async def words() -> Incoming:
            return replace(await self._incoming(interaction, text=text, press=press), said=tuple(said))

        await self.hearing.hear(str(interaction.user.id), words, place=place)

    async def pressed(self, interaction: Interaction, data: str) -> None:
        """A press of ours: the message shows at once what was chosen, and the choice is heard."""
        press, language = press_of(data), self._spoken(interaction)
        if press is None:
            return
        if press.choice == ANSWER:
            await _answered(interaction.response.send_modal(form(ANSWER_FORM, language=language, about=press.about)))
            return
        if not await self._may_press(interaction):
            await _whisper(interaction, discord_words(language).words["moderators-only"])
            return
        acknowledged = await _answered(_show_chosen(interaction, data, language=language))
        private = is_private(interaction)
        place = Answering(interaction, private, language, waits=False) if acknowledged and not private else None

        async def words() -> Incoming:
            return await self._incoming(interaction, press=press)

        chat = interaction.channel if private and isinstance(interaction.channel, discord.abc.Messageable) else None
        await self.hearing.hear(str(interaction.user.id), words, place=place, chat=chat)

    async def _may_press(self, interaction: Interaction) -> bool:
        """In private, and on what only this person sees, anything; on a card, moderators."""
        if is_private(interaction) or (interaction.message is not None and interaction.message.flags.ephemeral):
            return True
        return interaction.channel_id == self.moderators_channel and await self.roles.role_of(interaction.user) == "moderator"

    async def _incoming(self, interaction: Interaction, *, text: str = "", press: Press | None = None) -> Incoming:
        known = await self.roles.of(interaction.user)
        return Incoming(
            key=f"{PLATFORM}:interaction:{interaction.id}",
            account=Account(PLATFORM, str(interaction.user.id)),
            sent_at=interaction.created_at,
            text=text,
            press=press,
            role=known.role,
            language_hint=str(interaction.locale),
            expert=known.expert,
            passing=not is_private(interaction),
        )

    def _spoken(self, interaction: Interaction) -> str:
        own = str(interaction.locale)[:2]
        return own if own in LANGUAGES else self.language


def is_private(interaction: Interaction) -> bool:
    """Whether this is the private chat with us. One of two people who both installed the bot is not."""
    return interaction.guild_id is None and not interaction.context.private_channel


def _data(interaction: Interaction) -> dict[str, Any]:
    data: Any = interaction.data
    return data if isinstance(data, dict) else {}


async def _show_chosen(interaction: Interaction, data: str, *, language: str) -> None:
    message = interaction.message
    if message is None:
        await interaction.response.defer()
        return
    words = discord_words(language).words
    label, left = without(choices_under(message), data)
    said = f"{message.content}\n\n{words['chosen'].format(label=label)}".strip() if label else message.content
    view = arranged(left, choose=words["choose"])
    content: Any = said if units(said) <= TEXT_UNITS else discord.utils.MISSING
    await interaction.response.edit_message(content=content, view=view)


async def _whisper(interaction: Interaction, text: str) -> None:
    if interaction.response.is_done():
        await _answered(interaction.followup.send(text, ephemeral=True, wait=True))
    else:
        await _answered(interaction.response.send_message(text, ephemeral=True))


async def _answered(answer: Awaitable[object]) -> bool:
    """Whether Discord took the answer. Too late, given twice, or a line that broke: it is courtesy, and is not tried again."""
    try:
        await answer
    except (discord.HTTPException, discord.InteractionResponded, aiohttp.ClientError):
        return False
    return True
