"""Plays a story over Telegram: the same steps and expectations as on the console, with every word going through real HTTP.

What somebody says is said on the fake platform, polled for by the adapter, and acknowledged before the story goes on; a press
needs a button that is still there. What is delivered is recorded beside the adapter, for a story expects rules and levels,
which no platform shows; that the platform shows the same words is checked at the end.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from dataclasses import dataclass, replace

from bot.adapters.story import Delivery, FaultyStore, Killed, OpenHouse, Player, StoryFailed, StorySender
from bot.adapters.telegram import PLATFORM, Telegram
from bot.buttons import press_of
from bot.knowledge.countries import countries
from bot.knowledge.story_file import Step, Story
from bot.messages import Account
from bot.ports import Outgoing, Unit
from tests.telegram.fake_bot_api import FakeBotApi
from tests.telegram.fake_people import buttons
from tests.telegram.lines import adapter


@dataclass
class Recorded(StorySender):
    """The adapter's way out, with a list of what went through it, by the names of the story."""

    telegram: Telegram | None = None
    names: dict[str, str] | None = None
    platform: str = PLATFORM

    def accounts(self) -> Collection[Account] | None:
        """Everybody on the platform."""
        return None

    async def send(self, message: Outgoing) -> None:
        """Send it, then keep it: what the platform refuses was not delivered."""
        if self.faults.once("before_send"):
            raise Killed
        if self.telegram is None or self.names is None:
            raise RuntimeError("the story has not started")
        await self.telegram.send(message)
        name = self.names[message.account.id]
        self.delivered.append(Delivery(self.clock.now(), replace(message, account=Account(PLATFORM, name))))


class TelegramPlayer(Player):
    """Plays one story on the fake platform."""

    def __init__(self, story: Story, *, open_house: OpenHouse, fake: FakeBotApi) -> None:
        super().__init__(story, open_house=open_house, show=lambda _: None, say=lambda _: None)
        self._fake = fake
        fake.world.now = self._clock.now
        self._ids = {name: number for number, name in enumerate(story.people, start=1001)}
        for name, number in self._ids.items():
            fake.people.join(number, name, language=story.people[name].language)
        self._recorded = Recorded(self._clock, self._faults, {}, names={str(number): name for name, number in self._ids.items()})
        self._sender: StorySender = self._recorded
        self._running: asyncio.Task[None] | None = None
        self._update = 0

    async def _start(self) -> None:
        keepers = {number for name, number in self._ids.items() if self._story.people[name].role == "moderator"}
        telegram = adapter(self._fake, clock=self._clock, language="fr", moderators=keepers)
        self._recorded.telegram = telegram
        self._context = self._open(
            clock=self._clock,
            senders=[self._recorded],
            wrap_store=lambda store: FaultyStore(store, self._faults),
            before_serving=self._faults.before_serving,
        )
        self._house = await self._context.__aenter__()
        self._running = asyncio.create_task(telegram.run(self._house.conversation.hear))

    async def _stop(self) -> None:
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)
        await super()._stop()

    def _settle_people(self, unit: Unit) -> None:
        now = self._clock.now()
        for name, person in self._story.people.items():
            if not person.consent and person.role == "patient":
                continue
            country = person.country or next((code for code, each in countries().items() if person.timezone in each.timezones), "")
            added = unit.people.add(
                Account(PLATFORM, str(self._ids[name])),
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
            await self._fake.world.acknowledged(self._update)
        await self._pass_time(step)

    async def _speak(self, step: Step) -> None:
        """Say or press it, and wait until the process has heard it, or died of it."""
        person = self._ids[step.who]
        if step.press:
            self._update = await self._press(step, person)
        else:
            self._update = await self._fake.people.say(person, step.text)
        heard = asyncio.create_task(self._fake.world.acknowledged(self._update))
        running = self._running
        if running is None:
            raise RuntimeError("the story has not started")
        await asyncio.wait([heard, running], return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            heard.cancel()
            await running
        await heard

    async def _press(self, step: Step, person: int) -> int:
        for message in reversed(self._fake.people.seen(person)):
            for button in buttons(message):
                press = press_of(button.get("callback_data", ""))
                if press is not None and press.choice == step.press:
                    return await self._fake.people.press_button(person, message, button["callback_data"])
        raise StoryFailed(f"step {step.number}: {step.who} sees no button {step.press!r}")

    def shown(self) -> dict[str, list[str]]:
        """The words of the assistant that each person sees on their telephone; a second file comes without."""
        return {name: [text for text in self._fake.people.texts(number) if text] for name, number in self._ids.items()}

    def delivered(self) -> dict[str, list[str]]:
        """What was delivered to each person."""
        return {name: [each.message.text for each in self._sender.delivered if each.message.account.id == name] for name in self._ids}
