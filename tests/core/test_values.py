"""The small values of the core: levels, flags, decisions, meanings, and a plan as JSON."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, time
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.decision import Alarm, Allowed, Withheld
from bot.core.flags import RED_CODES_WHEN_URGENT, Flag, Screening
from bot.core.levels import Level, worst
from bot.core.meaning import Act, Meaning
from bot.core.plan import Dose, Hold, Plan, Step, TopUp
from bot.core.plan_json import plan_from_json, plan_to_json
from tests.core.given import START, plans

LEVELS = st.sampled_from(Level)


def test_a_decision_without_a_reason_cannot_be_made() -> None:
    with pytest.raises(ValueError, match=r"^a withheld decision names its rules$"):
        Withheld(())
    with pytest.raises(ValueError, match=r"^an alarm names its rules$"):
        Alarm(Level.urgent, ())
    assert Allowed(3).rules == ()


# --- levels and flags ----------------------------------------------------------------------------------------------


def test_levels_are_in_the_order_of_the_contract() -> None:
    assert [level.name for level in sorted(Level)] == ["none", "consult", "check", "urgent", "emergency"]


@given(levels=st.lists(LEVELS), one=LEVELS)
def test_adding_a_level_never_lowers_the_result(levels: list[Level], one: Level) -> None:
    assert worst([*levels, one]) >= worst(levels)
    assert worst(levels) == (max(levels) if levels else Level.none)


def flag(code: str, level: Level) -> Flag:
    return Flag(code, level, 0, 3, "abc")


def test_red_is_an_emergency_or_a_mind_in_danger() -> None:
    assert {code for code in RED_CODES_WHEN_URGENT if flag(code, Level.urgent).is_red} == RED_CODES_WHEN_URGENT
    minds = {"suicidal_thoughts", "self_harm", "hallucinations", "psychosis", "mania"}
    assert minds | {"harm_to_others", "violence_suffered"} == RED_CODES_WHEN_URGENT
    assert flag("withdrawal", Level.emergency).is_red
    assert not flag("withdrawal", Level.urgent).is_red
    assert not flag("suicidal_thoughts", Level.check).is_red


def test_a_screening_has_the_level_and_the_codes_of_its_flags_worst_first() -> None:
    flags = (flag("depression", Level.consult), flag("mania", Level.urgent), flag("seizure", Level.emergency), flag("mania", Level.check))
    screening = Screening("fr", flags)
    assert (screening.level, screening.is_red, screening.codes) == (Level.emergency, True, ("seizure", "mania"))
    assert (Screening("fr").level, Screening("fr").is_red, Screening("fr").codes) == (Level.none, False, ())
    assert Screening("fr", (flag("withdrawal", Level.urgent),)).is_red is False
    assert Screening("fr", (flag("suspected", Level.check),)).codes == ("suspected",)


def test_more_flags_are_added_and_nothing_else_changes() -> None:
    heard = Screening("en", (flag("mania", Level.check),), ("gentle-check",), "abc123")
    more = heard.plus([flag("seizure", Level.emergency)])
    assert (more.language, more.rules, more.knowledge) == ("en", ("gentle-check",), "abc123")
    assert more.flags == (*heard.flags, flag("seizure", Level.emergency))


@given(levels=st.lists(LEVELS, max_size=4))
def test_the_order_of_flags_does_not_matter(levels: list[Level]) -> None:
    flags = [flag("mania", level) for level in levels]
    assert len({(Screening("fr", tuple(order)).level, Screening("fr", tuple(order)).is_red) for order in permutations(flags)}) == 1


def test_the_first_act_is_what_a_message_is_about() -> None:
    meaning = Meaning(language="fr", acts=(Act("log_intake", {"dose_mg": 10}), Act("thanks")), confidence="sure")
    assert (meaning.intent, meaning.slots) == ("log_intake", {"dose_mg": 10})


# --- a plan as JSON ------------------------------------------------------------------------------------------------

FULL = Plan(
    scheme="custom",
    start=START,
    steps=(Step(10, 5, (Dose(time(8), 5), Dose(time(22)))), Step(20, None)),
    holds=(Hold(date(2026, 1, 4), date(2026, 1, 6), "tired"), Hold(date(2026, 2, 1), None, "case", back_to_step=0)),
    tablet_mg=20,
    max_single_mg=30,
    top_up=TopUp(10, 2),
    step_back_rule=True,
    more_tablets_mg=(40, 10),
)


def test_a_plan_is_written_field_by_field() -> None:
    assert plan_to_json(FULL) == {
        "format": 1,
        "scheme": "custom",
        "start": "2026-01-01",
        "steps": [
            {"total_mg": 10, "days": 5, "doses": [{"at": "08:00:00", "mg": 5}, {"at": "22:00:00", "mg": None}]},
            {"total_mg": 20, "days": None, "doses": []},
        ],
        "holds": [
            {"since": "2026-01-04", "until": "2026-01-06", "why": "tired", "back_to_step": None},
            {"since": "2026-02-01", "until": None, "why": "case", "back_to_step": 0},
        ],
        "tablet_mg": 20,
        "max_single_mg": 30,
        "top_up": {"mg": 10, "max_per_day": 2},
        "step_back_rule": True,
        "more_tablets_mg": [40, 10],
    }


def test_a_full_plan_comes_back_as_it_was() -> None:
    assert plan_from_json(json.loads(json.dumps(plan_to_json(FULL)))) == FULL


@given(plan=plans())
def test_every_plan_comes_back_as_it_was(plan: Plan) -> None:
    assert plan_from_json(json.loads(json.dumps(plan_to_json(plan)))) == plan


def test_a_hold_written_before_steps_back_existed_is_read() -> None:
    body = plan_to_json(FULL)
    body["holds"] = [{"since": "2026-01-04", "until": None, "why": ""}]
    assert plan_from_json(body).holds == (Hold(date(2026, 1, 4)),)


def test_a_plan_written_when_there_was_one_strength_is_read() -> None:
    body = plan_to_json(FULL)
    del body["more_tablets_mg"]
    assert plan_from_json(body) == replace(FULL, more_tablets_mg=())


def test_the_strengths_at_hand_are_told_once_each_the_strongest_first() -> None:
    assert FULL.tablets_mg == (40, 20, 10)
    assert replace(FULL, more_tablets_mg=(20, 20)).tablets_mg == (20,)


def test_a_format_that_is_not_known_is_refused() -> None:
    with pytest.raises(ValueError, match="format 2 is not known here, only 1"):
        plan_from_json({**plan_to_json(FULL), "format": 2})
    with pytest.raises(KeyError):
        plan_from_json({})
