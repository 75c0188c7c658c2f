"""Folders with an empty database, ready at once: the tables are made once for a test run, and nothing waits for a disk."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from tests.houses import settings_in

MEMORY = Path("/dev/shm")  # noqa: S108 - folders of their own are made in it


@cache
def _template() -> Path:
    """The database that every room begins with."""
    folder = Path(tempfile.mkdtemp(prefix="palier-template-"))
    settings_in(folder)
    return folder


@contextmanager
def room() -> Iterator[Path]:
    """A folder of its own, in memory where there is such a place, gone at the end."""
    with tempfile.TemporaryDirectory(prefix="palier-room-", dir=MEMORY if MEMORY.is_dir() else None) as made:
        for file in ("story.db", "story.key"):
            shutil.copy(_template() / file, made)
        yield Path(made)
