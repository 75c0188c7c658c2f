"""A message as the danger rules read it: one plain spelling per word, and where each word came from.

Each language reads the message its own way (`dont` is `do not` in English and a pronoun in French), so that a mixed message is read twice.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.understanding.danger_pattern import BOUNDARIES, COMMA, Line, lines
from bot.understanding.fold import Folded, fold

_TOKEN = re.compile(
    r"(?P<link>https?://\S+)"
    r"|(?P<daily>/\s*(?:jour|jr|j|day|d|24\s*h)\b)"
    r"|(?P<number>\d+(?:[.,]\d+)?)"
    r"|(?P<dotted>[^\W\d_](?:\.[^\W\d_]){3,}(?![^\W_]))"
    r"|(?P<word>[^\W\d_](?:[^\W_]|[*'](?=[^\W_])|\|\|(?=[^\W_]))*'?)"
    r"|(?P<question>[?？][.!?？]*)|(?P<ellipsis>\.{2,}|…)|(?P<stop>[!！]+\??|[.。\n]+)|(?P<pause>[,;:()\[\]/+&–—=]+|\s-+\s)"
)
_QUOTATIONS = re.compile(r"«[^»\n]{1,600}»|“[^”\n]{1,600}”|\"[^\"\n]{1,600}\"|(?m:^[ ]*>[^\n]*)")
_RUNS = re.compile(r"(.)\1{2,}")
_SPELLED = 5  # letters said one by one: "s u i c i d e"
_REPAIRED = range(5, 18)  # lengths of words in which one slip is forgiven


@dataclass(frozen=True, slots=True)
class Reading:
    """The words of a message in one language. `raw[i]` is the word as typed, `spans[i]` its folded characters.

    It begins and ends with a sentence boundary. `quoted` are the words that stand in quotation marks or quoted lines.
    """

    line: Line
    raw: Sequence[str]
    spans: Sequence[tuple[int, int]]
    quoted: frozenset[int]

    @property
    def words(self) -> Sequence[str]:
        """The words of the line, in order."""
        return self.line.words


@dataclass(frozen=True, slots=True)
class Token:
    """A raw piece of the message: its kind, its folded text, and its place in the folded text."""

    kind: str
    text: str
    start: int
    end: int


def tokenize(folded: Folded) -> list[Token]:
    """Cut a folded text into words, numbers, stops and pauses. Links are left out. Linear."""
    found = (_token(m.lastgroup or "", m.group(), m.start(), m.end()) for m in _TOKEN.finditer(folded.text))
    return _join_letters([token for token in found if token.kind != "link"])


def _token(kind: str, text: str, start: int, end: int) -> Token:
    return Token("word", text.replace(".", ""), start, end) if kind == "dotted" else Token(kind, text, start, end)


def _join_letters(tokens: list[Token]) -> list[Token]:
    """Join a word that was spelled letter by letter to slip past a filter."""
    out: list[Token] = []
    run: list[Token] = []
    for token in [*tokens, Token("stop", ".", 0, 0)]:
        if token.kind == "word" and len(token.text) == 1:
            run.append(token)
            continue
        out += [Token("word", "".join(t.text for t in run), run[0].start, run[-1].end)] if len(run) >= _SPELLED else run
        run = []
        out.append(token)
    return out[:-1]


def quotations(folded: Folded) -> list[tuple[int, int]]:
    """The quoted stretches; none when nearly the whole message is one quotation, which is then the person's own voice."""
    found = [m.span() for m in _QUOTATIONS.finditer(folded.text)]
    outside = len(folded.text.strip()) - sum(end - start for start, end in found)
    return found if outside > 12 else []


