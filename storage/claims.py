"""What every column holds of a person, in clear or not, and how it is exported and erased: the tests fail on one that nobody claims.

Whoever adds a column says it here. A reason for standing in clear is a query that needs it, or that it says nothing of anybody.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from storage.cipher import Field


@dataclass(frozen=True, slots=True)
class Clear:
    """Stands in clear, and why."""

    why: str


@dataclass(frozen=True, slots=True)
class Sealed:
    """Sealed with the person's data key. `spread`: an object whose members are exported as columns of their own."""

    field: Field
    spread: bool = False

    def shown(self, value: Any) -> dict[str, Any]:
        """How an export shows the value."""
        return value if self.spread and isinstance(value, dict) else {self.field.column: value}


@dataclass(frozen=True, slots=True)
class Index:
    """A keyed hash to look something up by. Not exported: what it stands for is, from the column named."""

    of: str


@dataclass(frozen=True, slots=True)
class Wrapped:
    """A key, wrapped by the ring. Never exported."""


Claim: TypeAlias = Clear | Sealed | Index | Wrapped


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """One table. `erased`: how its rows go with their person. `exported`: whether a person's export holds their rows."""

    erased: str
    exported: bool = True
    columns: Mapping[str, Claim]


_ID = Clear("a number: rows refer to each other by it")
_WHOSE = Clear("a number: every query of a person's rows asks for it")
_WHEN = Clear("an instant: rows are asked for and ordered by it")
_DUE = Clear("an instant: what is due is found by it")
_STATE = Clear("a state of the house's own list: queries and indexes ask for it")
_COUNT = Clear("a count: queries ask for it")
_WITH_PERSON = "with the person (foreign key), and by walking the tables"

PLATFORM_ID = Field("account", "platform_id")
FORM = Field("dialogue", "content")
PLAN = Field("plan", "body")
DETAIL = Field("entry", "detail")
CODES = Field("care_case", "codes")
ASKED = Field("question", "content")
RESOLUTION = Field("care_case", "resolution")
NOTE = Field("case_event", "note")
TRACE = Field("trail", "note")
LETTER = Field("outbox", "letter")
LAST_ERROR = Field("outbox", "last_error")

