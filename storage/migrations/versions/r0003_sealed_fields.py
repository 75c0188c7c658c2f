"""Names, ids, words, plans and findings are sealed; what is looked up is found by a keyed hash. Rows that are there are sealed as well.

On the way back everything is opened again, but for the keys of updates heard: of these only a hash was kept, and they are forgotten.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa
from alembic import context, op
from alembic.operations import BatchOperations
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from storage.cipher import Field, blind_index, from_bytes, new_key, seal, to_bytes, unseal
from storage.keys import KeyRing

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Row = Mapping[str, Any]

_BATCH = 500
_NULLABLE = ("last_error", "resolution")
_UNSENT = "sent_at IS NULL AND dead_at IS NULL"
_INDEXES: Mapping[str, Sequence[tuple[str, Sequence[str], str, bool]]] = {
    "account": [("ix_account_person_id", ["person_id"], "", False)],
    "dialogue": [],
    "plan": [("uq_plan_active", ["person_id"], "state = 'active'", True)],
    "entry": [
        ("ix_entry_person_id_at", ["person_id", "at"], "", False),
        ("ix_entry_person_id_recorded_at", ["person_id", "recorded_at"], "", False),
    ],
    "care_case": [
        ("ix_care_case_person_id", ["person_id"], "", False),
        ("ix_care_case_waiting", ["opened_at"], "state != 'closed'", False),
    ],
    "case_event": [("ix_case_event_case_id", ["case_id"], "", False)],
    "outbox": [
        ("ix_outbox_person_id_created_at", ["person_id", "created_at"], "", False),
        ("ix_outbox_unsent", ["urgency DESC", "created_at", "id"], _UNSENT, False),
        ("ix_outbox_retry", ["next_at"], f"{_UNSENT} AND attempts > 0", False),
        ("ix_outbox_leased", ["leased_until"], f"{_UNSENT} AND leased_until IS NOT NULL", False),
        ("ix_outbox_sent_at", ["sent_at"], "sent_at IS NOT NULL", False),
        ("ix_outbox_dead_at", ["dead_at"], "dead_at IS NOT NULL", False),
    ],
}


class _Unique(NamedTuple):
    """A constraint that goes with the old columns, and the one that comes with the new ones."""

    before: str
    after: str
    columns: Sequence[str]


_KEYED = _Unique("uq_outbox_key", "uq_outbox_key", ["key"])


class _Keys:
    """The keys of the database while its rows are sealed or opened."""

    def __init__(self, connection: sa.Connection, ring: KeyRing) -> None:
        self._connection = connection
        self._ring = ring
        self._people: dict[int, AESGCM] = {}
        self._index_key = b""

    def make(self) -> None:
        """A key for looking up, and one for every person; none while there is nothing to seal."""
        if not any(self._connection.exec_driver_sql(f"SELECT 1 FROM {table} LIMIT 1").first() for table in ("person", "heard")):  # noqa: S608
            return
        self._ring.load(new=True)
        self._index_key = new_key()
        key_id, wrapped = self._ring.seal("index", self._index_key)
        own = sa.table("store_key", *map(sa.column, ("name", "key_id", "wrapped")))
        self._connection.execute(sa.insert(own), {"name": "index", "key_id": key_id, "wrapped": wrapped})
        kept = sa.table("person_key", *map(sa.column, ("person_id", "key_id", "wrapped")))
        for some in _batches(self._connection, "person", "id"):
            made = {row["id"]: self._ring.wrap(row["id"], new_key()) for row in some}
            rows = [{"person_id": who, "key_id": key_id, "wrapped": wrapped} for who, (key_id, wrapped) in made.items()]
            self._connection.execute(sa.insert(kept), rows)

    def of(self, person_id: int) -> AESGCM:
        """A person's data key."""
        found = self._people.get(person_id)
        if found is None:
            asked = sa.text("SELECT key_id, wrapped FROM person_key WHERE person_id = :who")
            row = self._connection.execute(asked, {"who": person_id}).one()
            found = AESGCM(self._ring.unwrap(person_id, row.key_id, row.wrapped))
            self._people = {**(self._people if len(self._people) < _BATCH else {}), person_id: found}
        return found

    def seal(self, field: Field, row: int, value: Any, *people: int) -> bytes | None:
        """A value sealed with the keys of all these persons."""
        if value is None:
            return None
        sealed = to_bytes(value)
        for person_id in people:
            sealed = seal(self.of(person_id), field.at(row), sealed)
        return sealed

    def unseal(self, field: Field, row: int, sealed: bytes | None, *people: int) -> Any:
        """The value again."""
        if sealed is None:
            return None
        for person_id in reversed(people):
            sealed = unseal(self.of(person_id), field.at(row), sealed)
        return from_bytes(sealed)

    def index(self, kind: str, text: str) -> bytes:
        """What an identifier is looked up by."""
        return blind_index(self._index_key, kind, text)


