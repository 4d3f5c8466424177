"""Sentiment of single words: the share of negative sentiment, offline, from the VADER lexicon (Hutto & Gilbert 2014)."""

from functools import lru_cache
from typing import NamedTuple

from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer


class Sentiment(NamedTuple):
    """Negative share in [0, 1], and whether the lexicon knows the word."""

    negative: float
    known: bool


@lru_cache(maxsize=1)
def _analyzer() -> SentimentIntensityAnalyzer:
    return SentimentIntensityAnalyzer()


@lru_cache(maxsize=65536)
def vader(word: str) -> Sentiment:
    """VADER's ``neg`` share of a single word; an unknown word counts as 0."""
    return Sentiment(_analyzer().polarity_scores(word)["neg"], word.lower() in _analyzer().lexicon)
