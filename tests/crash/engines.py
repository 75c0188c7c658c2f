"""The databases that are killed under, and the ways to take them away."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Literal

import psycopg

from bot.app import key_ring
from storage.upgrade import upgrade
from tests.crash.town import settings_of
from tests.storage.postgres_server import Server, running

Engine = Literal["sqlite", "postgresql"]
Way = Literal["process", "backend", "server", "both"]
"""What is killed: the process alone; one of its connections' server processes first, which takes the whole server down for a
moment; the server first, which is started again; both at once."""

WAYS: dict[Engine, dict[Way, int]] = {"sqlite": {"process": 1}, "postgresql": {"process": 11, "backend": 3, "server": 4, "both": 2}}
"""How often each way is taken."""


@dataclass(frozen=True, slots=True)
class Place:
    """A database at the present revision; `server` is its own, where it has one."""

    url: str
    server: Server | None = None

    def kill_a_backend(self) -> None:
        """Kill the server process behind one connection of the house: the server then restarts all the others by itself."""
        server = self._served()
        rows = server.ask("SELECT pid FROM pg_stat_activity WHERE datname = %s", self.url.rpartition("/")[2])
        for (pid,) in rows[:1]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(str(pid)), signal.SIGKILL)

    def kill_server(self) -> None:
        """Take the server away at once; what it had not flushed is gone."""
        self._served().kill()

    def restart_server(self) -> None:
        """Start it again: it recovers what it had acknowledged."""
        self._served().start()

    @property
    def is_up(self) -> bool:
        """Whether the server's first process lives."""
        process = self._served().process
        return process is not None and process.poll() is None

    def wait_until_it_answers(self) -> None:
        """A server that restarts by itself says so for a moment."""
        for _ in range(200):
            try:
                self._served().ask("SELECT 1")
            except psycopg.OperationalError:
                Event().wait(0.05)
            else:
                return
        raise RuntimeError("the server did not come back")

    def _served(self) -> Server:
        if self.server is None:
            raise LookupError("a file has no server")
        return self.server


@contextlib.contextmanager
def place(engine: Engine, folder: Path) -> Iterator[Place]:
    """An empty database, gone at the end with its server; a file stays in the folder."""
    if engine == "sqlite":
        yield _made(Place(f"sqlite:///{folder}/palier.db"))
        return
    with running() as server:
        yield _made(Place(server.url(server.create()), server))


def _made(made: Place) -> Place:
    upgrade(made.url, keys=key_ring(settings_of(made.url)))
    return made
