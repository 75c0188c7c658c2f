"""Plays a story over Telegram: the same steps and expectations as on the console, with every word going through real HTTP.

What somebody says is said on the fake platform, polled for by the adapter, and acknowledged before the story goes on; a press
needs a button that is still there. What is delivered is recorded beside the adapter, for a story expects rules and levels,
which no platform shows; that the platform shows the same words is checked at the end.
"""

from __future__ import annotations

import asyncio

from bot.adapters.story import OpenHouse, StoryFailed
from bot.adapters.telegram import PLATFORM
from bot.buttons import press_of
from bot.knowledge.story_file import Step, Story
from tests.players import PlatformPlayer
from tests.telegram.fake_bot_api import FakeBotApi
from tests.telegram.fake_people import buttons
from tests.telegram.lines import adapter


class TelegramPlayer(PlatformPlayer):
    """Plays one story on the fake platform."""

    def __init__(self, story: Story, *, open_house: OpenHouse, fake: FakeBotApi) -> None:
        super().__init__(
            story, open_house=open_house, platform=PLATFORM, ids={name: at for at, name in enumerate(story.people, start=1001)}
        )
        self._fake = fake
        fake.world.now = self._clock.now
        for name, number in self._ids.items():
            fake.people.join(number, name, language=story.people[name].language)
        self._running: asyncio.Task[None] | None = None
        self._update = 0

    async def _start(self) -> None:
        telegram = adapter(self._fake, clock=self._clock, language="fr", moderators=self._keepers)
        self._recorded.to = telegram
        await super()._start()
        self._running = asyncio.create_task(telegram.run(self._now().conversation.hear))

    async def _stop(self) -> None:
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)
        await super()._stop()

    async def _pass_time(self, step: Step) -> None:
        if step.who:
            await self._fake.world.acknowledged(self._update)  # also when the process died of it, and was started again
        await super()._pass_time(step)

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
