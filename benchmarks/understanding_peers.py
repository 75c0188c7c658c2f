"""What public libraries make of the messages and of the expressions of time that our reader is measured on.

Nothing of ours needs them: one that is not installed is skipped, and says so in a line. Where a library gives several readings, any of them
counts; of a stretch of time only its start is looked at, and a part of the day may begin two hours earlier or later than ours.

    pip install dateparser hassil pyduckling-native-phihos 'recognizers-text-suite==1.0.2a2' 'emoji<2'
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as clock
from pathlib import Path
from statistics import median
from typing import Any, Literal
from zoneinfo import ZoneInfo

import yaml

from bot.understanding.language import languages
from bot.understanding.moments import Length, anchor
from bot.understanding.reader import Reader

MOMENTS = Path(__file__).parents[1] / "tests" / "understanding" / "understanding_cases" / "moments.yaml"
MOMENTS_NOW = datetime(2026, 3, 18, 15, 20, tzinfo=ZoneInfo("Europe/Paris"))
DUCKLING_ZONE = ZoneInfo("America/Noronha")
"""Two hours behind Greenwich all year, as the expressions of Duckling are."""
ZONES = "/usr/share/zoneinfo"
PART_OF_A_DAY = timedelta(hours=2)
_HOUR = timedelta(hours=1)

Lean = Literal["past", "future"]
Reading = datetime | date | timedelta
"""When something starts (local, without its offset), on which day, or how long it lasts."""


@dataclass(frozen=True, slots=True)
class When:
    """One expression of time: where it leans, and what it is. `rough`: a stretch of hours, whose start is a matter of taste."""

    source: str
    language: str
    say: str
    now: datetime
    lean: Lean
    meant: Reading
    rough: bool = False

    def is_met(self, read: Reading) -> bool:
        """Whether a reading says the same: days with days, hours to the minute; where the hour is only that of now, the day will do."""
        if isinstance(self.meant, timedelta) or isinstance(read, timedelta):
            return self.meant == read
        if not isinstance(self.meant, datetime):
            return (read.date() if isinstance(read, datetime) else read) == self.meant
        if not isinstance(read, datetime):
            hour = datetime.combine(self.now.date(), self.meant.time())
            return read == self.meant.date() and abs(hour - self.now.replace(tzinfo=None)) < _HOUR
        return abs(read - self.meant) <= (PART_OF_A_DAY if self.rough else timedelta(seconds=59))


Timer = Callable[[When], Sequence[Reading]]
"""The readings of an expression; none when it is not understood."""


def moments(file: Path = MOMENTS) -> Iterator[When]:
    """The moments of our own tests, with the lean of the past and of the future each."""
    for language, cases in yaml.safe_load(file.read_text(encoding="utf-8")).items():
        for case in cases:
            for lean in ("past", "future"):
                if lean in case:
                    yield When("moments", language, case["say"], MOMENTS_NOW, lean, _iso(str(case[lean])))


def duckling_cases(folder: Path) -> Iterator[When]:
    """The expressions of `duckling_time_*.json`, which lean to the future."""
    for path in sorted(folder.glob("duckling_time_*.json")):
        for item in json.loads(path.read_text(encoding="utf-8"))["items"]:
            expected, now = item["expected"], datetime.fromisoformat(item["ref"]).astimezone(DUCKLING_ZONE)
            rough = expected["type"] == "interval" and expected["grain"] == "hour"
            yield When("duckling", item["lang"], item["phrase"], now, "future", _expected(expected), rough)


def _expected(expected: Mapping[str, Any]) -> Reading:
    if expected["type"] == "duration":
        return timedelta(minutes=Length(expected["n"], expected["unit"]).minutes)
    start = datetime.fromisoformat(expected.get("from") or expected["value"])
    return start.date() if expected["grain"] in {"day", "week", "month"} else start


def _iso(said: str) -> Reading:
    return date.fromisoformat(said) if len(said) == len("2026-01-01") else datetime.fromisoformat(said)


def ours(reader: Reader) -> Timer:
    """Our grammar of time; an expression that leaves something over is not understood."""

    def read(when: When) -> list[Reading]:
        tongue = reader.tongues[when.language]
        plain = tongue.writing.plain(when.say)
        atoms = tongue.scanner.times.find(plain)
        if len(atoms) != 1 or re.search(r"[0-9]", plain[: atoms[0].start] + plain[atoms[0].end :]):
            return []
        value = atoms[0].value
        if isinstance(value, Length):
            return [timedelta(minutes=value.minutes)]
        placed = anchor(value, now=when.now, lean=when.lean, parts=tongue.scanner.times.part_hours)
        return [placed.start if placed.hour or value.part else placed.start.date()]

    return read


def by_dateparser() -> Timer:
    """dateparser, told the language and which side of now to prefer."""
    import dateparser

    def read(when: When) -> list[Reading]:
        settings = {"RELATIVE_BASE": when.now.replace(tzinfo=None), "PREFER_DATES_FROM": when.lean}
        found = dateparser.parse(when.say, languages=[when.language], settings=settings)
        return [found.replace(tzinfo=None)] if found else []

    return read


def by_recognizers() -> Timer:
    """recognizers-text-suite: the first expression that it finds. A lone hour is given the nearest day on the side it leans to."""
    from recognizers_date_time import Culture, recognize_datetime

    cultures = {"fr": Culture.French, "en": Culture.English}

    def read(when: When) -> list[Reading]:
        now = when.now.replace(tzinfo=None)
        found = recognize_datetime(when.say, cultures[when.language], reference=now)
        values = (found[0].resolution or {}).get("values", []) if found else []
        said = [value.get("value") or value.get("start") or value.get("end") for value in values]
        return [reading for value, text in zip(values, said, strict=True) if text for reading in _recognized(value["type"], text, when)]

    return read


def _recognized(kind: str, said: str, when: When) -> list[Reading]:
    if kind == "duration":
        return [timedelta(seconds=float(said))]
    now = when.now.replace(tzinfo=None)
    try:
        if re.fullmatch(r"\d\d:\d\d:\d\d", said):
            at = datetime.combine(now.date(), clock.fromisoformat(said))
            ahead = at > now
            return [at - timedelta(days=ahead) if when.lean == "past" else at + timedelta(days=not ahead)]
        return [_iso(said.replace(" ", "T"))]
    except ValueError:
        return []


def by_duckling() -> Timer:
    """Duckling in a wheel: the longest expression that it finds. It always leans to the future."""
    import duckling

    zones = duckling.load_time_zones(ZONES)
    dimensions = ["time", "duration"]

    def read(when: When) -> list[Reading]:
        at = duckling.parse_ref_time(zones, str(when.now.tzinfo), int(when.now.timestamp()))
        context = duckling.Context(at, duckling.default_locale_lang(duckling.parse_lang(when.language.upper())))
        found = duckling.parse(when.say, context, duckling.parse_dimensions(dimensions), False)
        longest = max(found, key=lambda one: one["end"] - one["start"], default=None)
        if longest is None:
            return []
        if longest["dim"] == "duration":
            return [timedelta(seconds=longest["value"]["normalized"]["value"])]
        stretches = [value.get("from") or value.get("to") or value for value in longest["value"]["values"]]
        return [datetime.fromisoformat(stretch["value"]).replace(tzinfo=None) for stretch in stretches]

    return read


TIMERS: Mapping[str, Callable[[], Timer]] = {
    "dateparser": by_dateparser,
    "recognizers-text": by_recognizers,
    "Duckling (wheel)": by_duckling,
}


def told_times(name: str, read: Timer, cases: Sequence[When]) -> str:
    """One line of figures over some expressions."""
    right = wrong = 0
    took = []
    for case in cases:
        before = time.perf_counter()
        readings = read(case)
        took.append((time.perf_counter() - before) * 1000)
        met = any(case.is_met(reading) for reading in readings)
        right += met
        wrong += bool(readings) and not met
    none = len(cases) - right - wrong
    return f"{name:34} n {len(cases):4d}  right {right:4d}  wrong {wrong:4d}  no answer {none:4d}  {median(took):7.2f} ms"


def times(reader: Reader, folder: Path | None, *, without_peers: bool) -> Iterator[str]:
    """Lines of figures over expressions of time: ours, then every peer that is installed."""
    cases = [*moments(), *(duckling_cases(folder) if folder else ())]
    groups = sorted({(case.source, case.language) for case in cases}, reverse=True)
    timers: Mapping[str, Callable[[], Timer]] = {"ours": lambda: ours(reader), **({} if without_peers else TIMERS)}
    for name, load in timers.items():
        try:
            read = load()
        except ImportError as error:
            yield f"{name}: skipped, {error}"
            continue
        for source, language in groups:
            theirs = [case for case in cases if (case.source, case.language) == (source, language)]
            yield told_times(f"time {source} {language}, {name}", read, theirs)


_FIGURE = re.compile(r"[0-9]+(?:[.,][0-9]+)?")
_NO_TEMPLATE = re.compile(r"[^\w' ]")


def plain_words(text: str) -> str:
    """A message without signs, its figures apart from its words: what closed templates are written in."""
    return " ".join(_NO_TEMPLATE.sub(" ", _FIGURE.sub(lambda found: f" {round(float(found[0].replace(',', '.')))} ", text[:200])).split())


def by_hassil() -> Callable[[str, str], str | None]:
    """hassil, with the sentences of our examples as its templates; any figure stands for any other."""
    from hassil import Intents, RangeSlotList, recognize_best

    figures = {"figure": RangeSlotList(name="figure", start=0, stop=999, step=1)}

    def templates(examples: Mapping[str, Sequence[str]]) -> dict[str, Any]:
        found = {intent: {re.sub(r"\b[0-9]+\b", "{figure}", plain_words(text)) for text in texts} for intent, texts in examples.items()}
        return {intent: {"data": [{"sentences": sorted(sentences - {""})}]} for intent, sentences in found.items()}

    books = {code: Intents.from_dict({"language": code, "intents": templates(language.examples)}) for code, language in languages().items()}

    def read(text: str, language: str) -> str | None:
        found = recognize_best(plain_words(text), books[language], slot_lists=figures)
        return found.intent.name if found else None

    return read
