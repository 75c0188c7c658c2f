"""After a life in it, nothing of a person can be read in the files of the database, its log, a dump of it, or a backup."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import psycopg

from bot.community import Question
from bot.core.levels import Level
from bot.core.plan import Dose, Step, TopUp
from bot.messages import Account, Attachment, Choice, Reply, Words
from bot.ports import CaseEvent, Dialogue, Unit
from storage.keys import KeyRing
from storage.store import open_store
from storage.upgrade import backup, upgrade
from tests.storage.postgres_server import Server
from tests.storage.samples import GIVEN, MINUTE, NOW, PLAN, danger, newcomer
from tests.storage.schemas import change

OWN_DATABASE = True
NAME, PLATFORM_ID, MESSAGE, FINDING, DOSE = "Zephyrine-Quill", "90817263545", "je n'arrive plus a marmonnicler", "respiglacement", 7654321
IN_NOTES = ("telegram:90817263545:17", "kept-note-of-a-moderator", "false-alarm", "blocked by 908")
SECRETS = (NAME, PLATFORM_ID, MESSAGE, FINDING, str(DOSE), *IN_NOTES)
PERSON = "INSERT INTO person (role, language, timezone, country, on_duty, created_at) VALUES ('patient', 'fr', 'UTC', '', false, 0)"


def spellings(secret: str) -> Iterator[bytes]:
    """How a secret would look in a file: as text, and as the server's dump writes bytes."""
    yield secret.encode()
    yield secret.encode().hex().encode()
    yield secret.encode("utf-16-le")


def found_in(content: bytes) -> list[str]:
    """Which secrets stand in some bytes."""
    return [secret for secret in SECRETS if any(spelling in content for spelling in spellings(secret))]


def live(unit: Unit) -> None:
    """A person comes, plans, takes, tells, is worried about, and is written to."""
    account = Account("telegram", PLATFORM_ID)
    person, moderator = newcomer(unit, account), newcomer(unit, Account("discord", f"{PLATFORM_ID}-m"), moderator=True)
    unit.first_time(f"telegram:{PLATFORM_ID}:17", NOW)
    unit.dialogues.put(person.id, Dialogue("plan", "name", {"name": NAME, "dose": DOSE, "said": MESSAGE}), NOW)
    steps = (Step(DOSE, 5, (Dose(NOW.time(), DOSE),)), Step(DOSE, None))
    unit.plans.add(person.id, replace(PLAN, steps=steps, top_up=TopUp(DOSE, 1), scheme=FINDING), NOW, by=person.id)
    entry = unit.entries.add(person.id, "intake", NOW, {"dose_mg": DOSE, "words": MESSAGE}, NOW)
    unit.entries.add(person.id, "finding", NOW, {"code": FINDING, "level": "urgent"}, NOW)
    unit.entries.undo(entry.id, NOW)
    case = unit.cases.add(replace(danger(person.id, level=Level.urgent), codes=(FINDING,)))
    unit.cases.record(CaseEvent(case_id=case.id, at=NOW, what="said", note=MESSAGE))
    unit.cases.record(CaseEvent(case_id=case.id, at=NOW, what="note", actor_id=moderator.id, note="kept-note-of-a-moderator"))
    unit.cases.save(replace(case, state="closed", resolution="false-alarm", closed_at=NOW, owner_id=moderator.id))
    unit.questions.add(Question(id=0, person_id=person.id, name=NAME, chosen=True, text=MESSAGE, asked_at=NOW))
    unit.timers.put(person.id, "intake", "08:00", NOW)
    words = (Words("said", {"name": NAME, "quote": MESSAGE, "mg": DOSE, "case": case.id}),)
    letter = Reply(
        to=person.id, words=words, choices=(Choice("took", NAME),), attachments=(Attachment("png", NAME, "curve", {"mg": DOSE}),)
    )
    unit.outbox.post(f"telegram:{PLATFORM_ID}:17#0@{person.id}", person.id, letter, NOW)
    unit.outbox.post(f"telegram:{PLATFORM_ID}:17#1@{moderator.id}", moderator.id, replace(letter, kind="alert"), NOW)
    rows = unit.outbox.claim(NOW, NOW + MINUTE, platforms=["telegram", "discord"], accounts=[account], limit=9)
    unit.outbox.failed(rows[0].id, retry_at=None, reason=f"blocked by {PLATFORM_ID}")


