"""The hazard log is complete and true: every rule stands in it, and every test that it names exists."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from bot.knowledge.rules import rules
from tests.houses import rig, settings_in
from tests.talks import TABLE, TABLE_EN, Talk, answer_of

TESTS = Path(__file__).parent
LOG = TESTS.parent / "docs" / "hazards.md"
COLUMNS = ("hazard", "cause", "harm", "rule", "test")


@dataclass(frozen=True, slots=True)
class Hazard:
    """One row of the log."""

    hazard: str
    cause: str
    harm: str
    rule: str
    test: str


def hazards(markdown: str) -> tuple[Hazard, ...]:
    """Every row of every table. Raises ValueError for a row that does not have its five cells."""
    rows = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in markdown.splitlines() if line.startswith("|")]
    filled = [row for row in rows if tuple(row) != COLUMNS and not set("".join(row)) <= {"-"}]
    broken = [row for row in filled if len(row) != len(COLUMNS) or not all(row)]
    if broken:
        raise ValueError(f"not a row of the log: {broken[0]}")
    return tuple(Hazard(*row) for row in filled)


def faults(markdown: str) -> Iterator[str]:
    """What is wrong with a log: rules that nobody knows, rules that are missing, tests that do not exist."""
    held = hazards(markdown)
    for row in held:
        if not (row.rule.startswith("`") and row.rule.strip("`") in rules()):
            yield f"no rule {row.rule}"
        if not (row.test.startswith("`") and _exists(row.test.strip("`"))):
            yield f"no test {row.test}"
    yield from (f"no hazard for {rule}" for rule in rules() if f"`{rule}`" not in {row.rule for row in held})


def _exists(named: str) -> bool:
    file, _, name = named.partition("::")
    return name.startswith("test_") and name in _tests_of(TESTS / file)


@cache
def _tests_of(path: Path) -> frozenset[str]:
    if not path.is_file():
        return frozenset()
    tree = ast.parse(path.read_text("utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)))


def test_every_rule_has_its_hazard_and_every_hazard_its_test() -> None:
    log = LOG.read_text("utf-8")
    assert len(hazards(log)) >= len(rules()) > 50
    assert list(faults(log)) == []


GOOD = "| A hazard | a cause | a harm | `ceiling-300` | `test_hazards.py::test_a_fault_of_the_log_is_seen` |"


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (GOOD.replace("ceiling-300", "ceiling-400"), "no rule `ceiling-400`"),
        (GOOD.replace("`ceiling-300`", "ceiling-300"), "no rule ceiling-300"),
        (GOOD.replace("is_seen", "is_dreamt"), "no test `test_hazards.py::test_a_fault_of_the_log_is_dreamt`"),
        (GOOD.replace("test_hazards.py", "test_nothing.py"), "no test `test_nothing.py::test_a_fault_of_the_log_is_seen`"),
        (GOOD.replace("test_hazards.py::", ""), "no test `test_a_fault_of_the_log_is_seen`"),
        (GOOD.replace("test_a_fault_of_the_log_is_seen", "hazards"), "no test `test_hazards.py::hazards`"),
        (GOOD, "no hazard for never-double"),
    ],
)
def test_a_fault_of_the_log_is_seen(row: str, fault: str) -> None:
    assert fault in list(faults(row))


def test_a_good_row_has_no_fault_of_its_own() -> None:
    assert [fault for fault in faults(GOOD) if not fault.startswith("no hazard for")] == []
    assert "no hazard for ceiling-300" not in list(faults(GOOD))


@pytest.mark.parametrize("row", ["| a | b | c | `ceiling-300` |", "| a | b |  | `ceiling-300` | `test_hazards.py::test_x` |"])
def test_a_row_without_its_five_cells_is_refused(row: str) -> None:
    with pytest.raises(ValueError, match="not a row of the log"):
        hazards(row)


# --- rules that live in what is said -------------------------------------------------------------------------------

SAID = [
    ("no-dose-by-weight", "la dose dépend du poids ?", "does the dose depend on my weight?"),
    ("condition-kidney", "j'ai une insuffisance rénale", "I have kidney failure"),
    ("condition-epilepsy", "je suis épileptique", "I have epilepsy"),
    ("condition-sleep-apnoea", "je fais de l'apnée du sommeil", "I have sleep apnoea"),
    ("condition-pregnancy", "je suis enceinte", "I'm pregnant"),
    ("stable-hours", "je peux changer les heures de mes prises ?", "can I change the hours of my doses?"),
    ("ameisen-test", "c'est quoi le test d'Ameisen ?", "what is the Ameisen test?"),
    ("interaction-alcohol", "je peux boire de l'alcool avec le baclofène ?", "can I drink alcohol with baclofen?"),
    ("interaction-other", "je peux prendre du Doliprane ?", "can I take paracetamol?"),
    ("gentle-check", "à quoi bon continuer", "what's the point of going on"),
    ("relapse", "que faire si je rechute ?", "what if I relapse?"),
    ("ceiling-300", "quelle est la dose maximale ?", "what is the maximum dose?"),
    ("consolidation", "c'est quoi la consolidation ?", "what is consolidation?"),
    ("slow-decrease", "comment on diminue après ?", "how does the decrease go later?"),
]


@pytest.mark.parametrize(("rule", "says"), [(rule, says) for rule, *both in SAID for says in both])
async def test_words_reach_the_rule_that_answers_them(rule: str, says: str, tmp_path: Path) -> None:
    english = says in {both[1] for _, *both in SAID}
    heard, _ = await answer_of(Talk(row=rule, says=says, plan=TABLE_EN if english else TABLE), tmp_path)
    assert rule in {named for message in heard for named in message.rules}, heard


async def test_the_first_words_say_that_it_is_for_adults(tmp_path: Path) -> None:
    async with rig(settings_in(tmp_path)) as house:
        heard = await house.says("newcomer", "bonjour")
    assert "adults-only" in {rule for message in heard for rule in message.rules}
    assert "18" in heard[0].text
