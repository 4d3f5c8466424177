"""Finding the terms that a text mentions."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Literal, NamedTuple

import pandas as pd
import regex

from biastransfer.tasks.folding import Places, fold

WordBoundaries = Literal["auto", "always", "never"]
"""Whether a term counts within a longer word: never so with ``always``, anywhere with ``never``. With ``auto`` it does in scripts that are
written without spaces."""
WITHOUT_SPACES = regex.compile(
    r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Tibetan}\p{Javanese}\p{Balinese}\p{Tai_Le}\p{New_Tai_Lue}\p{Tai_Tham}]"
)


class Mention(NamedTuple):
    """A term, and its ``start`` and ``end`` in the text."""

    start: int
    end: int
    term: str


def find_mentions(text: pd.Series, terms: Sequence[str], word_boundaries: WordBoundaries = "auto") -> pd.Series:
    """List the terms that each text mentions, in the order of ``terms``.

    Terms may overlap: "african american" also mentions "african" and "american" if they are terms
    (Dixon et al. 2018 count words in the same way).
    """
    patterns = [(term, regex.compile(_pattern(term, word_boundaries))) for term in terms]
    # Most texts have no first word of a term, and need only this one search.
    starts = sorted({_pattern(_words(term)[0], word_boundaries) for term in terms})
    any_start = regex.compile("|".join(starts))
    return pd.Series(
        [
            [term for term, words in patterns if words.search(value)] if any_start.search(value) else []
            for value in map(fold, text)
        ],
        index=text.index,
        dtype=object,
    )


class Finder:
    """Finds mentions one after the other, the longest term first where several begin at one place."""

    def __init__(self, terms: Sequence[str], word_boundaries: WordBoundaries = "auto") -> None:
        longest_first = sorted(terms, key=lambda term: len(fold(term)), reverse=True)
        self._terms = {matching_form(term): term for term in reversed(longest_first)}
        words = "|".join(_pattern(term, word_boundaries) for term in longest_first)
        # Looking at the first letter spares most places the search for every term.
        initials = "".join(sorted({regex.escape(_words(term)[0][0]) for term in terms}))
        self._pattern = regex.compile(rf"(?=[{initials}])(?:{words})")

    def find(self, text: str) -> list[Mention]:
        """The mentions of a text, which do not overlap."""
        found = list(self._pattern.finditer(fold(text)))
        places = Places(text) if found else None
        return [
            Mention(*places.span(match.start(), match.end()), self._terms[matching_form(match[0])]) for match in found
        ]


def matching_form(phrase: str) -> str:
    """What phrases have in common that mention the same term: a hyphen between words is as good as a blank."""
    return " ".join(_words(phrase))


def _words(phrase: str) -> list[str]:
    """The words of a phrase as they are looked up; a phrase that is all hyphens is one word."""
    return fold(phrase).replace("-", " ").split() or [fold(phrase)]


@lru_cache(maxsize=4096)
def _pattern(phrase: str, word_boundaries: WordBoundaries) -> str:
    """Matches a phrase in folded texts."""
    words = _words(phrase)
    first, last = words[0][0], words[-1][-1]
    before = "" if _inside(first, word_boundaries) else r"(?<!\w)"
    after = "" if _inside(last, word_boundaries) else r"(?!\w)"
    return before + r"(?:\s+|-)".join(map(regex.escape, words)) + after


def _inside(end: str, word_boundaries: WordBoundaries) -> bool:
    """Whether a term with this character at its end may go on there."""
    if word_boundaries == "auto":
        return WITHOUT_SPACES.fullmatch(end) is not None
    return word_boundaries == "never"