def test_a_secret_in_a_file_would_be_found() -> None:
    assert [found_in(b"..." + secret.encode() + b"...") for secret in SECRETS if secret not in SECRETS[5:]] == [
        [each] for each in SECRETS[:5]
    ]
    assert found_in(f"\\x{NAME.encode().hex()}".encode()) == [NAME]


def test_the_file_its_log_and_a_backup_hold_nothing_in_clear(url: str, keys: KeyRing, file: Path, tmp_path: Path) -> None:
    store = open_store(url, keys=keys)
    store.run_now(live)
    backup(url, tmp_path / "copy.db")
    files = {each.name: each.read_bytes() for each in tmp_path.iterdir()}
    assert len(files["palier.db-wal"]) > 10_000, "the log is there while the database is open"
    assert b"intake" in files["palier.db-wal"], "and what stands in clear is found in it"
    assert {name: found for name, content in files.items() if (found := found_in(content))} == {}
    store.close()
    assert {each.name: found for each in tmp_path.iterdir() if (found := found_in(each.read_bytes()))} == {}


def test_a_dump_of_a_server_and_its_files_hold_nothing_in_clear(server: Server, template: str) -> None:
    name = server.create(template)
    store = open_store(server.url(name), keys=GIVEN)
    store.run_now(live)
    store.close()
    server.ask("CHECKPOINT")
    dumped, heap = b"", b""
    with closing(psycopg.connect(server.url(name))) as connection:
        for (table,) in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall():
            with connection.cursor().copy(f'COPY "{table}" TO STDOUT'.encode()) as copy:
                dumped += b"".join(bytes(some) for some in copy)
            (path,) = connection.execute("SELECT pg_relation_filepath(%s)", (f'"{table}"',)).fetchone() or ("",)
            heap += (server.home / "data" / path).read_bytes()
    server.drop(name)
    log = b"".join(each.read_bytes() for each in (server.home / "data" / "pg_wal").iterdir() if each.is_file())
    assert b"finding" in dumped, "what stands in clear is found"
    assert b"finding" in heap
    assert b"finding" in log
    assert [found_in(each) for each in (dumped, heap, log)] == [[], [], []]


def test_the_way_forward_leaves_nothing_in_clear_behind(file: Path, tmp_path: Path) -> None:
    url = f"sqlite:///{file}"
    upgrade(url, "0001")
    quoted = MESSAGE.replace("'", "''")
    change(
        url,
        PERSON,
        f"INSERT INTO account (platform, platform_id, person_id) VALUES ('telegram', '{PLATFORM_ID}', 1)",  # noqa: S608
        *(
            f"INSERT INTO entry (person_id, kind, at, recorded_at, detail) VALUES (1, 'intake', 0, 0, '{{\"words\":\"{quoted}\"}}')"  # noqa: S608
            for _ in range(300)
        ),
        f"INSERT INTO heard (key, at) VALUES ('telegram:{PLATFORM_ID}:17', 0)",  # noqa: S608
    )
    assert found_in(file.read_bytes()) != []
    upgrade(url)
    assert {each.name: found for each in tmp_path.iterdir() if (found := found_in(each.read_bytes()))} == {}


def test_the_way_forward_leaves_nothing_in_clear_in_the_tables_of_a_server(server: Server) -> None:
    name = server.create()
    url, keys = server.url(name), GIVEN
    upgrade(url, "0001")
    change(
        url,
        PERSON,
        "INSERT INTO account (platform, platform_id, person_id) VALUES ('telegram', '55-migrated-55', 1)",
    )
    upgrade(url, keys=keys)
    server.ask("CHECKPOINT")
    with closing(psycopg.connect(url)) as connection:
        (path,) = connection.execute("SELECT pg_relation_filepath('account')").fetchone() or ("",)
    content = (server.home / "data" / path).read_bytes()
    server.drop(name)
    assert b"telegram" in content
    assert b"55-migrated-55" not in content
