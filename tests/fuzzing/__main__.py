"""python -m tests.fuzzing [DOOR] --seconds 60: search each door, or one, for bytes that break a law; 1 when some were found.

What was found stands in the folder as `DOOR/crash-…`, and `python -m tests.fuzzing DOOR --again FILE` tries it again.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["bot"]):
    from tests.fuzzing.doors import DOORS, seeds
    from tests.fuzzing.words import LANGUAGES, words
    from tests.houses import minds

SLOWEST = 60
"""Seconds after which an input that does not come to its end is taken for one that never will."""
MEGABYTES = 3000
LONGEST_WORD = 15
"""Characters of a word of the dictionary, whose lines libFuzzer keeps within 64 bytes."""


def main() -> int:
    """Search, or try again what was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzzing", description=__doc__)
    parser.add_argument("door", nargs="?", choices=sorted(DOORS))
    parser.add_argument("--seconds", type=int, default=60, help="for each door")
    parser.add_argument("--folder", type=Path, default=Path(".fuzz/found"), help="where what was learnt and found is kept")
    parser.add_argument("--again", type=Path, help="only this file")
    asked = parser.parse_args()
    if asked.door is None:
        each = [sys.executable, "-m", "tests.fuzzing", "--seconds", str(asked.seconds), "--folder", str(asked.folder)]
        ended = [subprocess.run([*each, door], check=False).returncode for door in DOORS]
        return int(any(ended))
    if asked.again is not None:
        DOORS[asked.door](asked.again.read_bytes())
        return 0
    search(asked.door, asked.seconds, asked.folder.resolve() / asked.door)
    return 0


def search(door: str, seconds: int, folder: Path) -> None:
    """Search one door, from what was learnt before, or else from its seeds. Ends the process."""
    corpus = folder / "corpus"
    if not corpus.exists():
        corpus.mkdir(parents=True)
        for number, seed in enumerate(seeds(door)):
            (corpus / f"seed-{number}").write_bytes(seed)
    dictionary = folder / "words.txt"
    known = dict.fromkeys(word for language in LANGUAGES for word in words(language) if 1 < len(word) <= LONGEST_WORD)
    dictionary.write_text("".join(f'"{_quoted(word)}"\n' for word in known), encoding="ascii")
    minds()  # read before the clock of the first message starts
    options = [
        f"-max_total_time={seconds}",
        f"-dict={dictionary}",
        f"-artifact_prefix={folder}/",
        f"-timeout={SLOWEST}",
        f"-rss_limit_mb={MEGABYTES}",
        "-max_len=2000",
        "-len_control=10",
        "-print_final_stats=1",
    ]
    atheris.Setup([sys.argv[0], *options, str(corpus)], DOORS[door])
    atheris.Fuzz()


def _quoted(word: str) -> str:
    """A word as a dictionary of libFuzzer holds it: every byte by its number."""
    return "".join(f"\\x{byte:02x}" for byte in word.encode("utf-8", "surrogatepass"))


if __name__ == "__main__":
    sys.exit(main())
