"""What must hold of the cases after any kill: each history leads to the state of its case, and agrees with what was said of it."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tests.crash.journal import Ledger
from tests.crash.seen import Event, Seen, SeenCase

RESOLVED = {"close": "resolved-safe", "referred": "resolved-referred", "false": "resolved-false-alarm"}
STATES = {
    "claimed": "claimed",
    "released": "open",
    "handed-back": "open",
    "reopened": "open",
    **dict.fromkeys(RESOLVED.values(), "closed"),
}
WATCHED = {"open": {"case-unclaimed"}, "claimed": {"case-unanswered"}, "closed": set[str]()}
"""The timers that a case has in each state: nobody may be left waiting."""

AFTER_THE_END = frozenset({"reopened", "note", "reply"})
"""What may still be written into the history of a closed case."""

SAID_OF = {
    "case.card": ("opened",),
    "moderator.claimed-by-another": ("claimed",),
    "moderator.released": ("released", "paged-again"),
    "moderator.noted": ("note",),
    "moderator.sent": ("reply",),
    "moderator.still-yours": ("owner-reminded",),
}
"""What the first paragraph of a letter tells, and the lines that its transaction wrote. Others depend on who caused them: see `_told`."""

COMPARED = frozenset({*STATES, "opened", "paged-again", "note", "reply", "owner-reminded"})


@dataclass(slots=True)
class Stand:
    """Where a history has led so far."""

    state: str = ""
    owner_id: int | None = None
    may_be_free: bool = False


def findings(seen: Seen, ledger: Ledger) -> list[str]:
    """Everything that is wrong with the cases."""
    lines: defaultdict[int, list[Event]] = defaultdict(list)
    for event in seen.events:
        lines[event.case_id].append(event)
    found = [f"case {case.id}: {what}" for case in seen.cases for what in _of_case(case, lines[case.id], seen)]
    return [*found, *_one_open_case(seen), *_twice(seen), *_told_and_written(seen, ledger), *_asked(seen)]


def _of_case(case: SeenCase, history: Sequence[Event], seen: Seen) -> Iterator[str]:
    if [event.what for event in history[:1]] != ["opened"] or sum(event.what == "opened" for event in history) != 1:
        yield f"its history begins {[event.what for event in history[:3]]}"
    yield from _course(case, history)
    if (case.state == "closed") != case.resolved or case.resolved != case.ended:
        yield f"is {case.state}, resolved {case.resolved}, ended {case.ended}"
    watched = {timer.kind for timer in seen.timers if timer.person_id == case.person_id and timer.subject == str(case.id)}
    if watched != WATCHED[case.state]:
        yield f"is {case.state} and has the timers {sorted(watched)}"


def _course(case: SeenCase, history: Sequence[Event]) -> Iterator[str]:
    """Follow the history to its end, which must be where the case stands."""
    stand = Stand()
    for event in history:
        if stand.state == "closed" and event.what not in AFTER_THE_END:
            yield f"{event.what} after its end"
        _go_on(stand, event)
    # A sign that is worse than what was claimed takes the case back from whoever claimed it: the sign is the line that says so.
    ends = {(stand.state, stand.owner_id), *({("open", None)} if stand.may_be_free else ())}
    if (case.state, case.owner_id) not in ends:
        yield f"is {case.state} (of {case.owner_id}), and its history leads to {stand.state} (of {stand.owner_id})"


def _go_on(stand: Stand, event: Event) -> None:
    stand.state = STATES.get(event.what, stand.state or "open")
    if event.what in STATES:
        stand.owner_id = event.actor_id if stand.state in ("claimed", "closed") else None
    stand.may_be_free = (stand.may_be_free and event.what not in STATES) or (event.what == "sign" and stand.state == "claimed")


def _one_open_case(seen: Seen) -> Iterator[str]:
    for person_id, times in Counter(case.person_id for case in seen.cases if case.state != "closed").items():
        if times > 1:
            yield f"{seen.name(person_id)} has {times} open cases"


def _twice(seen: Seen) -> Iterator[str]:
    """What moderators wrote is different each time."""
    for (what, note), times in Counter((event.what, event.note) for event in seen.events if event.what in ("note", "reply")).items():
        if times > 1:
            yield f"the {what} {note!r} is in the histories {times} times"


def _told_and_written(seen: Seen, ledger: Ledger) -> Iterator[str]:
    """A line and its letters are one transaction: neither is there without the other."""
    written = Counter((event.case_id, event.what) for event in seen.events if event.what in COMPARED)
    told = Counter(_told(seen, ledger))
    for case_id, what in sorted(written.keys() | told.keys()):
        if written[case_id, what] != told[case_id, what]:
            yield f"case {case_id}: {what} is in its history {written[case_id, what]} times and was said {told[case_id, what]} times"


def _asked(seen: Seen) -> Iterator[str]:
    """A check-in names no case: all of them together are as many as the histories hold."""
    asked = len({each.letter.cause for each in seen.letters if each.letter.says == "check-in.how-are-you"})
    written = sum(event.what == "check-in" for event in seen.events)
    if asked != written:
        yield f"{asked} check-ins were posted, and {written} are in the histories"


def _told(seen: Seen, ledger: Ledger) -> Iterator[tuple[int, str]]:
    """The lines that the letters tell of; one cause may have told several moderators."""
    for cause, says, case_id in sorted({(each.letter.cause, each.letter.says, each.letter.about) for each in seen.letters}):
        lines = SAID_OF.get(says, ())
        verb = ledger.updates[cause].text.split(" ")[0] if cause in ledger.updates else cause.split(":")[1] if ":" in cause else ""
        if says == "moderator.closed":
            lines = (RESOLVED[verb],)
        elif says == "case.unclaimed" and verb != "release":
            lines = {"reopen": ("reopened", "paged-again"), "case-unanswered": ("handed-back", "paged-again")}.get(verb, ("paged-again",))
        for what in lines:
            yield case_id or _case_named(ledger, cause), what


def _case_named(ledger: Ledger, cause: str) -> int:
    """The case that a moderator's command names, for answers that do not repeat it."""
    named = re.search(r"\d+", ledger.updates[cause].text)
    return int(named.group()) if named else 0
