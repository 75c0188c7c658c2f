"""What the reader makes of messages it has never seen, and what public peers make of the same, in one run.

The messages are the exam of tests/understanding/understanding_exam: by two authors whose sentences no example comes from.

    python -m benchmarks.understanding [--typos] [--without-peers] [--times FOLDER]

Expressions of time are those of our own tests, and the `duckling_time_{fr,en}.json` of the folder when one is given. Which peers there
are, and how they are scored: `benchmarks/understanding_peers.py`.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import product
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import yaml

from benchmarks.understanding_peers import by_hassil, times
from bot.core.meaning import Meaning
from bot.understanding.reader import Reader

EXAM = Path(__file__).parents[1] / "tests" / "understanding" / "understanding_exam"
DOSE = ("dose_mg", "tablets", "doses")
NOW = "2025-03-12T15:20"
"""When every message of the exam was said: an intake without an hour is one of now."""


@dataclass(frozen=True, slots=True)
class Case:
    """One message of the exam: what it asks for, what else it does, and what it says. `kind`: ordinary, hard."""

    author: str
    language: str
    kind: str
    say: str
    intent: str
    also: frozenset[str]
    slots: dict[str, Any]
    now: datetime
    timezone: str


@dataclass(frozen=True, slots=True)
class Read:
    """A case, and how it was read."""

    case: Case
    meaning: Meaning

    @property
    def right(self) -> bool:
        """What it asks for comes first, or all that it does is there in another order."""
        acts = {act.intent for act in self.meaning.acts}
        return self.meaning.intent == self.case.intent or (bool(self.case.also) and acts == {self.case.intent, *self.case.also})

    @property
    def sure(self) -> bool:
        """Acted on at once."""
        return self.meaning.confidence == "sure"

    @property
    def offered(self) -> bool:
        """Done rightly, or among the three that are offered."""
        return self.right if self.sure else self.right or self.case.intent in self.meaning.candidates[:3]

    @property
    def wrong_intake(self) -> bool:
        """An intake logged without a question, with another dose or another hour than was said, or of something that was none."""
        logged = [act for act in self.meaning.acts if act.intent == "log_intake"]
        if not self.sure or not logged:
            return False
        if "log_intake" not in {self.case.intent, *self.case.also}:
            return True
        return self.case.intent == "log_intake" and not agrees(self.case.slots, dict(logged[0].slots))


def agrees(said: dict[str, Any], read: dict[str, Any]) -> bool:
    """Whether an intake was read with the dose and the hour that were said; what the exam leaves out is free."""
    doses = doses_of(read)
    wanted = [str(each) for each in str(said["doses"]).split(",")] if "doses" in said else None
    if wanted is not None:
        return [dose.strip() for dose in wanted] == doses
    if any(key in said and key in read and float(said[key]) != float(read[key]) for key in ("dose_mg", "tablets")):
        return False
    if any(key in read for key in DOSE) != any(key in said for key in DOSE):
        return False
    return "at" not in said or str(read.get("at", NOW)).startswith(str(said["at"]))


def doses_of(slots: dict[str, Any]) -> list[str]:
    """Several intakes as the exam writes them: 20@08:00, 2t@08:00."""
    found = []
    for dose in slots.get("doses", []):
        amount = f"{dose['mg']:g}" if "mg" in dose else f"{dose['tablets']:g}t"
        found.append(amount + (f"@{str(dose['at'])[-5:]}" if "at" in dose else ""))
    return found


def exam(folder: Path = EXAM) -> Iterator[Case]:
    """Every message of the exam."""
    for path in sorted(folder.glob("*.yaml")):
        book = yaml.safe_load(path.read_text(encoding="utf-8"))
        now = book["now"] if isinstance(book["now"], datetime) else datetime.fromisoformat(book["now"])
        for kind in ("ordinary", "hard"):
            for case in book[kind]:
                yield Case(
                    author=book["author"],
                    language=book["language"],
                    kind=kind,
                    say=case["say"],
                    intent=case["is"],
                    also=frozenset(case.get("also", ())),
                    slots=case.get("with", {}),
                    now=now,
                    timezone=book["timezone"],
                )


def mistyped(case: Case, chance: random.Random) -> Case:
    """The case with one or two slips of the thumb in its longer words: a letter lost, doubled, changed or swapped."""
    text = case.say
    for _ in range(chance.choice((1, 2))):
        places = [i for i in range(1, len(text) - 1) if text[i - 1 : i + 2].isalpha()]
        if not places:
            break
        at = chance.choice(places)
        slip = chance.choice(("lost", "doubled", "changed", "swapped"))
        text = {
            "lost": text[:at] + text[at + 1 :],
            "doubled": text[:at] + text[at] + text[at:],
            "changed": text[:at] + chance.choice("abcdefghijklmnopqrstuvwxyz") + text[at + 1 :],
            "swapped": text[: at - 1] + text[at] + text[at - 1] + text[at + 1 :],
        }[slip]
    return replace(case, say=text)


def read_all(reader: Reader, cases: Sequence[Case]) -> tuple[list[Read], list[float]]:
    """Every case read, and how long each took in milliseconds."""
    found, took = [], []
    for case in cases:
        before = time.perf_counter()
        meaning = reader.read(case.say, now=case.now, timezone=case.timezone, language=case.language)
        took.append((time.perf_counter() - before) * 1000)
        found.append(Read(case, meaning))
    return found, took


def told(name: str, found: Sequence[Read]) -> str:
    """One line of figures."""
    sure = [read for read in found if read.sure]
    intakes = [read for read in sure if any(act.intent == "log_intake" for act in read.meaning.acts)]
    return (
        f"{name:22} n {len(found):4d}  top-1 {_share(read.right for read in found)}  sure {_share(read.sure for read in found)}"
        f"  right of sure {_share(read.right for read in sure)}  offered {_share(read.offered for read in found)}"
        f"  intakes logged {len(intakes):3d}, wrongly {sum(read.wrong_intake for read in intakes)}"
    )


def _share(values: Iterator[bool]) -> str:
    found = list(values)
    return f"{sum(found) / len(found):6.1%}" if found else "   -  "


def intents(found: Sequence[Read], took: Sequence[float], *, without_peers: bool) -> Iterator[str]:
    """Lines of figures over what messages ask for: ours as it acts, ours when it must guess, and hassil."""
    rows = [
        ("ours, what it acts on at once", [read.right if read.sure else None for read in found], took),
        ("ours, its first guess", [read.right if read.meaning.confidence != "lost" else None for read in found], took),
    ]
    try:
        if not without_peers:
            rows.append(("hassil, our examples", *_by_hassil([read.case for read in found])))
    except ImportError as error:
        yield f"hassil: skipped, {error}"
    for name, answers, times_taken in rows:
        for language in sorted({read.case.language for read in found}, reverse=True):
            theirs = [(right, ms) for right, ms, read in zip(answers, times_taken, found, strict=True) if read.case.language == language]
            rights, none = sum(right is True for right, _ in theirs), sum(right is None for right, _ in theirs)
            yield (
                f"{f'intent {language}, {name}':42} n {len(theirs):4d}  right {rights:4d}  wrong {len(theirs) - rights - none:4d}"
                f"  no answer {none:4d}  {median(ms for _, ms in theirs):7.2f} ms"
            )


def _by_hassil(cases: Sequence[Case]) -> tuple[list[bool | None], list[float]]:
    recognize = by_hassil()
    answers: list[bool | None] = []
    took = []
    for case in cases:
        before = time.perf_counter()
        intent = recognize(case.say, case.language)
        took.append((time.perf_counter() - before) * 1000)
        answers.append(None if intent is None else intent in {case.intent, *case.also})
    return answers, took


def main() -> None:
    """Read the exam, and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--typos", action="store_true", help="one or two slips in every message")
    parser.add_argument("--without-peers", action="store_true", help="ours alone")
    parser.add_argument("--times", type=Path, metavar="FOLDER", help="where duckling_time_fr.json and duckling_time_en.json stand")
    parser.add_argument("--exam", type=Path, default=EXAM, help="the folder of other messages, of the same shape")
    arguments = parser.parse_args()
    before = time.process_time()
    reader = Reader.load()
    loaded = time.process_time() - before
    chance = random.Random(20)  # noqa: S311 - the same slips at every run
    cases = [mistyped(case, chance) if arguments.typos else case for case in exam(arguments.exam)]
    found, took = read_all(reader, cases)
    spoken = sorted({case.language for case in cases}, reverse=True)
    for author, kind, language in product(sorted({case.author for case in cases}), ("ordinary", "hard"), spoken):
        theirs = [read for read in found if (read.case.author, read.case.kind, read.case.language) == (author, kind, language)]
        sys.stdout.write(told(f"{author} {kind} {language}", theirs) + "\n")
    sys.stdout.write(f"load {loaded:.2f} s; median {median(took):.2f} ms, 95th percentile {quantiles(took, n=20)[-1]:.2f} ms\n")
    for line in (
        *times(reader, arguments.times, without_peers=arguments.without_peers),
        *intents(found, took, without_peers=arguments.without_peers),
    ):
        sys.stdout.write(line + "\n")


if __name__ == "__main__":
    main()
