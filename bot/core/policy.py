"""The few waiting times that a community may set, as one value that settings fill in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from bot.core.levels import Level


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """How long things wait. `claim_*`: before the moderators are paged again for a case nobody has claimed;
    `page_at_most`: the longest pause between two pages; `repeat_block`: the same emergency text is not said twice within.
    """

    claim_emergency: timedelta = timedelta(minutes=3)
    claim_urgent: timedelta = timedelta(minutes=15)
    page_at_most: timedelta = timedelta(hours=1)
    repeat_block: timedelta = timedelta(hours=1)
    snooze: timedelta = timedelta(minutes=15)
    late_after: timedelta = timedelta(minutes=15)

    def claim_within(self, level: Level) -> timedelta:
        """How long a new case of this level may stay unclaimed before the moderators hear of it again."""
        return self.claim_emergency if level is Level.emergency else self.claim_urgent

    def next_page(self, level: Level, attempt: int) -> timedelta:
        """The pause before page number `attempt` (from 1): it doubles, up to `page_at_most`, and never ends by itself."""
        return min(self.claim_within(level) * 2 ** min(attempt, 16), self.page_at_most)
