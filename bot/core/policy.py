"""The few things that a community may set, as one value that settings fill in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from bot.core.case import Case
from bot.core.levels import Level


@dataclass(frozen=True, slots=True)
class Community:
    """Where questions to the community are posted: a platform, the identifier that it gave the place, and the language spoken there."""

    platform: str
    place: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """How long things wait. `claim_*`: before the moderators are paged again for a case nobody has claimed;
    `page_at_most`: the longest pause between two pages;
    `queue_*`: the same for a case of the ordinary queue; `repeat_block`: the same emergency text is not said twice within;
    `community`: where questions are posted, None where there is no such place.
    """

    claim_emergency: timedelta = timedelta(minutes=3)
    claim_urgent: timedelta = timedelta(minutes=15)
    page_at_most: timedelta = timedelta(hours=1)
    queue_reminder: timedelta = timedelta(hours=4)
    queue_at_most: timedelta = timedelta(days=1)
    repeat_block: timedelta = timedelta(hours=1)
    snooze: timedelta = timedelta(minutes=15)
    late_after: timedelta = timedelta(minutes=15)
    community: Community | None = None

    def next_page(self, case: Case, attempt: int) -> timedelta:
        """The pause before page number `attempt` + 1: it doubles up to a limit, and never ends by itself.

        A red case pages; one of the ordinary queue only comes back to mind.
        """
        if case.red:
            first, longest = (self.claim_emergency if case.level is Level.emergency else self.claim_urgent), self.page_at_most
        else:
            first, longest = self.queue_reminder, self.queue_at_most
        return min(first * (1 << min(attempt, 16)), longest)
