"""What the logs of a running house hold, and what of it is a person's: everything logged is caught, and every line is read.

Two ways of reading, since each sees what the other cannot. Marks: words, ids and amounts so unlikely that wherever they stand in the
logs a person's data went through. Shape: a line of the house is made of known fields, each with its own narrow form, so that words
that nobody thought of marking have no place to stand either.
"""

from __future__ import annotations

import io
import logging
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, redirect_stderr
from dataclasses import dataclass, field
from typing import Final

from bot.app import read_settings, set_up_logging
from bot.settings import override

WORDS = ("zirkonium", "xanthippe", "quokkafell")
"""Said by everybody, in every message: an unlikely thing, a name, a place."""

IDS = ("987654321", "xanthippe-")
"""Every account of a marked person is `Xanthippe-987654321` and a number."""

AMOUNTS = ("13.75", "13,75", "473.25", "473,25")
"""Taken by everybody, in mg: one that is logged, and one that raises an alarm."""

VENDORS = ("sqlalchemy", "alembic", "apscheduler", "asyncio", "aiohttp", "concurrent.futures", "palier")
"""Whoever else logs in the process. Listed by name: SQLAlchemy keeps itself quiet however loud the root is."""

_WORD = r"[A-Za-z_][\w.]*"
_NUMBER = re.compile(r"\d+")
FIELDS: Final[Mapping[str, re.Pattern[str]]] = {
    "timestamp": re.compile(r"'\d{4}-\d\d-\d\dT[\d:.]+Z'"),
    "level": re.compile(r"'(debug|info|warning|error|critical)'"),
    "found": re.compile(r"'(none|consult|check|urgent|emergency)'"),
    "event": re.compile(r"'[a-z]+(\.[a-z-]+)+'"),
    # What failed and where: the name of an exception and of a function, never the exception's own words.
    "trouble": re.compile(rf"'{_WORD}( at [\w<>]+:\d+)?'"),
    "kind": re.compile(r"'[a-z_-]+'"),
    "permanent": re.compile("True|False"),
    # Numbers of rows and counts of them, never of anything that a person said.
    **dict.fromkeys(("row", "rows", "attempt", "port", "heard", "sent", "dropped", "dead"), _NUMBER),
}
"""Every field that a line of the house may have, and its form. Whoever adds one says here why it is nobody's."""

_PAIR = re.compile(r"""(\w+)=('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|\S+)(?:\s|$)""")
_DOSE = re.compile(r"\d[\d.,]*\s?(mg|milligram)\b", re.IGNORECASE)
# Sealed bytes may look like anything, when written out: like "7mG" too.
_SEALED = re.compile(r"""b'(?:[^'\\]|\\.)*'|b"(?:[^"\\]|\\.)*\"""")
# SQLAlchemy's stopwatch, whose seconds could be anybody's amount.
_STOPWATCH = re.compile(r"\[(cached since|generated in|raw sql|no key)[^\]]*\]")
PHRASE = 3
"""So many words in a row that somebody said are no coincidence."""


@dataclass
class Logbook:
    """All that was logged while it was open: the house's own lines, and the records of everybody else."""

    own: io.StringIO = field(default_factory=io.StringIO)
    others: io.StringIO = field(default_factory=io.StringIO)

    @property
    def lines(self) -> list[str]:
        """The house's own lines."""
        return [line for line in self.own.getvalue().splitlines() if line]

    @property
    def everything(self) -> str:
        """Both, as one text."""
        return f"{self.own.getvalue()}\n{self.others.getvalue()}"

    def events(self) -> set[str]:
        """The names of what happened."""
        return {pairs["event"].strip("'") for line in self.lines if "event" in (pairs := dict(_PAIR.findall(line)))}


@contextmanager
def everything_logged(*, statements: bool = True) -> Iterator[Logbook]:
    """Log all there is, with the tracebacks and the words of every exception, into one book.

    `statements`: every statement to the database as well, with its values, which takes half as long again.
    """
    book = Logbook()
    handler = logging.StreamHandler(book.others)  # its formatter writes out exc_info, as any operator's would
    loggers = [logging.getLogger(), *map(logging.getLogger, VENDORS if statements else VENDORS[1:])]
    former = [logger.level for logger in loggers]
    settings = read_settings()
    loggers[0].addHandler(handler)
    for logger in loggers:
        logger.setLevel(logging.DEBUG)
    try:
        with redirect_stderr(book.own):
            set_up_logging(override(settings, {"log_level": "debug"}))
            yield book
    finally:
        set_up_logging(settings)
        loggers[0].removeHandler(handler)
        for logger, level in zip(loggers, former, strict=True):
            logger.setLevel(level)


def personal(book: Logbook, said: Iterable[str] = ()) -> list[str]:
    """Everything of a person that the book holds: marks, doses, what was said, and lines of a shape that could hold any of it."""
    # A beat says the same thing thousands of times: once is enough to be read.
    text = "\n".join(dict.fromkeys(_STOPWATCH.sub("", book.everything).splitlines()))
    plain = _plain(text)
    found = [f"mark {mark!r}" for mark in (*WORDS, *IDS, *AMOUNTS) if re.search(rf"(?<!\d){re.escape(mark)}(?!\d)", plain)]
    found += [f"dose {each.group()!r}" for each in _DOSE.finditer(_SEALED.sub("", text))]
    found += [f"words {phrase!r}" for phrase in sorted(phrases(said) & phrases([plain]))]
    return found + [trouble for line in book.lines for trouble in misshapen(line)]


def phrases(said: Iterable[str]) -> set[str]:
    """Every few words in a row of what was said, in one spelling. A word or two in a row may be those of any program."""
    runs: set[str] = set()
    for message in said:
        words = re.findall(r"\w+", _plain(message))
        runs.update(map(" ".join, zip(*(words[at:] for at in range(PHRASE)), strict=False)))
    return {run for run in runs if len(run) > 2 * PHRASE}


def _plain(text: str) -> str:
    """Without case and accents: logs quote in their own way."""
    if text.isascii():
        return text.lower()
    return "".join(each for each in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(each))


def misshapen(line: str) -> Iterator[str]:
    """What of a line of the house is no known field in its known form."""
    rest = _PAIR.sub("", line).strip()
    if rest:
        yield f"not a field: {rest!r}"
    for name, value in _PAIR.findall(line):
        if name not in FIELDS:
            yield f"unknown field {name!r}"
        elif not FIELDS[name].fullmatch(value):
            yield f"{name} holds {value}"
