"""Reply -> text in the reader's language, at the very end.

A value inside `Words` is plain JSON. What reads differently per language is a tagged object with one key:
{"mg": 7.5} {"clock": "08:00"} {"date": "2026-01-01"} {"moment": "2026-01-01T08:00"} {"finding": "drowsiness"}
{"instant": {"at": "2026-01-01T08:00+01:00", "zone": "Europe/Paris"}} {"emergency": "FR"} {"crisis": "FR"} {"silent": "FR"}
{"country": "FR"} {"pseudonym": "otter-snow"} {"words": key, "values": {...}} {"all": [value, ...]} {"lines": [value, ...]}.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from bot.knowledge.countries import country_name, numbers
from bot.knowledge.findings import finding_name
from bot.knowledge.pseudonyms import pseudonym
from bot.knowledge.wording import calendar, wording
from bot.messages import Json, Reply, Words
from bot.ports import Instant, Label


def render(reply: Reply, *, language: str) -> str:
    """The whole text of a reply: its paragraphs, separated by an empty line."""
    return "\n\n".join(say(words, language=language) for words in reply.words)


def labels(reply: Reply, *, language: str) -> tuple[Label, ...]:
    """The reply's choices with the words on them."""
    return tuple(Label(id=choice.id, about=choice.about, text=label(choice.id, language=language)) for choice in reply.choices)


def instants(reply: Reply, *, language: str) -> tuple[Instant, ...]:
    """The instants that a reply names of somebody else's hours, each with the words that it has in the text."""
    return tuple(found for words in reply.words for value in words.values.values() for found in _instants_in(value, language))


def _instants_in(value: Json, language: str) -> Iterator[Instant]:
    if isinstance(value, dict) and "instant" in value:
        yield Instant(_text(value, language), datetime.fromisoformat(str(_mapping(value["instant"])["at"])))
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _instants_in(inner, language)


def label(choice_id: str, *, language: str) -> str:
    """The words on a button. A scale button (`severity-7`) shows its number."""
    scale, _, number = choice_id.rpartition("-")
    if scale in ("severity", "craving") and number.isdigit():
        return number
    return wording(language)[f"choice.{choice_id}"]


def say(words: Words, *, language: str) -> str:
    """One paragraph. Raises KeyError for a key or value that the knowledge or the caller lacks: a defect, never a guess."""
    values = {name: _text(value, language) for name, value in words.values.items()}
    return wording(language)[words.key].format_map(values)


def mg(amount: float, *, language: str) -> str:
    """An amount in milligrams as people of the language write it."""
    return f"{number(amount, language=language)} mg"


def clock(hour: time, *, language: str) -> str:
    """A wall-clock hour."""
    style = calendar(language)
    return (style.hour_and_minutes if hour.minute else style.hour).format(hour=hour.hour, minute=hour.minute)


def day(on: date, *, language: str) -> str:
    """A day with its weekday, without the year: what people say."""
    style = calendar(language)
    pattern = style.date_first_of_month if on.day == 1 else style.date
    return pattern.format(weekday=style.weekdays[on.weekday()], day=on.day, month=style.months[on.month - 1])


def short_day(on: date, *, language: str) -> str:
    """A day as it stands beside others under a picture: number and month."""
    style = calendar(language)
    return style.short_date.format(day=on.day, month=style.short_months[on.month - 1])


def number(amount: float, *, language: str) -> str:
    """A number as people of the language write it."""
    return f"{amount:g}".replace(".", calendar(language).decimal)


def _text(value: Json, language: str) -> str:
    if isinstance(value, dict):
        if set(value) == {"words", "values"}:
            return say(Words(str(value["words"]), _mapping(value["values"])), language=language)
        ((tag, content),) = value.items()
        return _TAGS[tag](content, language)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return number(value, language=language)
    return str(value)


def _mapping(value: Json) -> Mapping[str, Json]:
    if not isinstance(value, dict):
        raise TypeError("nested words carry their values by name")
    return value


def _all(values: Any, language: str) -> str:
    texts = [_text(value, language) for value in values]
    if len(texts) < 2:
        return "".join(texts)
    return ", ".join(texts[:-1]) + calendar(language).last_of_list + texts[-1]


def _moment(value: Any, language: str) -> str:
    at = datetime.fromisoformat(value)
    return f"{day(at.date(), language=language)}, {clock(at.time(), language=language)}"


def _instant(value: Any, language: str) -> str:
    at = datetime.fromisoformat(value["at"]).astimezone(ZoneInfo(value["zone"]))
    text = _moment(at.replace(tzinfo=None).isoformat(), language)
    return wording(language)["case.their-hours"].format(at=text) if value.get("theirs") else text


_TAGS: Mapping[str, Callable[[Any, str], str]] = {
    "mg": lambda value, language: mg(float(value), language=language),
    "clock": lambda value, language: clock(time.fromisoformat(value), language=language),
    "date": lambda value, language: day(date.fromisoformat(value), language=language),
    "moment": _moment,
    "instant": _instant,
    "finding": finding_name,
    "emergency": lambda value, language: numbers(value, language).emergency,
    "crisis": lambda value, language: numbers(value, language).crisis,
    "in_violence": lambda value, language: numbers(value, language).in_violence,
    "about_violence": lambda value, language: numbers(value, language).about_violence,
    "silent": lambda value, language: numbers(value, language).unable_to_speak or numbers(value, language).crisis,
    "country": country_name,
    "pseudonym": pseudonym,
    "all": _all,
    "lines": lambda values, language: "\n".join(_text(value, language) for value in values),
}
