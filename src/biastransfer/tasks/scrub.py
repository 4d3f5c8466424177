"""Removing pronouns and titles from biographies."""

import re

import pandas as pd

WORDS = ("he", "she", "her", "his", "him", "hers", "himself", "herself", "mr", "mrs", "ms")
"""What De-Arteaga et al. (2019) replace by an underscore, lower case or capitalised."""

FORMS = sorted({form for word in WORDS for form in (word, word.capitalize(), word.upper())} - {"MS"})
"""The words that are scrubbed, in capitals too; MS mostly is a degree or an illness."""

_PATTERN = re.compile(rf"\b(?:{'|'.join(FORMS)})\b")
_WORD = re.compile(r"\w+")


def scrub_pronouns(text: pd.Series) -> pd.Series:
    """Replace he, she, her, his, him, hers, himself, herself, mr, mrs, ms (whole words, :data:`FORMS`) by ``_``."""
    return text.map(lambda value: _PATTERN.sub("_", value))


def texts_with_pronouns(text: pd.Series) -> int:
    """Count the texts that still have a word to scrub; independent of the scrubber's pattern, this compares all their words."""
    forms = set(FORMS)
    return sum(not forms.isdisjoint(_WORD.findall(value)) for value in text)
