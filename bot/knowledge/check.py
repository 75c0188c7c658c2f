"""Every doubt about the knowledge, found before anybody is answered with it: `palier knowledge check`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from importlib.resources import files
from itertools import combinations
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

from bot.knowledge import wording
from bot.knowledge.conflicts import conflicts
from bot.knowledge.consent import consent_doubts
from bot.knowledge.countries import countries, country_words, plain
from bot.knowledge.danger import load_danger
from bot.knowledge.discord import discord_words
from bot.knowledge.facts import facts, facts_in
from bot.knowledge.files import LANGUAGES, KnowledgeError, root
from bot.knowledge.findings import findings, findings_in
from bot.knowledge.language import load_languages
from bot.knowledge.places import place_doubts, towns
from bot.knowledge.pseudonyms import pseudonyms
from bot.knowledge.rules import rules
from bot.knowledge.rules_in_code import Named, rules_in_code
from bot.knowledge.schemes import schemes
from bot.knowledge.shelf import read_from
from bot.knowledge.silences import silences
from bot.knowledge.sources import documents
from bot.knowledge.substances import substance_names, substances
from bot.knowledge.telegram import telegram_words
from bot.knowledge.unused import unused

ITSELF = "baclofen"
"""Recognised by its names, and no interaction."""

Look = Callable[[Path], Iterator[str]]

_FOR_ALL: Mapping[str, Callable[[Path], Mapping[str, object]]] = {
    "documents": documents,
    "rules": rules,
    "conflicts": conflicts,
    "findings": findings,
    "facts": facts,
    "substances": substances,
    "silences": silences,
    "countries": countries,
    "places": towns,
}
_PER_LANGUAGE: Mapping[str, Callable[[str, Path], Mapping[str, object]]] = {
    "findings": findings_in,
    "facts": facts_in,
    "substances": substance_names,
    "countries": lambda language, folder: country_words(language, folder).names,
    "pseudonyms": pseudonyms,
    "telegram": lambda language, folder: telegram_words(language, folder).commands,
    "discord": lambda language, folder: discord_words(language, folder).commands,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What was looked at, and what is wrong with it.

    `counts`: entries by language ("all" for what has no words), then by file. `doubts` must be empty for the knowledge to be
    trusted.
    """

    counts: Mapping[str, Mapping[str, int]]
    doubts: tuple[str, ...]


def check(folder: Path | None = None, code: Path | None = None) -> Report:
    """Look at every knowledge file of `folder` and at what `code` names of it. None: the installed ones.

    The loaders that know only the installed files (danger signs, understanding, schemes) run when `folder` is None.
    """
    shelf = Path(str(root())) if folder is None else folder
    doubts = [doubt for look in _LOOKS for doubt in _heard(look, shelf)]
    if folder is None:
        doubts += [doubt for look in _INSTALLED for doubt in _heard(look, shelf)]
    if not doubts:
        # Broken files would make everything that they hold look unknown or unused, and bury what is wrong.
        doubts += _beside_the_code(shelf, rules_in_code(Path(str(files("bot"))) if code is None else code))
    return Report(counts=_counts(shelf), doubts=tuple(dict.fromkeys(doubts)))


def _beside_the_code(shelf: Path, named: Named) -> list[str]:
    """What the program names and the knowledge does not hold, and what the knowledge holds and nothing uses."""
    held = rules(shelf)
    unknown = [
        f"{place}: names the rule {name!r}, which rules.yaml does not hold" for name, place in named.rules.items() if name not in held
    ]
    return [*unknown, *unused(shelf, named)]


def _heard(look: Look, shelf: Path) -> Iterator[str]:
    """The doubts of one look; a file that cannot be trusted at all is one more."""
    try:
        yield from look(shelf)
    except KnowledgeError as error:
        yield str(error)
    except OSError as error:
        yield f"{error.filename}: cannot be read"


def _files(shelf: Path) -> Iterator[str]:
    """Every file can be read, says something, and stands in every language when it stands in one."""
    paths = _paths(shelf)
    spoken = [{path.partition("/")[2] for path in paths if path.startswith(f"{language}/")} for language in LANGUAGES]
    for name in sorted(set().union(*spoken)):
        yield from (f"{language}/{name}: the file is missing" for language, held in zip(LANGUAGES, spoken, strict=True) if name not in held)
    for path in paths:
        yield from _heard(partial(_empty, path), shelf)


def _paths(shelf: Path) -> list[str]:
    folders = {"": shelf} | {f"{language}/": shelf / language for language in LANGUAGES}
    held = [f"{prefix}{entry.name}" for prefix, folder in folders.items() for entry in folder.iterdir()]
    return sorted(path for path in held if path.endswith(".yaml"))


def _empty(path: str, shelf: Path) -> Iterator[str]:
    if not read_from(path, shelf):
        yield f"{path}: the file is empty"


