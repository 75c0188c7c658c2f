"""The one place where the wall clock is read."""

from __future__ import annotations

from datetime import UTC, datetime


class WallClock:
    """The real time."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        return datetime.now(UTC)
