"""Proxy words: words that carry the compared groups in the input embeddings (Baksi et al. 2024, section 4.4)."""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Literal

import numpy as np
import pandas as pd
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS, CountVectorizer, TfidfTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline

from biastransfer.common.problems import Problem
from biastransfer.tasks.word_vectors import Embeddings

_WORD = re.compile(r"(?<!\w)[^\W\d_]{2,}(?!\w)")

FOLDS = 5


def word_vectors(
    words: Sequence[str], encode: Callable[[list[str]], list[list[int]]], matrix: np.ndarray
) -> np.ndarray:
    """Represent words by the mean input embedding of their tokens.

    Parameters
    ----------
    words : n words.
    encode : words -> token ids of each, without special tokens.
    matrix : (tokens, d) input embeddings.

    Returns
    -------
    (n, d)

    Raises
    ------
    ValueError : a word has no tokens.
    """
    tokens = encode(list(words))
    empty = [word for word, ids in zip(words, tokens, strict=True) if not len(ids)]
    if empty:
        raise ValueError(f"words without tokens: {empty}")
    vectors = [np.asarray(matrix[ids], float).mean(axis=0) for ids in tokens]
    return np.stack(vectors) if vectors else np.empty((0, matrix.shape[1]))


def gender_direction(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Find the direction along which the words of definitional pairs differ: their top principal component.

    The differences ``first - second`` are not centred: they all point from one side to the other, so what they share,
    their mean, is the very direction sought, and centring would remove it and leave how the pairs differ among
    themselves. It is thus the first right singular vector of the matrix of differences. Pairs of equal vectors are left
    out.

    Parameters
    ----------
    first, second : (p, d) vectors of the p pairs' words; first is the she side.

    Returns
    -------
    (d,) of length 1; the mean difference has a positive projection.

    Raises
    ------
    ValueError : no pair differs.
    """
    differences = np.asarray(first, float) - np.asarray(second, float)
    differences = differences[differences.any(axis=1)]
    if not len(differences):
        raise ValueError("the words of every definitional pair have the same vector, so there is no direction")
    direction = np.linalg.svd(differences, full_matrices=False)[2][0]
    return -direction if differences.mean(axis=0) @ direction < 0 else direction


def femaleness(
    vectors: np.ndarray, direction: np.ndarray, score: Literal["cosine", "projection", "absolute"]
) -> np.ndarray:
    """Score (n, d) word vectors on the (d,) unit direction.

    ``cosine`` and ``projection`` are signed, positive on the first side (a vector of zeros has cosine 0); ``absolute``
    is the length of the projection, the magnitude of Baksi et al. 2024.

    Returns
    -------
    (n,)
    """
    projection = vectors @ direction
    if score == "cosine":
        length = np.linalg.norm(vectors, axis=1)
        return np.divide(projection, length, out=np.zeros_like(projection), where=length > 0)
    return np.abs(projection) if score == "absolute" else projection


def count_words(texts: Iterable[str]) -> list[set[str]]:
    """List the distinct words of each text: two letters or more of any alphabet, nothing else, in lower case."""
    return [set(_WORD.findall(text.lower())) for text in texts]


def log_odds(texts: Iterable[str], first_group: np.ndarray) -> pd.DataFrame:
    """Compare how often the texts of two groups contain each word.

    ``log_odds = log (a + ½)/(A - a + ½) - log (b + ½)/(B - b + ½)`` where a of the A texts of the first group contain
    the word and b of the B texts of the second: the add-half smoothed log-odds ratio.

    Parameters
    ----------
    texts : n texts of the two groups.
    first_group : (n,) true where the text is of the first.

    Returns
    -------
    ``word, n_first, n_second, log_odds``, sorted by word; the counts are texts.
    """
    first_group = np.asarray(first_group, bool)
    counts: dict[bool, Counter[str]] = {True: Counter(), False: Counter()}
    for words, first in zip(count_words(texts), first_group.tolist(), strict=True):
        counts[first].update(words)
    words = sorted(counts[True].keys() | counts[False].keys())
    a, b = (np.array([counts[first][word] for word in words], "int64") for first in (True, False))
    n_a, n_b = first_group.sum(), (~first_group).sum()
    ratio = np.log((a + 0.5) / (n_a - a + 0.5)) - np.log((b + 0.5) / (n_b - b + 0.5))
    return pd.DataFrame({"word": pd.Series(words, dtype=object), "n_first": a, "n_second": b, "log_odds": ratio})


def candidates(counts: pd.DataFrame, *, min_count: int, not_words: Collection[str]) -> pd.DataFrame:
    """Keep the words that may be proxies: in ``min_count`` texts of both groups together, no stop words.

    ``counts`` has ``word, n_first, n_second``; ``not_words`` are left out whatever their case, such as the words of the
    occupations' names.
    """
    excluded = ENGLISH_STOP_WORDS | {word.lower() for word in not_words}
    frequent = counts["n_first"] + counts["n_second"] >= min_count
    return counts[frequent & ~counts["word"].isin(excluded)].reset_index(drop=True)


def score_words(
    train: pd.DataFrame,
    embeddings: Embeddings,
    *,
    pairs: Sequence[tuple[str, str]],
    compare: Sequence[str],
    not_words: Collection[str],
    score: Literal["cosine", "projection", "absolute"],
    min_count: int,
) -> pd.DataFrame:
    """Score the candidate words of a corpus.

    Parameters
    ----------
    train : ``text, group``; only rows of the compared groups count.
    embeddings : of words; words are encoded with a space before them, as they stand in a sentence, and words that are
        ``missing`` are no candidates.
    pairs : definitional pairs, the first group's word first; those with a missing word are left out.
    compare : the two groups, the first being that of the pairs' first words.
    not_words, min_count : see :func:`candidates`.
    score : see :func:`femaleness`.

    Returns
    -------
    ``word, femaleness, n_first, n_second, log_odds``, sorted by word.

    Raises
    ------
    Problem : the embeddings have both words of no pair.
    """
    encode, matrix, missing = embeddings.encode, embeddings.matrix, embeddings.missing
    pairs = [pair for pair in pairs if not missing & {word.lower() for word in pair}]
    if not pairs:
        raise Problem("bias_subspace.pairs: the word vectors have both words of no pair.")
    compared = train[train["group"].isin(compare)]
    counts = log_odds(compared["text"], (compared["group"] == compare[0]).to_numpy())
    words = candidates(counts, min_count=min_count, not_words={*not_words, *missing})
    sides = [word_vectors([f" {pair[side]}" for pair in pairs], encode, matrix) for side in (0, 1)]
    vectors = word_vectors([f" {word}" for word in words["word"]], encode, matrix)
    words["femaleness"] = femaleness(vectors, gender_direction(*sides), score)
    return words[["word", "femaleness", "n_first", "n_second", "log_odds"]]


def choose(words: pd.DataFrame, *, count: int | None, threshold: float | None) -> pd.DataFrame:
    """Choose the proxy words, by number or by threshold.

    Parameters
    ----------
    words : ``word, femaleness, n_first, n_second``.
    count : the most extreme words of either sign, so many of each (ties in alphabetical order). If no score is
        negative, as with absolute scores, the ``2 * count`` largest.
    threshold : words with ``|femaleness| >= threshold``.

    Returns
    -------
    The chosen rows with ``side``, "first" for positive scores and "second" for negative ones (so absolute scores, which
    know no side, are all "first"), most extreme first on either side. Words that score 0 are never chosen.

    Raises
    ------
    ValueError : not exactly one of ``count`` and ``threshold`` is given.
    """
    if (count is None) == (threshold is None):
        raise ValueError("give either count or threshold")
    sided = words[words["femaleness"] != 0].copy()
    sided["side"] = np.where(sided["femaleness"] > 0, "first", "second")
    order = np.lexsort((sided["word"].astype(str), -sided["femaleness"].abs(), sided["side"]))
    sided = sided.iloc[order].reset_index(drop=True)
    if threshold is not None:
        return sided[sided["femaleness"].abs() >= threshold].reset_index(drop=True)
    per_side = count if (words["femaleness"] < 0).any() else 2 * count
    return sided.groupby("side").head(per_side).reset_index(drop=True)


def random_words(words: pd.DataFrame, chosen: Collection[str], *, seed: int) -> list[str]:
    """Draw other words that occur about as often as the chosen ones: the control of the proxy words.

    Going through the words that are not chosen in random order, every word is taken that does not make the summed
    document count exceed that of the chosen words; at last the rarest word left is taken if that brings the sum nearer.
    So the sums differ by at most half the document count of the rarest word left, unless all words are taken.

    Parameters
    ----------
    words : the candidates, ``word, n_first, n_second``, with the chosen ones.
    chosen : words.
    seed : of the order.
    """
    chosen = set(chosen)
    count = (words["n_first"] + words["n_second"]).set_axis(words["word"])
    missing = int(count[count.index.isin(chosen)].sum())
    others = sorted(count[~count.index.isin(chosen)].items())
    drawn, left = [], []
    for place in np.random.default_rng(seed).permutation(len(others)):
        word, occurrences = others[place]
        if occurrences <= missing:
            drawn.append(word)
            missing -= occurrences
        else:
            left.append((occurrences, word))
    if left and min(left)[0] - missing < missing:
        drawn.append(min(left)[1])
    return drawn


def pronoun_probe(texts: Sequence[str], first_group: np.ndarray, *, seed: int) -> float:
    """Measure how well the group can still be read from the texts.

    Returns
    -------
    Area under the ROC curve of a logistic regression on TF-IDF weighted words, mean over 5 stratified folds: 0.5 is
    chance, 1 means that the group is plain. Missing if a group has fewer than 5 texts.
    """
    first_group = np.asarray(first_group, bool)
    if min(first_group.sum(), (~first_group).sum()) < FOLDS:
        return float("nan")
    words = CountVectorizer(token_pattern=r"\w+").fit_transform(texts)
    probe = make_pipeline(TfidfTransformer(sublinear_tf=True), LogisticRegression(max_iter=1000))
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
    return float(cross_val_score(probe, words, first_group, cv=folds, scoring="roc_auc").mean())
