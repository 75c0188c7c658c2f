"""Where a thing comes from: the text of `palier knowledge sources ID`, and docs/rules.md."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from bot.knowledge.conflicts import Conflict, Position, conflicts
from bot.knowledge.danger import concepts
from bot.knowledge.facts import facts, facts_in
from bot.knowledge.files import LANGUAGES, KnowledgeError
from bot.knowledge.findings import finding_words, findings
from bot.knowledge.network_weights import load_network
from bot.knowledge.rules import RULE_KINDS, Rule, rules
from bot.knowledge.schemes import Scheme, schemes
from bot.knowledge.signs import LEARNT, examples
from bot.knowledge.silences import silences
from bot.knowledge.sources import Source, cite, documents
from bot.knowledge.substances import substances
from bot.knowledge.weights import load_weights
from bot.knowledge.wording import wording

SHOWN_IN = "en"
NOT_REVIEWED = "not yet reviewed by a clinician"
CUSTOM = "custom"
CUSTOM_SHAPE = "what the prescriber wrote, as the person says it and confirms it"
CONFIRMED = "plan-confirm"
_CHOICE = "choice."
_SCALES = ("severity", "craving")

_HEAD = """\
# Rules

Generated from the files of `bot/knowledge`; do not edit by hand.
`palier knowledge sources ID` shows one rule, or anything else that has an id, with its sources in full.

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
    """A rule, fact, silence, scheme, finding, substance, danger sign (or its code), conflict or document in plain text.

    What it says, its sources with dates, who reviewed it, the conflicts it settles.

    An id that several of them share is shown for each. Raises UnknownIdError.
    """
    parts = ["\n".join(lines) for show in _SHOWN for lines in [list(show(name))] if lines]
    if not parts:
        raise UnknownIdError(f"nothing in the knowledge has the id {name!r}")
    return "\n\n".join(parts)


def render_rules() -> str:
    """The text of docs/rules.md: every rule by kind, with what it says, its sources and its review."""
    sections = [_section(kind, [rule for rule in rules().values() if rule.kind == kind]) for kind in RULE_KINDS]
    pages = (_schemes_section(), _choices_section(), _silences_section(), _sources_section(), _conflicts_section())
    return "\n".join([_HEAD, *sections, *pages])


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
    share = f", about {finding.share_percent} %" if finding.share_percent else ""
    yield f"finding {name}: {finding.frequency}{share}, {finding.course}, level {finding.level.name}"
    yield f"  {finding_words(name, SHOWN_IN)}"
    yield f"  management in the sources, for clinicians: {', '.join(finding.management)}"
    yield f"  rules: {', '.join(finding.rules)}"
    yield f"  {finding.reviewed or NOT_REVIEWED}"
    yield from _cited(finding.sources)
    yield from _settled(conflict for conflict in conflicts().values() if name in conflict.findings)


def _substance(name: str) -> Iterator[str]:
    substance = substances().get(name)
    if substance is None:
        return
    yield f"substance {name}: level {substance.level.name}, rule {substance.rule}"
    yield f"  {rules()[substance.rule].says}"
    yield f"  {substance.reviewed or NOT_REVIEWED}"
    yield from _cited(substance.sources)


def _silence(name: str) -> Iterator[str]:
    silence = silences().get(name)
    if silence is None:
        return
    yield f"silence {name}: {silence.asks}"
    yield f"  looked for in {', '.join(document.id for document in silence.searched)}: not stated"
    yield from (f"  nearest: {_stated(position)}" for position in silence.nearest)
    yield f"  answered by {silence.topic}; rules: {', '.join(silence.rules)}"
    yield f"  {silence.reviewed or NOT_REVIEWED}"


def _scheme(name: str) -> Iterator[str]:
    scheme = schemes().get(name)
    if scheme is None:
        return
    yield f"scheme {name}: {_shape(scheme)}"
    yield from (f"  {note}" for note in scheme.notes)
    yield f"  {scheme.reviewed or NOT_REVIEWED}"
    yield from _cited(cite(scheme.sources, path=name))


def _custom(name: str) -> Iterator[str]:
    if name != CUSTOM:
        return
    yield f"scheme {CUSTOM}: {CUSTOM_SHAPE}"
    yield from _rule(CONFIRMED)


def _danger_sign(name: str) -> Iterator[str]:
    """A danger sign by its own id, or every sign of a code."""
    for sign, concept in concepts().concepts.items():
        if name not in (sign, concept.code):
            continue
        yield f"danger sign {sign}: code {concept.code}, level {concept.level}"
        if concept.finding:
            yield f"  finding: {concept.finding}"
        yield f"  {concept.reviewed or NOT_REVIEWED}"
        yield from _cited(cite(concept.sources, path=sign))