def upgrade() -> None:
    """New tables for keys, then table after table: new columns, every row sealed into them, the old ones dropped."""
    connection, ring = op.get_bind(), _ring()
    _key_tables()
    keys = _Keys(connection, ring)
    keys.make()
    sealed, text = sa.LargeBinary, sa.String
    unique = _Unique("uq_account_platform_platform_id", "uq_account_platform_known_as", ["platform", "known_as"])
    changed: dict[str, Any] = {"platform_id": sealed, "known_as": sealed}
    _reshape("account", changed, ["platform_id"], lambda row: _account(keys, row), unique=unique)
    _reshape("dialogue", {"content": sealed, "about": text}, ["form", "step", "answers"], lambda row: _form(keys, row), key="person_id")
    _reshape("plan", {"body": sealed}, ["body"], lambda row: _json(keys, "plan", "body", row))
    _reshape("entry", {"detail": sealed}, ["detail"], lambda row: _json(keys, "entry", "detail", row))
    _reshape("care_case", {"codes": sealed, "resolution": sealed}, ["codes", "resolution"], lambda row: _case(keys, row))
    _reshape("case_event", {"note": sealed}, ["note"], lambda row: _note(keys, connection, row))
    changed = {"key": sealed, "about": text, "letter": sealed, "last_error": sealed}
    _reshape("outbox", changed, ["key", "reply", "last_error"], lambda row: _letter(keys, connection, row), unique=_KEYED)
    _hear_again(sa.LargeBinary, lambda key: keys.index("heard", key))


def downgrade() -> None:
    """Open everything."""
    connection, ring = op.get_bind(), _ring()
    keys, text = _Keys(connection, ring), sa.Text
    unique = _Unique("uq_account_platform_known_as", "uq_account_platform_platform_id", ["platform", "platform_id"])
    _reshape("account", {"platform_id": sa.String}, ["platform_id", "known_as"], lambda row: _account_again(keys, row), unique=unique)
    opened: dict[str, Any] = {"form": sa.String, "step": sa.String, "answers": text}
    _reshape("dialogue", opened, ["about", "content"], lambda row: _form_again(keys, row), key="person_id")
    _reshape("plan", {"body": text}, ["body"], lambda row: _json_again(keys, "plan", "body", row))
    _reshape("entry", {"detail": text}, ["detail"], lambda row: _json_again(keys, "entry", "detail", row))
    _reshape("care_case", {"codes": text, "resolution": sa.String}, ["codes", "resolution"], lambda row: _case_again(keys, row))
    _reshape("case_event", {"note": text}, ["note"], lambda row: _note_again(keys, connection, row))
    opened = {"key": sa.String, "reply": text, "last_error": sa.String}
    _reshape("outbox", opened, ["key", "about", "letter", "last_error"], lambda row: _letter_again(keys, row), unique=_KEYED)
    _hear_again(sa.String, None)
    if connection.exec_driver_sql("SELECT 1 FROM store_key").first():
        ring.unbind()
    for table in ("erased", "store_key", "person_key"):
        op.drop_table(table)


def _ring() -> KeyRing:
    ring = context.config.attributes["keys"]
    if not isinstance(ring, KeyRing):
        raise TypeError("this migration needs the keys")
    return ring


