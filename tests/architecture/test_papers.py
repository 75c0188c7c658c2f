"""The papers of the house are whole: fragments, decisions, settings, licence, and links that lead somewhere."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel

from bot.knowledge.rules import rules
from bot.settings import PREFIX, Settings
from tests.architecture.tree import ROOT, texts

CHANGES = ROOT / "changes"
DECISIONS = ROOT / "docs" / "adr"
KINDS = frozenset({"safety", "feature", "fix", "doc", "internal"})
GUARDING = frozenset({"danger", "limit", "intake", "interaction", "condition"})
"""The kinds of rules that guard a life."""

FRAGMENT = re.compile(r"^[a-z0-9]+(?:-[a-z0-9]+)*\.(?P<kind>[a-z]+)\.md$")


def faults_of(name: str, text: str) -> Iterator[str]:
    """What is wrong with one fragment."""
    shaped = FRAGMENT.match(name)
    if shaped is None or shaped["kind"] not in KINDS:
        yield f"{name}: expected words-with-hyphens.KIND.md with a kind among {', '.join(sorted(KINDS))}"
        return
    first, *rest = text.splitlines()
    if not re.match(r"^[A-Z`].*\.$", first) or (rest and rest[0]):
        yield f"{name}: expected one sentence, then an empty line before the rest"
    if shaped["kind"] == "safety":
        yield from _faults_of_safety(name, text)


def _faults_of_safety(name: str, text: str) -> Iterator[str]:
    named = rules_named(text)
    if not named:
        yield f"{name}: names no rule"
    yield from (f"{name}: the knowledge knows no rule {rule}" for rule in sorted(named - rules().keys()))
    if not re.search(r"^Sources?: \S", text, re.MULTILINE):
        yield f"{name}: names no source"


def rules_named(text: str) -> set[str]:
    """The ids in backquotes."""
    return set(re.findall(r"`([a-z0-9]+(?:-[a-z0-9]+)+)`", text))


def fragments() -> dict[str, str]:
    """Every fragment that waits for a release."""
    return {path.name: path.read_text("utf-8") for path in sorted(CHANGES.iterdir()) if path.name != "README.md"}


def test_every_fragment_is_well_made() -> None:
    assert [fault for name, text in fragments().items() for fault in faults_of(name, text)] == []


def test_every_rule_that_guards_a_life_was_announced() -> None:
    changelog = ROOT / "CHANGELOG.md"
    announced = "\n".join(text for name, text in fragments().items() if name.endswith(".safety.md"))
    announced += changelog.read_text("utf-8") if changelog.exists() else ""
    guarding = {rule.id for rule in rules().values() if rule.kind in GUARDING}
    assert len(guarding) > 20
    assert sorted(guarding - rules_named(announced)) == []


def test_the_kinds_are_those_that_the_page_explains() -> None:
    explained = re.findall(r"^\| `([a-z]+)` \|", (CHANGES / "README.md").read_text("utf-8"), re.MULTILINE)
    assert set(explained) == KINDS


@pytest.mark.parametrize(
    ("name", "text", "fault"),
    [
        ("words.hotfix.md", "A sentence.\n", "expected words-with-hyphens"),
        ("Words.fix.md", "A sentence.\n", "expected words-with-hyphens"),
        ("words.md", "A sentence.\n", "expected words-with-hyphens"),
        ("words.fix.md", "no sentence\n", "expected one sentence"),
        ("words.fix.md", "A sentence.\nAnd more.\n", "expected one sentence"),
        ("words.safety.md", "A sentence.\n\nSource: S001.\n", "names no rule"),
        ("words.safety.md", "A sentence.\n\n`always-double`\nSource: S001.\n", "knows no rule always-double"),
        ("words.safety.md", "A sentence.\n\n`never-double`\n", "names no source"),
    ],
)
def test_a_fault_of_a_fragment_is_seen(name: str, text: str, fault: str) -> None:
    assert any(fault in found for found in faults_of(name, text))


SECTIONS = ("Status: ", "## Why\n", "## Decision\n", "## Rejected\n", "## What it costs\n")


def test_every_decision_is_whole_numbered_and_listed() -> None:
    pages = sorted(path for path in DECISIONS.iterdir() if path.name != "README.md")
    index = (DECISIONS / "README.md").read_text("utf-8")
    assert [page.name[:4] for page in pages] == [f"{number:04}" for number in range(1, len(pages) + 1)]
    assert pages
    assert [page.name for page in pages if f"]({page.name})" not in index] == []
    assert [(page.name, part) for page in pages for part in SECTIONS if part not in page.read_text("utf-8")] == []


def dead_links(path: str, text: str) -> Iterator[str]:
    """Links of a page to a place in the repository where nothing is."""
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text):
        if not re.match(r"[a-z]+:", target) and not (ROOT / Path(path).parent / target).exists():
            yield f"{path}: {target}"


def test_every_link_leads_somewhere() -> None:
    pages = {path: text for path, text in texts() if path.endswith(".md")}
    assert "CONTRIBUTING.md" in pages
    assert [link for path, text in pages.items() for link in dead_links(path, text)] == []


def test_a_dead_link_is_seen() -> None:
    assert list(dead_links("docs/page.md", "[a](nowhere.md) [b](glossary.md) [c](https://example.org)")) == ["docs/page.md: nowhere.md"]


def setting_names(model: type[BaseModel], prefix: str) -> Iterator[str]:
    """Every environment variable that fills a field, inner fields included."""
    for name, field in model.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from setting_names(inner, f"{prefix}{name.upper()}__")
        else:
            yield f"{prefix}{name.upper()}"


def test_the_example_of_settings_names_every_setting_and_no_other() -> None:
    shown = re.findall(r"^# ?([A-Z_0-9]+)=", (ROOT / ".env.example").read_text("utf-8"), re.MULTILINE)
    assert sorted(shown) == sorted(setting_names(Settings, PREFIX))
    assert shown


def test_the_example_shows_the_defaults(tmp_path: Path) -> None:
    uncommented = re.sub(r"^# ?(?=[A-Z_0-9]+=)", "", (ROOT / ".env.example").read_text("utf-8"), flags=re.MULTILINE)
    (tmp_path / "env").write_text(uncommented, "utf-8")
    assert Settings(_env_file=tmp_path / "env") == Settings(_env_file=None)


def test_the_licence_is_the_one_that_the_package_declares() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    licence = (ROOT / "LICENSE").read_text("utf-8")
    assert declared["license"] == "Apache-2.0"
    assert "Apache License\n                           Version 2.0, January 2004" in licence
    assert "END OF TERMS AND CONDITIONS" in licence
