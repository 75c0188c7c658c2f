"""What "taken" answers, what a form takes, and what is said after too much was taken."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.knowledge.wording import wording
from bot.messages import Press
from tests.handlers.days import AMOUNT, DANGER, at_the_moment, logged, offered, on, open_rig, presses, says, to_patient
from tests.houses import Rig


async def test_taken_after_a_reminder_that_came_back_answers_that_reminder(tmp_path: Path) -> None:
    async with open_rig(tmp_path, on(22, 7)) as house:
        await house.until(on(22, 8))
        await says(house, "remind me in 200 minutes")
        await house.until(on(22, 11, 25))
        await says(house, "taken")
        assert (await logged(house, "intake"))[-1].detail["slot"] == "2026-01-22T08:00"
        (reminder,) = to_patient(await house.until(on(22, 13)))
        assert "It is 13:00" in reminder.text


async def test_taken_in_words_answers_the_last_reminder_while_it_may_be_taken_late(tmp_path: Path) -> None:
    async with open_rig(tmp_path, on(22, 7)) as house:
        await house.until(on(22, 10, 45))
        await says(house, "taken")
        assert (await logged(house, "intake"))[-1].detail["slot"] == "2026-01-22T08:00"


async def test_the_button_of_a_reminder_logs_the_dose_that_it_showed(tmp_path: Path) -> None:
    async with open_rig(tmp_path, on(1, 7, 30)) as house:
        said = to_patient(await house.until(on(11, 8)))
        assert "10 mg" in said[-1].text
        await presses(house, "hold")  # the plan now has 5 mg at this hour
        await presses(house, "taken")
        (entry,) = await logged(house, "intake")
        assert entry.detail["dose_mg"] == 10
        assert "dose" not in entry.detail["assumed"]


async def test_a_button_without_a_shown_dose_marks_the_dose_as_assumed(tmp_path: Path) -> None:
    async with open_rig(tmp_path, on(1, 7, 30)) as house:
        house.clock.move(on(1, 7, 50))
        await house.house.conversation.hear(house.message("patient", press=Press("taken", "2026-01-01T08:00")))
        (entry,) = await logged(house, "intake")
        assert "dose" in entry.detail["assumed"]


async def test_a_number_without_a_unit_is_read_back_as_what_it_was_taken_for(tmp_path: Path) -> None:
    async with open_rig(tmp_path, on(22, 7)) as house:
        await house.until(on(22, 8))
        (noted,) = to_patient(await says(house, "took 5 at 8am"))
        assert "5 mg" in noted.text
        assert wording("en")["intake.assumed.dose_mg"] in noted.text
        assert "undo" in offered(noted)


async def test_a_number_without_a_unit_that_is_more_than_planned_is_asked_about(tmp_path: Path) -> None:
    async with open_rig(tmp_path, on(22, 7)) as house:
        await house.until(on(22, 8))
        said = to_patient(await says(house, "took 80 at 8am"))
        assert await logged(house, "intake") == []
        assert {message.level for message in said} == {"none"}
        assert len(to_patient(await says(house, "10 mg"))) == 1
        assert (await logged(house, "intake"))[-1].detail["dose_mg"] == 10


# --- forms take their answer and nothing else ---


HOURS_ALONE = "30mg/day, plus 10 every 3 days, at 8am noon 4pm and 8pm"


async def asked_how_much(house: Rig) -> None:
    """Under a plan that fixes hours without amounts, the first reminder is answered by its button: the amount is asked for."""
    await house.until(on(1, 8))
    (question,) = await presses(house, "taken")
    assert not AMOUNT.search(question.text)
    await house.until(on(1, 11, 30))


@pytest.mark.parametrize(
    ("words", "taken"),
    [
        ("forgot my 10 mg at noon", []),
        ("I forgot my noon dose", []),
        ("drowsy 4/10", []),
        ("took 5 mg at 11am", [(5, "11:00")]),
        ("10 mg", [(10, "08:00")]),
        ("1 tablet", [(10, "08:00")]),
        ("10", [(10, "08:00")]),
        ("3" * 25, []),
    ],
)
async def test_the_amount_form_takes_an_amount_and_nothing_else(words: str, taken: list[tuple[int, str]], tmp_path: Path) -> None:
    async with open_rig(tmp_path, on(1, 7, 30), plan=HOURS_ALONE) as house:
        await asked_how_much(house)
        await says(house, words)
        assert [(entry.detail["dose_mg"], f"{entry.at:%H:%M}") for entry in await logged(house, "intake")] == taken


@pytest.mark.parametrize(
    ("words", "rated"),
    [
        ("and nausea 6/10", [("drowsiness", None), ("nausea", 6)]),
        ("took 5 mg", [("drowsiness", None)]),
        ("5 mg", [("drowsiness", None)]),
        ("7", [("drowsiness", 7)]),
        ("drowsiness 3/10", [("drowsiness", 3)]),
    ],
)
async def test_the_strength_form_takes_a_strength_of_its_own_effect(
    words: str, rated: list[tuple[str, int | None]], tmp_path: Path
) -> None:
    async with open_rig(tmp_path, on(1, 7, 30)) as house:
        await says(house, "drowsy")
        await says(house, words)
        entries = await logged(house, "side_effect")
        assert [(entry.detail["finding"], entry.detail["severity"]) for entry in entries] == rated


async def test_a_strength_button_of_an_earlier_question_rates_nothing(tmp_path: Path) -> None:
    async with open_rig(tmp_path, on(1, 7, 30)) as house:
        (first,) = await says(house, "drowsy")
        await says(house, "never mind")
        await says(house, "I feel nauseous")
        stale = next(choice for choice in first.choices if choice.id == "severity-9")
        await house.house.conversation.hear(house.message("patient", press=Press(stale.id, stale.about)))
        assert "no longer open" in house.sender.delivered[-1].message.text


async def test_an_intake_is_no_strength_of_a_craving(tmp_path: Path) -> None:
    async with open_rig(tmp_path, on(1, 7, 30)) as house:
        await says(house, "I have a craving")
        await says(house, "took 5 mg")
        assert await logged(house, "craving") == []


# --- overdoses ---


async def test_a_mistyped_overdose_can_be_undone_and_the_case_stays(tmp_path: Path) -> None:
    async with open_rig(tmp_path, on(1, 7, 30)) as house:
        (alarm,) = await says(house, "took 500 mg at 7am")
        assert "mg" not in alarm.text
        if "undo" in offered(alarm):
            await presses(house, "undo")
        assert await logged(house, "intake") == []
        assert await at_the_moment(house, lambda moment: moment.unit.cases.open_for(moment.person.id)) is not None


async def test_the_red_answer_to_an_amount_read_from_an_answer_can_be_undone(tmp_path: Path) -> None:
    async with open_rig(tmp_path, on(1, 7, 30), plan=HOURS_ALONE) as house:
        await asked_how_much(house)
        (alarm,) = await says(house, "500")
        assert alarm.level == "emergency"
        assert "undo" in offered(alarm)
        await presses(house, "undo")
        assert await logged(house, "intake") == []
        assert await at_the_moment(house, lambda moment: moment.unit.cases.open_for(moment.person.id)) is not None


async def test_after_an_overdose_a_missed_intake_is_not_invited_late(tmp_path: Path) -> None:
    async with open_rig(tmp_path, on(22, 7)) as house:
        await house.until(on(22, 9))
        await says(house, "took 60 mg at 9am")
        house.clock.move(on(22, 14))
        answers = await says(house, "forgot my 1pm dose")
        assert all("late-intake-ok" not in answer.rules for answer in answers)
        assert any("ask your prescriber" in answer.text for answer in answers)


async def test_once_the_days_total_is_reached_a_missed_intake_is_not_invited_late(tmp_path: Path) -> None:
    async with open_rig(tmp_path, on(22, 7)) as house:
        await house.until(on(22, 8))
        await says(house, "took 50 mg at 7:55am")  # all of the day's total at once
        house.clock.move(on(22, 14))
        (answer,) = await says(house, "forgot my 1pm dose")
        assert "late-intake-ok" not in answer.rules


# --- nothing names an amount in a freeze, and no example does at any time ---


@pytest.mark.parametrize(
    "words", ["took 5 mg at 7am", "how much have I taken so far today?", "10 mg a day at 8am", "what is my plan?", "help"]
)
async def test_in_a_freeze_no_answer_names_an_amount(words: str, tmp_path: Path) -> None:
    async with open_rig(tmp_path, on(1, 7, 30)) as house:
        await says(house, "took 5 mg at 7:15am")
        await says(house, DANGER)
        answers = await says(house, words)
        assert answers
        assert all(not AMOUNT.search(answer.text) for answer in answers)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_no_example_names_an_amount_that_no_plan_has(language: str) -> None:
    examples = {key: text for key, text in wording(language).items() if key.startswith(("help.", "intake.how", "undo.", "intake.which"))}
    assert len(examples) > 5
    assert [key for key, text in examples.items() if AMOUNT.search(text)] == []
