"""The ring: where keys come from, what is said when they do not come, and what becomes of them."""

from __future__ import annotations

import json
from base64 import b64encode
from pathlib import Path

import pytest

from bot.core.person import Person
from bot.ports import Unit
from storage import keyfile
from storage.errors import Unreadable
from storage.keys import KeyRing, key_text
from storage.store import KeysUnavailable, SqlStore, StorageUnavailable, open_store
from storage.upgrade import check, upgrade
from tests.storage.samples import ACCOUNT, GIVEN_TEXT, NOW, intake, newcomer

ENGINES = ("sqlite",)
OTHER_TEXT = f"given:{b64encode(b'o' * 32).decode()}"


def work(url: str, ring: KeyRing | None) -> Person:
    """Somebody says hello on a store of its own."""
    store = open_store(url, keys=ring)
    try:
        return store.run_now(lambda unit: unit.people.find(ACCOUNT) or newcomer(unit, ACCOUNT))
    finally:
        store.close()


def refusal(url: str, ring: KeyRing | None) -> str:
    """With which sentence work is refused."""
    with pytest.raises(KeysUnavailable) as caught:
        work(url, ring)
    return str(caught.value)


def test_on_the_first_run_a_private_file_is_made_beside_the_database_and_said_once(file: Path) -> None:
    url, told = f"sqlite:///{file}", list[str]()
    upgrade(url)
    key_file = file.with_suffix(".key")
    assert not key_file.exists()
    work(url, KeyRing.in_file(key_file, may_create=True, tell=told.append))
    assert key_file.stat().st_mode & 0o777 == 0o600
    work(url, KeyRing.in_file(key_file, may_create=True, tell=told.append))
    (line,) = told
    assert str(key_file) in line
    assert "Back it up" in line
    assert "\n" not in line


def test_without_saying_which_the_keys_of_a_file_are_beside_it(file: Path) -> None:
    url = f"sqlite:///{file}"
    upgrade(url)
    work(url, None)
    assert sorted(each.name for each in file.parent.iterdir() if each.suffix in {".key", ".db"}) == ["palier.db", "palier.key"]
    assert check(url, keys=KeyRing.in_file(file.with_suffix(".key"))) == []


def test_a_missing_file_is_said_and_no_other_is_made_in_its_place(file: Path) -> None:
    url, key_file = f"sqlite:///{file}", file.with_suffix(".key")
    upgrade(url)
    work(url, None)
    key_file.rename(file.with_suffix(".away"))
    assert refusal(url, None) == f"the key file {key_file} is missing: without it the data cannot be read"
    assert not key_file.exists()
    file.with_suffix(".away").rename(key_file)
    assert work(url, None).id == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "holds no key"),
        ("{}", "is damaged"),
        ('{"keys":[{"id":"a","sealing":"AA==","persons":[]}],"database":null}', "is damaged"),
        ("k:AAAA", "key k has 3 bytes and not 32"),
        ("no key at all", "a key must be written id:base64"),
        (f"{'x' * 33}:{'A' * 43}=", "the id of a key is at most 32"),
    ],
)
def test_a_file_that_holds_no_key_is_said_in_one_sentence(file: Path, content: str, said: str) -> None:
    upgrade(f"sqlite:///{file}")
    file.with_suffix(".key").write_text(content)
    sentence = refusal(f"sqlite:///{file}", None)
    assert said in sentence
    assert "AAAA" not in sentence, "no key is repeated"


def test_a_file_that_cannot_be_read_is_said(file: Path) -> None:
    upgrade(f"sqlite:///{file}")
    file.with_suffix(".key").mkdir()
    assert "cannot be read: Is a directory" in refusal(f"sqlite:///{file}", None)


def test_a_file_that_others_can_read_is_told(tmp_path: Path) -> None:
    told = list[str]()
    (tmp_path / "a.key").write_text(GIVEN_TEXT)
    (tmp_path / "a.key").chmod(0o644)
    assert KeyRing.in_file(tmp_path / "a.key", tell=told.append).current == "given"
    assert "chmod 600" in told[0]


def test_another_key_under_the_same_name_is_said(file: Path) -> None:
    url = f"sqlite:///{file}"
    upgrade(url)
    work(url, KeyRing.of_text(GIVEN_TEXT))
    assert refusal(url, KeyRing.of_text(OTHER_TEXT)) == "the key given is not the one that this database was sealed with"
    assert "sealed with the key given, and there are only k2" in refusal(url, KeyRing.of_text(key_text("k2")))
    assert check(url, keys=KeyRing.of_text(OTHER_TEXT)) == ["the key given does not open this database"]
    assert work(url, KeyRing.of_text(GIVEN_TEXT)).id == 1


@pytest.mark.parametrize("text", ["", ",", f"{GIVEN_TEXT},{GIVEN_TEXT}"])
def test_keys_that_are_none_or_one_name_twice_are_refused(text: str) -> None:
    with pytest.raises(KeysUnavailable, match="at least one key, each under an id of its own"):
        KeyRing.of_text(text)


def test_a_server_without_a_key_is_told_what_to_set() -> None:
    store = open_store("postgresql://palier@127.0.0.1:1/palier", patience_s=0.1)
    with pytest.raises(StorageUnavailable):
        store.run_now(intake(1))
    store.close()
    with pytest.raises(KeysUnavailable, match="PALIER_KEYS or PALIER_KEY_FILE"):
        KeyRing.nowhere("a server's database needs a key: set PALIER_KEYS or PALIER_KEY_FILE").load(new=False)


