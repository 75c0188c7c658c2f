"""Whom a letter or a form is about, besides whom it belongs to: moderators read of patients, and patients may leave."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, bindparam, select

from storage import tables

_PEOPLE = select(tables.care_case.c.person_id).where(tables.care_case.c.id.in_(bindparam("cases", expanding=True)))
_ALIVE = select(tables.person.c.id).where(tables.person.c.id.in_(bindparam("people", expanding=True)))


@dataclass(slots=True)
class Named:
    """Cases and persons that some words name."""

    cases: set[int] = field(default_factory=set)
    people: set[int] = field(default_factory=set)

    def read(self, value: Any) -> None:
        """Note what stands under `case` and `person`, however deep: that is how the house names them in what moderators read."""
        if isinstance(value, Mapping):
            for name, inner in value.items():
                if name == "case":
                    self.cases |= _ids([inner])
                elif name == "person":
                    self.people |= _ids([inner])
                self.read(inner)
        elif isinstance(value, Sequence) and not isinstance(value, str):
            for inner in value:
                self.read(inner)


def people_in_letter(connection: Connection, letter: Mapping[str, Any], reader: int) -> list[int]:
    """The persons that an encoded reply is about, but its reader."""
    named = Named()
    for part in (*letter["words"], *letter["attachments"]):
        named.read(part["values"])
    if letter["kind"] in ("alert", "case"):
        named.cases |= _ids(choice["about"] for choice in letter["choices"])
    return _people(connection, named, reader)


def people_in_form(connection: Connection, answers: Any, owner: int) -> list[int]:
    """The persons that the answers to a form are about, but whose form it is."""
    named = Named()
    named.read(answers)
    return _people(connection, named, owner)


def others(about: str) -> list[int]:
    """What `about` holds."""
    return [int(each) for each in about.split()]


def about(people: Sequence[int]) -> str:
    """What `about` holds for these."""
    return " ".join(map(str, people))


def _people(connection: Connection, named: Named, but: int) -> list[int]:
    if not named.cases and named.people <= {but}:
        return []
    behind = connection.execute(_PEOPLE, {"cases": sorted(named.cases)}).scalars() if named.cases else ()
    asked = ({*behind} | named.people) - {but}
    return sorted(connection.execute(_ALIVE, {"people": sorted(asked)}).scalars()) if asked else []


def _ids(values: Iterable[object]) -> set[int]:
    return {int(str(value)) for value in values if str(value).isascii() and str(value).isdigit()}
