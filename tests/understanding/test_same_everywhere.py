"""The same message is read the same way by every process: Python hashes words differently in each one."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from bot.knowledge.files import LANGUAGES
from bot.knowledge.sayings import sayings
from tests.understanding.test_danger_linear import exam

_READ = """
import hashlib, json, sys
from datetime import datetime
from bot.understanding.danger import Triage, screening_json
from bot.understanding.reader import Reader, meaning_json
triage, reader, noon = Triage.load(), Reader.load(), datetime.fromisoformat("2026-03-14T12:00:00+00:00")
for text in json.load(sys.stdin):
    heard = [screening_json(triage.screen(text)), meaning_json(reader.read(text, now=noon, timezone="Europe/Paris"))]
    print(hashlib.sha256(json.dumps(heard, sort_keys=True).encode()).hexdigest()[:16])
"""
_TWO_RULES = (
    "My 60 year old father is convulsing AGAIN, second one since noon, he quit baclofen on his own last week, 911 put me on hold",
    "j'ai arrêté le baclofène d'un coup, je tremble, je vois des choses et je veux mourir",
)


def _heard(texts: list[str], seed: int) -> list[str]:
    """What a process with that seed makes of the messages, as signs and as a request: a hash each."""
    ran = subprocess.run(
        [sys.executable, "-c", _READ],
        input=json.dumps(texts),
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONHASHSEED": str(seed)},
    )
    return ran.stdout.split()


def test_nothing_depends_on_the_hash_seed_of_the_process() -> None:
    ordinary = [saying.text for language in LANGUAGES for saying in sayings(language)[::60]]
    texts = [*_TWO_RULES, *ordinary, *(example.clean for example in exam()[::8] if example.kind == "alarm")]
    first, second, third = (_heard(texts, seed) for seed in range(3))
    assert len(first) == len(texts) > 500
    assert first == second == third