def test_a_file_serves_one_database_alone(file: Path, tmp_path: Path) -> None:
    key_file, other = file.with_suffix(".key"), f"sqlite:///{tmp_path}/other.db"
    for url in (f"sqlite:///{file}", other):
        upgrade(url)
    work(f"sqlite:///{file}", None)
    assert "belongs to another database" in refusal(other, KeyRing.in_file(key_file))
    work(other, None)
    assert "sealed with the key" in refusal(other, KeyRing.in_file(key_file))


def test_given_keys_are_never_changed(tmp_path: Path) -> None:
    (tmp_path / "mounted").write_text(f"{GIVEN_TEXT}\n")
    (tmp_path / "mounted").chmod(0o400)
    ring = KeyRing.in_file(tmp_path / "mounted")
    ring.bind("somewhere")
    assert not ring.destroy([1])
    for change in (ring.renew, ring.retire):
        with pytest.raises(KeysUnavailable, match="given from outside"):
            change()
    assert (tmp_path / "mounted").read_text() == f"{GIVEN_TEXT}\n"


def test_destroying_a_key_leaves_nothing_of_it_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "palier.key"
    keyfile.create(path, keyfile.Kept((keyfile.RingKey.of("a", b"s" * 32),)))
    before = keyfile.read(path).keys[0].persons
    with path.open("rb") as former:
        KeyRing.in_file(path).destroy([7, 8])
        former.seek(0)
        assert set(former.read()) == {0}, "the former content is overwritten where it lay"
    after = keyfile.read(path).keys[0].persons
    assert (after.leaf(7), after.leaf(8), after.leaf(9)) == (None, None, before.leaf(9))
    assert path.stat().st_mode & 0o777 == 0o600
    root = b64encode(before.nodes[32, 0]).decode()
    assert root not in path.read_text()
    assert sorted(each.name for each in tmp_path.iterdir()) == ["palier.key", "palier.key.lock"]


def test_two_processes_that_destroy_keys_destroy_them_all(tmp_path: Path) -> None:
    path = tmp_path / "palier.key"
    keyfile.create(path, keyfile.Kept((keyfile.RingKey.of("a", b"s" * 32),)))
    one, other = KeyRing.in_file(path), KeyRing.in_file(path)
    assert one.holds(1)
    assert other.holds(1), "both have read the file"
    one.destroy([1])
    other.destroy([2])
    assert KeyRing.in_file(path).destroyed() == [1, 2]


def test_a_wrapped_key_opens_for_its_person_and_under_its_key_alone() -> None:
    ring, other = KeyRing.of_text(GIVEN_TEXT), KeyRing.of_text(OTHER_TEXT)
    key_id, wrapped = ring.wrap(1, b"d" * 32)
    assert ring.unwrap(1, key_id, wrapped) == b"d" * 32
    for source, person_id in ((ring, 2), (other, 1)):
        with pytest.raises(Unreadable):
            source.unwrap(person_id, key_id, wrapped)


def test_a_first_run_that_is_killed_before_its_commit_can_be_run_again(file: Path) -> None:
    url = f"sqlite:///{file}"
    upgrade(url)
    KeyRing.in_file(file.with_suffix(".key"), may_create=True).load(new=True)
    assert work(url, None).id == 1


def test_the_disk_refusing_a_destruction_is_told_and_made_up_for(
    store: SqlStore, someone: Person, keys: KeyRing, url: str, file: Path
) -> None:
    told = list[str]()
    keys.tell = told.append
    part = file.with_name("palier.key.part")
    part.mkdir()
    store.run_now(lambda unit: unit.people.erase(someone.id))
    assert store.run_now(lambda unit: unit.people.get(someone.id)) is None
    assert "could not be destroyed yet" in told[0]
    store.close()
    assert check(url, keys=keys) == ["1 persons are erased, and their keys could not be destroyed yet"]
    part.rmdir()
    again = open_store(url, keys=KeyRing.in_file(file.with_suffix(".key")))
    again.run_now(lambda unit: unit.first_time("anything", NOW))
    again.close()
    assert KeyRing.in_file(file.with_suffix(".key")).destroyed() == [someone.id]


def test_a_key_is_not_kept_for_somebody_whose_coming_was_undone(store: SqlStore) -> None:
    def come_and_fail(unit: Unit) -> None:
        newcomer(unit, ACCOUNT)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        store.run_now(come_and_fail)
    made = store.run_now(lambda unit: newcomer(unit, ACCOUNT))
    store.run_now(intake(made.id))
    last = store.run_now(lambda unit: unit.entries.last(made.id))
    assert last is not None
    assert last.detail["dose_mg"] == 10


def test_what_the_file_holds_is_no_secret_of_a_person(file: Path) -> None:
    upgrade(f"sqlite:///{file}")
    work(f"sqlite:///{file}", None)
    body = json.loads(file.with_suffix(".key").read_text())
    assert body.keys() == {"note", "database", "keys"}
    assert len(body["keys"]) == 1
    assert file.with_suffix(".key").stat().st_size < 1000
