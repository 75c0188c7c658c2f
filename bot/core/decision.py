"""What a core function answers: a value, its reasons, and never a bare yes or no."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeAlias, TypeVar

from bot.core.levels import Level

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Allowed(Generic[T]):
    """Nothing withholds it. `rules` are the ids that led here."""

    value: T
    rules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Withheld:
    """Not now, or not by us. At least one rule id says why."""

    rules: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.rules:
            raise ValueError("a withheld decision names its rules")


@dataclass(frozen=True, slots=True)
class Alarm:
    """A human must hear of it: how soon, and by which rules."""

    level: Level
    rules: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.rules:
            raise ValueError("an alarm names its rules")


Decision: TypeAlias = Allowed[T] | Withheld | Alarm