class Speller:
    """One language's spellings: short-hand, elisions, fillers that say nothing, single slips in the words that matter."""

    def __init__(self, *, rewrites: str, glued: str, fillers: str, repair: str, lookalikes: str) -> None:
        pairs = (line.split("=", 1) for line in lines(rewrites))
        self.rewrites: dict[str, tuple[str, ...]] = {
            fold(word).text: tuple(fold(new).text.split()) for old, new in pairs for word in old.split()
        }
        self._glued = [(old.strip(), new.strip()) for old, new in (line.split("=") for line in lines(glued))]
        self.fillers = frozenset(fold(fillers).text.split())
        self._known = frozenset(fold(lookalikes).text.split()) | self.rewrites.keys() | self.fillers
        self._slips = _slips(fold(repair).text.split())
        self._stems: Mapping[str, None] = {}
        self._lengths: tuple[int, ...] = ()

    def learn(self, keys: frozenset[str]) -> None:
        """Take note of every word and stem that patterns use: they are never repaired into something else."""
        self._known |= {key for key in keys if not key.endswith("*")}
        self._stems = {key: None for key in keys if key.endswith("*")}
        self._lengths = tuple(sorted({len(key) - 1 for key in self._stems}))

    def plain(self, word: str) -> Sequence[str]:
        """The plain words that one folded word stands for; nothing for a filler."""
        if word.endswith("*"):
            return (word,)
        return [new for new in self._rewritten(word) if new not in self.fillers]

    def _rewritten(self, word: str) -> Sequence[str]:
        if word in self.rewrites:
            return self.rewrites[word]
        if "'" in word.rstrip("'"):
            pieces = [piece for piece in re.findall(r"[^']+'?", word) if piece]
            return [new for piece in pieces for new in self._rewritten(piece)]
        bare = word.rstrip("'")
        return self.rewrites.get(bare, (bare,)) if bare else ()

    def spell(self, word: str) -> Sequence[str]:
        """Like `plain`, for a word somebody typed: lengthened letters and single slips are forgiven first."""
        word = word.replace("||", "")
        if _RUNS.search(word):
            word = next((w for w in (_RUNS.sub(r"\1", word), _RUNS.sub(r"\1\1", word)) if self._knows(w)), _RUNS.sub(r"\1", word))
        return [self._repaired(new) for part in self._unglued(word) for new in self.plain(part)]

    def _unglued(self, word: str) -> Sequence[str]:
        """A pronoun written in one piece with a word we know ("jsais", "darreter") is taken apart."""
        if len(word) < 4 or "'" in word or self._knows(word):
            return (word,)
        for glued, pronoun in self._glued:
            rest = word[len(glued) :]
            if word.startswith(glued) and len(rest) > 2 and self._knows(rest):
                return (pronoun, rest)
        return (word,)

    def stems(self, word: str) -> tuple[str, ...]:
        """The stems that a word begins with."""
        found = (word[:length] + "*" for length in self._lengths if length <= len(word))
        return tuple(key for key in found if key in self._stems)

    def _knows(self, word: str) -> bool:
        return word in self._known or bool(self.stems(word))

    def _repaired(self, word: str) -> str:
        if len(word) not in _REPAIRED or self._knows(word):
            return word
        for shape in (word, *_without_one(word)):
            if shape in self._slips and _one_slip(word, self._slips[shape]):
                return self._slips[shape]
        return word


def _without_one(word: str) -> list[str]:
    return [word[:i] + word[i + 1 :] for i in range(len(word))]


def _slips(words: Sequence[str]) -> dict[str, str]:
    """Each word under its own shape and under every shape with one letter missing."""
    return {shape: word for word in words for shape in (word, *_without_one(word))}


def _one_slip(word: str, target: str) -> bool:
    """True when one letter is missing, added, changed or swapped with its neighbour; the first letter must be right."""
    if word[0] != target[0]:
        return False
    longer, shorter = (word, target) if len(word) >= len(target) else (target, word)
    if len(longer) != len(shorter):
        return shorter in _without_one(longer)
    wrong = [i for i, (a, b) in enumerate(zip(word, target, strict=True)) if a != b]
    if len(wrong) == 2 and wrong[1] == wrong[0] + 1:
        return word[wrong[0]] == target[wrong[1]] and word[wrong[1]] == target[wrong[0]]
    return len(wrong) <= 1


_MARKS = {"question": "?", "stop": ".", "pause": COMMA, "ellipsis": COMMA, "daily": "/day"}


def read(tokens: Sequence[Token], speller: Speller, *, numbers: Mapping[str, int], quotes: Sequence[tuple[int, int]], size: int) -> Reading:
    """Spell out the tokens. `numbers` are the number words of the language, `size` the length of the folded text."""
    words: list[str] = ["."]
    spans: list[tuple[int, int]] = [(0, 0)]
    raw: list[str] = [""]
    for token in tokens:
        new = speller.spell(token.text) if token.kind == "word" else (_MARKS.get(token.kind, token.text),)
        words.extend(new)
        raw.extend([token.text] * len(new))
        spans.extend([(token.start, token.end)] * len(new))
    words.append(".")
    raw.append("")
    spans.append((size, size))
    extras = [_kinds(word, numbers) + speller.stems(word) for word in words]
    quoted = frozenset(i for i, (start, end) in enumerate(spans) if quotes and any(a <= start and end <= b for a, b in quotes))
    return Reading(Line(words, extras), raw, spans, quoted)


_LARGEST_IN_THE_TABLE_MG = 50  # of one intake (S000 table)


def _kinds(word: str, numbers: Mapping[str, int]) -> tuple[str, ...]:
    """The number kinds a word answers to."""
    if word in BOUNDARIES or (word not in numbers and not word[0].isdigit()):
        return ()
    value = amount(word, numbers)
    kinds = ["<n>"]
    if 1 <= value <= 3:
        kinds.append("<1-3>")
    if value >= 4:
        kinds.append("<4+>")
    if 5 <= value <= _LARGEST_IN_THE_TABLE_MG:
        kinds.append("<5-50>")
    if 1930 <= value <= 2100:
        kinds.append("<year>")
    if len(word) == 2 and word.isdecimal() and (value >= 60 or word[0] == "0"):
        kinds.append("<yy>")
    return tuple(kinds)


def amount(word: str, numbers: Mapping[str, int]) -> float:
    """The value of a number word or of digits; 0 when it is neither (other scripts have digits of their own)."""
    if word in numbers:
        return numbers[word]
    try:
        return float(word.replace(",", "."))
    except ValueError:
        return 0
