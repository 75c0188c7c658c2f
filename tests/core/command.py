"""The command line, called in this process: what it answers, what it complains of, and how it ends."""

from __future__ import annotations

import io
import json
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from typing import Any

from bot.__main__ import main


@dataclass(frozen=True, slots=True)
class Answer:
    """One run of a command."""

    exit_code: int
    out: str
    complaint: str

    @property
    def lines(self) -> list[dict[str, Any]]:
        """Its answer as JSON objects, one a line."""
        return [json.loads(line) for line in self.out.splitlines()]


def palier(command: str) -> Answer:
    """Run one command, its words separated by blanks."""
    out, complaint, code = io.StringIO(), io.StringIO(), 0
    with redirect_stdout(out), redirect_stderr(complaint):
        try:
            main(command.split())
        except SystemExit as end:
            code = int(end.code or 0)
        finally:
            sys.stdout.flush()
    return Answer(code, out.getvalue(), complaint.getvalue())
