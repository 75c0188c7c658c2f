"""What is stored of plans and replies comes back equal, and what is not understood is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.levels import Level
from bot.core.plan import Dose, Hold, Plan, Step, TopUp
from bot.core.plan_json import plan_from_json, plan_to_json
from bot.messages import Attachment, Choice, Group, Reply, Urgency, Words
from storage.encoding import reply_from_json, reply_to_json
from tests.storage.samples import PLAN, reply

texts = st.text(max_size=12)
amounts = st.integers(0, 1000)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
values = st.dictionaries(texts, json_values, max_size=3)

doses = st.builds(Dose, at=st.times(), mg=st.none() | amounts)
steps = st.builds(Step, total_mg=amounts, days=st.none() | amounts, doses=st.lists(doses, max_size=4).map(tuple))
holds = st.builds(Hold, since=st.dates(), until=st.none() | st.dates(), why=texts)
plans = st.builds(
    Plan,
    scheme=texts,
    start=st.dates(),
    steps=st.lists(steps, max_size=4).map(tuple),
    holds=st.lists(holds, max_size=2).map(tuple),
    tablet_mg=amounts,
    max_single_mg=st.none() | amounts,
    top_up=st.none() | st.builds(TopUp, mg=amounts, max_per_day=amounts),
    step_back_rule=st.booleans(),
)
replies = st.builds(
    Reply,
    to=st.integers(0, 2**62) | st.sampled_from(Group),
    words=st.lists(st.builds(Words, key=texts, values=values), max_size=3).map(tuple),
    kind=st.sampled_from(["reply", "reminder", "check_in", "alert", "case", "notice"]),
    level=st.sampled_from(Level),
    choices=st.lists(st.builds(Choice, id=texts, about=texts), max_size=3).map(tuple),
    attachments=st.lists(
        st.builds(Attachment, kind=st.sampled_from(["png", "pdf", "csv", "json", "ics"]), name=texts, source=texts, values=values),
        max_size=2,
    ).map(tuple),
    rules=st.lists(texts, max_size=3).map(tuple),
    urgency=st.sampled_from(Urgency),
    key=texts,
)


@given(plans)
def test_a_plan_comes_back_equal(plan: Plan) -> None:
    assert plan_from_json(json.loads(json.dumps(plan_to_json(plan)))) == plan


@given(replies)
def test_a_reply_comes_back_equal(said: Reply) -> None:
    assert reply_from_json(json.loads(json.dumps(reply_to_json(said)))) == said


def test_levels_and_urgencies_are_kept_by_name() -> None:
    encoded = reply_to_json(Reply(to=Group.moderators_on_duty, words=(), level=Level.emergency, urgency=Urgency.urgent))
    assert (encoded["level"], encoded["urgency"], encoded["to"]) == ("emergency", "urgent", {"group": "moderators_on_duty"})


@pytest.mark.parametrize(("value", "encode"), [(PLAN, plan_to_json), (reply(1), reply_to_json)])
def test_no_field_is_forgotten(value: Any, encode: Callable[[Any], dict[str, Any]]) -> None:
    assert encode(value).keys() == {field.name for field in fields(value)} | {"format"}


@pytest.mark.parametrize(
    "change", [{"format": 2}, {"kind": "shout"}, {"level": "dreadful"}, {"urgency": "soon"}, {"to": {"group": "everyone"}}, {"to": None}]
)
def test_a_reply_that_is_not_understood_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        reply_from_json({**reply_to_json(reply(1)), **change})


@pytest.mark.parametrize("change", [{"format": 2}, {"start": "tomorrow"}, {"steps": [{"total_mg": 5}]}, {"top_up": {"mg": 5}}])
def test_a_plan_that_is_not_understood_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        plan_from_json({**plan_to_json(PLAN), **change})


@pytest.mark.parametrize("missing", [field.name for field in fields(Plan) if field.name != "more_tablets_mg"])
def test_a_plan_with_a_part_missing_is_refused_and_not_guessed(missing: str) -> None:
    body = plan_to_json(PLAN)
    del body[missing]
    with pytest.raises(KeyError):
        plan_from_json(body)
