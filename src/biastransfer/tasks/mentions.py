"""Finding the terms that a text mentions."""

import re
from collections.abc import Sequence

import pandas as pd


def pattern(term: str) -> re.Pattern[str]:
    """Match a term as whole words, ignoring case, with any white space between its words."""
    return re.compile(r"(?<!\w)" + r"\s+".join(re.escape(word) for word in term.split()) + r"(?!\w)", re.IGNORECASE)


def find_mentions(text: pd.Series, terms: Sequence[str]) -> pd.Series:
    """List the terms that each text mentions, in the order of ``terms``.

    Terms may overlap: "african american" also mentions "african" and "american" if they are terms
    (Dixon et al. 2018 count words in the same way).
    """
    patterns = [(term, pattern(term)) for term in terms]
    # Most texts have no first word of a term, and need only this one search.
    starts = sorted({re.escape(term.split()[0]) for term in terms})
    any_start = re.compile(r"(?<!\w)(?:" + "|".join(starts) + r")(?!\w)", re.IGNORECASE)
    return pd.Series(
        [
            [term for term, words in patterns if words.search(value)] if any_start.search(value) else []
            for value in text
        ],
        index=text.index,
        dtype=object,
    )
