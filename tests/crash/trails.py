"""What must hold of the trail of everybody's data after any kill: each thing that was done left its line, and no line is alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from tests.crash.seen import Seen

NEW_VERSION = frozenset({"plan-added", "plan-changed"})


def findings(seen: Seen) -> list[str]:
    """Everything that is wrong."""
    return [*_told(seen), *_versions(seen)]


def _told(seen: Seen) -> Iterator[str]:
    """Whoever was written to about somebody else stands in that person's trail, once for each letter."""
    letters: Counter[tuple[int, int | None]] = Counter(
        (each, posted.letter.reader) for posted in seen.letters for each in posted.letter.tells_of
    )
    lines = Counter((line.person_id, line.actor_id) for line in seen.trail if line.what == "told")
    for whose, reader in letters.keys() | lines.keys():
        if letters[whose, reader] != lines[whose, reader]:
            yield f"{reader} has {letters[whose, reader]} letters about {seen.name(whose)}, whose trail says {lines[whose, reader]}"


def _versions(seen: Seen) -> Iterator[str]:
    """Every version of a plan came about in the trail."""
    versions = Counter(seen.versions)
    lines = Counter(line.person_id for line in seen.trail if line.what in NEW_VERSION)
    for whose in versions.keys() | lines.keys():
        if versions[whose] != lines[whose]:
            yield f"{seen.name(whose)} has {versions[whose]} versions of the plan, and {lines[whose]} in the trail"