HELD: Final[Mapping[str, Holding]] = {
    "person": Holding(
        erased="the row is deleted",
        columns={
            "id": _ID,
            "role": Clear("one of three words: moderators are listed by it"),
            "language": Clear("one of two words: what is written is chosen by it"),
            "timezone": Clear("a region: due times of many persons are computed by it"),
            "country": Clear("a country: emergency numbers are chosen by it"),
            "consented_at": Clear("an instant: nobody is answered before it"),
            "on_duty": Clear("yes or no, of moderators: pages are addressed by it"),
            "created_at": _WHEN,
            "consent_version": Clear("a number: whoever agreed to an older text is asked again"),
        },
    ),
    "person_key": Holding(
        erased=f"{_WITH_PERSON}; what wraps it is destroyed in the ring after the commit",
        exported=False,
        columns={"person_id": _WHOSE, "key_id": Clear("which key of the ring: rotation asks for it"), "wrapped": Wrapped()},
    ),
    "store_key": Holding(
        erased="never: it is nobody's",
        exported=False,
        columns={
            "name": Clear("what the key is for"),
            "key_id": Clear("which key of the ring: rotation asks for it"),
            "wrapped": Wrapped(),
        },
    ),
    "erased": Holding(
        erased="never: a number that means nobody any more, kept so that every process destroys the key and no copy brings them back",
        exported=False,
        columns={"was": Clear("a number that nobody has any more")},
    ),
    "account": Holding(
        erased=_WITH_PERSON,
        columns={
            "id": _ID,
            "platform": Clear("the name of a platform: what can be sent is found by it"),
            "platform_id": Sealed(PLATFORM_ID),
            "known_as": Index("platform_id"),
            "person_id": _WHOSE,
            "preferred": Clear("yes or no: letters go to the account last written from"),
            "moderates_until": _WHEN,
        },
    ),
    "link_code": Holding(
        erased=f"{_WITH_PERSON}; when it is used, and when it is made anew",
        columns={"person_id": _WHOSE, "known_as": Index("person_id"), "until": _WHEN},
    ),
    "trail": Holding(
        erased=f"{_WITH_PERSON}; in the trails of others the person's number becomes 0",
        columns={
            "id": _ID,
            "person_id": _WHOSE,
            "at": _WHEN,
            "what": Clear("what was done, a word of the house's own list: the audit is read by it"),
            "actor_id": Clear("a number: when they leave it is found by it"),
            "note": Sealed(TRACE),
        },
    ),
    "dialogue": Holding(
        erased=f"{_WITH_PERSON}; a moderator's form about the person as well",
        columns={
            "person_id": _WHOSE,
            "about": Clear("numbers of persons: what is about them goes with them"),
            "content": Sealed(FORM, spread=True),
            "updated_at": _WHEN,
        },
    ),
    "plan": Holding(
        erased=_WITH_PERSON,
        columns={
            "id": _ID,
            "person_id": _WHOSE,
            "version": _COUNT,
            "state": _STATE,
            "body": Sealed(PLAN),
            "confirmed_at": _WHEN,
            "created_at": _WHEN,
            "ended_at": _WHEN,
        },
    ),
    "entry": Holding(
        erased=_WITH_PERSON,
        columns={
            "id": _ID,
            "person_id": _WHOSE,
            "kind": Clear("a word of the house's own list (intake, drink, finding ...), not which or how much: the log is asked for by it"),
            "at": _WHEN,
            "recorded_at": _WHEN,
            "detail": Sealed(DETAIL),
            "undone_at": _WHEN,
        },
    ),
    "care_case": Holding(
        erased=_WITH_PERSON,
        columns={
            "id": _ID,
            "person_id": _WHOSE,
            "level": Clear("a level of the house's own list, not what was found: the queue is ordered by it"),
            "red": Clear("yes or no: the queue is ordered by it"),
            "codes": Sealed(CODES),
            "state": _STATE,
            "opened_at": _WHEN,
            "owner_id": Clear("a number of a moderator: their cases are found by it"),
            "closed_at": _WHEN,
            "resolution": Sealed(RESOLUTION),
        },
    ),
    "case_event": Holding(
        erased="with the person's case; in the history of others' cases the person's number becomes 0",
        columns={
            "id": _ID,
            "case_id": _ID,
            "at": _WHEN,
            "what": Clear("what was done, a word of the house's own list: the audit is read by it"),
            "actor_id": Clear("a number of a moderator: when they leave it is found by it"),
            "note": Sealed(NOTE),
        },
    ),
    "question": Holding(
        erased=f"{_WITH_PERSON}; what was written in the community's channel stays there",
        columns={
            "id": _ID,
            "person_id": _WHOSE,
            "content": Sealed(ASKED, spread=True),
            "asked_at": _WHEN,
            "closed_at": _WHEN,
        },
    ),
    "volunteer": Holding(
        erased=_WITH_PERSON,
        columns={"person_id": _WHOSE, "since": _WHEN},
    ),
    "pair": Holding(
        erased=f"{_WITH_PERSON}, whichever of the two they are",
        columns={
            "id": _ID,
            "person_id": _WHOSE,
            "mentor_id": Clear("a number of a member: whoever is asked for the fewest is found by it"),
            "state": _STATE,
            "asked_at": _WHEN,
            "began_at": _WHEN,
            "ended_at": _WHEN,
        },
    ),
    "timer": Holding(
        erased=_WITH_PERSON,
        columns={
            "id": _ID,
            "person_id": _WHOSE,
            "kind": Clear("a word of the house's own list: timers are put, moved and cancelled by it"),
            "subject": Clear("an hour, a date or a number, and nothing else is let in: timers are put, moved and cancelled by it"),
            "due_at": _DUE,
            "attempt": _COUNT,
        },
    ),
    "outbox": Holding(
        erased=f"{_WITH_PERSON}; letters to others about the person as well",
        columns={
            "id": _ID,
            "key": Index("letter"),
            "person_id": _WHOSE,
            "about": Clear("numbers of persons: what is about them goes with them"),
            "urgency": Clear("a rank: what goes first is found by it"),
            "letter": Sealed(LETTER, spread=True),
            "created_at": _WHEN,
            "next_at": _DUE,
            "attempts": _COUNT,
            "sent_at": _WHEN,
            "dead_at": _WHEN,
            "last_error": Sealed(LAST_ERROR),
            "leased_until": _DUE,
            "leased_by": Clear("a machine and a process: what a dead one held is found by it"),
            "dropped": _STATE,
        },
    ),
    "heard": Holding(
        erased="by age alone (30 days): a keyed hash of an update's number says nothing of anybody",
        exported=False,
        columns={"key": Index("the key of an update, which is kept nowhere"), "at": _WHEN},
    ),
}