def _key_tables() -> None:
    op.create_table(
        "person_key",
        sa.Column("person_id", Id, nullable=False),
        sa.Column("key_id", sa.String, nullable=False),
        sa.Column("wrapped", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("person_id", name="pk_person_key"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_person_key_person_id_person", ondelete="CASCADE"),
    )
    op.create_index("ix_person_key_key_id", "person_key", ["key_id"])
    op.create_table(
        "store_key",
        sa.Column("name", sa.String, nullable=False),
        sa.Column("key_id", sa.String, nullable=False),
        sa.Column("wrapped", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_store_key"),
    )
    op.create_table("erased", sa.Column("was", Id, nullable=False, autoincrement=False), sa.PrimaryKeyConstraint("was", name="pk_erased"))


def _account(keys: _Keys, row: Row) -> Row:
    sealed = keys.seal(Field("account", "platform_id"), row["id"], row["platform_id"], row["person_id"])
    return {"platform_id": sealed, "known_as": keys.index(f"account {row['platform']}", row["platform_id"])}


def _account_again(keys: _Keys, row: Row) -> Row:
    return {"platform_id": keys.unseal(Field("account", "platform_id"), row["id"], row["platform_id"], row["person_id"])}


def _form(keys: _Keys, row: Row) -> Row:
    # Whom a moderator's form is about is not looked for: it is answered or left within the hour.
    content = {"form": row["form"], "step": row["step"], "answers": json.loads(row["answers"])}
    return {"content": keys.seal(Field("dialogue", "content"), row["person_id"], content, row["person_id"]), "about": ""}


def _form_again(keys: _Keys, row: Row) -> Row:
    content = keys.unseal(Field("dialogue", "content"), row["person_id"], row["content"], row["person_id"], *_ids(row["about"]))
    return {"form": content["form"], "step": content["step"], "answers": _text(content["answers"])}


def _json(keys: _Keys, table: str, column: str, row: Row) -> Row:
    return {column: keys.seal(Field(table, column), row["id"], json.loads(row[column]), row["person_id"])}


def _json_again(keys: _Keys, table: str, column: str, row: Row) -> Row:
    return {column: _text(keys.unseal(Field(table, column), row["id"], row[column], row["person_id"]))}


def _case(keys: _Keys, row: Row) -> Row:
    resolution = keys.seal(Field("care_case", "resolution"), row["id"], row["resolution"], row["person_id"])
    return {**_json(keys, "care_case", "codes", row), "resolution": resolution}


def _case_again(keys: _Keys, row: Row) -> Row:
    resolution = keys.unseal(Field("care_case", "resolution"), row["id"], row["resolution"], row["person_id"])
    return {**_json_again(keys, "care_case", "codes", row), "resolution": resolution}


def _note(keys: _Keys, connection: sa.Connection, row: Row) -> Row:
    (patient,) = _patients(connection, {row["case_id"]})
    return {"note": keys.seal(Field("case_event", "note"), row["id"], json.loads(row["note"]), patient)}


def _note_again(keys: _Keys, connection: sa.Connection, row: Row) -> Row:
    (patient,) = _patients(connection, {row["case_id"]})
    return {"note": _text(keys.unseal(Field("case_event", "note"), row["id"], row["note"], patient))}


def _letter(keys: _Keys, connection: sa.Connection, row: Row) -> Row:
    reply = json.loads(row["reply"])
    about = sorted(_named(connection, reply) - {row["person_id"]})
    people = (row["person_id"], *about)
    return {
        "key": keys.index("outbox", row["key"]),
        "about": " ".join(map(str, about)),
        "letter": keys.seal(Field("outbox", "letter"), row["id"], {"key": row["key"], "reply": reply}, *people),
        "last_error": keys.seal(Field("outbox", "last_error"), row["id"], row["last_error"], *people),
    }


def _letter_again(keys: _Keys, row: Row) -> Row:
    people = (row["person_id"], *_ids(row["about"]))
    letter = keys.unseal(Field("outbox", "letter"), row["id"], row["letter"], *people)
    last_error = keys.unseal(Field("outbox", "last_error"), row["id"], row["last_error"], *people)
    return {
        "key": letter["key"],
        "reply": _text(letter["reply"]),
        "last_error": None if last_error is None else last_error.encode("ascii", "backslashreplace").decode(),
    }


def _named(connection: sa.Connection, reply: Row) -> set[int]:
    """The persons whom a letter to a moderator is about: behind a `case` or a `person` in its values, or a choice on a case's card."""
    found: dict[str, set[int]] = {"case": set(), "person": set()}

    def read(value: Any) -> None:
        for name, inner in value.items() if isinstance(value, dict) else ((None, each) for each in value):
            if name in found and str(inner).isdigit():
                found[str(name)].add(int(inner))
            if isinstance(inner, dict | list):
                read(inner)

    for part in (*reply.get("words", ()), *reply.get("attachments", ())):
        read(part["values"])
    if reply.get("kind") in ("alert", "case"):
        found["case"] |= {int(choice["about"]) for choice in reply["choices"] if choice["about"].isdigit()}
    asked = sa.text("SELECT id FROM person WHERE id IN :people").bindparams(sa.bindparam("people", expanding=True))
    named = connection.execute(asked, {"people": sorted(found["person"])}).scalars() if found["person"] else ()
    return {*_patients(connection, found["case"]), *named}


def _patients(connection: sa.Connection, cases: set[int]) -> list[int]:
    asked = sa.text("SELECT DISTINCT person_id FROM care_case WHERE id IN :cases").bindparams(sa.bindparam("cases", expanding=True))
    return list(connection.execute(asked, {"cases": sorted(cases)}).scalars()) if cases else []


def _ids(about: str) -> list[int]:
    return [int(each) for each in about.split()]


def _text(value: Any) -> str:
    return to_bytes(value).decode()


def _reshape(
    table: str, new: Mapping[str, Any], old: Sequence[str], change: Callable[[Row], Row], *, key: str = "id", unique: _Unique | None = None
) -> None:
    """New columns, filled from each row, in the place of old ones."""
    connection = op.get_bind()
    for name, _, _, _ in _INDEXES[table]:
        op.drop_index(name, table)
    for name, kind in new.items():
        op.add_column(table, _new_column(connection, name, kind))
    fill = sa.text(f"UPDATE {table} SET {', '.join(f'new_{name} = :new_{name}' for name in new)} WHERE {key} = :which")  # noqa: S608
    for some in _batches(connection, table, key):
        connection.execute(fill, [{"which": row[key], **{f"new_{name}": value for name, value in change(row).items()}} for row in some])
    if unique:
        _rebuild(connection, table, lambda batch: batch.drop_constraint(unique.before, type_="unique"))
    for name in old:
        op.execute(f'ALTER TABLE {table} DROP COLUMN "{name}"')
    for name in new:
        op.execute(f'ALTER TABLE {table} RENAME COLUMN "new_{name}" TO "{name}"')
        if connection.dialect.name == "postgresql" and name not in _NULLABLE:
            op.alter_column(table, name, nullable=False)
    if unique:
        _rebuild(connection, table, lambda batch: batch.create_unique_constraint(unique.after, unique.columns))
    for name, columns, where, is_unique in _INDEXES[table]:
        condition = sa.text(where) if where else None
        op.create_index(name, table, [*map(sa.text, columns)], unique=is_unique, sqlite_where=condition, postgresql_where=condition)


def _new_column(connection: sa.Connection, name: str, kind: Any) -> sa.Column[Any]:
    # SQLite adds a column that may not be empty only with a default. It stays there; an empty value opens with no key.
    default = None if connection.dialect.name == "postgresql" or name in _NULLABLE else sa.text("x''" if kind is sa.LargeBinary else "''")
    return sa.Column(f"new_{name}", kind, nullable=default is None, server_default=default)


def _rebuild(connection: sa.Connection, table: str, change: Callable[[BatchOperations], object]) -> None:
    """Change a constraint. SQLite builds the table anew for that, and forgets the highest id ever given."""
    last = _last_id(connection, table)
    with op.batch_alter_table(table, table_kwargs={"sqlite_autoincrement": True}) as batch:
        change(batch)
    if last is not None:
        connection.exec_driver_sql("DELETE FROM sqlite_sequence WHERE name = ?", (table,))
        connection.exec_driver_sql("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (table, last))


def _last_id(connection: sa.Connection, table: str) -> int | None:
    if connection.dialect.name != "sqlite":
        return None
    found: int | None = connection.exec_driver_sql("SELECT seq FROM sqlite_sequence WHERE name = ?", (table,)).scalar()
    return found


def _batches(connection: sa.Connection, table: str, key: str) -> Iterator[Sequence[Row]]:
    asked = sa.text(f"SELECT * FROM {table} WHERE {key} > :after ORDER BY {key} LIMIT {_BATCH}")  # noqa: S608
    after = 0
    while some := connection.execute(asked, {"after": after}).mappings().all():
        after = some[-1][key]
        yield [{**row} for row in some]


def _hear_again(kind: Any, change: Callable[[str], bytes] | None) -> None:
    """The table of updates heard, made anew with keys of another kind; without a way to change them they are forgotten."""
    connection = op.get_bind()
    op.drop_index("ix_heard_at", "heard")
    op.rename_table("heard", "heard_before")
    if connection.dialect.name == "postgresql":
        op.drop_constraint("pk_heard", "heard_before", type_="primary")
    heard = op.create_table(
        "heard",
        sa.Column("key", kind, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_heard"),
        sqlite_with_rowid=False,
    )
    with connection.execute(sa.text("SELECT key, at FROM heard_before").execution_options(yield_per=_BATCH)) as rows:
        for some in rows.partitions():
            if change is not None:
                connection.execute(sa.insert(heard), [{"key": change(row.key), "at": row.at} for row in some])
    op.drop_table("heard_before")
    op.create_index("ix_heard_at", "heard", ["at"])
