"""The keys of one database at work: its own, and those of its persons, unwrapped when they are needed and kept for a while.

A `Vault` serves a store for as long as it is open; `Seals` are what one transaction's repositories seal and open values with.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from threading import Lock
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection, bindparam, insert, select
from sqlalchemy.dialects.postgresql import insert as insert_or

from storage import tables
from storage.cipher import Field, blind_index, from_bytes, new_key, nonces, seal, to_bytes, unseal
from storage.erasure import remove
from storage.errors import KeysUnavailable, Missing, Unreadable
from storage.keys import KeyRing

KEYS_AT_HAND = 16_384
"""Unwrapped data keys in memory at most: some 10 MB. A further one pushes out that which came first."""

INDEX = "index"
"""The name of the key that identifiers are looked up with."""

_person_key, _store_key, _erased = tables.person_key, tables.store_key, tables.erased
_OWN = select(_store_key).where(_store_key.c.name == bindparam("of_name"))
_KEEP_OWN = insert_or(_store_key).on_conflict_do_nothing(index_elements=["name"])
_KEY = select(_person_key.c.person_id, _person_key.c.key_id, _person_key.c.wrapped).where(
    _person_key.c.person_id.in_(bindparam("people", expanding=True))
)
_KEEP = insert(_person_key)
_ERASED = select(_erased.c.was)
_ALIVE = select(tables.person.c.id).where(tables.person.c.id.in_(bindparam("people", expanding=True)))
_EVERY_KEY = (
    select(tables.person.c.id, _person_key.c.key_id, _person_key.c.wrapped)
    .outerjoin_from(tables.person, _person_key)
    .execution_options(yield_per=1000)
)
_AT_ONCE = 500
_SOME = 5
_NONCES_AT_ONCE = 16


class Vault:
    """The ring, the database's own key, and the persons' keys that were needed last. It serves several threads."""

    def __init__(self, ring: KeyRing) -> None:
        self.ring = ring
        self._index_key: bytes | None = None
        self.people: dict[int, AESGCM] = {}
        self._lock = Lock()

    def open(self, connection: Connection) -> None:
        """Make sure that the ring is this database's, in a transaction of its own, and finish what a crash or a restore left behind:
        the keys of those who erased themselves are destroyed, and what an old copy brought back of them is deleted.

        Raises KeysUnavailable.
        """
        with self._lock:
            if self._index_key is None:
                with connection.begin():
                    index_key = own_key(connection, self.ring, INDEX)
                self.ring.bind(identity(index_key))
                self.settle(connection)
                with connection.begin():
                    forget_destroyed(connection, self.ring)
                self._index_key = index_key

    def settle(self, connection: Connection) -> None:
        """Destroy the keys of everybody whose erasure was committed. What the disk refuses is tried again at the next start."""
        with connection.begin():
            gone = connection.execute(_ERASED).scalars().all()
        for person_id in gone:
            self.people.pop(person_id, None)
        try:
            self.ring.destroy([person_id for person_id in gone if self.ring.holds(person_id)])
        except OSError as error:
            self.ring.tell(f"the keys of who was erased could not be destroyed yet: {error.strerror}")

    def index(self, kind: str, text: str) -> bytes:
        """What an identifier is looked up by."""
        if self._index_key is None:
            raise KeysUnavailable("no key is at hand before the database was opened")
        return blind_index(self._index_key, kind, text)

    def at_hand(self, person_id: int) -> AESGCM | None:
        """A person's key, when it was needed lately."""
        return self.people.get(person_id)

    def keep(self, person_id: int, key: AESGCM) -> None:
        """Have a key at hand, that a committed row holds."""
        with self._lock:
            while len(self.people) >= KEYS_AT_HAND:
                del self.people[next(iter(self.people))]
            self.people[person_id] = key


