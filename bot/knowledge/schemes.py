"""Named titration schemes: what clinicians edit in `schemes.yaml`, turned into plans. Refused at loading when in doubt."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, time
from functools import cache
from itertools import zip_longest
from pathlib import Path
from typing import Any

from pydantic import Field, PositiveInt, RootModel, model_validator
from pydantic.json_schema import SkipJsonSchema

from bot.core.decision import Allowed
from bot.core.limits import CEILING_DAY_MG
from bot.core.plan import Dose, Plan, Step
from bot.core.titration import check_plan
from bot.knowledge.files import KnowledgeError, Strict
from bot.knowledge.shelf import load_from
from bot.knowledge.sources import Citations, Reviewable, cite

PATH = "schemes.yaml"
BEDTIME = "bedtime"
USUAL_BEDTIME = time(22)
ANY_DAY = date(2026, 1, 1)
"""Whether a scheme can be followed does not depend on when it starts."""


class SchemeStep(Strict):
    """One step: its length in days (None: until further notice), its daily mg, and the mg of each hour when the scheme splits it."""

    days: PositiveInt | None
    total_mg: PositiveInt
    doses_mg: tuple[int, ...] = ()


class Rise(Strict):
    """What follows the written steps: so much more, every so many days; the first pace is meant when none is said."""

    by_mg: PositiveInt
    every_days: tuple[PositiveInt, ...] = Field(min_length=1)


class Scheme(Reviewable):
    """A way of writing a plan, with the places it comes from."""

    # Not written in the file: it is the key that the scheme stands under.
    id: SkipJsonSchema[str] = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    sources: Citations
    tablet_mg: PositiveInt
    step_back_rule: bool
    hours: tuple[str, ...]
    steps: tuple[SchemeStep, ...] = Field(min_length=1)
    rise: Rise | None = None
    notes: tuple[str, ...]

    @property
    def needs_bedtime(self) -> bool:
        """True when a plan by this scheme must say at what hour bedtime is."""
        return BEDTIME in self.hours

    def plan(
        self,
        *,
        start: date,
        bedtime: time = USUAL_BEDTIME,
        tablet_mg: int | None = None,
        every_days: int | None = None,
    ) -> Plan:
        """The scheme as a plan. Steps of a scheme that gives only totals have no doses.

        `every_days` chooses among the paces of the scheme. Raises ValueError for a pace that is not the scheme's.
        """
        hours = tuple(bedtime if hour == BEDTIME else time.fromisoformat(hour) for hour in self.hours)
        written = tuple(Step(step.total_mg, step.days, _doses(hours, step.doses_mg)) for step in self.steps)
        return Plan(
            scheme=self.id,
            start=start,
            steps=(*written, *self._risen(every_days)),
            tablet_mg=tablet_mg or self.tablet_mg,
            step_back_rule=self.step_back_rule,
        )

    def _risen(self, every_days: int | None) -> Iterator[Step]:
        if self.rise is None:
            if every_days is not None:
                raise ValueError(f"{self.id} has no choice of pace")
            return
        pace = every_days or self.rise.every_days[0]
        if pace not in self.rise.every_days:
            raise ValueError(f"{self.id}: not every {pace} days")
        totals = range(self.steps[-1].total_mg + self.rise.by_mg, CEILING_DAY_MG + 1, self.rise.by_mg)
        for total in totals:
            yield Step(total, None if total == totals[-1] else pace)

    @model_validator(mode="after")
    def _holds_together(self) -> Scheme:
        for number, step in enumerate(self.steps, start=1):
            is_last = number == len(self.steps) and self.rise is None
            if (step.days is None) != is_last:
                raise ValueError(f"step {number}: the last step, and no other, is open-ended")
            if step.doses_mg and (len(step.doses_mg) != len(self.hours) or sum(step.doses_mg) != step.total_mg):
                raise ValueError(f"step {number}: one dose for each hour, adding up to the total")
        return self


class _File(RootModel[dict[str, Scheme]]):
    @model_validator(mode="before")
    @classmethod
    def _named(cls, rows: Any) -> Any:
        """Give each scheme its id, the key it stands under."""
        if not isinstance(rows, dict):
            return rows
        return {name: {"id": name, **row} if isinstance(row, dict) else row for name, row in rows.items()}


@cache
def schemes(folder: Path | None = None) -> Mapping[str, Scheme]:
    """Every scheme by its id. Raises KnowledgeError for an unknown source or a scheme that no check would let through."""
    found = load_from(PATH, _File, folder).root
    for name, scheme in found.items():
        cite(scheme.sources, path=f"{PATH}: {name}", folder=folder)
        verdict = check_plan(scheme.plan(start=ANY_DAY))
        if not isinstance(verdict, Allowed):
            raise KnowledgeError(f"{PATH}: {name}: {', '.join(verdict.rules)}")
    return found


def _doses(hours: tuple[time, ...], amounts: tuple[int, ...]) -> tuple[Dose, ...]:
    """The doses of a step in the order of the day; an hour without an amount has no dose."""
    return tuple(sorted(Dose(at, mg) for at, mg in zip_longest(hours, amounts) if at is not None and mg))