def _loads(shelf: Path) -> Iterator[str]:
    """Every loader accepts its files, and none of them is empty."""
    loads = {f"{name}.yaml": load for name, load in _FOR_ALL.items()}
    loads |= {f"{language}/{name}.yaml": partial(load, language) for name, load in _PER_LANGUAGE.items() for language in LANGUAGES}
    for path, load in loads.items():
        yield from _heard(partial(_nothing_in, path, load), shelf)


def _nothing_in(path: str, load: Callable[[Path], Mapping[str, object]], shelf: Path) -> Iterator[str]:
    if not load(shelf):
        yield f"{path}: holds nothing"


def _wording(shelf: Path) -> Iterator[str]:
    """The same keys with the same placeholders in every language, and no empty text."""
    spoken = {language: _mapping(f"{language}/wording.yaml", shelf) for language in LANGUAGES}
    for language, texts in spoken.items():
        yield from (f"{language}/wording.yaml: {key}: expected a text" for key, text in texts.items() if not str(text or "").strip())
    for one, other in combinations(LANGUAGES, 2):
        for key in sorted(spoken[one].keys() ^ spoken[other].keys()):
            yield f"{one if key in spoken[other] else other}/wording.yaml: {key}: missing"
        for key in sorted(spoken[one].keys() & spoken[other].keys()):
            if _placeholders(spoken[one][key]) != _placeholders(spoken[other][key]):
                yield f"{other}/wording.yaml: {key}: other placeholders than in {one}"


def _placeholders(text: Any) -> frozenset[str]:
    """The names in braces; a text that cannot be filled at all counts as naming itself, so that it never equals another."""
    try:
        return wording.placeholders(str(text))
    except ValueError:
        return frozenset({str(text)})


def _conflicts(shelf: Path) -> Iterator[str]:
    for conflict in conflicts(shelf).values():
        yield from (f"conflicts.yaml: {conflict.id}: no finding {name}" for name in conflict.findings if name not in findings(shelf))


def _countries(shelf: Path) -> Iterator[str]:
    """Time zones exist, and a name leads to one country."""
    zones = available_timezones()
    for code, country in countries(shelf).items():
        yield from (f"countries.yaml: {code}: no time zone {zone}" for zone in country.timezones if zone not in zones)
    named: dict[str, str] = {}
    for language in LANGUAGES:
        for code, names in country_words(language, shelf).names.items():
            for name in names:
                if named.setdefault(plain(name), code) != code:
                    yield f"{language}/countries.yaml: {name}: names both {named[plain(name)]} and {code}"


def _recognition(shelf: Path) -> Iterator[str]:
    """What the understanding can recognise, the knowledge can answer: substances, findings, topics."""
    for language in LANGUAGES:
        path = f"{language}/terms.yaml"
        terms = _mapping(path, shelf)
        recognised = set(terms.get("substances") or ()) - {ITSELF}
        yield from (f"{path}: no words for the substance {name}" for name in sorted(set(substances(shelf)) - recognised))
        yield from (f"substances.yaml: {name}: {path} recognises it" for name in sorted(recognised - set(substances(shelf))))
        felt = set(terms.get("effects") or ())
        yield from (f"findings.yaml: {name}: {path} recognises it" for name in sorted(felt - set(findings(shelf))))
        path = f"{language}/understanding.yaml"
        topics = {str(rule["topic"]) for rule in _mapping(path, shelf).get("rules") or () if rule.get("topic")}
        yield from (f"facts.yaml: {topic}: no answer, and {path} asks for one" for topic in sorted(topics - set(facts(shelf))))


def _mapping(path: str, shelf: Path) -> Mapping[str, Any]:
    held = read_from(path, shelf)
    if not isinstance(held, dict):
        raise KnowledgeError(f"{path}: expected entries by name")
    return held


_LOOKS: tuple[Look, ...] = (_files, _loads, _wording, _conflicts, _countries, place_doubts, _recognition, consent_doubts)


def _loaded(load: Callable[[], object], shelf: Path) -> Iterator[str]:
    del shelf
    load()
    yield from ()


_INSTALLED: tuple[Look, ...] = tuple(partial(_loaded, load) for load in (load_danger, load_languages, schemes, wording.check_parity))


def _counts(shelf: Path) -> dict[str, dict[str, int]]:
    """How many entries each file has: the loaded ones, and the texts of the wording."""
    counts: dict[str, dict[str, int]] = {"all": {name: _size(load, shelf) for name, load in _FOR_ALL.items()}}
    for language in LANGUAGES:
        loads = {name: partial(load, language) for name, load in _PER_LANGUAGE.items()} | {
            "wording": partial(_mapping, f"{language}/wording.yaml")
        }
        counts[language] = {name: _size(load, shelf) for name, load in loads.items()}
    return counts


def _size(load: Callable[[Path], Mapping[str, object]], shelf: Path) -> int:
    try:
        return len(load(shelf))
    except KnowledgeError:
        return 0
