"""Rules, conflicts and documents: the promised ids are held, each has a source, and docs/rules.md tells the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.knowledge.conflicts import conflicts
from bot.knowledge.provenance import UnknownIdError, render_rules, sources
from bot.knowledge.rules import RULE_KINDS, rules
from bot.knowledge.sources import Reviewable, documents, labels

DOCS = Path(__file__).parents[2] / "docs"

# Stories and other systems rely on these ids; they may gain company and never leave.
_PROMISED = """
plan-confirm plan-sum-mismatch not-a-half-tablet start-low plan-not-started step-not-shortened step-due hold-side-effect
step-back-7-days ceiling-after-recurrence ceiling-300 specialist-above-80 prescriber-decides no-dose-by-weight never-double
late-intake-ok late-intake-skip unsure-means-taken day-missed over-plan over-200-single duplicate-entry top-up-only-if-planned
top-up-used never-stop-abruptly taper-too-fast stable-hours split-illustration split-hours-fixed split-infeasible craving-onset
weekend-earliest driving-during-increase ameisen-test consolidation slow-decrease relapse sources-conflict unknown-fact
interaction-opioid interaction-sedative interaction-alcohol interaction-tricyclic interaction-antihypertensive interaction-levodopa
condition-kidney condition-epilepsy condition-sleep-apnoea condition-pregnancy adults-only red-flag-no-dose red-flag-freeze
emergency-number crisis-line moderators-alerted gentle-check one-alert-per-case not-understood
"""
PROMISED = _PROMISED.split()


@pytest.mark.parametrize("name", PROMISED)
def test_every_promised_rule_is_held(name: str) -> None:
    assert name in rules()


def test_every_rule_says_one_sentence_and_cites_something() -> None:
    for rule in rules().values():
        assert rule.says.endswith("."), rule.id
        assert rule.sources, rule.id
        assert rule.kind in RULE_KINDS


def test_a_rule_from_outside_the_seeds_says_so() -> None:
    for name in ("late-intake-ok", "late-intake-skip"):
        assert "general leaflet" in rules()[name].says
        assert any(source.document.id == "nhs-how-to-take" for source in rules()[name].sources)


def test_nobody_has_reviewed_anything_until_a_name_and_a_day_are_written() -> None:
    assert Reviewable().reviewed == ""
    signed = Reviewable.model_validate({"reviewed_by": "a pharmacist", "reviewed_on": "2026-12-01"})
    assert signed.reviewed == "reviewed by a pharmacist on 2026-12-01"


def test_the_twenty_two_conflicts_are_held_with_at_least_two_positions_each() -> None:
    assert list(conflicts()) == [f"C{number}" for number in range(1, 23)]
    assert all(len(conflict.positions) >= 2 for conflict in conflicts().values())


def test_positions_come_newest_first_and_undated_ones_last() -> None:
    for conflict in conflicts().values():
        dates = [position.source.document.date for position in conflict.positions]
        assert dates == sorted(dates, reverse=True), conflict.id


def test_the_regulator_settles_the_maximum() -> None:
    conflict = conflicts()["C1"]
    assert conflict.positions[0].source.document.id == "S003"
    assert [source.document.id for source in conflict.authority] == ["S003"]
    assert "ceiling-300" in conflict.rules


def test_the_five_seed_documents_are_held_and_the_regulator_outranks_them_all() -> None:
    seeds = [documents()[f"S00{number}"] for number in range(5)]
    assert min(seeds, key=lambda document: document.authority).id == "S003"
    assert all(document.date for document in seeds)


def test_literature_can_be_found_again() -> None:
    for document in documents().values():
        if document.kind == "literature":
            assert document.url.startswith("http"), document.id


def test_every_document_is_cited_somewhere() -> None:
    data = "".join(path.read_text(encoding="utf-8") for path in _knowledge().glob("*.yaml") if path.name != "documents.yaml")
    unused = [name for name in documents() if not re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", data)]
    assert unused == []


def test_sources_are_named_to_people_once_each_strongest_first_and_never_our_own_choices() -> None:
    cited = rules()["specialist-above-80"].sources + rules()["top-up-only-if-planned"].sources
    assert labels(cited) == ("ANSM 2021 (S003 recommendations)", "Guide 2017 (S001 §5.5)", "Guide 2012 (S000 table notes)")


def test_the_page_of_rules_is_fresh() -> None:
    assert (DOCS / "rules.md").read_text(encoding="utf-8") == render_rules()


def test_the_page_of_rules_holds_every_rule_and_every_conflict() -> None:
    page = render_rules()
    assert all(f"| `{name}` |" in page for name in rules())
    assert all(f"| {name} |" in page for name in conflicts())


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (
            "ceiling-300",
            ["rule ceiling-300", "S003 recommendations (2021)", "not yet reviewed by a clinician", "conflict C1: maximum a day"],
        ),
        ("never-stop-abruptly", ["conflict C9", "settled on S001 §10"]),
        ("stopping", ["fact stopping", "conflict C9", "S000 table notes (2012-03-26)"]),
        ("insomnia", ["finding insomnia", "level consult", "step-back-7-days", "conflict C15"]),
        ("sleep_apnoea", ["fact sleep_apnoea", "finding sleep_apnoea", "condition-sleep-apnoea"]),
        ("methadone", ["substance methadone", "interaction-opioid", "S004 §D (2020)"]),
        ("C11", ["conflict C11", "S004 §E (2020)", "no instruction on the dose"]),
        ("S003", ["document S003", "https://ansm.sante.fr"]),
    ],
)
def test_sources_show_where_a_thing_comes_from(name: str, shown: list[str]) -> None:
    text = sources(name)
    assert [part for part in shown if part not in text] == []


def test_an_id_that_nothing_has_is_refused() -> None:
    with pytest.raises(UnknownIdError, match="no-such-thing"):
        sources("no-such-thing")


def _knowledge() -> Path:
    return Path(__file__).parents[2] / "bot" / "knowledge"
