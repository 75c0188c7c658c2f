"""What was noted last is put right in a word, whatever it was, and what was said is read back."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.houses import rig, settings_in

NOTED = {
    "en": [
        ("two beers last night", "2 × beer", "no, 3 pints", "3 × pint"),
        ("3 glasses of wine last night", "3 × glass (wine)", "no 2", "2 × glass (wine)"),
        ("craving 8/10", "craving 8/10", "sorry, 6/10", "craving 6/10"),
        ("dizzy 5/10", "dizziness, 5/10", "correction: 3", "dizziness, 3/10"),
    ],
    "fr": [
        ("bu 2 bières hier soir", "2 × bière", "plutôt 3 pintes", "3 × pinte"),
        ("3 verres de vin hier soir", "3 × verre (vin)", "correction : 2", "2 × verre (vin)"),
        ("envie 8/10", "envie 8/10", "plutôt 6/10", "envie 6/10"),
        ("vertiges 5/10", "vertiges, 5/10", "non, 3/10", "vertiges, 3/10"),
    ],
}


@pytest.mark.parametrize(("language", "said", "heard", "corrected", "then"), [(code, *row) for code, rows in NOTED.items() for row in rows])
async def test_a_correction_reaches_what_was_noted_last(  # noqa: PLR0917 - a row of the table
    language: str, said: str, heard: str, corrected: str, then: str, tmp_path: Path
) -> None:
    async with rig(settings_in(tmp_path)) as house:
        await house.settle("ada", language=language)
        first = await house.says("ada", said)
        assert heard in first[0].text
        again = await house.says("ada", corrected)
        if "intent-correct_last" in [choice.id for choice in again[0].choices]:
            again = await house.presses("ada", "intent-correct_last")
        assert then in again[0].text
