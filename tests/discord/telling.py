"""Plays a story over Discord: the same steps and expectations as on the console, with every word going through discord.py.

What somebody says is said in their private chat on the stand-in; a press needs a button that is still there. What is delivered is
recorded beside the adapter, for a story expects rules and levels, which no platform shows; that the chat shows the same words is
checked at the end.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

import simcord

from bot.adapters.discord import PLATFORM, Discord
from bot.adapters.discord.buttons import choices_under
from bot.adapters.discord.hearing import Hearing
from bot.adapters.story import Delivery, FaultyStore, Killed, OpenHouse, Player, StoryFailed, StorySender
from bot.buttons import press_of
from bot.knowledge.countries import countries
from bot.knowledge.story_file import Step, Story
from bot.messages import Account
from bot.ports import Outgoing, Unit
from tests.discord.lines import adapter


@dataclass
class Recorded(StorySender):
    """The adapter's way out, with a list of what went through it, by the names of the story."""

    discord: Discord | None = None
    names: dict[str, str] | None = None
    platform: str = PLATFORM

    def accounts(self) -> Collection[Account] | None:
        """Everybody on the platform."""
        return None

    async def send(self, message: Outgoing) -> None:
        """Send it, then keep it: what the platform refuses was not delivered."""
        if self.faults.once("before_send"):
            raise Killed
        if self.discord is None or self.names is None:
            raise RuntimeError("the story has not started")
        await self.discord.send(message)
        name = self.names[message.account.id]
        self.delivered.append(Delivery(self.clock.now(), replace(message, account=Account(PLATFORM, name))))


class DiscordPlayer(Player):
    """Plays one story on the stand-in."""

    def __init__(self, story: Story, *, open_house: OpenHouse) -> None:
        super().__init__(story, open_house=open_house, show=lambda _: None, say=lambda _: None)
        self._env = simcord.Env(adapter().client, strict_sync=False)
        self._users: dict[str, Any] = {name: self._env.create_user(name) for name in story.people}
        names = {str(user.id): name for name, user in self._users.items()}
        self._recorded = Recorded(self._clock, self._faults, {}, names=names)
        self._sender: StorySender = self._recorded
        self._hearing: Hearing | None = None

    async def play(self) -> None:
        """Play every step, on a stand-in that outlives restarts."""
        try:
            await super().play()
        finally:
            await self._env.shutdown()

    async def _start(self) -> None:
        keepers = [user.id for name, user in self._users.items() if self._story.people[name].role == "moderator"]
        discord = adapter(clock=self._clock, language="fr", moderators=keepers)
        self._recorded.discord = discord
        self._context = self._open(
            clock=self._clock,
            senders=[self._recorded],
            wrap_store=lambda store: FaultyStore(store, self._faults),
            before_serving=self._faults.before_serving,
        )
        self._house = await self._context.__aenter__()
        again = self._hearing is not None
        self._hearing = discord.listen(self._house.conversation.hear)
        if again:
            await self._env.restart_bot(discord.client)
        else:
            self._env.bot = discord.client
            await self._env.start()

    def _settle_people(self, unit: Unit) -> None:
        now = self._clock.now()
        for name, person in self._story.people.items():
            if not person.consent and person.role == "patient":
                continue
            country = person.country or next((code for code, each in countries().items() if person.timezone in each.timezones), "")
            added = unit.people.add(
                Account(PLATFORM, str(self._users[name].id)),
                role=person.role,
                language=person.language,
                timezone=person.timezone,
                country=country,
                now=now,
            )
            unit.people.save(replace(added, consented_at=now, on_duty=person.on_duty))

    async def _step(self, step: Step) -> None:
        if step.restart:
            await self._restart()
        if step.who:
            await self._with_fault(step.crash, lambda: self._speak(step))
        await self._pass_time(step)

    async def _speak(self, step: Step) -> None:
        """Say or press it; the process may die of it."""
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

    def shown(self) -> dict[str, str]:
        """The words of the assistant that each person sees, as one text: long ones come in parts."""
        return {name: " ".join(m.content for m in user.dm_channel.history() if m.author.bot) for name, user in self._users.items()}

    def delivered(self) -> dict[str, list[str]]:
        """What was delivered to each person."""
        return {name: [each.message.text for each in self._sender.delivered if each.message.account.id == name] for name in self._users}
