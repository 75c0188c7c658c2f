"""Growing pauses while something outside fails, in seconds. Who waits, and for what, is the caller's."""

from __future__ import annotations

from dataclasses import dataclass

STEADY = 3600.0
"""Seconds of work after which the next trouble is a new one."""


@dataclass(slots=True, kw_only=True)
class Backoff:
    """Each pause is twice the one before, from `first` up to `longest`."""

    first: float
    longest: float
    _pause: float = 0.0

    def next(self) -> float:
        """The pause to make now."""
        self._pause = min(self._pause * 2, self.longest) or self.first
        return self._pause

    def next_after(self, lasted: float) -> float:
        """The pause to make now, behind work that went well for `lasted` seconds before it ended."""
        if lasted > STEADY:
            self.over()
        return self.next()

    def over(self) -> None:
        """It works again."""
        self._pause = 0.0
