"""The ring: the few keys that everything else is sealed under, by id. They live outside the database. docs/adr/0011-encryption-at-rest.md

A person's data key is wrapped under a key that the ring grows for that person alone; erasing the person destroys that one, so that no
copy of the database, however old, gives their data to whoever holds the ring afterwards.
"""

from __future__ import annotations

import logging
import os
from base64 import b64encode
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from threading import RLock

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from storage import keyfile
from storage.cipher import Field, new_key, seal, unseal
from storage.errors import KeysUnavailable, Unreadable
from storage.keyfile import Kept, RingKey

Tell = Callable[[str], None]
"""How somebody is told one line."""

_WRAPPED = Field("person_key", "wrapped")
_OWN = Field("store_key", "wrapped")

_log = logging.getLogger("palier.storage")


class KeyRing:
    """Several keys, the first of which is current. Nothing is read before it is needed; it may serve several threads.

    Keys in a file that we keep can be destroyed, renewed and retired; given keys (`PALIER_KEYS`, a mounted secret) never change here.
    Everything raises KeysUnavailable with one sentence when there is no key to work with.
    """

    def __init__(
        self,
        keys: Sequence[RingKey] = (),
        *,
        file: Path | None = None,
        may_create: bool = False,
        missing: str = "",
        tell: Tell = _log.warning,
    ) -> None:
        self._kept = Kept(tuple(keys), fixed=True) if keys else None
        self._file = file
        self._may_create = may_create
        self._missing = missing
        self.tell = tell
        self._lock = RLock()

    @classmethod
    def of_text(cls, text: str) -> KeyRing:
        """Keys written as in `PALIER_KEYS`: `id:base64,id:base64`, 32 bytes each, the current one first. Raises KeysUnavailable."""
        keys = keyfile.parse(text)
        if not keys or len({key.id for key in keys}) != len(keys):
            raise KeysUnavailable("PALIER_KEYS needs at least one key, each under an id of its own")
        return cls(keys)

    @classmethod
    def in_file(cls, path: Path | str, *, may_create: bool = False, tell: Tell = _log.warning) -> KeyRing:
        """Keys kept in a file. With `may_create` it is made, mode 600, for a database in which nothing is sealed yet; one line says so."""
        return cls(file=Path(path), may_create=may_create, tell=tell)

    @classmethod
    def nowhere(cls, why: str) -> KeyRing:
        """No ring: whoever needs a key is told why there is none."""
        return cls(missing=why)

    @property
    def current(self) -> str:
        """The id of the key that seals what is new."""
        return self._keys[0].id

    @property
    def ids(self) -> list[str]:
        """Every id, the current one first."""
        return [key.id for key in self._keys]

    @property
    def forgets(self) -> bool:
        """Whether the keys of persons can be destroyed here, and not only deleted with their rows."""
        return not self._here().fixed

    def load(self, *, new: bool) -> None:
        """Have the keys at hand. `new`: nothing is sealed in the database yet, so that a file may be made for it."""
        with self._lock:
            if new and self._file is not None and self._may_create and not self._file.exists():
                self._create(self._file)
            if self._here().database is not None and new:
                raise KeysUnavailable(f"the key file {self._file} belongs to another database: put it away safely, or name another file")

    def bind(self, database: str) -> None:
        """Keep the file for one database alone: a person erased here must not be destroyed there."""
        with self._lock:
            kept = self._here()
            if kept.fixed or kept.database == database:
                return
            if kept.database is not None:
                raise KeysUnavailable(f"the key file {self._file} belongs to another database: each has a file of its own")
            try:
                self._rewrite(lambda found: Kept(found.keys, found.database or database))
            except OSError as error:
                raise KeysUnavailable(f"the key file {self._file} cannot be changed: {error.strerror}") from error

    def wrap(self, person_id: int, data_key: bytes) -> tuple[str, bytes]:
        """A person's data key, sealed under the current key; its id. Raises Unreadable when the person's key was destroyed."""
        return self.current, seal(self._of(self._keys[0], person_id), _WRAPPED.at(person_id), data_key)

    def unwrap(self, person_id: int, key_id: str, wrapped: bytes) -> bytes:
        """The data key. Raises Unreadable when the person's key was destroyed, or what is wrapped is not theirs."""
        return unseal(self._of(self._get(key_id), person_id), _WRAPPED.at(person_id), wrapped)

    def seal(self, name: str, plain: bytes) -> tuple[str, bytes]:
        """Something that is nobody's own, sealed under the current key; its id."""
        return self.current, seal(AESGCM(self._keys[0].sealing), _OWN.at(name), plain)

    def unseal(self, name: str, key_id: str, sealed: bytes) -> bytes:
        """What was sealed so. Raises Unreadable."""
        return unseal(AESGCM(self._get(key_id).sealing), _OWN.at(name), sealed)

    def holds(self, person_id: int) -> bool:
        """False once the person's key was destroyed: what they left in any copy cannot be read, and their id is not given again."""
        return self._keys[0].persons.holds(person_id)

    def destroyed(self) -> list[int]:
        """The ids of those whose keys were destroyed."""
        return list(self._keys[0].persons.holes()) if self._keys[0].persons.missing else []

    def destroy(self, person_ids: Collection[int]) -> bool:
        """Destroy the keys of persons in every key of the ring, on disk before this returns. False when the keys are given ones.

        Raises OSError when the file cannot be rewritten; nothing is destroyed then.
        """
        if not self.forgets:
            return False
        if any(self.holds(person_id) for person_id in person_ids):
            self._rewrite(lambda kept: Kept(tuple(_without(key, person_ids) for key in kept.keys), kept.database))
        return True

    def renew(self) -> str:
        """Add a new key and make it the current one; its id. The former ones stay, for what they sealed.

        Raises KeysUnavailable for given keys.
        """
        self._must_be_ours()
        fresh = RingKey.of(f"k-{os.urandom(4).hex()}", new_key())
        self._rewrite(lambda kept: Kept((_without(fresh, list(kept.keys[0].persons.holes())), *kept.keys), kept.database))
        return fresh.id

    def retire(self) -> list[str]:
        """Forget every key but the current one; their ids. No backup made before `rotate_keys` can be read after that."""
        self._must_be_ours()
        gone = self.ids[1:]
        self._rewrite(lambda kept: Kept(kept.keys[:1], kept.database))
        return gone

    def unbind(self) -> None:
        """Let the file serve another database: this one's data is sealed no more."""
        if self.forgets:
            self._rewrite(lambda kept: Kept(kept.keys))

    @property
    def _keys(self) -> tuple[RingKey, ...]:
        return self._here().keys

    def _here(self) -> Kept:
        with self._lock:
            if self._kept is None:
                if self._file is None:
                    raise KeysUnavailable(self._missing)
                self._kept = keyfile.read(self._file)
                if not keyfile.is_private(self._file):
                    self.tell(f"the key file {self._file} can be read by others than its owner: chmod 600 it")
            return self._kept

    def _get(self, key_id: str) -> RingKey:
        for key in self._keys:
            if key.id == key_id:
                return key
        if self._file is not None:  # another process may have added it since
            with self._lock:
                self._kept = keyfile.read(self._file)
            for key in self._keys:
                if key.id == key_id:
                    return key
        raise KeysUnavailable(f"the data was sealed with the key {key_id}, and there are only {', '.join(self.ids)}")

    def _of(self, key: RingKey, person_id: int) -> AESGCM:
        own = key.persons.leaf(person_id)
        if own is None:
            raise Unreadable(f"the key of person {person_id} was destroyed")
        return AESGCM(own)

    def _create(self, path: Path) -> None:
        try:
            keyfile.create(path, Kept((RingKey.of(f"k-{os.urandom(4).hex()}", new_key()),)))
        except FileExistsError:  # another process was first
            return
        self.tell(f"a key was made in {path}: without it the data cannot be read. Back it up now, apart from the database and its backups")

    def _rewrite(self, change: Callable[[Kept], Kept]) -> None:
        """Change what is in the file now, which another process may have changed since it was read."""
        file = self._file
        if file is None:
            raise KeysUnavailable(self._missing)
        with self._lock, keyfile.alone(file):
            changed = change(keyfile.read(file))
            keyfile.replace(file, changed)
            self._kept = changed

    def _must_be_ours(self) -> None:
        if not self.forgets:
            raise KeysUnavailable("these keys are given from outside: add and remove them there")


def _without(key: RingKey, person_ids: Collection[int]) -> RingKey:
    return RingKey(key.id, key.sealing, key.persons.without(person_ids))


def key_text(id: str) -> str:
    """A new key as `PALIER_KEYS` writes it."""
    return f"{id}:{b64encode(new_key()).decode()}"