def _conflict(name: str) -> Iterator[str]:
    conflict = conflicts().get(name)
    if conflict is not None:
        yield from _disagreement(conflict)


def _learnt(name: str) -> Iterator[str]:
    """What a rule of the second reader was learnt from: the examples of its sign, by language and author."""
    code = name.removeprefix(LEARNT)
    if not name.startswith(LEARNT) or code not in load_weights().codes:
        return
    yield f"{name}: learnt from what these messages have in common, and the others have not (docs/danger-signs.md)"
    found = [example for example in examples() if example.code == code]
    for language in LANGUAGES:
        authors = sorted({example.author for example in found if example.language == language})
        count = sum(example.language == language for example in found)
        yield f"  {language}: {count} messages by {', '.join(authors)} ({language}/signs)"
    yield f"  weights: {load_weights().fingerprint} and {load_network().fingerprint}, examples: {load_weights().learnt_from}"
    yield "  not yet reviewed by a clinician"


def _document(name: str) -> Iterator[str]:
    document = documents().get(name)
    if document is not None:
        yield f"document {Source(document)}"
        yield f"  authority {document.authority} (1 is the strongest)"


_SHOWN: tuple[Callable[[str], Iterator[str]], ...] = (
    _rule,
    _fact,
    _silence,
    _scheme,
    _custom,
    _finding,
    _substance,
    _danger_sign,
    _learnt,
    _conflict,
    _document,
)


def _cited(cited: Iterable[Source]) -> Iterator[str]:
    yield from (f"  source {source}" for source in cited)


def _settled(held: Iterable[Conflict]) -> Iterator[str]:
    for conflict in held:
        yield from (f"  {line}" for line in _disagreement(conflict))


def _disagreement(conflict: Conflict) -> Iterator[str]:
    yield f"conflict {conflict.id}: {conflict.subject}"
    for position in conflict.positions:
        yield f"  {_stated(position)}"
    authority = ", ".join(source.place for source in conflict.authority)
    yield f"  settled on {authority}: {conflict.settled}"
    yield f"  {conflict.reviewed or NOT_REVIEWED}"


def _stated(position: Position) -> str:
    return f"{position.source.place} ({position.source.document.dated}): {position.says}"


def _shape(scheme: Scheme) -> str:
    """A scheme in one line: its first and last written steps, what follows, its hours."""
    first, last = scheme.steps[0], scheme.steps[-1]
    written = (
        f"{len(scheme.steps)} written steps, {first.total_mg} to {last.total_mg} mg a day"
        if first is not last
        else f"{first.total_mg} mg a day"
    )
    rise = scheme.rise
    then = f", then {rise.by_mg} mg more every {', '.join(map(str, rise.every_days))} days" if rise else ""
    return ", at ".join([f"{written}{then}", *([" ".join(scheme.hours)] if scheme.hours else [])])


def _section(kind: str, held: list[Rule]) -> str:
    rows = [(f"`{rule.id}`", rule.says, ", ".join(s.place for s in rule.sources), rule.reviewed or "–") for rule in held]
    return _table(_TITLES[kind], ("id", "says", "sources", "reviewed"), rows)


def _schemes_section() -> str:
    rows = [(f"`{s.id}`", _shape(s), "; ".join(s.notes) or "–", ", ".join(s.sources), s.reviewed or "–") for s in schemes().values()]
    confirmed = ", ".join(source.place for source in rules()[CONFIRMED].sources)
    rows.append((f"`{CUSTOM}`", CUSTOM_SHAPE, "–", confirmed, "–"))
    return _table("Schemes", ("id", "shape", "notes", "sources", "reviewed"), rows)


def _choices_section() -> str:
    spoken = [wording(language) for language in LANGUAGES]
    ids = [key.removeprefix(_CHOICE) for key in wording(SHOWN_IN) if key.startswith(_CHOICE)]
    rows = [(f"`{each}`", *(words[f"{_CHOICE}{each}"] for words in spoken)) for each in ids]
    rows += [(f"`{scale}-0` … `{scale}-10`", *("0 … 10" for _ in LANGUAGES)) for scale in _SCALES]
    return _table("Choices", ("id", *LANGUAGES), rows)


def _silences_section() -> str:
    rows = [
        (
            f"`{s.id}`",
            s.asks,
            "; ".join(map(_stated, s.nearest)),
            f"`{s.topic}`",
            ", ".join(f"`{rule}`" for rule in s.rules),
            s.reviewed or "–",
        )
        for s in silences().values()
    ]
    return _table("What the sources do not say", ("id", "asked", "nearest, quoted", "answer", "rules", "reviewed"), rows)


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
