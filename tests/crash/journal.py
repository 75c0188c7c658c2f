"""What stands outside of the process that is killed: the updates that a platform holds, and what reached people.

A life of the process writes one file, a line at a time. A line written is a line that the system has: killing the process
takes nothing of it back. (Only a loss of power would, and that is what the engines' own flushes are for.)
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.core.person import Role
from bot.messages import Account, Incoming

PLATFORM = "story"


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """One message, as the platform keeps it until it is acknowledged, and what must come of it.

    `mg` is the amount of the intake that it reports, unique among those of its person; `sign` whether it holds a danger sign,
    in words that no other message has; `role` is that of `who`.
    """

    key: str
    who: str
    text: str
    at: datetime
    role: Role = "patient"
    mg: float | None = None
    sign: bool = False

    @property
    def incoming(self) -> Incoming:
        """As an adapter hands it over, each time that it comes: the same key."""
        return Incoming(key=self.key, account=Account(PLATFORM, self.who), sent_at=self.at, text=self.text, role=self.role)


def to_json(update: Update) -> dict[str, Any]:
    """An update as JSON values."""
    return {**asdict(update), "at": update.at.isoformat()}


def from_json(values: dict[str, Any]) -> Update:
    """The same update."""
    return Update(**{**values, "at": datetime.fromisoformat(values["at"])})


class Journal:
    """Writes the file of one life."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def close(self) -> None:
        """Nothing more is written."""
        os.close(self._file)

    def came(self, update: Update) -> None:
        """The platform has this update from now on."""
        self._line(came=to_json(update))

    def acknowledged(self, update: Update) -> None:
        """The platform was told that it was heard: it may forget it."""
        self._line(acknowledged=update.key)

    def reached(self, key: str) -> None:
        """A letter reached its reader."""
        self._line(reached=key)

    def hour(self, now: datetime) -> None:
        """Time passed: no later life may see an earlier hour."""
        self._line(hour=now.isoformat())

    def _line(self, **what: Any) -> None:
        os.write(self._file, json.dumps(what).encode() + b"\n")


def lines_of(path: Path) -> Iterator[dict[str, Any]]:
    """What a life wrote; the last line is left out when the kill cut it."""
    if path.exists():
        for line in path.read_bytes().splitlines(keepends=True):
            if line.endswith(b"\n"):
                yield json.loads(line)


@dataclass
class Ledger:
    """Every life together: what the platform knows.

    `unmarked` are the letters that had reached their readers and were not marked as sent when the last life ended: only
    these may reach them once more.
    """

    now: datetime
    updates: dict[str, Update] = field(default_factory=dict)
    acknowledged: set[str] = field(default_factory=set)
    reached: set[str] = field(default_factory=set)
    unmarked: set[str] = field(default_factory=set)
    repeats: int = 0

    def add(self, path: Path) -> list[str]:
        """Take in what one more life wrote; what it should not have said again."""
        again: list[str] = []
        for line in lines_of(path):
            if "came" in line:
                update = from_json(line["came"])
                self.updates[update.key] = update
            elif "acknowledged" in line:
                self.acknowledged.add(line["acknowledged"])
            elif "hour" in line:
                self.now = max(self.now, datetime.fromisoformat(line["hour"]))
            else:
                again += self._reached(line["reached"])
        return again

    def _reached(self, key: str) -> list[str]:
        known = key in self.reached
        self.reached.add(key)
        if not known or is_straight(key):
            return []
        self.repeats += 1
        if key not in self.unmarked:
            return [f"the letter {key} was sent again although it was marked as sent, or twice in one life"]
        self.unmarked.remove(key)
        return []

    @property
    def pending(self) -> list[Update]:
        """What the platform would send again: not acknowledged, in the order in which it came."""
        return [update for key, update in self.updates.items() if key not in self.acknowledged]

    def was_refused(self, update: Update) -> bool:
        """Whether the person was told, past the database, that it could not be kept."""
        return f"{update.key}#straight" in self.reached


def is_straight(key: str) -> bool:
    """Whether a letter went past the outbox, because the database did not answer."""
    return "#straight" in key or "#alert@" in key
