"""Folders with an empty database, ready at once: nothing waits for a disk."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.houses import settings_in

MEMORY = Path("/dev/shm")  # noqa: S108 - folders of their own are made in it


@contextmanager
def room() -> Iterator[Path]:
    """A folder of its own, in memory where there is such a place, gone at the end."""
    with tempfile.TemporaryDirectory(prefix="palier-room-", dir=MEMORY if MEMORY.is_dir() else None) as made:
        settings_in(Path(made))
        yield Path(made)
