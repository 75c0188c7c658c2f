"""How a value is sealed: AES-256-GCM by `cryptography`, bound to its table, column and row; and how it is found again, by a keyed hash.

A sealed value is: one byte of format, 12 random bytes, the ciphertext with its tag of 16. Nothing else of ours is in it: which key
opens it is told by the row it stands in. Sources: NIST SP 800-38D (96-bit random nonces: at most 2^32 under one key, and a key
here serves one person); RFC 2104 for the hash.
"""

from __future__ import annotations

import hmac
import json
import os
from dataclasses import dataclass, field
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from storage.errors import Unreadable

KEY_BYTES = 32
_FORMAT = b"\x01"
_NONCE_BYTES = 12
_OPENS_AT = len(_FORMAT) + _NONCE_BYTES

_encode = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode


@dataclass(frozen=True, slots=True)
class Field:
    """A column whose values are sealed. A value opens in the row it was sealed for, and nowhere else."""

    table: str
    column: str
    prefix: bytes = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "prefix", f"{self.table}.{self.column} ".encode())

    def at(self, row: int | str) -> bytes:
        """The associated data of one row's value."""
        return b"%b%d" % (self.prefix, row) if isinstance(row, int) else b"%b%b" % (self.prefix, row.encode())


def new_key() -> bytes:
    """32 bytes from the system's generator."""
    return os.urandom(KEY_BYTES)


def derive(key: bytes, purpose: str) -> bytes:
    """A key of its own for a purpose (HKDF-SHA256, RFC 5869)."""
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=f"palier {purpose}".encode()).derive(key)


def nonces(count: int) -> list[bytes]:
    """So many random nonces, asked of the system at once: each asking lets another thread go first."""
    drawn = os.urandom(count * _NONCE_BYTES)
    return [drawn[start : start + _NONCE_BYTES] for start in range(0, len(drawn), _NONCE_BYTES)]


def seal(key: AESGCM, place: bytes, plain: bytes, nonce: bytes = b"") -> bytes:
    """The bytes that only this key opens, in this place. A nonce that is given must be random, and used for nothing else."""
    nonce = nonce or os.urandom(_NONCE_BYTES)
    return _FORMAT + nonce + key.encrypt(nonce, plain, place)


def unseal(key: AESGCM, place: bytes, sealed: bytes) -> bytes:
    """What was sealed. Raises Unreadable when anything of it, its place or its key is another."""
    if sealed[:1] != _FORMAT:
        raise Unreadable(f"{place.decode()} is of a format that is not known here")
    try:
        return key.decrypt(sealed[1:_OPENS_AT], sealed[_OPENS_AT:], place)
    except (InvalidTag, ValueError) as error:
        raise Unreadable(f"{place.decode()} is not what was written there") from error


def to_bytes(value: Any) -> bytes:
    """A JSON value as ASCII: half an emoji or a NUL from a platform is kept as it came.

    Raises TypeError or ValueError on what JSON cannot hold.
    """
    return _encode(value).encode()


def from_bytes(plain: bytes) -> Any:
    """The JSON value."""
    return json.loads(plain.decode())


def blind_index(key: bytes, kind: str, text: str) -> bytes:
    """What an identifier is looked up by: equal for equal texts of a kind, and says nothing of them without the key (HMAC-SHA256)."""
    return hmac.digest(key, f"{kind}\0{text}".encode("utf-8", "surrogatepass"), "sha256")
