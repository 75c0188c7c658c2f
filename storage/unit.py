"""One transaction, with every repository on it."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete
from sqlalchemy.dialects.postgresql import insert

from bot.community import Mentors, Questions
from bot.ports import Cases, Dialogues, Entries, Outbox, People, Plans, Timers, Trail, Unit
from storage.ids import Ids
from storage.repositories.cases import SqlCases
from storage.repositories.dialogues import SqlDialogues
from storage.repositories.entries import SqlEntries
from storage.repositories.mentors import SqlMentors
from storage.repositories.outbox import SqlOutbox
from storage.repositories.people import SqlPeople
from storage.repositories.plans import SqlPlans
from storage.repositories.questions import SqlQuestions
from storage.repositories.timers import SqlTimers
from storage.repositories.trail import SqlTrail
from storage.retention import BATCH, Retention, prune
from storage.tables import heard
from storage.vault import Seals, Vault

# SQLAlchemy forgets how many rows an INSERT added, unless it is told to remember.
_HEAR = insert(heard).on_conflict_do_nothing(index_elements=["key"]).execution_options(preserve_rowcount=True)
_UNHEAR = delete(heard).where(heard.c.key == bindparam("which"))
_MARK = "mark"


class SqlUnit(Unit):
    """The repositories over one connection. It is good for the transaction it was made in, on the thread of the store."""

    def __init__(self, connection: Connection, vault: Vault, ids: Ids) -> None:
        self._connection = connection
        self._seals = seals = Seals(connection, vault)
        self.trail: Trail = SqlTrail(connection, seals, ids)
        self.people: People = SqlPeople(connection, seals, ids, self.trail)
        self.dialogues: Dialogues = SqlDialogues(connection, seals)
        self.plans: Plans = SqlPlans(connection, seals, ids, self.trail)
        self.entries: Entries = SqlEntries(connection, seals, ids)
        self.cases: Cases = SqlCases(connection, seals, ids)
        self.questions: Questions = SqlQuestions(connection, seals, ids)
        self.mentors: Mentors = SqlMentors(connection, ids)
        self.timers: Timers = SqlTimers(connection)
        self.outbox: Outbox = SqlOutbox(connection, seals, ids, self.trail)

    @property
    def has_erased(self) -> bool:
        """Whether somebody may have been erased: the worker then destroys keys, once it is committed."""
        return self._seals.has_erased

    def first_time(self, key: str, now: datetime) -> bool:
        """True the first time this update key is heard; the mark is part of the transaction."""
        return self._connection.execute(_HEAR, {"key": self._seals.index("heard", key), "at": now}).rowcount == 1

    def leave_mark(self, now: datetime) -> None:
        """Write one small row, in the place of the last such one: what a database that only reads, or is full, refuses."""
        # Taken away and written anew: a row that stays the same would be no write at all on SQLite.
        self._connection.execute(_UNHEAR, {"which": self._seals.index("heard", _MARK)})
        self.first_time(_MARK, now)

    def prune(self, now: datetime, policy: Retention, *, limit: int = BATCH) -> Counter[str]:
        """Delete at most `limit` rows of each kind that are older than the policy keeps them; how many of which."""
        return prune(self._connection, now, policy, limit=limit)
