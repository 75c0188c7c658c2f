"""A question never logs; what it also tells is offered to be noted, and noted once that was wanted."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.core.entry import EntryKind
from tests.handlers.days import logged, on, open_rig, presses, says
from tests.houses import Rig

NOON = on(22, 12, 30)
BOTH = {
    "had 20 mg at noon, am i alright to drive": ("log_intake", "intake"),
    "can i drive? took 20 mg at noon": ("log_intake", "intake"),
    "had two beers at noon, can i drive?": ("log_drink", "drink"),
    "forgot the 8 am dose. what do i take next?": ("log_missed", "missed"),
}
ONLY_ASKED = [
    "if i took 40 at noon, can i drive",
    "did i take 20 at noon, or 30?",
    "my wife had three beers, is it dangerous with baclofen?",
    "can i drive after 40 mg?",
]


async def everything(house: Rig) -> list[EntryKind]:
    """What kinds of entries stand in the patient's log."""
    kinds: tuple[EntryKind, ...] = ("intake", "craving", "drink", "side_effect", "missed")
    return [entry.kind for kind in kinds for entry in await logged(house, kind)]


@pytest.mark.parametrize(("text", "intent", "kind"), [(text, *row) for text, row in BOTH.items()])
async def test_what_a_question_also_tells_is_noted_when_that_is_wanted(text: str, intent: str, kind: str, tmp_path: Path) -> None:
    async with open_rig(tmp_path, NOON) as house:
        *answer, offer = await says(house, text)
        assert answer, "the question is answered first"
        assert [choice.id for choice in offer.choices] == [f"intent-{intent}", "cancel"]
        assert await everything(house) == [], "a question never logs"
        await presses(house, f"intent-{intent}")
        assert await everything(house) == [kind]


@pytest.mark.parametrize("text", BOTH)
async def test_what_was_offered_and_not_wanted_is_not_noted(text: str, tmp_path: Path) -> None:
    async with open_rig(tmp_path, NOON) as house:
        await says(house, text)
        await says(house, "no")
        assert await everything(house) == []


@pytest.mark.parametrize("text", ONLY_ASKED)
async def test_a_question_that_tells_nothing_offers_nothing_to_note(text: str, tmp_path: Path) -> None:
    async with open_rig(tmp_path, NOON) as house:
        told = await says(house, text)
        assert not any(choice.id.startswith("intent-log") for message in told for choice in message.choices)
        assert await everything(house) == []
