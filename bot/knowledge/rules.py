"""The rules by their stable ids: what each says, where it comes from, and who reviewed it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, get_args

from pydantic import RootModel

from bot.knowledge.files import KnowledgeError
from bot.knowledge.shelf import load_from
from bot.knowledge.sources import Citations, Reviewable, Source, Text, cite

RuleKind = Literal["plan", "limit", "intake", "timing", "information", "interaction", "condition", "danger", "conversation"]

RULE_KINDS = get_args(RuleKind)
PATH = "rules.yaml"


class _Row(Reviewable):
    says: Text
    kind: RuleKind
    sources: Citations


class _File(RootModel[dict[str, _Row]]):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule. `reviewed` says who reviewed it and when, "" while no clinician has."""

    id: str
    says: str
    kind: RuleKind
    sources: tuple[Source, ...]
    reviewed: str = ""


@cache
def rules(folder: Path | None = None) -> Mapping[str, Rule]:
    """Every rule by its id. Raises KnowledgeError for a rule without a source or with an unknown one."""
    return {name: _rule(name, row, folder) for name, row in load_from(PATH, _File, folder).root.items()}


def known_rules(ids: Iterable[str], *, path: str, folder: Path | None = None) -> tuple[str, ...]:
    """The ids, each checked. Raises KnowledgeError naming `path` for an id that rules.yaml does not hold."""
    found = tuple(ids)
    for name in found:
        if name not in rules(folder):
            raise KnowledgeError(f"{path}: names the rule {name!r}, which rules.yaml does not hold")
    return found


def _rule(name: str, row: _Row, folder: Path | None) -> Rule:
    cited = cite(row.sources, path=f"{PATH}: {name}", folder=folder)
    return Rule(id=name, says=row.says, kind=row.kind, sources=cited, reviewed=row.reviewed)
