"""Persons, the accounts that reach them, and all that is kept about them."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, false, insert, select, update

from bot.core.person import Person, Role
from bot.messages import Account
from bot.ports import People, Trace, Trail
from storage import tables
from storage.claims import PLATFORM_ID
from storage.columns import Id, Instant
from storage.erasure import remove
from storage.errors import Missing, Unreadable
from storage.ids import Ids
from storage.repositories.traces import gather
from storage.vault import Seals

_person, _account, _code = tables.person, tables.account, tables.link_code
_FIGURES = "23456789"
_SIGNS = _FIGURES + "ABCDEFGHJKMNPQRSTUVWXYZ"
"""Of codes: none that is taken for another. Eight of them are nearly forty bits, good for a quarter of an hour."""
_HALF = 4
_FIND = (
    select(_person, _account.c.preferred)
    .join(_account, _account.c.person_id == _person.c.id)
    .where(_account.c.platform == bindparam("of_platform"), _account.c.known_as == bindparam("known_as"))
)
# Where rows can be locked one by one: whoever speaks is one conversation at a time, whichever process hears them.
_FIND_ALONE = _FIND.with_for_update(key_share=True, of=_person)
_GET = select(_person).where(_person.c.id == bindparam("which"))
_INSERT = insert(_person)
_REACH = insert(_account)
_SAVE = update(_person).where(_person.c.id == bindparam("which"))
_ACCOUNTS = select(_account).where(_account.c.person_id == bindparam("of_person")).order_by(_account.c.preferred.desc(), _account.c.id)
_ITS = select(_account).where(_account.c.platform == bindparam("of_platform"), _account.c.known_as == bindparam("known_as"))
_BEHIND = _ITS.with_only_columns(_account.c.person_id)
_PREFER = (
    update(_account).where(_account.c.person_id == bindparam("of_person")).values(preferred=_account.c.id == bindparam("which", type_=Id))
)
_VOUCH = update(_account).where(_account.c.id == bindparam("which")).values(moderates_until=bindparam("until", type_=Instant))
_MODERATES = (
    select(_account.c.id)
    .where(_account.c.person_id == bindparam("of_person"), _account.c.moderates_until > bindparam("now", type_=Instant))
    .limit(1)
)
_MOVE = (
    update(_account)
    .where(_account.c.id == bindparam("which"))
    .values(person_id=bindparam("to"), platform_id=bindparam("sealed"), preferred=false())
)
_LEAVE = delete(_account).where(_account.c.id == bindparam("which"))
_VOID = delete(_code).where(_code.c.person_id == bindparam("of_person"))
_GIVE = insert(_code)
_BY_CODE = (
    select(_person)
    .join(_code, _code.c.person_id == _person.c.id)
    .where(_code.c.known_as == bindparam("known_as"), _code.c.until > bindparam("now", type_=_code.c.until.type))
)
_REACHABLE = (
    select(_person, _account.c.id.label("account_id"), _account.c.platform, _account.c.platform_id)
    .join(_account, _account.c.person_id == _person.c.id)
    .order_by(_account.c.id.desc())
    .limit(bindparam("at_most"))
)
_MODERATORS = select(_person).where(_person.c.role == "moderator").order_by(_person.c.id)


class SqlPeople(People):
    """Persons and accounts."""

    def __init__(self, connection: Connection, seals: Seals, ids: Ids, trail: Trail) -> None:
        self._connection = connection
        self._seals = seals
        self._ids = ids
        self._trail = trail

    def find(self, account: Account) -> Person | None:
        """The person whom an account reaches, and is answered on from now on. Until the transaction ends, nobody else finds them."""
        row = self._connection.execute(_FIND_ALONE, {"of_platform": account.platform, "known_as": known_as(self._seals, account)}).first()
        if row is None:
            return None
        if not row.preferred:
            self.prefer(account)
        return _read(row)

    def behind(self, account: Account) -> int | None:
        """Whom an account reaches."""
        found: int | None = self._connection.execute(
            _BEHIND, {"of_platform": account.platform, "known_as": known_as(self._seals, account)}
        ).scalar()
        return found

    def get(self, person_id: int) -> Person | None:
        """The person of an id."""
        row = self._connection.execute(_GET, {"which": person_id}).first()
        return None if row is None else _read(row)

    def add(self, account: Account, *, role: Role, language: str, timezone: str, country: str, now: datetime) -> Person:
        """A new person, who has agreed to nothing yet, reached by this account."""
        made = self._new_id()
        values = {"id": made, "role": role, "language": language, "timezone": timezone, "country": country, "on_duty": False}
        self._connection.execute(_INSERT, {**values, "created_at": now})
        self._seals.add(made)
        self._reach(made, account)
        return Person(id=made, role=role, language=language, timezone=timezone, country=country, consented_at=None)

    def save(self, person: Person) -> None:
        """Keep the person as they are now. Raises Missing when there is no such person (erased meanwhile)."""
        values = {
            "role": person.role,
            "language": person.language,
            "timezone": person.timezone,
            "country": person.country,
            "consented_at": person.consented_at,
            "on_duty": person.on_duty,
            "consent_version": person.consent_version,
        }
        if self._connection.execute(_SAVE, {"which": person.id, **values}).rowcount != 1:
            raise Missing(f"there is no person {person.id}")

    def accounts(self, person_id: int) -> Sequence[Account]:
        """The accounts that reach the person, first the one they came by."""
        rows = self._connection.execute(_ACCOUNTS, {"of_person": person_id})
        return [Account(row.platform, self._seals.unseal(PLATFORM_ID, row.id, row.platform_id, person_id)) for row in rows]

    def new_code(self, person_id: int, *, until: datetime) -> str:
        """Eight signs in two halves. Only their keyed hash is stored."""
        # A figure in each: by it a code is told from two words of four letters.
        signs = [secrets.choice(_FIGURES), *(secrets.choice(_SIGNS) for _ in range(2 * _HALF - 1))]
        secrets.SystemRandom().shuffle(signs)
        code = "".join(signs)
        self._connection.execute(_VOID, {"of_person": person_id})
        self._connection.execute(_GIVE, {"person_id": person_id, "known_as": self._code(code), "until": until})
        return f"{code[:_HALF]}-{code[_HALF:]}"

    def by_code(self, code: str, now: datetime) -> Person | None:
        """The person who was given a code that still holds; spaces, dashes and small letters do not matter."""
        row = self._connection.execute(_BY_CODE, {"known_as": self._code(code), "now": now}).first()
        return None if row is None else _read(row)

    def link(self, account: Account, person_id: int, now: datetime) -> None:
        """The account reaches this person, sealed anew with their key; they are answered on it once they write from it.

        Raises Missing when the account is unknown.
        """
        found = self._its(account)
        sealed = self._seals.seal(PLATFORM_ID, found.id, account.id, person_id)
        self._connection.execute(_MOVE, {"which": found.id, "to": person_id, "sealed": sealed})
        self._connection.execute(_VOID, {"of_person": person_id})
        self._trail.add(Trace(person_id=person_id, at=now, what="account-linked", actor_id=person_id, note=account.platform))

    def unlink(self, account: Account, now: datetime) -> None:
        """The account is forgotten; the one its person came by among the others answers them. Raises Missing when it is unknown."""
        found = self._its(account)
        self._connection.execute(_LEAVE, {"which": found.id})
        others = self.accounts(found.person_id)
        if others:
            self.prefer(others[0])
        self._trail.add(Trace(person_id=found.person_id, at=now, what="account-unlinked", actor_id=found.person_id, note=account.platform))

    def prefer(self, account: Account) -> None:
        """Answer its person on this account. Raises Missing when the account is unknown."""
        found = self._its(account)
        self._connection.execute(_PREFER, {"of_person": found.person_id, "which": found.id})

    def vouch(self, account: Account, role: Role, *, now: datetime, until: datetime) -> Role:
        """Keep what a platform says of one account; the role that its person has by all of theirs. Raises Missing when it is unknown."""
        found, moderates = self._its(account), role == "moderator"
        lasts = found.moderates_until
        is_news = (lasts is None or until - lasts >= timedelta(days=1)) if moderates else lasts is not None
        if is_news:
            self._connection.execute(_VOUCH, {"which": found.id, "until": until if moderates else None})
        if moderates or self._connection.execute(_MODERATES, {"of_person": found.person_id, "now": now}).first() is None:
            return role
        return "moderator"

    def moderators(self) -> Sequence[Person]:
        """Every moderator, on duty or not."""
        return [_read(row) for row in self._connection.execute(_MODERATORS)]

    def reachable(self, limit: int) -> Sequence[tuple[Account, Person]]:
        """The accounts that were made known last, and whom they reach; but for those that cannot be read, which harm no other."""
        rows = self._connection.execute(_REACHABLE, {"at_most": limit}).all()
        self._seals.load(row.id for row in rows)
        found: list[tuple[Account, Person]] = []
        for row in rows:
            with suppress(Unreadable):
                platform_id = self._seals.unseal(PLATFORM_ID, row.account_id, row.platform_id, row.id)
                found.append((Account(row.platform, platform_id), _read(row)))
        return found

    def export(self, person_id: int) -> dict[str, Any]:
        """Everything stored about the person, by table, as JSON values (instants in ISO 8601, UTC)."""
        return gather(self._connection, self._seals, person_id)

    def erase(self, person_id: int) -> None:
        """Remove the person and every row about them, in all tables. Nothing of theirs is left to send.

        After the commit, and before it is answered, the key that old copies need is destroyed where the ring is kept in a file.
        """
        remove(self._connection, person_id)
        self._seals.has_erased = True

    def _its(self, account: Account) -> Row[Any]:
        row = self._connection.execute(_ITS, {"of_platform": account.platform, "known_as": known_as(self._seals, account)}).first()
        if row is None:
            raise Missing("this account reaches nobody")
        return row

    def _code(self, code: str) -> bytes:
        return self._seals.index("link code", "".join(code.upper().replace("-", " ").split()))

    def _new_id(self) -> int:
        """Not that of somebody whose key was destroyed, which an old copy put in the place of the database would give again."""
        made = self._ids.next(self._connection, _person)
        while not self._seals.may_be(made):
            made = self._ids.next(self._connection, _person)
        return made

    def _reach(self, person_id: int, account: Account) -> None:
        made = self._ids.next(self._connection, _account)
        values = {
            "id": made,
            "platform": account.platform,
            "platform_id": self._seals.seal(PLATFORM_ID, made, account.id, person_id),
            "known_as": known_as(self._seals, account),
            "person_id": person_id,
        }
        self._connection.execute(_REACH, values)


def known_as(seals: Seals, account: Account) -> bytes:
    """What an account is looked up by."""
    return seals.index(f"account {account.platform}", account.id)


def _read(row: Row[Any]) -> Person:
    return Person(
        id=row.id,
        role=row.role,
        language=row.language,
        timezone=row.timezone,
        country=row.country,
        consented_at=row.consented_at,
        on_duty=row.on_duty,
        consent_version=row.consent_version,
    )
