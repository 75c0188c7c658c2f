"""Words that were said while nobody read them speak of the hour they were said at, not of the hour they are read at."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.core.entry import Entry
from bot.ports import Outgoing, Unit
from tests.handlers.days import on, open_rig, presses, to_patient
from tests.houses import Rig

SAID, READ = on(22, 8, 5), on(22, 14, 30)


async def read_late(house: Rig, text: str, *, said: datetime = SAID) -> list[Outgoing]:
    """What the patient gets for words that were said before the clock showed what it shows."""
    since = len(house.sender.delivered)
    await house.house.conversation.hear(replace(house.message("patient", text), sent_at=said))
    return to_patient([delivery.message for delivery in house.sender.delivered[since:]])


async def noted(house: Rig) -> list[Entry]:
    """Everything in the patient's log of two days, oldest first."""

    def read(unit: Unit) -> list[Entry]:
        return list(unit.entries.between(1, on(21, 0), on(23, 23), ["intake", "craving", "drink", "side_effect", "missed"]))

    return await house.house.store.run(read)


@pytest.mark.parametrize(
    ("text", "kind", "at"),
    [
        ("took 20 mg", "intake", SAID),
        ("took 20 mg an hour ago", "intake", on(22, 7, 5)),
        ("took 20 mg at 8", "intake", on(22, 8)),
        ("craving 7/10", "craving", SAID),
        ("I had two beers", "drink", SAID),
        ("dizziness 4/10", "side_effect", SAID),
    ],
)
async def test_what_is_read_after_an_outage_is_noted_at_the_hour_it_was_said(text: str, kind: str, at: datetime, tmp_path: Path) -> None:
    async with open_rig(tmp_path, READ) as house:
        await read_late(house, text)
        (entry,) = await noted(house)
        assert (entry.kind, entry.at) == (kind, at)


async def test_taken_said_in_the_morning_and_read_in_the_afternoon_is_the_mornings_intake(tmp_path: Path) -> None:
    async with open_rig(tmp_path, READ) as house:
        (echo,) = await read_late(house, "took it")
        (entry,) = await noted(house)
        assert (entry.at, entry.detail["slot"]) == (SAID, "2026-01-22T08:00")
        assert "8:05" in echo.text


async def test_a_missed_dose_told_in_the_morning_is_the_mornings(tmp_path: Path) -> None:
    async with open_rig(tmp_path, READ) as house:
        await read_late(house, "I missed my dose", said=on(22, 10))
        (entry,) = await noted(house)
        assert entry.detail["slot"] == "2026-01-22T08:00"


async def test_today_said_before_midnight_is_the_day_it_was_said_on(tmp_path: Path) -> None:
    async with open_rig(tmp_path, on(23, 0, 30)) as house:
        await read_late(house, "I had two beers today", said=on(22, 23, 40))
        (entry,) = await noted(house)
        assert entry.at == on(22, 23, 40)


async def test_words_that_were_offered_a_meaning_speak_of_their_own_hour_when_it_is_chosen(tmp_path: Path) -> None:
    async with open_rig(tmp_path, on(22, 8, 5)) as house:
        await house.says("patient", "dose 20mg ok hmm thing")
        house.clock.move(on(22, 10))
        await presses(house, "intent-told")
        (entry,) = await noted(house)
        assert entry.at == on(22, 8, 5)


@pytest.mark.parametrize("waited", [timedelta(minutes=1), timedelta(days=3), timedelta(hours=-5)])
async def test_a_clock_that_differs_from_ours_changes_no_hour(waited: timedelta, tmp_path: Path) -> None:
    async with open_rig(tmp_path, READ) as house:
        await read_late(house, "took 20 mg", said=READ - waited)
        (entry,) = await noted(house)
        assert entry.at == READ
