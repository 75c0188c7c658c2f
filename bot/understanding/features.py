"""Words and pieces of words as numbers: what both linear readers count. A text gives the same numbers on every machine."""

from __future__ import annotations

from functools import lru_cache
from zlib import crc32


@lru_cache(maxsize=65_536)
def hashed(word: str) -> int:
    """A word as a number."""
    return crc32(word.encode("utf-8", "surrogatepass"))


@lru_cache(maxsize=65_536)
def pieces(word: str) -> tuple[int, ...]:
    """The pieces of two to five letters of a word, with its ends: what forgives spelling."""
    marked = f"<{word}>"
    found = (marked[i : i + size] for size in (2, 3, 4, 5) for i in range(len(marked) - size + 1))
    return tuple(crc32(piece.encode("utf-8", "surrogatepass")) for piece in found)


def mixed(one: int, other: int, salt: int) -> int:
    """Two numbers as one, differently for every salt."""
    return ((one * 0x9E3779B1) ^ (other * 0x85EBCA77) ^ (salt * 0xC2B2AE3D)) >> 9 & 0xFFFFFFFF
