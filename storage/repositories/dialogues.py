"""The one open form of each person."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert

from bot.ports import Dialogue, Dialogues
from storage import tables

_dialogue = tables.dialogue
_mine = _dialogue.c.person_id == bindparam("of_person")
_GET = select(_dialogue).where(_mine)
_CLEAR = delete(_dialogue).where(_mine)
_insert = insert(_dialogue)
_PUT = _insert.on_conflict_do_update(
    index_elements=["person_id"],
    set_={name: _insert.excluded[name] for name in ("form", "step", "answers", "updated_at")},
)


class SqlDialogues(Dialogues):
    """Forms in progress."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, person_id: int) -> Dialogue | None:
        """The form that the person is in the middle of."""
        row = self._connection.execute(_GET, {"of_person": person_id}).first()
        return None if row is None else Dialogue(row.form, row.step, row.answers, row.updated_at)

    def put(self, person_id: int, dialogue: Dialogue, now: datetime) -> None:
        """Keep where the form stands, in place of what was kept before."""
        values = {
            "person_id": person_id,
            "form": dialogue.form,
            "step": dialogue.step,
            "answers": dict(dialogue.answers),
            "updated_at": now,
        }
        self._connection.execute(_PUT, values)

    def clear(self, person_id: int) -> None:
        """Leave the form, if any."""
        self._connection.execute(_CLEAR, {"of_person": person_id})
