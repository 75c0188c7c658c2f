"""What the knowledge holds and nothing uses: a text that can never be said, a source that nothing cites.

An entry that nothing leads to looks like something people are told, and is not. The program is read as source.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from bot.knowledge.conflicts import conflicts
from bot.knowledge.danger import concepts
from bot.knowledge.facts import facts
from bot.knowledge.files import LANGUAGES
from bot.knowledge.findings import findings
from bot.knowledge.questions import FOLDER
from bot.knowledge.rules import rules
from bot.knowledge.rules_in_code import Named
from bot.knowledge.shelf import read_from
from bot.knowledge.sources import documents
from bot.knowledge.substances import substances

# Wording said by an id that the code works out: `choice.` and a choice, `code.` and the code of a flag.
SPOKEN_BY_ID = (
    "choice.",
    "code.",
    "diary.",
    "entry.",
    "history.",
    "kind.",
    "unreadable.",
    "level.",
    "state.",
    "rule.",
    "interaction.",
    "source.",
    "moderator.",
    "case.",
)


def unused(shelf: Path, named: Named) -> Iterator[str]:
    """Every rule, finding, fact, document and text that neither the program nor the rest of the knowledge leads to."""
    words = _words_lead_to(shelf)
    yield from (f"rules.yaml: {name}: nothing uses it" for name in sorted(set(rules(shelf)) - named.strings - _answering(shelf)))
    yield from (f"findings.yaml: {name}: nothing uses it" for name in sorted(set(findings(shelf)) - named.strings - words))
    yield from (f"facts.yaml: {name}: nothing uses it" for name in sorted(set(facts(shelf)) - named.strings - words))
    cited = _cited(shelf) | named.strings
    yield from (f"documents.yaml: {name}: nothing cites it" for name in sorted(set(documents(shelf)) - cited))
    texts = read_from(f"{LANGUAGES[0]}/wording.yaml", shelf)
    yield from (f"wording.yaml: {key}: nothing says it" for key in sorted(set(texts) - named.strings) if not _said(key, named.spoken))


def _answering(shelf: Path) -> frozenset[str]:
    """The rules that answers, findings and substances lead to."""
    named = {rule for topic in facts(shelf).values() for rule in topic.rules}
    named |= {rule for finding in findings(shelf).values() for rule in finding.rules}
    return frozenset(named | {substance.rule for substance in substances(shelf).values()})


def _words_lead_to(shelf: Path) -> frozenset[str]:
    """The findings and topics that somebody's words can mean, by a cue or by their likeness to questions; a danger sign leads to the
    finding that it is."""
    found = {concept.finding for concept in concepts(shelf).concepts.values() if concept.finding}
    for language in LANGUAGES:
        found |= set(read_from(f"{language}/terms.yaml", shelf).get("effects") or ())
        rows = read_from(f"{language}/understanding.yaml", shelf).get("rules") or ()
        found |= {str(row["topic"]) for row in rows if row.get("topic")}
        for path in sorted((shelf / language / FOLDER).glob("*.yaml")):
            found |= set(read_from(f"{language}/{FOLDER}/{path.name}", shelf).get("questions") or ())
    return frozenset(found)


def _cited(shelf: Path) -> frozenset[str]:
    """The documents that entries cite."""
    sources = [source for rule in rules(shelf).values() for source in rule.sources]
    sources += [source for finding in findings(shelf).values() for source in finding.sources]
    sources += [source for topic in facts(shelf).values() for source in topic.sources]
    sources += [source for substance in substances(shelf).values() for source in substance.sources]
    cited = {source.document.id for source in sources}
    return frozenset(cited | {position.source.document.id for conflict in conflicts(shelf).values() for position in conflict.positions})


def _said(key: str, patterns: Iterable[str]) -> bool:
    return key.startswith(SPOKEN_BY_ID) or any(answers(pattern, frozenset({key})) for pattern in patterns)


def answers(pattern: str, keys: frozenset[str]) -> bool:
    """True when some text has the key, or a key of that shape (`danger.*.do.*`)."""
    if "*" not in pattern:
        return pattern in keys
    head, *rest = pattern.split("*")
    return any(key.startswith(head) and all(part in key for part in rest) for key in keys)
