"""What every test stands on: how long property tests search, and no word to the outside world.

`HYPOTHESIS_PROFILE=thorough` searches longer, from a new seed each time; `ci`, the default, says the same thing twice.
"""

from __future__ import annotations

import os
import sys
from typing import Any

from hypothesis import settings

settings.register_profile("ci", derandomize=True, deadline=None, max_examples=100, print_blob=True)
settings.register_profile("thorough", derandomize=False, deadline=None, max_examples=3000, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost", "", None})


class ReachedOutsideError(RuntimeError):
    """A test tried to reach another machine. Not an OSError, so that no handler of network failures takes it for one."""


def only_loopback(event: str, arguments: tuple[Any, ...]) -> None:
    """Refuse every look-up, connection or datagram that leaves this machine.

    pytest-socket guards `connect`; names looked up, datagrams and `connect_ex` pass beside it. The interpreter's audit events see them all.
    """
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else None  # a path is a Unix socket; None an address given before
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        host = arguments[0]
    else:
        return
    if (host.decode() if isinstance(host, bytes) else host) not in LOOPBACK:
        raise ReachedOutsideError(f"{event} to {host}: tests speak to this machine alone")


sys.addaudithook(only_loopback)
