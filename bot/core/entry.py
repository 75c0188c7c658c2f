"""What a person said happened: one line of their log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

EntryKind = Literal["intake", "missed", "side_effect", "craving", "drink", "plan_hold", "finding", "acknowledgement"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A logged fact. Nothing is ever overwritten: a wrong entry is undone and stays readable.

    `at` is when it happened and `recorded_at` when it was said, both aware. `detail` holds what the kind needs:
    intake: dose_mg (None when not said), slot ("2026-01-01T08:00" or ""), assumed (what was filled in, not said);
    missed: slot; side_effect: finding, severity (0-10 or None); craving: score (0-10 or None);
    drink: standard_drinks (None when not said), words; finding: code, level.
    """

    id: int
    person_id: int
    kind: EntryKind
    at: datetime
    recorded_at: datetime
    detail: Mapping[str, Any] = field(default_factory=dict)
    undone_at: datetime | None = None
