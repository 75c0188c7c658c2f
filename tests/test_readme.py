"""What the README shows is what happens: its transcript is played, its commands exist."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
TRANSCRIPT = re.compile(r"<!-- transcript: (\S+) -->\n```\n(.*?)```\n<!-- end of transcript -->", re.DOTALL)


def played(story: str) -> str:
    """The transcript of a story, as the command prints it."""
    command = [sys.executable, "-m", "bot", "simulate", str(ROOT / story)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    return re.sub(r"\n{3,}", "\n\n", done.stdout.strip()) + "\n"


def test_the_readmes_transcript_is_what_the_story_prints() -> None:
    ((story, shown),) = TRANSCRIPT.findall(README.read_text(encoding="utf-8"))
    assert shown == played(story), f"run: python -m tests.test_readme, and look at the difference for {story}"


def test_every_command_of_the_readme_exists() -> None:
    named = set(re.findall(r"`palier ([a-z]+)", README.read_text(encoding="utf-8")))
    assert {"run", "chat", "simulate", "triage", "understand", "plan"} <= named
    listed = subprocess.run([sys.executable, "-m", "bot", "--help"], capture_output=True, text=True, check=True).stdout
    assert named <= set(re.findall(r"^  ([a-z]+) ", listed, re.MULTILINE))


def renew() -> None:
    """Write the transcript again, after a change of wording that was meant."""
    text = README.read_text(encoding="utf-8")
    block = "<!-- transcript: {0} -->\n```\n{1}```\n<!-- end of transcript -->"
    README.write_text(TRANSCRIPT.sub(lambda match: block.format(match[1], played(match[1])), text), encoding="utf-8")


if __name__ == "__main__":
    renew()
