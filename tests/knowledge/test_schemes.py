"""The schemes that clinicians edit: what the file holds, and what is refused at loading."""

from __future__ import annotations

from datetime import date, time
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from bot.core.decision import Allowed
from bot.core.plan import Dose
from bot.core.titration import check_plan
from bot.knowledge.files import KnowledgeError, root
from bot.knowledge.schemes import Scheme, schemes
from bot.knowledge.sources import cite

START = date(2026, 1, 1)
IDS = ["four-doses-200", "one-tablet-3-days", "fifteen-thirty-ten", "marketing-authorisation"]


def test_every_scheme_of_the_contract_is_there() -> None:
    assert list(schemes()) == IDS


@pytest.mark.parametrize("scheme_id", IDS)
def test_a_scheme_is_sourced_and_can_be_followed(scheme_id: str) -> None:
    scheme = schemes()[scheme_id]
    assert all(source.document.dated for source in cite(scheme.sources, path=scheme_id))
    assert scheme.notes
    plan = scheme.plan(start=START)
    assert plan.scheme == scheme_id
    assert plan.top_up is None
    assert isinstance(check_plan(plan), Allowed)
    assert plan.steps[-1].days is None


def test_bedtime_is_the_hour_that_the_plan_says() -> None:
    scheme = schemes()["four-doses-200"]
    assert scheme.needs_bedtime
    assert scheme.plan(start=START, bedtime=time(23, 30)).steps[0].doses == (Dose(time(8), 5), Dose(time(23, 30), 5))
    assert not schemes()["one-tablet-3-days"].needs_bedtime


@pytest.mark.parametrize(
    ("scheme_id", "every_days", "first"),
    [
        ("one-tablet-3-days", None, [(10, 3), (20, 3), (30, 3)]),
        ("one-tablet-3-days", 7, [(10, 3), (20, 7), (30, 7)]),
        ("fifteen-thirty-ten", None, [(15, 3), (30, 3), (40, 3)]),
        ("marketing-authorisation", None, [(15, 3), (25, 3), (35, 3)]),
        ("marketing-authorisation", 4, [(15, 3), (25, 4), (35, 4)]),
    ],
)
def test_a_rise_goes_on_at_the_pace_that_was_said(scheme_id: str, every_days: int | None, first: list[tuple[int, int]]) -> None:
    plan = schemes()[scheme_id].plan(start=START, every_days=every_days)
    assert [(step.total_mg, step.days) for step in plan.steps[:3]] == first
    assert max(step.total_mg for step in plan.steps) <= 300


@pytest.mark.parametrize("scheme_id", ["four-doses-200", "marketing-authorisation"])
def test_a_pace_that_is_not_the_schemes_is_refused(scheme_id: str) -> None:
    with pytest.raises(ValueError, match=scheme_id):
        schemes()[scheme_id].plan(start=START, every_days=2)


SOUND: dict[str, Any] = {
    "id": "a-scheme",
    "sources": ["S000 table"],
    "tablet_mg": 10,
    "step_back_rule": False,
    "hours": ["08:00", "bedtime"],
    "steps": [{"days": 3, "total_mg": 10, "doses_mg": [5, 5]}, {"days": None, "total_mg": 20, "doses_mg": [10, 10]}],
    "notes": [],
}
FAULTS: list[tuple[str, dict[str, Any], str]] = [
    ("a dose short", {"steps": [{"days": None, "total_mg": 20, "doses_mg": [10, 5]}]}, "adding up"),
    ("an hour short", {"steps": [{"days": None, "total_mg": 20, "doses_mg": [20]}]}, "one dose for each hour"),
    ("an open step in the middle", {"steps": [{"days": None, "total_mg": 10}, {"days": None, "total_mg": 20}]}, "step 1"),
    ("no open end", {"steps": [{"days": 3, "total_mg": 10}]}, "step 1"),
    ("an open step before a rise", {"steps": [{"days": None, "total_mg": 10}], "rise": {"by_mg": 10, "every_days": [3]}}, "step 1"),
    ("a review without a name", {"reviewed_on": START}, "a name and a day"),
    ("a key nobody knows", {"doses": []}, "Extra inputs"),
    ("a step of nothing", {"steps": [{"days": None, "total_mg": 0}]}, "greater than 0"),
    ("no source", {"sources": []}, "at least 1 item"),
    ("an id with capitals", {"id": "A scheme"}, "pattern"),
]


def test_the_sound_scheme_is_accepted() -> None:
    assert Scheme.model_validate(SOUND).plan(start=START).steps[1].total_mg == 20


@pytest.mark.parametrize(("why", "fault", "message"), FAULTS, ids=[why for why, _, _ in FAULTS])
def test_a_doubtful_scheme_is_refused(why: str, fault: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Scheme.model_validate({**SOUND, **fault})


@pytest.mark.parametrize(
    ("why", "said", "instead", "message"),
    [
        ("a document nobody has", "baclocur-smpc", "a-rumour", "a-rumour"),
        ("a quarter of a tablet", "[5, 5, 5, 5]", "[6, 4, 5, 5]", "not-a-half-tablet"),
        ("above the ceiling", "total_mg: 15}", "total_mg: 315}", "ceiling-300"),
    ],
)
def test_a_file_that_no_check_would_let_through_stops_the_loading(tmp_path: Path, why: str, said: str, instead: str, message: str) -> None:
    text = (root() / "schemes.yaml").read_text(encoding="utf-8")
    assert said in text
    (tmp_path / "schemes.yaml").write_text(text.replace(said, instead, 1), encoding="utf-8")
    (tmp_path / "documents.yaml").write_text((root() / "documents.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(KnowledgeError, match=message):
        schemes(tmp_path)
