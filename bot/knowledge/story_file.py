"""Story files: conversations over days, as YAML (contracts: stories). Reading and refusing; playing is an adapter's."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Literal

from pydantic import Field, ValidationError

from bot.knowledge.files import KnowledgeError, Strict, parse

Crash = Literal["before_send", "after_commit", "handler", "database"]
WORDS_OF_A_STEP = frozenset({"until", "after", "restart", "crash", "expect"})
_DURATION = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(second|minute|min|hour|h|day|d|week|w)s?\s*")
_UNITS = {"second": "seconds", "min": "minutes", "minute": "minutes", "h": "hours", "hour": "hours", "d": "days", "w": "weeks"}


class StoryPerson(Strict):
    """Somebody of the story. `consent: true` skips the first contact; `country` follows the time zone when not given."""

    language: Literal["fr", "en"] = "fr"
    timezone: str = "Europe/Paris"
    country: str | None = None
    consent: bool = False
    role: Literal["patient", "moderator"] = "patient"
    on_duty: bool = False


class Expectation(Strict):
    """What some delivery of a step must be like. `silent` expects that nothing at all is delivered."""

    to: str | None = None
    kind: Literal["reply", "reminder", "check_in", "alert", "case", "notice"] | None = None
    level: Literal["none", "consult", "check", "urgent", "emergency"] | None = None
    rules: tuple[str, ...] = ()
    text: tuple[str, ...] = ()
    not_text: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    attachment: Literal["png", "pdf", "csv", "json", "ics"] | None = None
    silent: bool = False


class Step(Strict):
    """One thing that happens: somebody speaks or presses, time passes, or the process starts again."""

    number: int
    who: str = ""
    text: str = ""
    press: str = ""
    until: datetime | None = None
    after: timedelta | None = None
    restart: bool = False
    crash: Crash | None = None
    expect: tuple[Expectation, ...] = ()


class Story(Strict):
    """The whole conversation."""

    title: str
    start: datetime
    settings: dict[str, Any] = Field(default_factory=dict)
    people: dict[str, StoryPerson] = Field(min_length=1)
    steps: tuple[Step, ...] = Field(min_length=1)


def read_story(text: str, *, name: str) -> Story:
    """A story from its YAML. Raises KnowledgeError with one sentence that names the file and the step or field."""
    data = parse(text, name=name)
    if not isinstance(data, dict) or not isinstance(data.get("steps"), list):
        raise KnowledgeError(f"{name}: a story has a title, a start, people and a list of steps")
    people = data.get("people") or {}
    try:
        start = _moment(data.get("start"), name=name, what="start")
        steps = [_step(number, raw, people, start, name=name) for number, raw in enumerate(data["steps"], start=1)]
        return Story.model_validate({**data, "start": start, "steps": steps})
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise KnowledgeError(f"{name}: {where}: {first['msg']}") from None


def _step(number: int, raw: Any, people: Mapping[str, Any], start: datetime, *, name: str) -> dict[str, Any]:
    where = f"step {number}"
    if not isinstance(raw, dict):
        raise KnowledgeError(f"{name}: {where}: a step is a person's words, a press, or the passing of time")
    speakers = [key for key in raw if key not in WORDS_OF_A_STEP]
    if len(speakers) > 1 or any(speaker not in people for speaker in speakers):
        raise KnowledgeError(f"{name}: {where}: {', '.join(map(str, speakers))}: nobody of that name among the people")
    step: dict[str, Any] = {"number": number, "expect": _expect(raw.get("expect"))}
    if speakers:
        said = raw[speakers[0]]
        pressed = isinstance(said, dict) and set(said) == {"press"}
        step |= {"who": speakers[0], **({"press": _word(said["press"])} if pressed else {"text": _word(said)})}
    if "until" in raw:
        step["until"] = _moment(raw["until"], name=name, what=where, zone=start)
    if "after" in raw:
        step["after"] = _duration(raw["after"], name=name, what=where)
    return {**step, **{key: raw[key] for key in ("restart", "crash") if key in raw}}


def _expect(raw: Any) -> list[dict[str, Any]]:
    one_or_more = raw if isinstance(raw, list) else [raw] if raw else []
    return [{key: _listed(value) if key in _LISTS else value for key, value in one.items()} for one in one_or_more]


def _listed(value: Any) -> list[Any]:
    return [_word(one) for one in (value if isinstance(value, list) else [value])]


def _word(value: Any) -> Any:
    """YAML reads the choice ids `yes` and `no` as truth values: they are words here."""
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else value


_LISTS = frozenset({"rules", "text", "not_text", "choices"})


def _moment(value: Any, *, name: str, what: str, zone: datetime | None = None) -> datetime:
    try:
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    except ValueError:
        raise KnowledgeError(f"{name}: {what}: {value!r} is not a date and time") from None
    if moment.tzinfo is None and zone is not None:
        moment = moment.replace(tzinfo=zone.tzinfo)
    if moment.tzinfo is None:
        raise KnowledgeError(f"{name}: {what}: {value!r} lacks its offset, such as +01:00")
    return moment


def _duration(value: Any, *, name: str, what: str) -> timedelta:
    parts = _DURATION.findall(str(value))
    if not parts or _DURATION.sub("", str(value)).strip(" ,and"):
        raise KnowledgeError(f"{name}: {what}: {value!r} is not a duration such as '2 days' or '30 minutes'")
    return sum((timedelta(**{_UNITS.get(unit, unit + "s"): float(count)}) for count, unit in parts), timedelta())
