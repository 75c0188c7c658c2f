"""The file that keeps the keys of one database apart from it: read, made, and rewritten whole, so that what was destroyed is gone.

A file that somebody else provides (a mounted secret) may instead hold one line as `PALIER_KEYS` does; it is read and never changed.
"""

from __future__ import annotations

import json
import os
import stat
import sys
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from storage.cipher import KEY_BYTES, derive
from storage.errors import KeysUnavailable
from storage.tree import DEPTH, LEAVES, Tree

_NOTE = "The keys of one Palier database. Without this file its data cannot be read by anybody: keep a copy apart from the database's."
_TOO_MANY_HOLES = 10_000_000
"""A file with more destroyed persons than that was damaged: they would be listed one by one."""


@dataclass(frozen=True, slots=True)
class RingKey:
    """One key of the ring, already split: one part seals what is nobody's own, the other grows a key for every person."""

    id: str
    sealing: bytes
    persons: Tree

    @classmethod
    def of(cls, id: str, secret: bytes) -> RingKey:
        """From 32 secret bytes, which are not kept: from them a destroyed person's key could be grown again."""
        return cls(id, derive(secret, "sealing"), Tree.grown_from(derive(secret, "persons")))


@dataclass(frozen=True, slots=True)
class Kept:
    """What a key file holds: the keys, current one first, and the database they belong to. `fixed`: it is not ours to rewrite."""

    keys: tuple[RingKey, ...]
    database: str | None = None
    fixed: bool = False


def parse(text: str) -> tuple[RingKey, ...]:
    """Keys as `PALIER_KEYS` writes them: `id:base64` of 32 bytes, several with commas between, the current one first.

    Raises KeysUnavailable without repeating a key.
    """
    return tuple(_parse_one(part.strip()) for part in text.replace("\n", ",").split(",") if part.strip())


def _parse_one(part: str) -> RingKey:
    id, colon, encoded = part.partition(":")
    try:
        secret = b64decode(encoded, validate=True)
    except ValueError as error:
        raise KeysUnavailable("a key must be written id:base64") from error
    if not colon:
        raise KeysUnavailable("a key must be written id:base64")
    if not id or len(id) > 32 or not all(each.isalnum() or each in "-_." for each in id):
        raise KeysUnavailable("the id of a key is at most 32 letters, digits or -_.")
    if len(secret) != KEY_BYTES:
        raise KeysUnavailable(f"key {id} has {len(secret)} bytes and not {KEY_BYTES}")
    return RingKey.of(id, secret)


def read(path: Path) -> Kept:
    """What is in the file. Raises KeysUnavailable with one sentence."""
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError as error:
        raise KeysUnavailable(f"the key file {path} is missing: without it the data cannot be read") from error
    except (OSError, UnicodeDecodeError) as error:
        raise KeysUnavailable(f"the key file {path} cannot be read: {getattr(error, 'strerror', None) or 'it is no text'}") from error
    kept = _from_json(path, text) if text.lstrip().startswith("{") else Kept(parse(text), fixed=True)
    if not kept.keys:
        raise KeysUnavailable(f"the key file {path} holds no key")
    if kept.keys[0].persons.missing not in range(_TOO_MANY_HOLES):
        raise KeysUnavailable(f"the key file {path} is damaged")
    return kept


def create(path: Path, kept: Kept) -> None:
    """Make the file, mode 600, on disk. Raises FileExistsError when there is one, KeysUnavailable when it cannot be made."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise
    except OSError as error:
        raise KeysUnavailable(f"the key file {path} cannot be made: {error.strerror}") from error
    with os.fdopen(handle, "w", encoding="ascii") as file:
        _write(file, kept)
    _sync_folder(path)


def replace(path: Path, kept: Kept) -> None:
    """Put the new content in the file's place, whole or not at all, then overwrite the former content where it lay.

    A disk that copies on write, or a snapshot of it, may keep the former content all the same. Raises OSError.
    """
    part = path.with_name(f"{path.name}.part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        _write(file, kept)
    if os.name == "nt":  # where a file that is open cannot be replaced
        part.replace(path)
        return
    with path.open("r+b") as former:
        part.replace(path)
        _sync_folder(path)
        former.write(bytes(os.fstat(former.fileno()).st_size))
        former.flush()
        os.fsync(former.fileno())


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Nobody else who asks the same changes the file meanwhile: another process of this machine waits. Raises OSError."""
    with os.fdopen(os.open(path.with_name(f"{path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600), "r+b") as lock:
        if sys.platform == "win32":
            import msvcrt  # noqa: PLC0415 - it exists there alone

            msvcrt.locking(lock.fileno(), msvcrt.LK_LOCK, 1)
        else:
            import fcntl  # noqa: PLC0415 - it does not exist there

            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def is_private(path: Path) -> bool:
    """Whether nobody but its owner may read it."""
    return os.name == "nt" or not path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)


def _write(file: Any, kept: Kept) -> None:
    keys = [{"id": key.id, "sealing": _text(key.sealing), "persons": _nodes(key.persons)} for key in kept.keys]
    json.dump({"note": _NOTE, "database": kept.database, "keys": keys}, file, separators=(",", ":"))
    file.write("\n")
    file.flush()
    os.fsync(file.fileno())


def _nodes(tree: Tree) -> list[list[int | str]]:
    return [[height, number, _text(node)] for (height, number), node in tree.nodes.items()]


def _from_json(path: Path, text: str) -> Kept:
    try:
        body = json.loads(text)
        keys = tuple(RingKey(str(key["id"]), _secret(key["sealing"]), _tree(key["persons"])) for key in body["keys"])
        return Kept(keys, body["database"])
    except (ValueError, KeyError, TypeError) as error:
        raise KeysUnavailable(f"the key file {path} is damaged") from error


def _tree(nodes: list[list[Any]]) -> Tree:
    for height, number, _ in nodes:
        if not (0 <= height <= DEPTH and 0 <= number << height < LEAVES):
            raise ValueError("a node outside the tree")
    return Tree({(height, number): _secret(node) for height, number, node in nodes})


def _text(secret: bytes) -> str:
    return b64encode(secret).decode()


def _secret(text: str) -> bytes:
    secret = b64decode(text, validate=True)
    if len(secret) != KEY_BYTES:
        raise ValueError("a key of another length")
    return secret


def _sync_folder(path: Path) -> None:
    if os.name == "nt":
        return
    folder = os.open(path.parent, os.O_RDONLY)
    with suppress(OSError):
        os.fsync(folder)
    os.close(folder)
