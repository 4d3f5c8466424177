"""Errors of a user, each reported in one sentence."""

from collections.abc import Iterable
from difflib import get_close_matches


class Problem(Exception):
    """An error of the user; its message is one complete sentence, shown without traceback."""


def nearest(word: object, allowed: Iterable[object], cutoff: float = 0.6) -> str:
    """Return " Did you mean 'x'?" for the allowed word most like ``word``, or an empty string."""
    known = {str(candidate).lower(): str(candidate) for candidate in allowed}
    matches = get_close_matches(str(word).lower(), known, n=1, cutoff=cutoff)
    return f" Did you mean {known[matches[0]]!r}?" if matches else ""


BARE_WORDS = "YAML reads a bare yes, no, on or off as true or false, so write such a word in quotes"
"""Why a word of a study file has become a truth value."""


def listing(words: Iterable[object], most: int = 12) -> str:
    """Join words for a sentence, at most ``most``."""
    words = [str(word) for word in words]
    return ", ".join(words[:most]) + (f", … ({len(words)} in all)" if len(words) > most else "")
