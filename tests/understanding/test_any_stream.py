"""`palier understand` and `palier triage` as streams: whatever a line holds, it gets one line back, in order, and the stream goes on."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

KEYS = {
    "understand": {"language", "intent", "confidence", "slots", "candidates", "also"},
    "triage": {"language", "level", "flags", "rules"},
}
GOOD = {"text": "j'ai pris 20 mg", "now": "2026-03-18T15:20:00+01:00"}


@dataclass(frozen=True)
class Stream:
    """A command that is running, with its two ends."""

    command: str
    process: subprocess.Popen[bytes]

    def ask(self, line: bytes) -> Any:
        """One line in, one line out."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(line + b"\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def answers(self, line: bytes) -> Any:
        """What came back for one line: a reading, or a line that says what is wrong with it. The next good line is read as ever."""
        answer = self.ask(line)
        assert set(answer) == {"error"} or set(answer) >= KEYS[self.command]
        return answer


@pytest.fixture(scope="module", params=["understand", "triage"])
def stream(request: pytest.FixtureRequest) -> Iterator[Stream]:
    command = str(request.param)
    with subprocess.Popen([sys.executable, "-m", "bot", command], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        yield Stream(command, process)
        assert set(Stream(command, process).ask(json.dumps(GOOD).encode())) >= KEYS[command]
        Stream(command, process).ask(b"{")
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(timeout=20) == 2


values = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | some.text(some.characters(exclude_categories=())),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
now = some.one_of(
    values,
    some.sampled_from(
        [
            "2026-03-18T15:20:00+01:00",
            "0001-01-01T00:00:00+14:00",
            "9999-12-31T23:59:59-12:00",
            "2026-03-18T15:20",
            "2026-02-30",
            "1700000000",
        ]
    ),
)
objects = some.fixed_dictionaries(
    {},
    optional={
        "text": some.text(some.characters(exclude_categories=())) | values,
        "now": now,
        "timezone": values | some.sampled_from(["Pacific/Apia", "Europe", "../x"]),
        "language": values | some.sampled_from(["fr", "en", "xx"]),
    },
)
lines = some.one_of(
    objects.map(lambda line: json.dumps(line).encode()),
    objects.map(lambda line: json.dumps(line, ensure_ascii=False).encode("utf-8", "surrogatepass")),
    some.binary(min_size=1, max_size=60),
    some.builds(lambda line, cut: json.dumps(line).encode()[:cut], objects, some.integers(1, 40)),
)


@settings(max_examples=250, deadline=None)
@given(line=lines)
def test_every_line_gets_one_line_back(stream: Stream, line: bytes) -> None:
    line = line.replace(b"\n", b" ")
    if line.decode("utf-8", errors="replace").strip():
        stream.answers(line)


@pytest.mark.parametrize(
    "text",
    [
        "a" * 1_000_000,
        "7" * 1_000_000,
        "20 mg à 14h " * 80_000,
        "\n" * 1_000_000,
        "[" * 1_000_000,
        "\ud800" * 1000,
        "\0" * 1000,
        "\u202e" * 1000,
        "ﷺ" * 9000,
    ],
    ids=["letter", "figure", "doses", "lines", "brackets", "surrogates", "nothings", "turned", "ligatures"],
)
def test_a_megabyte_in_one_line_is_read(stream: Stream, text: str) -> None:
    assert "error" not in stream.answers(json.dumps({**GOOD, "text": text}).encode())


@pytest.mark.parametrize("line", [b"[" * 1_000_000, b'{"text":' * 200_000, b"7" * 1_000_000, b'"' + b"\\u0020" * 100_000, b"\xff" * 1000])
def test_a_megabyte_that_is_no_message_is_refused_and_the_next_line_is_read(stream: Stream, line: bytes) -> None:
    assert "error" in stream.answers(line)
    assert "error" not in stream.answers(json.dumps(GOOD).encode())
