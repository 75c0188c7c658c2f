"""The check of the knowledge bites: each planted fault is found, and the installed knowledge has none."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import NamedTuple

import pytest

from bot.knowledge.check import check
from bot.knowledge.files import LANGUAGES, KnowledgeError
from bot.knowledge.findings import findings
from bot.knowledge.rules_in_code import rules_in_code

INSTALLED = Path(__file__).parents[2] / "bot" / "knowledge"
NO_CODE = Path(__file__).parent / "nowhere"


@pytest.fixture(name="shelf")
def _shelf(tmp_path: Path) -> Path:
    """A copy of the knowledge files, to plant faults in."""
    for path in INSTALLED.rglob("*.yaml"):
        copy = tmp_path / "knowledge" / path.relative_to(INSTALLED)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
    return tmp_path / "knowledge"


@pytest.fixture(name="known", scope="session")
def _known() -> frozenset[str]:
    """What the check says of the installed files themselves, so that a planted fault is told from it."""
    return frozenset(check(INSTALLED, NO_CODE).doubts)


def test_the_installed_knowledge_has_no_doubt() -> None:
    report = check()
    assert report.doubts == ()


def test_the_report_counts_what_it_looked_at() -> None:
    counts = check(INSTALLED, NO_CODE).counts
    assert counts["all"]["rules"] >= 58
    assert counts["all"]["conflicts"] == 22
    assert counts["fr"] == counts["en"]
    assert all(number > 0 for held in counts.values() for number in held.values())


class Fault(NamedTuple):
    """A text to put in place of another (None: at the end of the file), and what the check must then say."""

    path: str
    old: str | None
    new: str
    doubt: str


FAULTS = {
    "a key that nobody knows": Fault("rules.yaml", "  kind: plan\n", "  kind: plan\n  weight: 3\n", "Extra inputs"),
    "a kind that nobody knows": Fault("rules.yaml", "  kind: plan\n", "  kind: whim\n", "plan-confirm.kind"),
    "a rule without a source": Fault("rules.yaml", "sources: [contract, S001 §5.1]", "sources: []", "plan-confirm.sources"),
    "a seed cited without a place": Fault("rules.yaml", "sources: [contract, S001 §5.1]", "sources: [S001]", "no such place"),
    "a place that a seed does not have": Fault("rules.yaml", "sources: [contract, S001 §5.1]", "sources: [S001 §99]", "no such place"),
    "a source that nobody holds": Fault("rules.yaml", "sources: [contract, S001 §5.1]", "sources: [S009]", "'S009'"),
    "half a review": Fault("rules.yaml", "  kind: plan\n", "  kind: plan\n  reviewed_by: me\n", "a name and a day"),
    "an id written twice": Fault("rules.yaml", "plan-sum-mismatch:", "plan-confirm:", "stands twice"),
    "a rule that answers name and nobody holds": Fault("rules.yaml", "never-double:\n", "never-doubled:\n", "'never-double'"),
    "a date that is none": Fault("documents.yaml", 'date: "2016"', 'date: "last year"', "S002.date"),
    "a document without any day": Fault("documents.yaml", 'date: "2016"', 'url: ""', "on which day it was noted"),
    "a conflict with one side": Fault("conflicts.yaml", '    - {source: S001-chart last page, says: "26 %"}\n', "", "C22.positions"),
    "a conflict on no finding": Fault("conflicts.yaml", "findings: [hypomania]", "findings: [joy]", "no finding joy"),
    "a level that nobody knows": Fault("findings.yaml", "level: emergency", "level: soon", "suffocation.level"),
    "a finding with no such rule": Fault("findings.yaml", "rules: [condition-sleep-apnoea]", "rules: [sleep-well]", "'sleep-well'"),
    "a finding without words": Fault("fr/findings.yaml", "cough:", "toux:", "no words for cough"),
    "an empty name": Fault("fr/findings.yaml", "  name: toux\n", "  name: ''\n", "cough.name"),
    "a sentence without words": Fault("en/facts.yaml", "  ask: Your", "  question: Your", "no words for ask"),
    "an answer that names an amount": Fault("en/facts.yaml", "I give no figure", "try 40 mg", "names 40 mg"),
    "a quotation that was changed": Fault("en/facts.yaml", "exceed 300 mg", "exceed 3000 mg", "names 3000 mg"),
    "a fact with no such conflict": Fault("facts.yaml", "conflicts: [C20]", "conflicts: [C99]", "'C99'"),
    "an answer without a rule": Fault("facts.yaml", "  rules: [unknown-fact]\n", "  rules: []\n", "unknown.rules"),
    "two groups": Fault("substances.yaml", "members: [alcohol]", "members: [alcohol, heroin]", "heroin stands in two groups"),
    "a substance unnamed": Fault("substances.yaml", "members: [levodopa]", "members: [levodopa, helium]", "no words for helium"),
    "a time zone that is none": Fault("countries.yaml", "[Europe/Paris]", "[Europe/Lutetia]", "no time zone Europe/Lutetia"),
    "a country listed twice": Fault("countries.yaml", "  AT: [Europe/Vienna]", "  FR: [Europe/Vienna]", "without: FR"),
    "a number that is no text": Fault("countries.yaml", 'number: "3114"', "number: 3114", "crisis.0.number"),
    "a label without words": Fault("countries.yaml", "label: samu,", "label: smur,", "no words for smur"),
    "a label that hides the number": Fault("fr/countries.yaml", '"{number} (SAMU)"', '"SAMU"', "place of {number}"),
    "a name of two countries": Fault("fr/countries.yaml", "  IT: [Italie,", "  IT: [Espagne,", "names both"),
    "a town in a zone of another country": Fault("places.yaml", "Europe/Brussels:", "Europe/Paris:", "BE: no time zone Europe/Paris there"),
    "a town that stands twice": Fault("places.yaml", "[Brno,", "[Brno, Anvers,", "stands twice"),
    "a name with a capital that is no town": Fault("places.yaml", "[Nice, Tours, Bath", "[Nice, Lutetia, Bath", "no town Lutetia"),
    "words in one language": Fault("en/wording.yaml", None, 'only.here: "hello"\n', "fr/wording.yaml: only.here: missing"),
    "a placeholder renamed": Fault("en/wording.yaml", "{emergency}", "{emergencies}", "other placeholders"),
    "agreed words changed": Fault("fr/wording.yaml", "18 ans ou plus, et", "18 ans, et", "the words that people agree to have changed"),
    "an empty text": Fault("en/wording.yaml", None, 'blank: " "\n', "en/wording.yaml: blank: expected a text"),
    "a brace left open": Fault("en/wording.yaml", "{emergency}", "{emergency", "other placeholders"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_found(shelf: Path, known: frozenset[str], name: str) -> None:
    fault = FAULTS[name]
    file = shelf / fault.path
    text = file.read_text(encoding="utf-8")
    assert fault.old is None or fault.old in text, "the fault has no place to be planted in"
    planted = f"{text}\n{fault.new}" if fault.old is None else text.replace(fault.old, fault.new, 1)
    file.write_text(planted, encoding="utf-8")
    fresh = [said for said in check(shelf, NO_CODE).doubts if said not in known]
    assert any(fault.doubt in said for said in fresh), fresh


def test_a_topic_that_is_understood_and_not_answered_is_found(shelf: Path) -> None:
    for language in LANGUAGES:
        (shelf / language / "terms.yaml").write_text("substances: {}\neffects: {}\n", encoding="utf-8")
        (shelf / language / "understanding.yaml").write_text("rules: [{intent: ask_info, topic: astrology}]\n", encoding="utf-8")
    assert "facts.yaml: astrology: no answer, and fr/understanding.yaml asks for one" in check(shelf, NO_CODE).doubts


@pytest.mark.parametrize("path", ["fr/findings.yaml", "en/wording.yaml", "rules.yaml", "countries.yaml"])
def test_a_missing_file_is_found(shelf: Path, known: frozenset[str], path: str) -> None:
    (shelf / path).unlink()
    assert f"{path}: the file is missing" in set(check(shelf, NO_CODE).doubts) - known


@pytest.mark.parametrize("path", ["fr/calendar.yaml", "en/commands.yaml", "conflicts.yaml", "fr/facts.yaml"])
def test_an_empty_file_is_found(shelf: Path, known: frozenset[str], path: str) -> None:
    (shelf / path).write_text("# nothing\n", encoding="utf-8")
    assert f"{path}: the file is empty" in set(check(shelf, NO_CODE).doubts) - known


@pytest.mark.parametrize("path", ["fr/times.yaml", "en/facts.yaml", "rules.yaml"])
def test_broken_yaml_is_found(shelf: Path, known: frozenset[str], path: str) -> None:
    (shelf / path).write_text("a: [1, 2\n", encoding="utf-8")
    assert any(said.startswith(path) for said in set(check(shelf, NO_CODE).doubts) - known)


def test_a_substance_that_is_recognised_and_not_held_is_found(shelf: Path, known: frozenset[str]) -> None:
    for language in LANGUAGES:
        (shelf / language / "understanding.yaml").write_text("rules: []\n", encoding="utf-8")
        (shelf / language / "terms.yaml").write_text(
            "substances: {baclofen: [baclofen], nectar: [nectar]}\neffects: {bliss: [bliss]}\n", encoding="utf-8"
        )
    fresh = set(check(shelf, NO_CODE).doubts) - known
    assert "substances.yaml: nectar: fr/terms.yaml recognises it" in fresh
    assert "findings.yaml: bliss: en/terms.yaml recognises it" in fresh
    assert "fr/terms.yaml: no words for the substance heroin" in fresh
    assert not any("baclofen:" in said for said in fresh)


def test_every_fault_of_a_file_is_listed_and_not_only_the_first(shelf: Path) -> None:
    file = shelf / "findings.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("course: fades", "course: fast"), encoding="utf-8")
    with pytest.raises(KnowledgeError) as refused:
        findings(shelf)
    assert str(refused.value).count(".course:") > 5


@pytest.mark.parametrize(
    "line",
    [
        'Withheld(("no-such-rule",))',
        'Alarm(level, ("no-such-rule", "never-double"))',
        'Allowed("a-value", ("no-such-rule",))',
        'reply(rules=("no-such-rule",))',
        'reply(rules=tuple(dict.fromkeys((*more, "no-such-rule"))))',
        'bound(rule="no-such-rule")',
        'rules = ["no-such-rule"]',
        'rules: list[str] = ["no-such-rule"]',
        'rules.append("no-such-rule")',
        'STEP_RULES = {"x": "no-such-rule"}',
    ],
)
def test_a_rule_that_the_code_names_and_nobody_holds_is_found(tmp_path: Path, line: str) -> None:
    (tmp_path / "handlers").mkdir()
    (tmp_path / "handlers" / "odd.py").write_text(f"{line}\n", encoding="utf-8")
    named = rules_in_code(tmp_path).rules
    assert named["no-such-rule"] == f"{tmp_path.name}/handlers/odd.py"
    assert "a-value" not in named
    doubts = check(INSTALLED, tmp_path).doubts
    assert f"{tmp_path.name}/handlers/odd.py: names the rule 'no-such-rule', which rules.yaml does not hold" in doubts


@pytest.mark.parametrize(
    "line",
    [
        'def _doubt() -> tuple[str, ...]:\n    return ("no-such-rule",)\n',
        'def _why() -> str:\n    return "no-such-rule" if late else ""\n',
        'Bound("a-value", "no-such-rule")\n',
        'class Doubt(StrEnum):\n    missing = "no-such-rule"\n',
    ],
)
def test_a_rule_that_the_core_decides_by_and_nobody_holds_is_found(tmp_path: Path, line: str) -> None:
    (tmp_path / "core").mkdir()
    (tmp_path / "core" / "odd.py").write_text(line, encoding="utf-8")
    assert set(rules_in_code(tmp_path).rules) == {"no-such-rule"}


def test_a_choice_or_a_wording_key_is_not_taken_for_a_rule(tmp_path: Path) -> None:
    (tmp_path / "odd.py").write_text('say("plan.read-back", Choice("step-up"))\nlabel = "talk-to-human"\n', encoding="utf-8")
    named = rules_in_code(tmp_path)
    assert named.rules == {}
    assert "step-up" in named.strings
    assert named.spoken == {"plan.read-back"}


UNUSED = {
    "rules.yaml: zork: nothing uses it": [("rules.yaml", "zork:\n  kind: plan\n  says: Nothing.\n  sources: [S001 §10]\n")],
    "documents.yaml: zork: nothing cites it": [
        ("documents.yaml", 'zork:\n  kind: guide\n  short: Zork\n  title: Zork\n  authority: 9\n  date: "2020"\n')
    ],
    "findings.yaml: zork: nothing uses it": [
        (
            "findings.yaml",
            "zork:\n  frequency: rare\n  course: fades\n  management: [not_stated]\n  level: none\n"
            "  rules: [hold-side-effect]\n  sources: [S001 §10.2]\n",
        ),
        *((f"{language}/findings.yaml", "zork:\n  name: zork\n  says: Nothing.\n") for language in LANGUAGES),
    ],
    "facts.yaml: zork: nothing uses it": [
        ("facts.yaml", "zork:\n  rules: [unknown-fact]\n  sentences:\n    one: [S001 §10]\n"),
        *((f"{language}/facts.yaml", "zork:\n  one: Nothing.\n") for language in LANGUAGES),
    ],
    "wording.yaml: zork: nothing says it": [(f"{language}/wording.yaml", "zork: Nothing.\n") for language in LANGUAGES],
}


@pytest.mark.parametrize("doubt", UNUSED)
def test_what_nothing_uses_is_a_doubt(shelf: Path, doubt: str) -> None:
    for path, more in UNUSED[doubt]:
        with (shelf / path).open("a", encoding="utf-8") as file:
            file.write(f"\n{more}")
    assert check(shelf).doubts == (doubt,)


def test_a_broken_file_is_named_alone_and_not_buried_under_what_it_holds(shelf: Path) -> None:
    (shelf / "rules.yaml").write_text("plan-confirm: [\n", encoding="utf-8")
    doubts = check(shelf).doubts
    assert doubts
    assert all(said.startswith("rules.yaml") for said in doubts)
