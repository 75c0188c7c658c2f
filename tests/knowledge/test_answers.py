"""What may be told to a person: answers by topic, findings, substances. Warm, sourced, and never an instruction on a dose."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.levels import Level
from bot.knowledge.facts import AMOUNT, fact, facts, facts_in
from bot.knowledge.files import LANGUAGES
from bot.knowledge.findings import finding, finding_name, finding_words, findings
from bot.knowledge.substances import substance, substance_name, substances

_TOPICS = """
unsure_taken missed_dose double_dose how_much top_up driving alcohol interaction onset side_effects duration stopping weight
ameisen_test relapse pregnancy kidney epilepsy sleep_apnoea what_is_baclofen ceiling consolidation decrease
largest_single shortest_interval top_up_count days_missed kidney_threshold overdose_amount overdose_signs under_18 older serious_effects
allergy intolerance ulcer psychiatric_history heart liver stroke lungs diabetes urinary parkinson
no_effect half_life indifference habit targeting fractionation impregnation consent_list figures
pace threshold mechanism origin licence brands halves others addictive hospital daily_life unknown
"""
_FINDINGS = """
drowsiness fatigue dizziness headache nausea vomiting digestive_trouble insomnia restlessness restless_legs nightmares sweating
tremor double_vision paraesthesia sensory_trouble tinnitus sexual_trouble memory_trouble emotional_numbness suffocation
muscle_weakness aches sleep_apnoea hypomania gum_pain slurred_speech chest_tightness leg_swelling urinary_trouble salivation
irritability anxiety paranoia nasal_congestion weight_change cramps jerks_in_sleep cough noise_sensitivity skin_numbness hair_loss
dry_mouth depression mania confusion hallucinations morbid_thoughts
"""
TOPICS, FINDINGS = _TOPICS.split(), _FINDINGS.split()

# An order on the treatment, in either language. "N'arrêtez pas" and "do not stop" are the opposite and must stay possible.
ORDERS = re.compile(
    r"(?<!n')\barrêtez\b"
    r"|(?<!ne le )\breprenez\b|\b(?:diminuez|réduisez|augmentez|doublez|baissez|sautez)\b"
    r"|\bprenez (?:un|une|deux|la|votre)\b"
    r"|(?<!not )(?<!never )\bstop (?:taking|the|your)\b"
    r"|(?:^|[.;:,] )(?:please )?(?:reduce|increase|lower|raise|double|skip|take)\b",
    re.IGNORECASE | re.MULTILINE,
)
NUMBER = re.compile(r"\d")


def _told() -> Iterator[tuple[str, str]]:
    for language in LANGUAGES:
        for topic in facts():
            yield f"{language} {topic}", fact(topic, language).text
        for name in findings():
            yield f"{language} {name}", finding_words(name, language)


TOLD = dict(_told())


def test_the_topics_and_findings_are_the_promised_ones() -> None:
    assert list(facts()) == TOPICS
    assert list(findings()) == FINDINGS


@pytest.mark.parametrize("place", TOLD)
def test_nothing_told_is_an_order_about_the_treatment(place: str) -> None:
    assert ORDERS.search(TOLD[place]) is None


@pytest.mark.parametrize(
    "order",
    [
        "Arrêtez le baclofène.",
        "Diminuez ce soir.",
        "Prenez un comprimé.",
        "Stop taking it.",
        "Please reduce it.",
        "You are tired; take two.",
        "Si cela dure, sautez une prise.",
    ],
)
def test_an_order_would_be_seen(order: str) -> None:
    assert ORDERS.search(order)


@pytest.mark.parametrize("allowed", ["N'arrêtez jamais d'un coup.", "Do not stop the treatment.", "Never stop the treatment all at once."])
def test_forbidding_a_sudden_stop_is_no_order_to_stop(allowed: str) -> None:
    assert ORDERS.search(allowed) is None


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", FINDINGS)
def test_what_is_said_of_a_finding_is_short_and_names_no_amount(name: str, language: str) -> None:
    said = finding_words(name, language)
    assert not AMOUNT.search(said)
    assert len(re.findall(r"[.?!](?:\s|$)", said)) <= 2
    assert len(said) < 340


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", FINDINGS)
def test_a_finding_is_named_by_a_lower_case_noun_without_an_article(name: str, language: str) -> None:
    said = finding_name(name, language)
    assert said == said.lower()
    assert not re.match(r"(?:le|la|les|l'|un|une|des|the|an?)\b", said)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("topic", TOPICS)
def test_an_answer_names_no_amount_but_its_labelled_quotations(topic: str, language: str) -> None:
    named = {int(amount) for amount in AMOUNT.findall(fact(topic, language).text)}
    assert named == set(facts()[topic].quotes_mg)


def test_only_the_ceiling_and_the_averages_are_quoted_in_figures_and_they_name_who_says_so() -> None:
    assert {topic.id for topic in facts().values() if topic.quotes_mg} == {"ceiling", "figures"}
    for language in LANGUAGES:
        assert "ANSM (2021)" in fact("ceiling", language).text
        assert all(label in fact("figures", language).text for label in ("S002", "2016", "S000", "2012"))


@pytest.mark.parametrize("topic", TOPICS)
def test_every_answer_is_two_to_five_sourced_sentences_with_rules(topic: str) -> None:
    held = facts()[topic]
    assert 2 <= len(held.sentences) <= 5
    assert all(held.sentences.values())
    assert held.rules


@pytest.mark.parametrize("topic", [topic for topic in TOPICS if topic != "unknown"])
def test_an_answer_shows_a_source_that_is_not_only_our_own_choice(topic: str) -> None:
    assert fact(topic, "fr").sources
    assert fact(topic, "fr").sources == fact(topic, "en").sources


@pytest.mark.parametrize("topic", ["driving", "stopping", "consolidation", "decrease", "ceiling", "weight", "top_up", "kidney"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_disagreement_is_shown_with_its_dates(topic: str, language: str) -> None:
    years = set(re.findall(r"20\d\d", fact(topic, language).text))
    assert len(years) >= 2
    assert facts()[topic].conflicts
    assert "sources-conflict" in fact(topic, language).rules


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_the_sources_do_not_say_is_said_to_be_unknown(language: str) -> None:
    silent = fact("a topic that nobody wrote", language)
    assert silent == fact("unknown", language)
    assert silent.rules == ("unknown-fact",)
    assert silent.sources == ()


@given(topic=st.text(max_size=20), language=st.sampled_from(LANGUAGES))
def test_any_topic_at_all_gets_an_answer_with_a_rule(topic: str, language: str) -> None:
    answer = fact(topic, language)
    assert answer.text.strip()
    assert answer.rules


def test_the_sentences_are_the_same_in_every_language() -> None:
    first, *others = LANGUAGES
    for topic, sentences in facts_in(first).items():
        assert all(list(facts_in(other)[topic]) == list(sentences) for other in others), topic


@pytest.mark.parametrize(
    ("name", "level"),
    [
        ("suffocation", Level.emergency),
        ("chest_tightness", Level.emergency),
        ("paranoia", Level.urgent),
        ("depression", Level.consult),
        ("hypomania", Level.consult),
        ("sleep_apnoea", Level.consult),
        ("tinnitus", Level.consult),
        ("drowsiness", Level.none),
        ("fatigue", Level.none),
        ("confusion", Level.emergency),
        ("mania", Level.urgent),
        ("hallucinations", Level.urgent),
        ("morbid_thoughts", Level.urgent),
    ],
)
def test_a_finding_asks_for_a_human_as_soon_as_its_sources_do(name: str, level: Level) -> None:
    assert finding(name).level is level
    assert finding(name).to_report is (level >= Level.consult)


@pytest.mark.parametrize(
    ("name", "frequency", "course"),
    [
        ("restlessness", "most_common", "may_persist"),
        ("restless_legs", "most_common", "may_persist"),
        ("nightmares", "most_common", "may_persist"),
        ("sweating", "most_common", "may_persist"),
        ("insomnia", "most_common", "may_persist"),
        ("paraesthesia", "less_frequent", "persists"),
        ("tinnitus", "frequent", "persists"),
        ("hypomania", "less_frequent", "not_stated"),
        ("depression", "less_frequent", "not_stated"),
        ("morbid_thoughts", "exceptional", "not_stated"),
        ("mania", "rare", "not_stated"),
        ("confusion", "rare", "resolves_on_stopping"),
        ("hallucinations", "frequent", "fades"),
        ("noise_sensitivity", "listed", "not_stated"),
        ("skin_numbness", "listed", "not_stated"),
        ("tremor", "less_frequent", "may_persist"),
        ("double_vision", "less_frequent", "fades"),
    ],
)
def test_a_finding_is_as_frequent_and_goes_as_its_guides_say(name: str, frequency: str, course: str) -> None:
    assert (finding(name).frequency, finding(name).course) == (frequency, course)


@pytest.mark.parametrize(
    ("name", "management"),
    [
        ("drowsiness", "adapt_hours"),
        ("drowsiness", "no_driving"),
        ("headache", "analgesic"),
        ("insomnia", "hypnotic"),
        ("insomnia", "step_back"),
        ("restlessness", "step_back"),
        ("sweating", "adapt_hours"),
        ("dizziness", "reduce"),
        ("paraesthesia", "reduce"),
        ("sexual_trouble", "ask_about_it"),
        ("sleep_apnoea", "sleep_apnoea_care"),
        ("mania", "urgent_psychiatry"),
        ("confusion", "hospital"),
        ("tremor", "not_stated"),
    ],
)
def test_what_the_guides_do_about_a_finding_is_held_for_clinicians(name: str, management: str) -> None:
    assert management in finding(name).management


def test_a_silent_management_stands_alone() -> None:
    assert all(held.management == ("not_stated",) for held in findings().values() if "not_stated" in held.management)


def test_where_a_guide_counts_people_the_figure_is_told_with_the_guide() -> None:
    counted = {name: held.share_percent for name, held in findings().items() if held.share_percent}
    assert counted == {"hypomania": 5}
    for language in LANGUAGES:
        assert re.search(r"guide .*5 %", finding_words("hypomania", language))


@pytest.mark.parametrize("name", ["restlessness", "insomnia", "nightmares"])
def test_broken_nights_may_lead_to_the_step_back_rule(name: str) -> None:
    assert "step-back-7-days" in finding(name).rules
    assert finding(name).level is Level.consult


@pytest.mark.parametrize("name", [name for name in FINDINGS if findings()[name].level >= Level.emergency])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_finding_that_is_an_emergency_says_to_call(name: str, language: str) -> None:
    assert {"fr": "numéro d'urgence", "en": "emergency number"}[language] in finding_words(name, language)
    assert "emergency-number" in finding(name).rules


def test_a_finding_that_makes_driving_dangerous_says_so() -> None:
    for name in ("drowsiness", "dizziness", "double_vision"):
        assert "driving-during-increase" in finding(name).rules
        assert re.search(r"conduis|volant", finding_words(name, "fr"))
        assert re.search(r"driv", finding_words(name, "en"))


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("methadone", "interaction-opioid"),
        ("buprenorphine", "interaction-opioid"),
        ("codeine", "interaction-opioid"),
        ("tramadol", "interaction-opioid"),
        ("alprazolam", "interaction-sedative"),
        ("promethazine", "interaction-sedative"),
        ("zolpidem", "interaction-sedative"),
        ("alcohol", "interaction-alcohol"),
        ("amitriptyline", "interaction-tricyclic"),
        ("ramipril", "interaction-antihypertensive"),
        ("levodopa", "interaction-levodopa"),
        ("lithium", "interaction-lithium"),
        ("metformin", "interaction-antidiabetic"),
        ("maoi", "interaction-maoi"),
    ],
)
def test_a_substance_leads_to_its_rule_and_to_the_prescriber(name: str, rule: str) -> None:
    assert substance(name).rule == rule
    assert substance(name).level is Level.consult


def test_no_substance_is_more_than_a_matter_to_tell_and_each_has_a_name() -> None:
    for name, held in substances().items():
        assert held.level <= Level.consult
        assert all(substance_name(name, language) for language in LANGUAGES)


def test_an_unknown_substance_or_finding_is_a_defect_and_no_guess() -> None:
    with pytest.raises(KeyError):
        substance("moonshine")
    with pytest.raises(KeyError):
        finding("joy")


def test_answers_hold_figures_only_where_a_source_is_named_beside_them() -> None:
    for place, text in TOLD.items():
        for sentence in re.split(r"(?<=[.?!])\s", text):
            if NUMBER.search(re.sub(r"20\d\d", "", sentence)):
                assert re.search(r"ANSM|guide|enquête|survey|80 %|20 %", sentence), f"{place}: {sentence}"
