"""Which process this is, and whether another one still lives: as far as one machine can tell."""

from __future__ import annotations

import os
import platform


def me() -> str:
    """The machine and the number of this process on it."""
    return f"{platform.node()}:{os.getpid()}"


def is_over(name: str) -> bool:
    """Whether the process of that name is surely over.

    On this machine its number is looked for; under our own number it was before us (a container's first process is always 1).
    Of another machine nothing is known: False. Asked by who has just started, and has claimed nothing yet.
    """
    node, _, number = name.rpartition(":")
    if node != platform.node() or not number.isdigit():
        return False
    return int(number) == os.getpid() or not _lives(int(number))


def _lives(number: int) -> bool:
    if os.name == "nt":  # asking there would interrupt it
        return True
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):  # somebody else's, or no number that can be asked about
        return True
    return True
