"""What was agreed to can be taken back at any time, and is asked again when it changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from bot.ports import Unit
from tests.handlers.keepers import DANGER, HOUR, PLAN, open_rig, to
from tests.houses import Rig

DAY = timedelta(days=1)


async def withdraw(house: Rig) -> str:
    """The patient takes their agreement back; the last words they read."""
    await house.says("patient", "I withdraw my consent")
    return to("patient", await house.presses("patient", "confirm"))[0]


async def with_plan(house: Rig) -> None:
    """The patient has a plan."""
    await house.says("patient", PLAN)
    await house.presses("patient", "confirm")


async def test_whoever_takes_their_agreement_back_hears_no_reminder_and_nothing_more_is_kept(tmp_path: Path) -> None:
    async with open_rig(tmp_path) as house:
        await with_plan(house)
        said = await withdraw(house)
        assert "31 January" in said
        assert "do not stop it all at once" in said
        assert await house.after(5 * DAY) == []
        await house.says("patient", "craving 7")
        assert await house.house.store.run(lambda unit: unit.entries.last(1)) is None


async def test_a_month_later_everything_is_erased(tmp_path: Path) -> None:
    async with open_rig(tmp_path) as house:
        await with_plan(house)
        await withdraw(house)
        await house.after(29 * DAY)
        assert await house.house.store.run(lambda unit: unit.people.get(1)) is not None
        await house.after(2 * DAY)
        assert await house.house.store.run(lambda unit: unit.people.get(1)) is None


async def test_an_open_alert_keeps_the_way_to_the_person_open(tmp_path: Path) -> None:
    async with open_rig(tmp_path) as house:
        await withdraw(house)
        await house.after(29 * DAY)
        await house.says("patient", DANGER)
        await house.after(5 * DAY)
        assert await house.house.store.run(lambda unit: unit.people.get(1)) is not None
        await house.presses("keeper", "claim")
        await house.presses("keeper", "resolve-safe")
        await house.after(2 * DAY)
        assert await house.house.store.run(lambda unit: unit.people.get(1)) is None


async def test_who_comes_back_finds_everything_again_and_is_reminded(tmp_path: Path) -> None:
    async with open_rig(tmp_path) as house:
        await with_plan(house)
        await withdraw(house)
        await house.says("patient", "hello")
        assert "Welcome back" in to("patient", await house.presses("patient", "consent-yes"))[0]
        assert [m.kind for m in await house.after(HOUR)] == ["reminder"]
        await house.after(40 * DAY)
        assert await house.house.store.run(lambda unit: unit.people.get(1)) is not None


async def test_a_danger_sign_is_answered_without_any_agreement(tmp_path: Path) -> None:
    async with open_rig(tmp_path) as house:
        await withdraw(house)
        said = await house.says("patient", DANGER)
        assert "999" in to("patient", said)[0]
        assert to("keeper", said)


async def test_everything_can_be_taken_away_or_erased_without_any_agreement(tmp_path: Path) -> None:
    async with open_rig(tmp_path) as house:
        await withdraw(house)
        (exported,) = await house.says("patient", "export my data")
        assert {file.kind for file in exported.files} == {"json", "csv"}
        await house.says("patient", "erase everything")
        assert "erased everything" in to("patient", await house.presses("patient", "confirm"))[0]


async def test_other_words_are_asked_about_again_and_what_was_said_before_stays(tmp_path: Path) -> None:
    async with open_rig(tmp_path) as house:
        await with_plan(house)

        def long_ago(unit: Unit) -> None:
            person = unit.people.get(1)
            assert person is not None
            unit.people.save(replace(person, consent_version=0))

        await house.house.store.run(long_ago)
        (asked,) = await house.says("patient", "craving 7")
        assert "has changed" in asked.text
        assert "Welcome back" in to("patient", await house.presses("patient", "consent-yes"))[0]
        assert "Noted" in to("patient", await house.says("patient", "craving 7"))[0]


async def test_agreeing_and_taking_it_back_leave_their_traces(tmp_path: Path) -> None:
    async with open_rig(tmp_path) as house:
        await withdraw(house)
        await house.says("patient", "hello")
        await house.presses("patient", "consent-yes")
        await house.says("patient", "export my data")
        traces = await house.house.store.run(lambda unit: unit.trail.of(1))
        assert [trace.what for trace in traces] == ["took-back", "agreed", "exported"]
        assert {trace.actor_id for trace in traces} == {1}


async def test_the_log_can_be_read_as_a_table(tmp_path: Path) -> None:
    async with open_rig(tmp_path) as house:
        await house.says("patient", "took 10 mg at 7am")
        await house.says("patient", "nausea 4/10")
        (exported,) = await house.says("patient", "export my data")
        table = next(file for file in exported.files if file.kind == "csv").content.decode("utf-8-sig").splitlines()
        assert table[0] == "Day,Time,What,How much"
        assert table[1] == "2026-01-01,07:00,Intake,10 mg"
        assert table[2].endswith("nausea,4/10")


async def test_people_are_told_whether_anybody_else_has_seen_anything(tmp_path: Path) -> None:
    async with open_rig(tmp_path) as house:
        assert "Nobody but you" in to("patient", await house.says("patient", "what do you keep about me"))[0]
        await house.says("patient", DANGER)
        assert any("was last sent something" in text for text in to("patient", await house.says("patient", "what do you keep about me")))
