"""Versions of plans. A version is never rewritten: what was planned on a day long past can still be read."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, bindparam, func, insert, select, update

from bot.core.plan import Plan
from bot.core.plan_json import plan_from_json, plan_to_json
from bot.ports import Plans, StoredPlan, Trace, Trail
from storage import tables
from storage.claims import PLAN
from storage.errors import Missing
from storage.ids import Ids
from storage.vault import Seals

_plan = tables.plan
_CURRENT = select(_plan).where(_plan.c.person_id == bindparam("of_person"), _plan.c.state == "active")
_LATEST = select(func.max(_plan.c.version)).where(_plan.c.person_id == bindparam("of_person"))
_END = (
    update(_plan)
    .where(_plan.c.id == bindparam("which"), _plan.c.state == "active")
    .values(state="ended", ended_at=bindparam("now", type_=_plan.c.ended_at.type))
)
_INSERT = insert(_plan)


class SqlPlans(Plans):
    """The active plan of each person and those before it."""

    def __init__(self, connection: Connection, seals: Seals, ids: Ids, trail: Trail) -> None:
        self._connection = connection
        self._seals = seals
        self._ids = ids
        self._trail = trail

    def current(self, person_id: int) -> StoredPlan | None:
        """The active version."""
        row = self._connection.execute(_CURRENT, {"of_person": person_id}).first()
        if row is None:
            return None
        plan = plan_from_json(self._seals.unseal(PLAN, row.id, row.body, row.person_id))
        return StoredPlan(row.id, row.person_id, row.version, plan, row.state, row.confirmed_at)

    def add(self, person_id: int, plan: Plan, now: datetime, *, by: int | None) -> StoredPlan:
        """Store the next version as the active one, confirmed now; the former one ends."""
        former = self.current(person_id)
        if former is not None:
            self.end(former, now, by=by)
        added = self._append(person_id, plan, confirmed_at=now, now=now)
        self._trace(added, "plan-added", now, by)
        return added

    def replace(self, stored: StoredPlan, plan: Plan, now: datetime, *, by: int | None) -> StoredPlan:
        """A new version of the same plan: it keeps the instant at which the plan was confirmed.

        Raises Missing when `stored` is not the active version any more: a change must not bring an ended plan back.
        """
        if not self._end(stored.id, now):
            raise Missing(f"plan {stored.id} is not the active one any more")
        changed = self._append(stored.person_id, plan, confirmed_at=stored.confirmed_at, now=now)
        self._trace(changed, "plan-changed", now, by)
        return changed

    def end(self, stored: StoredPlan, now: datetime, *, by: int | None) -> None:
        """End the plan. One that has ended keeps its first end."""
        if self._end(stored.id, now):
            self._trace(stored, "plan-ended", now, by)

    def _trace(self, stored: StoredPlan, what: str, now: datetime, by: int | None) -> None:
        self._trail.add(Trace(person_id=stored.person_id, at=now, what=what, actor_id=by, note=f"version {stored.version}"))

    def _end(self, plan_id: int, now: datetime) -> bool:
        return self._connection.execute(_END, {"which": plan_id, "now": now}).rowcount == 1

    def _append(self, person_id: int, plan: Plan, *, confirmed_at: datetime, now: datetime) -> StoredPlan:
        version = (self._connection.execute(_LATEST, {"of_person": person_id}).scalar() or 0) + 1
        made = self._ids.next(self._connection, _plan)
        body = self._seals.seal(PLAN, made, plan_to_json(plan), person_id)
        values = {"id": made, "person_id": person_id, "version": version, "state": "active", "body": body}
        self._connection.execute(_INSERT, {**values, "confirmed_at": confirmed_at, "created_at": now})
        return StoredPlan(made, person_id, version, plan, "active", confirmed_at)
