"""Texts in the form in which words are looked up, and where each of its characters is in the text itself.

The form: Unicode's compatibility composition (NFKC) without case, one kind of apostrophe and of hyphen, and no characters that nobody
sees, such as soft hyphens. Texts themselves stay as they are. Source: Unicode Standard, section 5.18 and annex 15.
"""

import unicodedata
from bisect import bisect_right
from collections.abc import Iterator

import regex

HYPHENS = "\u2010\u2011\u2012\u2013\u2212\ufe63\uff0d"
APOSTROPHES = "\u2018\u2019\u201b\u02bc\u2032\uff07\u0060\u00b4"
_SIGNS = str.maketrans({**dict.fromkeys(HYPHENS, "-"), **dict.fromkeys(APOSTROPHES, "'")})
_PARTS = regex.compile(r"\w+|\p{Default_Ignorable_Code_Point}+|[^\w\p{Default_Ignorable_Code_Point}]+")
_UNSEEN = regex.compile(r"\p{Default_Ignorable_Code_Point}+")
_LETTERS = regex.compile(r"\X")


def fold(text: str) -> str:
    """The form of a text in which words are looked up."""
    return text.lower() if text.isascii() else "".join(folded for _, _, folded in _folded_parts(text))


class Places:
    """Finds the places in a text that belong to places in its folded form."""

    def __init__(self, text: str) -> None:
        self._parts = [] if text.isascii() else list(_folded_parts(text))
        self._starts = [0]
        for _, _, folded in self._parts:
            self._starts.append(self._starts[-1] + len(folded))

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where in the text the characters ``start`` to ``end`` of the folded form come from; signs over a letter belong to it."""
        return (start, end) if not self._parts else (self._place(start)[0], self._place(end - 1)[1])

    def _place(self, position: int) -> tuple[int, int]:
        number = bisect_right(self._starts, position) - 1
        start, end, folded = self._parts[number]
        if end - start == len(folded):
            inside = start + position - self._starts[number]
            return inside, inside + 1
        return start, end


def _folded_parts(text: str) -> Iterator[tuple[int, int, str]]:
    """Parts of a text in order: start, end and folded form. A part and its folded form of one length agree character by character."""
    for match in _PARTS.finditer(text.translate(_SIGNS)):
        start, part = match.start(), match[0]
        if part.isascii():
            yield start, match.end(), part.lower()
        elif _UNSEEN.fullmatch(part):
            yield start, match.end(), ""
        elif not regex.match(r"\w", part):  # signs such as ™ are no letters
            yield start, match.end(), regex.sub(r"\s", " ", part)
        elif len(folded := _folded(part)) == len(part) and unicodedata.is_normalized("NFKC", part):
            yield start, match.end(), folded
        else:
            for letter in _LETTERS.finditer(part):
                yield start + letter.start(), start + letter.end(), _folded(letter[0])


def _folded(word: str) -> str:
    plain = unicodedata.normalize("NFKC", _UNSEEN.sub("", word)).casefold()
    return unicodedata.normalize("NFKC", plain).translate(_SIGNS)
