"""A message that is no words gets a kind sentence; an edited one corrects what it noted, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot.core.entry import Entry
from bot.messages import Incoming
from bot.ports import Outgoing
from tests.handlers.keepers import DANGER, HOUR, open_rig, to
from tests.houses import Rig


async def hears(house: Rig, incoming: Incoming) -> list[Outgoing]:
    """What everybody gets after an update."""
    since = len(house.sender.delivered)
    await house.house.conversation.hear(incoming)
    return [delivery.message for delivery in house.sender.delivered[since:]]


async def log_of(house: Rig) -> list[Entry]:
    """What stands in the patient's log."""
    now = house.clock.now()
    return list(await house.house.store.run(lambda unit: unit.entries.between(1, now - 24 * HOUR, now + HOUR)))


@pytest.mark.parametrize("kind", ["voice", "picture", "document", "place", "other"])
async def test_what_is_no_words_gets_a_kind_sentence_and_the_way_to_a_human(tmp_path: Path, kind: str) -> None:
    async with open_rig(tmp_path) as house:
        (told,) = await hears(house, replace(house.message("patient"), unreadable=kind))
        assert "I can" in told.text
        assert [choice.id for choice in told.choices] == ["talk-to-human"]


async def test_the_words_beside_a_picture_are_heard(tmp_path: Path) -> None:
    async with open_rig(tmp_path) as house:
        (told, *_) = await hears(house, replace(house.message("patient", "craving 7/10"), unreadable="picture"))
        assert "Noted" in told.text


async def test_whoever_has_not_agreed_yet_is_asked_first(tmp_path: Path) -> None:
    async with open_rig(tmp_path) as house:
        (told,) = await hears(house, replace(house.message("stranger"), unreadable="voice"))
        assert "consent-yes" in [choice.id for choice in told.choices]


async def test_in_an_open_case_its_owner_hears_that_something_came(tmp_path: Path) -> None:
    async with open_rig(tmp_path) as house:
        await house.says("patient", DANGER)
        await house.presses("keeper", "claim")
        said = await hears(house, replace(house.message("patient"), unreadable="voice"))
        assert "[voice]" in to("keeper", said)[0]


async def test_an_edit_corrects_what_the_message_noted(tmp_path: Path) -> None:
    async with open_rig(tmp_path) as house:
        first = house.message("patient", "took 5 mg at 7am")
        await hears(house, first)
        await hears(house, replace(house.message("patient", "took 10 mg at 7am"), edits=first.key))
        assert [entry.detail["dose_mg"] for entry in await log_of(house)] == [10]


async def test_an_edit_touches_no_other_entry(tmp_path: Path) -> None:
    async with open_rig(tmp_path) as house:
        await house.says("patient", "nausea 3/10")
        first = house.message("patient", "craving 7/10")
        await hears(house, first)
        await hears(house, replace(house.message("patient", "craving 4/10"), edits=first.key))
        assert [entry.kind for entry in await log_of(house)] == ["side_effect", "craving"]
        assert (await log_of(house))[1].detail["score"] == 4


async def test_what_the_edit_says_is_screened_for_danger_as_any_words(tmp_path: Path) -> None:
    async with open_rig(tmp_path) as house:
        first = house.message("patient", "craving 7/10")
        await hears(house, first)
        said = await hears(house, replace(house.message("patient", DANGER), edits=first.key))
        assert "999" in to("patient", said)[0]
        assert to("keeper", said)
