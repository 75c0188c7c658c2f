"""Long texts in parts that a platform takes, counted in UTF-16 code units.

Telegram counts so; Discord counts characters, which are never more.
"""

from __future__ import annotations

import unicodedata

_BORDERS = ("\n\n", "\n", ". ", "! ", "? ", "… ", " ")
"""Where a text may be cut, best first."""

_JOINER, _KEYCAP = "\u200d", "\u20e3"


def units(text: str) -> int:
    """The length of a text in UTF-16 code units."""
    return len(text.encode("utf-16-le", errors="surrogatepass")) // 2


def split(text: str, limit: int) -> tuple[str, ...]:
    """The text in parts of at most `limit` units, cut between paragraphs, else lines, sentences, words.

    Nothing but white space at a cut is lost; an emoji of several characters is not torn apart.
    """
    parts, rest = [], text.strip()
    while units(rest) > limit:
        head = _prefix(rest, limit)
        at = _border(head) or _between_characters(rest, len(head))
        parts.append(rest[:at].rstrip())
        rest = rest[at:].lstrip()
    return (*parts, rest) if rest else tuple(parts)


def _prefix(text: str, limit: int) -> str:
    """The longest beginning that fits."""
    taken = 0
    for at, char in enumerate(text):
        taken += 2 if ord(char) > 0xFFFF else 1
        if taken > limit:
            return text[:at]
    return text


def _border(head: str) -> int:
    """Behind the last good place to cut; 0 when there is none in the second half."""
    for border in _BORDERS:
        at = head.rfind(border)
        if at > len(head) // 2:
            return at + len(border)
    return 0


def _between_characters(text: str, at: int) -> int:
    """The last place at or before `at` where no character that people see is torn apart."""
    cut = at
    while cut > 1 and _belongs_to_the_former(text, cut):
        cut -= 1
    return cut if cut > 1 else at


def _belongs_to_the_former(text: str, at: int) -> bool:
    char, former = text[at], text[at - 1]
    if char in (_JOINER, _KEYCAP) or former == _JOINER or unicodedata.category(char) in ("Mn", "Me", "Mc"):
        return True
    if "\U0001f3fb" <= char <= "\U0001f3ff":  # the tone of a skin
        return True
    return _is_flag_letter(char) and _flag_letters_before(text, at) % 2 == 1


def _is_flag_letter(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def _flag_letters_before(text: str, at: int) -> int:
    count = 0
    while count < at and _is_flag_letter(text[at - 1 - count]):
        count += 1
    return count
