"""Questions to the community: whose they are and when stands in clear, their words and the name they bear are sealed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, insert, select, update

from bot.community import Question, Questions
from storage import tables
from storage.claims import ASKED
from storage.ids import Ids
from storage.vault import Seals

_question = tables.question
_INSERT = insert(_question)
_GET = select(_question).where(_question.c.id == bindparam("which"))
_OPEN = select(_question).where(_question.c.closed_at.is_(None)).order_by(_question.c.id)
_OPEN_OF = (
    select(_question).where(_question.c.person_id == bindparam("of_person"), _question.c.closed_at.is_(None)).order_by(_question.c.id)
)
_CLOSE = (
    update(_question)
    .where(_question.c.id == bindparam("which"), _question.c.closed_at.is_(None))
    .values(closed_at=bindparam("at", type_=_question.c.closed_at.type))
)


class SqlQuestions(Questions):
    """Questions to the community."""

    def __init__(self, connection: Connection, seals: Seals, ids: Ids) -> None:
        self._connection = connection
        self._seals = seals
        self._ids = ids

    def add(self, question: Question) -> Question:
        """Store a new question; its id is given here."""
        stored = replace(question, id=self._ids.next(self._connection, _question))
        content = {"name": stored.name, "chosen": stored.chosen, "text": stored.text}
        values = {"id": stored.id, "person_id": stored.person_id, "asked_at": stored.asked_at, "closed_at": stored.closed_at}
        self._connection.execute(_INSERT, {**values, "content": self._seals.seal(ASKED, stored.id, content, stored.person_id)})
        return stored

    def get(self, question_id: int) -> Question | None:
        """One question, open or not."""
        row = self._connection.execute(_GET, {"which": question_id}).first()
        return None if row is None else self._read(row)

    def open(self) -> Sequence[Question]:
        """Every open question, oldest first."""
        return self._all(_OPEN)

    def open_of(self, person_id: int) -> Sequence[Question]:
        """The person's open questions, oldest first."""
        return self._all(_OPEN_OF, of_person=person_id)

    def close(self, question_id: int, now: datetime) -> None:
        """Take no more answers. One that is closed stays as it is."""
        self._connection.execute(_CLOSE, {"which": question_id, "at": now})

    def _all(self, statement: Select[Any], **asked: int) -> list[Question]:
        rows = self._connection.execute(statement, asked).all()
        self._seals.load(row.person_id for row in rows)
        return [self._read(row) for row in rows]

    def _read(self, row: Row[Any]) -> Question:
        content = self._seals.unseal(ASKED, row.id, row.content, row.person_id)
        return Question(
            id=row.id,
            person_id=row.person_id,
            name=content["name"],
            chosen=content["chosen"],
            text=content["text"],
            asked_at=row.asked_at,
            closed_at=row.closed_at,
        )
