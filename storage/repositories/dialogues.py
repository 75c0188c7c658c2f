"""The one open form of each person."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert

from bot.ports import Dialogue, Dialogues
from storage import tables
from storage.claims import FORM
from storage.concerned import about, others, people_in_form
from storage.vault import Seals

_dialogue = tables.dialogue
_mine = _dialogue.c.person_id == bindparam("of_person")
_GET = select(_dialogue).where(_mine)
_CLEAR = delete(_dialogue).where(_mine)
_insert = insert(_dialogue)
_PUT = _insert.on_conflict_do_update(
    index_elements=["person_id"],
    set_={name: _insert.excluded[name] for name in ("about", "content", "updated_at")},
)


class SqlDialogues(Dialogues):
    """Forms in progress."""

    def __init__(self, connection: Connection, seals: Seals) -> None:
        self._connection = connection
        self._seals = seals

    def get(self, person_id: int) -> Dialogue | None:
        """The form that the person is in the middle of."""
        row = self._connection.execute(_GET, {"of_person": person_id}).first()
        if row is None:
            return None
        content = self._seals.unseal(FORM, person_id, row.content, person_id, *others(row.about))
        return Dialogue(content["form"], content["step"], content["answers"], row.updated_at)

    def put(self, person_id: int, dialogue: Dialogue, now: datetime) -> None:
        """Keep where the form stands, in place of what was kept before."""
        content = {"form": dialogue.form, "step": dialogue.step, "answers": dict(dialogue.answers)}
        named = people_in_form(self._connection, content["answers"], person_id)
        sealed = self._seals.seal(FORM, person_id, content, person_id, *named)
        self._connection.execute(_PUT, {"person_id": person_id, "about": about(named), "content": sealed, "updated_at": now})

    def clear(self, person_id: int) -> None:
        """Leave the form, if any."""
        self._connection.execute(_CLEAR, {"of_person": person_id})
