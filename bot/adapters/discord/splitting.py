"""Long texts in parts that Discord takes: at most 2000 characters. UTF-16 code units are counted, which is never too few."""

from __future__ import annotations

TEXT_UNITS = 2000

_BORDERS = ("\n\n", "\n", ". ", "! ", "? ", "… ", " ")
"""Where a text may be cut, best first."""


def units(text: str) -> int:
    """The length of a text at its most."""
    return len(text.encode("utf-16-le", errors="surrogatepass")) // 2


def split(text: str, limit: int = TEXT_UNITS) -> tuple[str, ...]:
    """The text in parts of at most `limit` units, cut between paragraphs, else lines, sentences, words.

    Nothing but white space at a cut is lost.
    """
    parts, rest = [], text.strip()
    while units(rest) > limit:
        head = rest[:limit]
        while units(head) > limit:
            head = head[:-1]
        at = _border(head) or len(head)
        parts.append(rest[:at].rstrip())
        rest = rest[at:].lstrip()
    return (*parts, rest) if rest else tuple(parts)


def _border(head: str) -> int:
    """Behind the last good place to cut; 0 when there is none in the second half."""
    for border in _BORDERS:
        at = head.rfind(border)
        if at > len(head) // 2:
            return at + len(border)
    return 0
