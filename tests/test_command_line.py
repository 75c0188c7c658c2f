"""The command line as scripts use it: streams that survive a bad line, one clear sentence, the right exit code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest


def palier(*arguments: str, said: str = "", folder: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command in a folder of its own, so that no setting of the checkout is read."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PALIER_")}
    return subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        input=said,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        cwd=folder,
        env={**clean, "PYTHONPATH": str(Path(__file__).parent.parent), **environment},
    )


def objects(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    """Every line of the output, read."""
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_triage_answers_line_by_line_and_survives_a_bad_one() -> None:
    lines = ['{"text": "je veux mourir"}', "nonsense", '{"text": 3}', "[]", '{"text": "hello", "language": "de"}', '{"text": "hello"}']
    done = palier("triage", said="\n".join(lines) + "\n")
    answers = objects(done)
    assert done.returncode == 2
    assert [("error" in answer) for answer in answers] == [False, True, True, True, True, False]
    assert all(f"line {number}" in answers[number - 1]["error"] for number in (2, 3, 4, 5))
    assert answers[0]["level"] in ("urgent", "emergency")
    flag = answers[0]["flags"][0]
    assert flag["code"] == "suicidal_thoughts"
    assert flag["text"] == "je veux mourir"[flag["start"] : flag["end"]]
    assert answers[5]["level"] == "none"


def test_understand_answers_with_the_contracts_keys() -> None:
    line = {"text": "j'ai pris 30 mg à 14h", "now": "2025-03-12T15:20:00+01:00", "timezone": "Europe/Paris"}
    done = palier("understand", said=json.dumps(line) + "\n")
    (answer,) = objects(done)
    assert done.returncode == 0
    assert set(answer) >= {"language", "intent", "confidence", "slots", "candidates", "also"}
    assert (answer["intent"], answer["confidence"]) == ("log_intake", "sure")
    assert answer["slots"]["dose_mg"] == 30
    assert answer["slots"]["at"].startswith("2025-03-12T14:00")


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ({"text": "hello"}, "now"),
        ({"text": "hello", "now": "yesterday"}, "now"),
        ({"text": "hello", "now": "2025-03-12T15:20:00"}, "offset"),
        ({"text": "hello", "now": "2025-03-12T15:20:00+01:00", "timezone": "Paris"}, "timezone"),
    ],
)
def test_understand_names_the_field_that_is_wrong(line: dict[str, str], named: str) -> None:
    done = palier("understand", said=json.dumps(line) + "\n")
    assert done.returncode == 2
    assert named in objects(done)[0]["error"]


@pytest.mark.parametrize(
    ("setting", "value", "named"),
    [
        ("PALIER_TIMEZONE", "Paris", "PALIER_TIMEZONE"),
        ("PALIER_LANGUAGE", "de", "PALIER_LANGUAGE"),
        ("PALIER_DATABASE_URL", "mysql://x", "PALIER_DATABASE_URL"),
        ("PALIER_BEAT_SECONDS", "often", "PALIER_BEAT_SECONDS"),
        ("PALIER_ESCALATION__EMERGENCY__CLAIM_MINUTES", "-1", "PALIER_ESCALATION__EMERGENCY__CLAIM_MINUTES"),
    ],
)
def test_a_wrong_setting_stops_the_start_with_one_sentence_that_names_it(setting: str, value: str, named: str, tmp_path: Path) -> None:
    done = palier("chat", folder=tmp_path, **{setting: value})
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert named in done.stderr


def test_a_day_from_a_pipe_is_there_the_next_time(tmp_path: Path) -> None:
    first = palier(
        "chat", said="hello\nyes\nin Ireland\nfour dose plan from today, bedtime 10pm\nyes\n", folder=tmp_path, PALIER_LANGUAGE="en"
    )
    assert first.returncode == 0
    assert "Europe/Dublin" in first.stdout
    second = palier("chat", said="what is my plan?\n", folder=tmp_path)
    assert "10 mg a day" in second.stdout


def test_a_patient_and_a_moderator_at_two_terminals(tmp_path: Path) -> None:
    palier("chat", "--as", "keeper", "--role", "moderator", said="on duty\n", folder=tmp_path, PALIER_LANGUAGE="en")
    alarm = palier("chat", "--as", "someone", said="I want to kill myself\n", folder=tmp_path, PALIER_LANGUAGE="en")
    assert "I have told the forum's moderators" in alarm.stdout
    keeper = palier("chat", "--as", "keeper", "--role", "moderator", said="claim 1\nreply 1: I am here\n", folder=tmp_path)
    assert "I want to kill myself" in keeper.stdout
    someone = palier("chat", "--as", "someone", said="thank you\n", folder=tmp_path)
    assert "I am here" in someone.stdout


class Refusing(BaseHTTPRequestHandler):
    """A Bot API that knows no token."""

    def do_POST(self) -> None:
        """Refuse whatever is asked."""
        body = b'{"ok": false, "error_code": 401, "description": "Unauthorized"}'
        self.send_response(401)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing on the terminal."""


@pytest.fixture
def refusing() -> Iterator[str]:
    """Where that Bot API is."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Refusing)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_run_with_a_token_that_its_platform_refuses_ends_with_one_sentence(tmp_path: Path, refusing: str) -> None:
    done = palier("run", folder=tmp_path, PALIER_TELEGRAM_TOKEN="123:abc", PALIER_TELEGRAM_API=refusing, PALIER_HEALTH_PORT="0")
    assert done.returncode == 1
    assert "Telegram" in done.stderr
    assert "Traceback" not in done.stderr
    assert "123:abc" not in done.stderr + done.stdout


def test_the_database_commands_work_on_a_fresh_folder(tmp_path: Path) -> None:
    assert palier("db", "upgrade", folder=tmp_path).returncode == 0
    assert palier("db", "check", folder=tmp_path).returncode == 0
    assert palier("db", "backup", "copy.db", folder=tmp_path).returncode == 0
    assert (tmp_path / "copy.db").exists()


def test_the_knowledge_holds_no_doubt() -> None:
    done = palier("knowledge", "check")
    assert done.returncode == 0, done.stderr
    assert "fr:" in done.stdout
    assert "en:" in done.stdout
