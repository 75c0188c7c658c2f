"""python -m tests.crash --engine sqlite --kills 200 --seed 1: progress, one line of figures, and 1 when anything was found."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from bot.app import set_up_logging
from tests.crash.engines import place
from tests.crash.rounds import Run, nursery
from tests.crash.town import settings_of

EVERY = 10
AT_MOST = 20
"""Findings that are shown."""


def main() -> int:
    """Kill as often as asked."""
    parser = argparse.ArgumentParser(prog="python -m tests.crash", description=__doc__)
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="keep everything there instead of in a folder that is thrown away")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="palier-crash-") as thrown_away:
        folder = asked.folder or Path(thrown_away)
        folder.mkdir(parents=True, exist_ok=True)
        with place(asked.engine, folder) as made, nursery() as opened:
            set_up_logging(settings_of(made.url))
            run = Run(made, asked.engine, folder, asked.seed, opened)
            for number in range(1, asked.kills + 1):
                run.round(last=number == asked.kills)
                if number % EVERY == 0 or run.found:
                    say(f"{number} kills, {run.seconds:.0f} s, {len(run.found)} findings")
                if len(run.found) >= AT_MOST:
                    break
            for what in run.found[:AT_MOST]:
                say(what)
            say(run.summary())
    return 1 if run.found else 0


def say(line: str) -> None:
    """A line, at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
