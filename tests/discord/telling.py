"""Plays a story over Discord: the same steps and expectations as on the console, with every word going through discord.py.

What somebody says is said in their private chat on the stand-in; a press needs a button that is still there.
"""

from __future__ import annotations

from typing import Any

import simcord

from bot.adapters.discord import PLATFORM
from bot.adapters.discord.buttons import choices_under
from bot.adapters.discord.hearing import Hearing
from bot.adapters.discord.parts import shown
from bot.adapters.story import OpenHouse, StoryFailed
from bot.buttons import press_of
from bot.knowledge.story_file import Step, Story
from tests.discord.lines import adapter, keep_step
from tests.players import PlatformPlayer


class DiscordPlayer(PlatformPlayer):
    """Plays one story on the stand-in."""

    def __init__(self, story: Story, *, open_house: OpenHouse) -> None:
        self._env = simcord.Env(adapter().client, strict_sync=False)
        self._users: dict[str, Any] = {name: self._env.create_user(name) for name in story.people}
        super().__init__(story, open_house=open_house, platform=PLATFORM, ids={name: user.id for name, user in self._users.items()})
        self._hearing: Hearing | None = None

    async def play(self) -> None:
        """Play every step, on a stand-in that outlives restarts."""
        try:
            await super().play()
        finally:
            await self._env.shutdown()

    async def _start(self) -> None:
        discord = adapter(clock=self._clock, language="fr", moderators=self._keepers)
        self._recorded.to = discord
        await super()._start()
        again = self._hearing is not None
        self._hearing = discord.listen(self._now().conversation.hear)
        if again:
            await self._env.restart_bot(discord.client)
        else:
            self._env.bot = discord.client
            await self._env.start()

    async def _speak(self, step: Step) -> None:
        """Say or press it; the process may die of it."""
        keep_step(self._env, self._clock)
        if step.press:
            await self._press(step)
        else:
            await self._users[step.who].send_dm(step.text)
        if self._hearing is not None and self._hearing.death.done():
            self._hearing.death.result()

    async def _press(self, step: Step) -> None:
        person = self._users[step.who]
        for message in reversed(person.dm_channel.history()):
            for choice in choices_under(message):
                press = press_of(choice.data)
                if press is not None and press.choice == step.press:
                    await person.click(message, custom_id=choice.data)
                    return
        raise StoryFailed(f"step {step.number}: {step.who} sees no button {step.press!r}")

    def delivered(self) -> dict[str, list[str]]:
        """What was delivered to each person, as Discord writes it: instants of others are each reader's own."""
        return {name: [shown(each.message) for each in self._sender.delivered if each.message.account.id == name] for name in self._users}

    def shown(self) -> dict[str, str]:
        """The words of the assistant that each person sees, as one text: long ones come in parts."""
        return {name: " ".join(m.content for m in user.dm_channel.history() if m.author.bot) for name, user in self._users.items()}
