"""What stands behind an adapter under test instead of the conversation: an ear, and a clock that stands still."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from bot.messages import Account, Incoming
from bot.ports import File, Label, Outgoing

START = datetime(2026, 1, 1, 7, 30, tzinfo=UTC)


@dataclass
class StillClock:
    """A clock that shows the beginning."""

    at: datetime = START

    def now(self) -> datetime:
        """Always the same."""
        return self.at


@dataclass
class Ear:
    """Hears what the adapter hands over, instead of the conversation; `then` is done with each message."""

    heard: list[Incoming] = field(default_factory=list)
    then: Callable[[Incoming], Awaitable[None]] | None = None

    async def hear(self, incoming: Incoming) -> None:
        """As `Conversation.hear`."""
        if self.then is not None:
            await self.then(incoming)
        self.heard.append(incoming)

    @property
    def texts(self) -> list[str]:
        """The words heard so far."""
        return [incoming.text for incoming in self.heard]


def rendered(
    account: Account, text: str, choices: tuple[tuple[str, str], ...], *, key: str = "k", files: tuple[File, ...] = (), **more: Any
) -> Outgoing:
    """A rendered message; choices are (id, label)."""
    labels = tuple(Label(id=choice, about="about", text=label) for choice, label in choices)
    given: dict[str, Any] = {"kind": "reply", "level": "none", **more}
    return Outgoing(key=key, account=account, text=text, choices=labels, files=files, **given)
