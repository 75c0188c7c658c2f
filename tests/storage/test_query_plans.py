"""What is asked every second, or on every message, is answered by an index: the whole table is never read for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection, Executable, event, insert
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine.interfaces import DBAPICursor

from bot.core.person import Person
from bot.messages import Account
from bot.ports import Unit
from storage import tables
from storage.repositories import cases, dialogues, entries, outbox, people, plans, timers
from storage.store import SqlStore
from tests.storage.samples import ACCOUNT, MINUTE, NOW, connection_of, intake, reply

MODULES = (cases, dialogues, entries, outbox, people, plans, timers)
ASKED: list[tuple[Callable[[Unit], object], str]] = [
    (lambda unit: unit.timers.claim(NOW, 100), "ix_timer_due_at"),
    (lambda unit: unit.timers.next_due(), "ix_timer_due_at"),
    (lambda unit: unit.timers.of(1), "uq|sqlite_autoindex_timer_1"),
    (lambda unit: unit.outbox.ready(NOW, ["telegram"], None, 20), "ix_outbox_unsent"),
    (lambda unit: unit.outbox.ready(NOW, ["telegram"], [ACCOUNT], 20), "ix_outbox_unsent"),
    (lambda unit: unit.outbox.next_retry(), "ix_outbox_retry"),
    (lambda unit: unit.outbox.said_since(1, "step", NOW), "ix_outbox_person_id_created_at"),
    (lambda unit: unit.entries.last(1), "ix_entry_person_id_recorded_at"),
    (lambda unit: unit.entries.between(1, NOW, NOW + MINUTE, ("intake",)), "ix_entry_person_id_at"),
    (lambda unit: unit.plans.current(1), "uq_plan_active"),
    (lambda unit: unit.cases.open_for(1), "ix_care_case"),
    (lambda unit: unit.cases.waiting(), "ix_care_case_waiting"),
    (lambda unit: unit.people.find(ACCOUNT), "sqlite_autoindex_account_1"),
]
