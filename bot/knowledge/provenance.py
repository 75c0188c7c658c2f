"""Where a thing comes from: the text of `palier knowledge sources ID`, and docs/rules.md."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from bot.knowledge.conflicts import Conflict, conflicts
from bot.knowledge.facts import facts, facts_in
from bot.knowledge.files import KnowledgeError
from bot.knowledge.findings import finding_words, findings
from bot.knowledge.rules import RULE_KINDS, Rule, rules
from bot.knowledge.sources import Source, documents
from bot.knowledge.substances import substances

SHOWN_IN = "en"
NOT_REVIEWED = "not yet reviewed by a clinician"

_HEAD = """\
# Rules

Generated from `bot/knowledge/rules.yaml`; do not edit by hand. `palier knowledge sources ID` shows one rule with its sources in full.

Sources: S000 to S004 are the seed documents; `contract` is the project's own choice, without an outside source.
"""

_TITLES = {
    "plan": "Plan",
    "limit": "Limits",
    "intake": "Intakes",
    "timing": "Timing",
    "information": "Information",
    "interaction": "Interactions",
    "condition": "Conditions",
    "danger": "Danger signs",
    "conversation": "Conversation",
}


class UnknownIdError(KnowledgeError):
    """Nothing in the knowledge has this id."""


def sources(name: str) -> str:
    """A rule, fact, finding, substance, conflict or document in plain text: what it says, its sources with dates, the conflicts.

    An id that several of them share is shown for each. Raises UnknownIdError.
    """
    parts = ["\n".join(lines) for show in _SHOWN for lines in [list(show(name))] if lines]
    if not parts:
        raise UnknownIdError(f"nothing in the knowledge has the id {name!r}")
    return "\n\n".join(parts)


def render_rules() -> str:
    """The text of docs/rules.md: every rule by kind, with what it says, its sources and its review."""
    sections = [_section(kind, [rule for rule in rules().values() if rule.kind == kind]) for kind in RULE_KINDS]
    return "\n".join([_HEAD, *sections, _sources_section(), _conflicts_section()])


def _rule(name: str) -> Iterator[str]:
    rule = rules().get(name)
    if rule is None:
        return
    yield f"rule {name} ({rule.kind})"
    yield f"  {rule.says}"
    yield f"  {rule.reviewed or NOT_REVIEWED}"
    yield from _cited(rule.sources)
    yield from _settled(conflict for conflict in conflicts().values() if name in conflict.rules)


def _fact(name: str) -> Iterator[str]:
    topic = facts().get(name)
    if topic is None:
        return
    yield f"fact {name}"
    yield f"  rules: {', '.join(topic.rules)}"
    yield f"  {topic.reviewed or NOT_REVIEWED}"
    for key, cited in topic.sentences.items():
        yield f"  {key}: {facts_in(SHOWN_IN)[name][key]}"
        yield from (f"  {line}" for line in _cited(cited))
    yield from _settled(conflicts()[conflict] for conflict in topic.conflicts)


def _finding(name: str) -> Iterator[str]:
    finding = findings().get(name)
    if finding is None:
        return
    yield f"finding {name}: {finding.frequency}, {finding.course}, level {finding.level.name}"
    yield f"  {finding_words(name, SHOWN_IN)}"
    yield f"  rules: {', '.join(finding.rules)}"
    yield f"  {finding.reviewed or NOT_REVIEWED}"
    yield from _cited(finding.sources)
    yield from _settled(conflict for conflict in conflicts().values() if name in conflict.findings)


def _substance(name: str) -> Iterator[str]:
    substance = substances().get(name)
    if substance is None:
        return
    yield f"substance {name}: level {substance.level.name}, rule {substance.rule}"
    yield from _cited(substance.sources)


def _conflict(name: str) -> Iterator[str]:
    conflict = conflicts().get(name)
    if conflict is not None:
        yield from _disagreement(conflict)


def _document(name: str) -> Iterator[str]:
    document = documents().get(name)
    if document is not None:
        yield f"document {Source(document)}"
        yield f"  authority {document.authority} (1 is the strongest)"


_SHOWN: tuple[Callable[[str], Iterator[str]], ...] = (_rule, _fact, _finding, _substance, _conflict, _document)


def _cited(cited: Iterable[Source]) -> Iterator[str]:
    yield from (f"  source {source}" for source in cited)


def _settled(held: Iterable[Conflict]) -> Iterator[str]:
    for conflict in held:
        yield from (f"  {line}" for line in _disagreement(conflict))


def _disagreement(conflict: Conflict) -> Iterator[str]:
    yield f"conflict {conflict.id}: {conflict.subject}"
    for position in conflict.positions:
        yield f"  {position.source.place} ({position.source.document.dated}): {position.says}"
    authority = ", ".join(source.place for source in conflict.authority)
    yield f"  settled on {authority}: {conflict.settled}"


def _section(kind: str, held: list[Rule]) -> str:
    rows = [(f"`{rule.id}`", rule.says, ", ".join(s.place for s in rule.sources), rule.reviewed or "–") for rule in held]
    return _table(_TITLES[kind], ("id", "says", "sources", "reviewed"), rows)


def _sources_section() -> str:
    rows = [(f"`{d.id}`", _linked(d.title, d.url), d.dated) for d in documents().values()]
    return _table("Sources", ("id", "document", "date"), rows)


def _conflicts_section() -> str:
    rows = [(c.id, c.subject, "; ".join(_position(c)), c.settled) for c in conflicts().values()]
    return _table("Conflicts between sources", ("id", "subject", "positions, newest first", "settled"), rows)


def _table(title: str, columns: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = (f"| {' | '.join(cells)} |" for cells in (columns, ("---",) * len(columns), *rows))
    return "\n".join([f"## {title}", "", *lines, ""])


def _position(conflict: Conflict) -> Iterator[str]:
    yield from (f"{p.source.place} ({p.source.document.date[:4] or 'undated'}): {p.says}" for p in conflict.positions)


def _linked(title: str, url: str) -> str:
    return f"[{title}]({url})" if url else title