class Seals:
    """Sealing and opening in one transaction."""

    def __init__(self, connection: Connection, vault: Vault) -> None:
        self._connection = connection
        self._vault = vault
        # Not the vault's before they are committed: after a rollback the same id may come again, with another key.
        self._made: dict[int, AESGCM] = {}
        self._at_hand = vault.people
        self._nonces: list[bytes] = []
        self.has_erased = False

    def add(self, person_id: int) -> None:
        """A data key for a new person."""
        data_key = new_key()
        key_id, wrapped = self._vault.ring.wrap(person_id, data_key)
        self._connection.execute(_KEEP, {"person_id": person_id, "key_id": key_id, "wrapped": wrapped})
        self._made[person_id] = AESGCM(data_key)

    def may_be(self, person_id: int) -> bool:
        """Whether an id can be given to somebody: not to another after the key of whoever had it was destroyed."""
        return self._vault.ring.holds(person_id)

    def index(self, kind: str, text: str) -> bytes:
        """What an identifier is looked up by."""
        return self._vault.index(kind, text)

    def load(self, people: Iterable[int]) -> None:
        """Have the keys of several persons at hand, asked for at once."""
        lacking = [each for each in set(people) if each not in self._made and self._vault.at_hand(each) is None]
        if lacking:
            for row in self._connection.execute(_KEY, {"people": lacking}):
                if self._vault.ring.holds(row.person_id):
                    self._vault.keep(row.person_id, AESGCM(self._vault.ring.unwrap(row.person_id, row.key_id, row.wrapped)))

    def seal(self, field: Field, row: int, value: Any, person_id: int, *others: int) -> bytes:
        """A JSON value that opens in this row alone, and with the keys of all these persons alone. Raises Missing when one is not there."""
        place = field.at(row)
        key = self._made.get(person_id) or self._at_hand.get(person_id) or self._key(person_id)
        sealed = seal(key, place, to_bytes(value), self._nonce())
        for other in others:
            sealed = seal(self._key(other), place, sealed, self._nonce())
        return sealed

    def unseal(self, field: Field, row: int, sealed: bytes, person_id: int, *others: int) -> Any:
        """The value. Raises Unreadable when it is not what was sealed there, or one of the keys is gone."""
        for other in reversed(others):
            sealed = self._unseal(field, row, sealed, other)
        return from_bytes(self._unseal(field, row, sealed, person_id))

    def _nonce(self) -> bytes:
        if not self._nonces:
            self._nonces = nonces(_NONCES_AT_ONCE)
        return self._nonces.pop()

    def _unseal(self, field: Field, row: int, sealed: bytes, person_id: int) -> bytes:
        try:
            return unseal(self._key(person_id), field.at(row), sealed)
        except Missing as error:
            raise Unreadable(str(error)) from error

    def _key(self, person_id: int) -> AESGCM:
        found = self._made.get(person_id) or self._vault.at_hand(person_id)
        if found is None:
            self.load([person_id])
            found = self._vault.at_hand(person_id)
        if found is None:
            raise Missing(f"there is no key of person {person_id}")
        return found


def own_key(connection: Connection, ring: KeyRing, name: str) -> bytes:
    """A key of the database itself; made when nothing is sealed yet. Raises KeysUnavailable when the ring is not this database's."""
    row = connection.execute(_OWN, {"of_name": name}).first()
    if row is None:
        ring.load(new=True)
        key_id, wrapped = ring.seal(name, new_key())
        connection.execute(_KEEP_OWN, {"name": name, "key_id": key_id, "wrapped": wrapped})
        row = connection.execute(_OWN, {"of_name": name}).one()
    try:
        return ring.unseal(name, row.key_id, row.wrapped)
    except Unreadable as error:
        raise KeysUnavailable(f"the key {row.key_id} is not the one that this database was sealed with") from error


def identity(index_key: bytes) -> str:
    """By what a key file knows its database again."""
    return sha256(b"palier database" + index_key).hexdigest()[:16]


def forget_destroyed(connection: Connection, ring: KeyRing) -> list[int]:
    """Delete whoever's key was destroyed and is there all the same, because an old copy was put in the place of the database; who."""
    gone = ring.destroyed()
    found: list[int] = []
    for start in range(0, len(gone), _AT_ONCE):
        found += connection.execute(_ALIVE, {"people": gone[start : start + _AT_ONCE]}).scalars()
    for person_id in found:
        remove(connection, person_id)
    return found


def locked_out(connection: Connection, ring: KeyRing) -> list[str]:
    """What the ring does not open, in words; and who was erased but whose key could not be destroyed yet."""
    with connection.begin():
        own = connection.execute(_OWN, {"of_name": INDEX}).first()
        people = connection.execute(select(tables.person.c.id)).scalars().all() if own is None else []
    if own is None:
        return ["persons are there and no key is"] if people else []
    try:
        ring.unseal(INDEX, own.key_id, own.wrapped)
    except (KeysUnavailable, Unreadable) as error:
        return [str(error) if isinstance(error, KeysUnavailable) else f"the key {own.key_id} does not open this database"]
    with connection.begin():
        found = [each for row in connection.execute(_EVERY_KEY) if (each := _closed(ring, row)) is not None]
        left = [each for each in connection.execute(_ERASED).scalars() if ring.forgets and ring.holds(each)]
    return found[:_SOME] + ([f"{len(left)} persons are erased, and their keys could not be destroyed yet"] if left else [])


def _closed(ring: KeyRing, row: Any) -> str | None:
    if row.wrapped is None:
        return f"person {row.id} has no key"
    try:
        ring.unwrap(row.id, row.key_id, row.wrapped)
    except (KeysUnavailable, Unreadable) as error:
        return f"the key of person {row.id} does not open: {error}"
    return None
