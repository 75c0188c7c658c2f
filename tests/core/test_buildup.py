"""What adds up over messages: pure arithmetic over the doubts of the last days."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.buildup import Doubt, Sum, doubts_add_up, nights_add_up, silence_adds_up
from bot.core.levels import Level

NOW = datetime(2026, 3, 12, 20, tzinfo=UTC)
TODAY = date(2026, 3, 12)


def doubt(*signs: str, code: str = "suicidal_thoughts", ago: timedelta = timedelta(0)) -> Doubt:
    """A doubt some time ago."""
    return Doubt(code, frozenset(signs), NOW - ago)


HOPELESS, BURDEN = "suicide-hopeless", "suicide-mention"
URGENT = (Sum("suicidal_thoughts", Level.urgent),)


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        ([], doubt(HOPELESS), ()),
        ([doubt(HOPELESS, ago=timedelta(days=3))], doubt(BURDEN), URGENT),
        ([doubt(HOPELESS, ago=timedelta(days=7))], doubt(BURDEN), URGENT),
        ([doubt(HOPELESS, ago=timedelta(days=7, seconds=1))], doubt(BURDEN), ()),
        ([doubt(HOPELESS, code="self_harm", ago=timedelta(days=1))], doubt(BURDEN), URGENT),
        ([doubt("mania", code="mania", ago=timedelta(days=1))], doubt(BURDEN), ()),
        ([doubt(HOPELESS, ago=timedelta(days=1))], doubt("confusion-word", code="confusion"), ()),
        ([doubt(HOPELESS, ago=timedelta(days=1))], doubt(HOPELESS), ()),
        ([doubt(HOPELESS, ago=timedelta(days=1)), doubt(HOPELESS, ago=timedelta(days=3))], doubt(HOPELESS), URGENT),
        ([doubt(HOPELESS, ago=timedelta(minutes=59)), doubt(HOPELESS, ago=timedelta(minutes=20))], doubt(HOPELESS), ()),
        ([doubt(HOPELESS, ago=timedelta(hours=2)), doubt(HOPELESS, ago=timedelta(hours=1))], doubt(HOPELESS), URGENT),
        ([doubt(HOPELESS, ago=-timedelta(days=1))], doubt(BURDEN), ()),
        ([doubt(HOPELESS)], doubt(BURDEN), URGENT),
        ([doubt(HOPELESS, ago=timedelta(days=1))], doubt(HOPELESS, "insomnia"), ()),
        ([doubt(HOPELESS, "insomnia", ago=timedelta(days=1))], doubt(HOPELESS), ()),
    ],
)
def test_doubts_add_up_within_a_week(before: list[Doubt], now: Doubt, expected: tuple[Sum, ...]) -> None:
    assert doubts_add_up(before, now) == expected


doubts = st.lists(
    st.builds(
        Doubt,
        st.sampled_from(["suicidal_thoughts", "self_harm", "mania"]),
        st.frozensets(st.sampled_from([HOPELESS, BURDEN, "other"]), min_size=1),
        st.timedeltas(timedelta(0), timedelta(days=9)).map(lambda ago: NOW - ago),
    ),
    max_size=6,
)


@given(doubts, doubts)
def test_remembering_more_never_lowers_what_they_amount_to(some: list[Doubt], more: list[Doubt]) -> None:
    fewer, all_of_them = doubts_add_up(some, doubt(BURDEN)), doubts_add_up([*some, *more], doubt(BURDEN))
    assert set(fewer) <= set(all_of_them)


@pytest.mark.parametrize(
    ("days_ago", "raised", "expected"),
    [
        ([0, 1], True, ()),
        ([0, 1, 2], False, (Sum("mania", Level.check),)),
        ([0, 1, 3], False, (Sum("mania", Level.check),)),
        ([0, 1, 2], True, (Sum("mania", Level.urgent),)),
        ([0, 1, 4], True, ()),
        ([-1, 0, 1], True, ()),
    ],
)
def test_three_nights_of_four_without_sleep_are_asked_about(days_ago: list[int], raised: bool, expected: tuple[Sum, ...]) -> None:
    assert nights_add_up([TODAY - timedelta(days=ago) for ago in days_ago], today=TODAY, raised_energy=raised) == expected


def test_silence_is_told_at_every_second_check_in() -> None:
    assert [count for count in range(8) if silence_adds_up(count)] == [2, 4, 6]
