"""The terminal as a platform: the same assistant for a patient or a moderator, with nothing to install beside Palier.

A choice is made by its number (`#1`), by its label or by its id; everything else is words. `/as NAME [moderator]`
sits another person down at the same terminal.
"""

from __future__ import annotations

import asyncio
import tempfile
import threading
import uuid
from collections.abc import Awaitable, Callable, Collection
from pathlib import Path
from typing import TextIO

from bot.core.person import Role
from bot.messages import Account, Incoming, Press
from bot.ports import Clock, File, Label, Outgoing
from bot.understanding.fold import fold

PLATFORM = "console"
PICTURES = ("png", "pdf")
"""What a terminal cannot show."""
_LONGEST = 6
"""Characters of a choice by its number."""

Hear = Callable[[Incoming], Awaitable[None]]


class Console:
    """One terminal, with one or more persons sitting at it; the last one named is speaking."""

    platform = PLATFORM

    def __init__(self, *, clock: Clock, source: TextIO, out: TextIO, name: str, role: Role, interactive: bool) -> None:
        self._clock = clock
        self._source = source
        self._out = out
        self._interactive = interactive
        self._roles: dict[str, Role] = {name: role}
        self._speaking = name
        self._offered: dict[str, tuple[Label, ...]] = {}
        self._folder: Path | None = None

    def accounts(self) -> Collection[Account]:
        """Whoever sits at this terminal; the other terminals' messages are theirs to show."""
        return [Account(PLATFORM, name) for name in self._roles]

    async def send(self, message: Outgoing) -> None:
        """Print a message with its choices numbered."""
        name = message.account.id
        lines = [f"\n── palier → {name} " + ("─" * 20), message.text]
        lines += [self._shown(file) for file in message.files]
        if message.choices:
            self._offered[name] = message.choices
            lines.append("  ".join(_button(number, label) for number, label in enumerate(message.choices, start=1)))
        self._write("\n".join(lines) + "\n")

    def _shown(self, file: File) -> str:
        """A file of text as it is; a picture as the place where it was put, for the owner of this terminal alone to read."""
        if file.kind not in PICTURES:
            return f"[{file.name}, {len(file.content)} bytes]\n{file.content.decode(errors='replace')}"
        self._folder = self._folder or Path(tempfile.mkdtemp(prefix="palier-"))
        place = self._folder / file.name
        place.write_bytes(file.content)
        return f"[{file.name}, {len(file.content)} bytes: {place}]"

    async def run(self, hear: Hear) -> None:
        """Read lines until the end of the input or Ctrl-C, and have each one heard."""
        lines: asyncio.Queue[str | None] = asyncio.Queue()
        loop = asyncio.get_running_loop()
        # A daemon thread: a terminal that nobody types in must not keep the process from ending.
        threading.Thread(target=self._read, args=(loop, lines), daemon=True).start()
        if self._interactive:
            await hear(self._incoming("", press=Press("arrive")))
        self._prompt()
        while (line := await lines.get()) is not None:
            if not self._interactive and line.strip():
                self._write(f"\n{self._speaking} › {line.strip()}\n")
            if not self._sat_down(line.strip()) and line.strip():
                await hear(self._incoming(line.strip()))
            self._prompt()

    def _read(self, loop: asyncio.AbstractEventLoop, lines: asyncio.Queue[str | None]) -> None:
        try:
            for line in self._source:
                loop.call_soon_threadsafe(lines.put_nowait, line)
            loop.call_soon_threadsafe(lines.put_nowait, None)
        except (RuntimeError, ValueError):
            return  # the loop or the terminal closed meanwhile: nobody is left to read to

    def _sat_down(self, line: str) -> bool:
        words = line.split()
        if not words or words[0] != "/as":
            return False
        if len(words) in (2, 3):
            self._speaking = words[1]
            self._roles.setdefault(words[1], "moderator" if words[2:] == ["moderator"] else "patient")
        self._write(f"({', '.join(f'{name}: {role}' for name, role in self._roles.items())}; speaking: {self._speaking})\n")
        return True

    def _incoming(self, line: str, *, press: Press | None = None) -> Incoming:
        press = press or self._press(line)
        return Incoming(
            key=f"{PLATFORM}:{uuid.uuid4().hex}",
            account=Account(PLATFORM, self._speaking),
            sent_at=self._clock.now(),
            text="" if press else line,
            press=press,
            role=self._roles[self._speaking],
        )

    def _press(self, line: str) -> Press | None:
        offered = self._offered.get(self._speaking, ())
        if line.startswith("#") and line[1:].isdecimal() and len(line) <= _LONGEST and 0 < int(line[1:]) <= len(offered):
            label = offered[int(line[1:]) - 1]
            return Press(label.id, label.about)
        said = fold(line).text
        return next((Press(o.id, o.about) for o in offered if said in (fold(o.text).text, o.id)), None)

    def _prompt(self) -> None:
        if self._interactive:
            self._write(f"\n{self._speaking} › ")

    def _write(self, text: str) -> None:
        self._out.write(text)
        self._out.flush()


def _button(number: int, label: Label) -> str:
    """A choice with the number that makes it; a scale is answered by its own numbers."""
    return f"[{label.text}]" if label.text.isdigit() else f"[#{number} {label.text}]"
