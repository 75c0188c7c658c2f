"""People of a community: who asks, who answers, who volunteers, who is new; and the channel that they answer in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from bot.core.policy import Community
from bot.messages import Press
from bot.ports import Outgoing
from tests.houses import Rig, rig, settings_in

CHANNEL = "channel"
DANGER = {"en": "I want to kill myself tonight", "fr": "je veux me tuer ce soir"}
ASK = {"en": "ask the community: {text}", "fr": "demander à la communauté : {text}"}
FIND = {"en": "find me a mentor", "fr": "trouver un mentor"}
VOLUNTEER = {"en": "I volunteer as a mentor", "fr": "je me propose comme mentor"}
WRITE = {"en": "write to my mentor: {text}", "fr": "écrire à mon mentor : {text}"}
END = {"en": "end the mentoring", "fr": "arrêter le mentorat"}


@asynccontextmanager
async def open_rig(folder: Path, *names: str, language: str = "en") -> AsyncIterator[Rig]:
    """Members of one language, a keeper on duty, and a channel for their questions."""
    async with rig(settings_in(folder)) as house:
        conversation = house.house.conversation
        conversation._policy = replace(conversation._policy, community=Community("story", CHANNEL, language))
        for name in names:
            await house.settle(name, language=language)
        await house.settle("keeper", role="moderator", language=language, on_duty=True)
        yield house


def to(name: str, said: list[Outgoing]) -> list[Outgoing]:
    """What somebody was sent."""
    return [message for message in said if message.account.id == name]


async def hears(
    house: Rig, name: str, text: str = "", *, choice: str = "", about: str = "", public: bool = False, expert: bool = False
) -> list[Outgoing]:
    """Somebody speaks, presses, or does both as whoever answers a question does; what everybody gets."""
    since = len(house.sender.delivered)
    message = house.message(name, text, press=Press(choice, about) if choice else None)
    await house.house.conversation.hear(replace(message, public=public, expert=expert))
    return [delivery.message for delivery in house.sender.delivered[since:]]


async def answers(house: Rig, name: str, text: str, *, about: str = "1") -> list[Outgoing]:
    """A member replies under a question, where others read; what everybody gets."""
    return await hears(house, name, text, choice="answer-question", about=about, public=True)


async def asks(house: Rig, name: str, text: str, *, language: str = "en") -> Outgoing:
    """Somebody has a question posted; what stands in the channel."""
    await house.says(name, ASK[language].format(text=text))
    (posted,) = to(CHANNEL, await house.presses(name, "confirm"))
    return posted
