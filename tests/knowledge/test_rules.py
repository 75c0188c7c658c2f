"""Rules, conflicts and documents: the promised ids are held, each has a source, and docs/rules.md tells the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.knowledge.conflicts import conflicts
from bot.knowledge.danger import concepts
from bot.knowledge.files import LANGUAGES, KnowledgeError
from bot.knowledge.findings import findings
from bot.knowledge.provenance import UnknownIdError, render_rules, sources
from bot.knowledge.rules import RULE_KINDS, rules
from bot.knowledge.schemes import schemes
from bot.knowledge.silences import silences
from bot.knowledge.sources import Reviewable, cite, documents, labels

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
        ("custom", ["scheme custom", "plan-confirm"]),
        ("max-single", ["silence max-single", "80 mg", "70 mg", "50 mg", "answered by largest_single"]),
        ("overdose", ["danger sign overdose", "danger sign over-200-single", "S001 §11 (2017)"]),
        ("confusion", ["finding confusion", "danger sign confusion", "conflict C12"]),
        ("hallucinations", ["finding hallucinations", "danger sign hallucinations", "S001 §10.2"]),
        ("mania", ["finding mania", "danger sign mania", "urgent_psychiatry"]),
        ("suicidal_thoughts", ["danger sign suicide-plan", "danger sign suicide-loss", "cssrs question 5"]),
        ("withdrawal", ["danger sign withdrawal", "danger sign withdrawal-severe"]),
        ("allergy", ["fact allergy", "danger sign allergy-severe", "condition-allergy"]),
        ("morbid_thoughts", ["finding morbid_thoughts: exceptional", "conflict C11"]),
        ("hypomania", ["about 5 %", "not_stated"]),
    ],
)
def test_sources_show_where_a_thing_comes_from(name: str, shown: list[str]) -> None:
    text = sources(name)
    assert [part for part in shown if part not in text] == []


@pytest.mark.parametrize("name", [*schemes(), *concepts().concepts, *sorted({sign.code for sign in concepts().concepts.values()})])
def test_every_scheme_and_every_danger_sign_shows_its_sources_and_its_review(name: str) -> None:
    text = sources(name)
    assert "  source " in text
    assert "not yet reviewed by a clinician" in text


@pytest.mark.parametrize("name", ["C9", "methadone", "suicide-plan", "four-doses-200"])
def test_whatever_a_clinician_may_sign_says_that_nobody_has(name: str) -> None:
    assert "not yet reviewed by a clinician" in sources(name)


def test_a_danger_sign_cites_documents_that_are_held() -> None:
    for sign, concept in concepts().concepts.items():
        assert cite(concept.sources, path=sign)
        assert concept.finding is None or concept.finding in findings()


@pytest.mark.parametrize(
    ("old", "new", "doubt"),
    [
        ("sources: [cssrs question 5, contract]", "sources: [S009 §1]", "'S009'"),
        ("finding: mania", "finding: joy", "no finding 'joy'"),
        ("sources: [S001 §11]}", "sources: []}", "sources"),
        ("sources: [S001 §11]}", "sources: [S001 §11], reviewed_by: me}", "a name and a day"),
        ("policy: fixed", "policy: loose", "unknown policy 'loose'"),
    ],
)
def test_a_danger_sign_that_cannot_be_trusted_is_refused(old: str, new: str, doubt: str, tmp_path: Path) -> None:
    for path in _knowledge().glob("*.yaml"):
        (tmp_path / path.name).write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    for language in LANGUAGES:
        (tmp_path / language).mkdir()
    file = tmp_path / "danger.yaml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(KnowledgeError, match=re.escape(doubt)):
        concepts(tmp_path)


@pytest.mark.parametrize(
    ("conflict", "place", "details"),
    [
        ("C1", "S001-chart last page", ["630"]),
        ("C1", "rtu-2014", ["120", "180", "300"]),
        ("C9", "S001 §10", ["1 to 4 weeks", "10 to 20 mg every 2 days"]),
        ("C9", "rtu-questions", ["10 or 15 mg every 2 days"]),
        ("C9", "lioresal-leaflet", ["1 to 2 weeks"]),
        ("C9", "swiss-compendium", ["3 weeks", "overdose"]),
        ("C10", "S001-chart last page", ["147", "112", "96", "77", "81, 62, 53 and 42 %"]),
        ("C21", "S003 indication", ["60 g", "40 g"]),
        ("C2", "chevillard-2018", ["3.9"]),
        ("C3", "marsot-2014", ["0.8"]),
    ],
)
def test_a_position_keeps_the_details_of_its_source(conflict: str, place: str, details: list[str]) -> None:
    (said,) = [position.says for position in conflicts()[conflict].positions if position.source.place == place]
    assert [detail for detail in details if detail not in said] == []


def test_the_chart_is_a_document_of_its_own_and_of_its_own_date() -> None:
    chart = documents()["S001-chart"]
    assert chart.date == "2016-01"
    assert documents()["S001"].date == "2017"
    cited = "".join(path.read_text(encoding="utf-8") for path in _knowledge().glob("*.yaml"))
    assert "S001 chart" not in cited


def test_the_page_lists_schemes_choices_and_silences() -> None:
    page = render_rules()
    assert all(f"| `{name}` |" in page for name in (*schemes(), "custom", *silences()))
    promised = (
        "confirm cancel taken taken-earlier snooze-15 skip undo yes no safe not-safe talk-to-human language-fr language-en consent-yes"
    )
    also = (
        "consent-no step-up hold claim release reply note raise-level lower-level resolve-safe resolve-referred resolve-false-alarm reopen"
    )
    assert [choice for choice in (*promised.split(), *also.split()) if f"| `{choice}` |" not in page] == []
    assert "`severity-0` … `severity-10`" in page
    assert "`craving-0` … `craving-10`" in page


def test_an_id_that_nothing_has_is_refused() -> None:
    with pytest.raises(UnknownIdError, match="no-such-thing"):
        sources("no-such-thing")


def _knowledge() -> Path:
    return Path(__file__).parents[2] / "bot" / "knowledge"
