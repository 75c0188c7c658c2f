"""What the players of stories over a platform have in common: everything but the platform.

What is delivered is recorded beside the adapter, for a story expects rules and levels, which no platform shows; that the platform
shows the same words is checked at the end.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from bot.adapters.story import Delivery, Killed, OpenHouse, Player, StorySender
from bot.app import open_house, read_settings, story_settings
from bot.knowledge.story_file import Story, read_story
from bot.messages import Account
from bot.ports import Outgoing, Sender
from tests.houses import minds

STORIES = Path(__file__).parent / "stories"
ALL = sorted(STORIES.glob("*/*.yaml"))


def story_id(path: Path) -> str:
    """The name of a story as a test shows it."""
    return f"{path.parent.name}-{path.stem}"


def read(path: Path) -> Story:
    """A story from its file."""
    return read_story(path.read_text(encoding="utf-8"), name=path.name)


def opener(story: Story, folder: Path) -> OpenHouse:
    """Opens the house of a story on a throw-away database."""
    return partial(open_house, story_settings(read_settings(), story.settings, folder=str(folder)), minds=minds())


@dataclass
class Recorded(StorySender):
    """The adapter's way out, with a list of what went through it, by the names of the story."""

    to: Sender | None = None
    names: Mapping[str, str] | None = None

    async def send(self, message: Outgoing) -> None:
        """Send it, then keep it: what the platform refuses was not delivered."""
        if self.faults.once("before_send"):
            raise Killed
        if self.to is None or self.names is None:
            raise RuntimeError("the story has not started")
        await self.to.send(message)
        name = self.names[message.account.id]
        self.delivered.append(Delivery(self.clock.now(), replace(message, account=Account(self.platform, name))))


class PlatformPlayer(Player):
    """Plays one story on a platform, where each name of the story has an id."""

    def __init__(self, story: Story, *, open_house: OpenHouse, platform: str, ids: Mapping[str, int]) -> None:
        super().__init__(story, open_house=open_house, show=lambda _: None, say=lambda _: None)
        self._ids = ids
        self._recorded = Recorded(
            self._clock, self._faults, {}, platform=platform, names={str(number): name for name, number in ids.items()}
        )
        self._sender: StorySender = self._recorded

    @property
    def _keepers(self) -> list[int]:
        """The ids of the moderators."""
        return [number for name, number in self._ids.items() if self._story.people[name].role == "moderator"]

    def _account(self, name: str) -> Account:
        return Account(self._recorded.platform, str(self._ids[name]))

    def delivered(self) -> dict[str, list[str]]:
        """What was delivered to each person."""
        return {name: [each.message.text for each in self._sender.delivered if each.message.account.id == name] for name in self._ids}
