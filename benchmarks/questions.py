"""Whether a question it has never seen gets the answer that it asks for: by cues alone, and with the network beside them, in one run.

The questions are those of tests/understanding/questions_exam: by an author who wrote what people of a day would ask, and then said which
of our answers it asks for, or that none does. No cue and no question to learn from was taken from them.

    python -m benchmarks.questions
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from bot.core.meaning import QUESTIONS, Meaning
from bot.knowledge.facts import UNKNOWN
from bot.knowledge.files import LANGUAGES
from bot.knowledge.questions import Question, read_questions
from bot.understanding.reader import Reader

EXAM = Path(__file__).parents[1] / "tests" / "understanding" / "questions_exam"
NOW = datetime.fromisoformat("2026-03-10T15:30:00+01:00")
BESIDE_IT = {"interaction": {"alcohol"}, "alcohol": {"interaction"}, "missed_dose": {"days_missed"}, "under_18": {"driving"}}
"""Answers that also say what a question of the other topic asks for."""
RIGHTLY, OTHERWISE, OFFERED, NO_SOURCE, ELSEWHERE = COLUMNS = (
    "answered, rightly",
    "answered otherwise",
    "offered",
    "told that no source says it",
    "asked or done otherwise",
)


def exam() -> Iterator[Question]:
    """Every question of the exam."""
    for language in LANGUAGES:
        for path in sorted(EXAM.glob(f"*.{language}.yaml")):
            yield from read_questions(path.name, language, folder=EXAM)


def outcome(question: Question, meaning: Meaning) -> str:
    """What became of a question: one of the columns."""
    wanted = {question.topic} | BESIDE_IT.get(question.topic, set())
    slots = meaning.slots
    topics = set(slots.get("topics", ())) | ({str(slots["topic"])} if "topic" in slots else set())
    if meaning.intent == "stop_treatment" and meaning.confidence == "sure":
        topics = {"stopping"}
    elif meaning.intent not in QUESTIONS:
        return OFFERED if wanted.intersection(meaning.about) else ELSEWHERE
    elif not topics and slots.get("substances"):
        topics = {"interaction"}
    if meaning.confidence != "sure" or "topics" in slots:
        return OFFERED if topics & wanted else ELSEWHERE
    if not topics or topics == {UNKNOWN}:
        return RIGHTLY if question.topic == UNKNOWN else NO_SOURCE
    return RIGHTLY if topics & wanted else OTHERWISE


def main() -> None:
    """Print a table per language: what becomes of its questions, in percent."""
    readers = {"cues alone": Reader.load(second_opinion=False), "with the network": Reader.load()}
    asked = list(exam())
    for language in LANGUAGES:
        theirs = [question for question in asked if question.language == language]
        for name, reader in readers.items():
            found = Counter(
                outcome(question, reader.read(question.text, now=NOW, timezone="Europe/Paris", language=language)) for question in theirs
            )
            told = ", ".join(f"{column} {100 * found[column] / len(theirs):.1f} %" for column in COLUMNS)
            sys.stdout.write(f"{language}, {name}: {told} of {len(theirs)}\n")


if __name__ == "__main__":
    main()
