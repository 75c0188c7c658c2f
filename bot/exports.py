"""What a person takes away of theirs, made at the moment of sending: everything as JSON, and the log as a table to read."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bot.core.entry import Entry
from bot.core.person import Person
from bot.knowledge.findings import finding_name
from bot.knowledge.wording import wording
from bot.messages import Attachment
from bot.pictures import FILES as PICTURES
from bot.ports import File, Unit
from bot.replies import mg

_FIRST, _LAST = datetime(1970, 1, 2, tzinfo=UTC), datetime(9998, 1, 1, tzinfo=UTC)
NOT_TOLD = ("finding", "acknowledgement")
"""What the assistant remembers for itself: it is in the JSON, and no line of a diary."""


def everything(unit: Unit, person: Person, attachment: Attachment) -> File:
    """Everything stored about a person."""
    content = json.dumps(unit.people.export(person.id), ensure_ascii=False, indent=2, default=str)
    # Half of a character, kept before such were refused at the door, is written as JSON escapes it.
    return File(kind="json", name=attachment.name, content=content.encode(errors="backslashreplace"))


def diary(unit: Unit, person: Person, attachment: Attachment) -> File:
    """The log as a table in the person's language and hours, oldest first; a spreadsheet opens it as it is."""
    text = wording(person.language)
    table = io.StringIO()
    rows = csv.writer(table, delimiter=";" if person.language == "fr" else ",", lineterminator="\r\n")
    rows.writerow(text[f"diary.{column}"] for column in ("day", "hour", "what", "how-much"))
    zone = ZoneInfo(person.timezone)
    for entry in unit.entries.between(person.id, _FIRST, _LAST):
        if entry.kind not in NOT_TOLD:
            rows.writerow(_row(entry, zone, person.language, text))
    # The mark by which spreadsheets know UTF-8.
    return File(kind="csv", name=attachment.name, content=table.getvalue().encode("utf-8-sig"))


def _row(entry: Entry, zone: ZoneInfo, language: str, text: Mapping[str, str]) -> Iterator[str]:
    local = entry.at.astimezone(zone)
    yield local.date().isoformat()
    yield f"{local:%H:%M}"
    yield finding_name(entry.detail["finding"], language) if entry.kind == "side_effect" else text[f"diary.{entry.kind}"]
    yield _how_much(entry, language)


def _how_much(entry: Entry, language: str) -> str:
    detail = entry.detail
    if entry.kind == "intake" and detail.get("dose_mg") is not None:
        return mg(float(detail["dose_mg"]), language=language)
    strength = detail.get("severity") if entry.kind == "side_effect" else detail.get("score")
    return "" if strength is None else f"{strength:g}/10"


FILES = {"export": everything, "diary": diary, **PICTURES}
"""How each file of a reply is made, by its source."""
