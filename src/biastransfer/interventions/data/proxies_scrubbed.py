"""Replacing proxy words by an underscore in the training texts (Baksi et al. 2024, section 4.4)."""

import math
import re
from collections.abc import Sequence

import pandas as pd

from biastransfer.common.problems import Problem
from biastransfer.interventions.data.proxy_words import choose, pronoun_probe, random_words

ENOUGH = 0.8
"""How much of the proxies' texts the random words must come to at least."""

_WORD = re.compile(r"\w+")


def intervene(
    train: pd.DataFrame,
    *,
    scored: pd.DataFrame,
    count: int | None,
    threshold: float | None,
    random: bool,
    compare: Sequence[str],
    seed: int,
) -> tuple[pd.DataFrame, dict]:
    """Replace the proxy words, or as its control as much text of random words.

    Parameters
    ----------
    train : ``id, text, label, group``.
    scored : ``word, femaleness, n_first, n_second`` of all candidate words.
    count, threshold : how many words a side, or how extreme ones; see :func:`proxy_words.choose`.
    random : replace words drawn by :func:`proxy_words.random_words` in their place.
    compare : the two groups that a probe tries to tell apart before and after.
    seed : of the drawn words and the probe's folds.

    Returns
    -------
    The rows with new texts; and the facts of :func:`replace_words` with ``log_odds_correlation`` (Pearson's r of femaleness
    with the words' log-odds in the corpus, over all candidates) and ``replaced``, the words; fewer than asked where not so
    many have one of the signs.

    Raises
    ------
    Problem : no word is chosen, or the other candidates occur in less than ``ENOUGH`` of the proxies' texts.
    """
    chosen = choose(scored, count=count, threshold=threshold)["word"].tolist()
    if not chosen:
        raise Problem(
            f"interventions.proxies_scrubbed: no word is chosen; of {len(scored)} candidates the most extreme scores "
            f"{scored['femaleness'].abs().max():.3f}."
        )
    words = random_words(scored, chosen, seed=seed) if random else chosen
    texts = (scored["n_first"] + scored["n_second"]).set_axis(scored["word"])
    if texts[words].sum() < ENOUGH * texts[chosen].sum():
        raise Problem(
            f"interventions.proxies_scrubbed.random_control: too few of {len(scored)} candidates are left beside the "
            f"{len(chosen)} proxy words; take fewer words, a smaller min_count, or no control."
        )
    scrubbed, facts = replace_words(train, words=words, compare=compare, seed=seed)
    correlation = float(scored["femaleness"].corr(scored["log_odds"]))
    return scrubbed, {**facts, "log_odds_correlation": correlation, "replaced": words}


def replace_words(
    train: pd.DataFrame, *, words: Sequence[str], compare: Sequence[str], seed: int
) -> tuple[pd.DataFrame, dict]:
    """Replace words by ``_``, as whole words and in any case.

    Parameters
    ----------
    train : ``id, text, label, group``.
    words : what to replace; letters, digits and underscores only.
    compare : the two groups that a probe tries to tell apart before and after.
    seed : of the probe's folds.

    Returns
    -------
    The rows with new texts; and facts: ``words`` (how many), ``rows_changed``, ``words_replaced`` (occurrences),
    ``probe_auc_before`` and ``probe_auc_after`` (``proxy_words.pronoun_probe`` over the rows of the compared groups;
    None if there are too few).

    Raises
    ------
    ValueError : a word has characters that are no part of a word, so it would never be found.
    """
    odd = [word for word in words if not _WORD.fullmatch(word)]
    if odd:
        raise ValueError(f"not single words: {odd}")
    scrubbed_words = {word.lower() for word in words}
    scrubbed = train.reset_index(drop=True)
    replaced = scrubbed["text"].map(lambda text: sum(word in scrubbed_words for word in _WORD.findall(text.lower())))
    scrubbed["text"] = scrubbed["text"].map(
        lambda text: _WORD.sub(lambda word: "_" if word[0].lower() in scrubbed_words else word[0], text)
    )
    return scrubbed, {
        "words": len(scrubbed_words),
        "rows_changed": int((replaced > 0).sum()),
        "words_replaced": int(replaced.sum()),
        "probe_auc_before": _probe(train, compare, seed),
        "probe_auc_after": _probe(scrubbed, compare, seed),
    }


def _probe(table: pd.DataFrame, compare: Sequence[str], seed: int) -> float | None:
    compared = table[table["group"].isin(compare)]
    auc = pronoun_probe(compared["text"].tolist(), (compared["group"] == compare[0]).to_numpy(), seed=seed)
    return None if math.isnan(auc) else auc
