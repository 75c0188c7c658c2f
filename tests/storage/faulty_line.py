"""A line to a server that breaks once, exactly while a commit is under way: before it arrives, or after it was done."""

from __future__ import annotations

import select
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Literal

Moment = Literal["before", "after"]


@dataclass
class Line:
    """What passes through, on a port of its own."""

    server_port: int
    breaks: Moment | None = None
    broken: int = 0
    listener: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))

    @property
    def port(self) -> int:
        """Where to connect to."""
        return int(self.listener.getsockname()[1])

    def serve(self) -> None:
        """Take calls until hung up."""
        with suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                server = socket.create_connection(("127.0.0.1", self.server_port))
                threading.Thread(target=self._carry, args=(client, server), daemon=True).start()

    def _carry(self, client: socket.socket, server: socket.socket) -> None:
        with client, server, suppress(OSError):
            while True:
                for ready in select.select([client, server], [], [])[0]:
                    said = ready.recv(65536)
                    if not said or (ready is client and self._break(said, server)):
                        return
                    (server if ready is client else client).sendall(said)

    def _break(self, said: bytes, server: socket.socket) -> bool:
        if self.breaks is None or b"COMMIT" not in said:
            return False
        self.breaks, when = None, self.breaks
        self.broken += 1
        if when == "after":
            server.sendall(said)
            server.recv(65536)  # the server has done it, and nobody hears
        return True


@contextmanager
def line_to(port: int) -> Iterator[Line]:
    """A line that does not break until it is told to."""
    line = Line(port)
    serving = threading.Thread(target=line.serve, daemon=True)
    serving.start()
    try:
        yield line
    finally:
        line.listener.shutdown(socket.SHUT_RDWR)
        line.listener.close()
        serving.join(5)
