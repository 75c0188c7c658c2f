"""Plans that the tests of the core speak of: the table P4, and any plan a prescriber could write."""

from __future__ import annotations

from datetime import date, time, timedelta

from hypothesis import strategies as st

from bot.core.plan import Dose, Hold, Plan, Step

START = date(2026, 1, 1)
ONE_DAY = timedelta(days=1)


def on_day(number: int) -> date:
    """The date of a day of a plan that starts on START, when nothing is held."""
    return START + (number - 1) * ONE_DAY


def amounts(doses: tuple[Dose, ...]) -> dict[int, int | None]:
    """Doses as {hour: mg}."""
    return {dose.at.hour: dose.mg for dose in doses}


def flat(total_mg: int, **more: object) -> Plan:
    """A plan of one step, its split left free."""
    return Plan(scheme="custom", start=START, steps=(Step(total_mg, None),), **more)  # type: ignore[arg-type]  # fields of Plan by name


HOURS = (time(8), time(13), time(18), time(22))


@st.composite
def steps(draw: st.DrawFn, *, last: bool) -> Step:
    """A step within 300 mg, split over some of the day's hours in half tablets, or left free."""
    units = draw(st.lists(st.integers(1, 15), min_size=1, max_size=4))
    doses = tuple(Dose(hour, 5 * unit) for hour, unit in zip(HOURS, units, strict=False))
    days = None if last else draw(st.integers(1, 9))
    return Step(5 * sum(units), days, doses if draw(st.booleans()) else ())


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """A plan as a prescriber could write it, without holds."""
    count = draw(st.integers(0, 5))
    return Plan(scheme="custom", start=START, steps=(*(draw(steps(last=False)) for _ in range(count)), draw(steps(last=True))))


@st.composite
def holds(draw: st.DrawFn) -> Hold:
    """A hold of some days somewhere in the first two months, perhaps before the start, perhaps overlapping another."""
    since = START + draw(st.integers(-5, 60)) * ONE_DAY
    return Hold(since, since + draw(st.integers(1, 12)) * ONE_DAY)
