"""Removing a share of the comments that mention each term, or the terms from them (Steed et al. 2022, appendix B.1)."""

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from biastransfer.tasks.flags import FLAGGED
from biastransfer.tasks.mentions import Finder, Mention, WordBoundaries

TermSet = tuple[str, ...]
"""The terms that a comment mentions, sorted."""


def intervene(
    train: pd.DataFrame,
    *,
    comments: Literal["toxic", "all"],
    share: float,
    unit: Literal["comment", "term"],
    terms: Sequence[str],
    seed: int,
    word_boundaries: WordBoundaries = "auto",
) -> tuple[pd.DataFrame, dict]:
    """Remove a share of the comments that mention each term, or every term from their texts.

    Terms overlap in a comment, and the share is to hold for every term: ``rows_per_set`` decides how many comments of
    each set of terms are chosen. Which ones follows one random order per set, whatever the other sets are, so for one
    seed the comments chosen at a smaller share are among those of a larger one, up to the rounding of the counts.

    Parameters
    ----------
    train : ``id, text, label, terms, source``; ``terms`` lists the terms that the text mentions.
    comments : choose among flagged comments only (``toxic``) or among ``all``.
    share : of the mentions of each term, 0 to 1.
    unit : drop the chosen comment (``comment``), or keep it without any mention of any term (``term``).
    terms : all terms.
    seed : of the orders.
    word_boundaries : of the task, see :mod:`biastransfer.tasks.mentions`.

    Returns
    -------
    The rows, otherwise unchanged and in their order; and facts: ``rows_before``, ``rows_after``, ``rows_chosen``,
    ``largest_deviation`` (rows, the largest over terms of ``|chosen - share * mentions|``) and ``terms``, which maps
    every term to its ``mentions`` among the eligible comments and the ``chosen`` ones among them.
    """
    eligible = (train["label"] == FLAGGED).to_numpy() if comments == "toxic" else np.ones(len(train), bool)
    rows: dict[TermSet, list[int]] = {}
    for row, (found, candidate) in enumerate(zip(train["terms"], eligible, strict=True)):
        if candidate and len(found):
            rows.setdefault(tuple(sorted(found)), []).append(row)
    counts = rows_per_set({terms_of: len(members) for terms_of, members in rows.items()}, share, seed)
    chosen = np.zeros(len(train), bool)
    for terms_of, members in rows.items():
        chosen[_random(seed, 0, terms_of).permutation(members)[: counts[terms_of]]] = True
    if unit == "comment":
        scrubbed = train[~chosen].reset_index(drop=True)
    else:
        scrubbed = train.reset_index(drop=True)
        scrubbed["text"] = scrubbed["text"].where(
            ~chosen, delete_mentions(scrubbed["text"][chosen], terms, word_boundaries)
        )
        scrubbed["terms"] = [[] if hit else found for hit, found in zip(chosen, scrubbed["terms"], strict=True)]
    per_term = {
        term: {
            "mentions": sum(len(members) for terms_of, members in rows.items() if term in terms_of),
            "chosen": sum(count for terms_of, count in counts.items() if term in terms_of),
        }
        for term in terms
    }
    return scrubbed, {
        "rows_before": len(train),
        "rows_after": len(scrubbed),
        "rows_chosen": int(chosen.sum()),
        "largest_deviation": max((abs(n["chosen"] - share * n["mentions"]) for n in per_term.values()), default=0.0),
        "terms": per_term,
    }


def rows_per_set(sizes: Mapping[TermSet, int], share: float, seed: int) -> dict[TermSet, int]:
    """Choose how many comments of each set of terms go, so that the share holds for every term.

    An integer program over the counts ``x``. First, the deviation over terms, ``Σ_t |Σ_{s ∋ t} x_s - share n_t|``
    (``n_t`` mentions), is as small as can be; then, among such counts, ``Σ_s |x_s - r_s|``, where ``r_s`` is
    ``share * size`` rounded up or down at random, in proportion to its fraction. (Most sets of several terms have one
    comment: where the terms leave a choice, the nearest whole number would spare them below a share of one half and
    take them all above it.) Sets of two or more terms get the floor or the ceiling of ``share * size``, sets of one
    term anything from 0 to their size, so single-term comments make up for the rounding of the others.

    Parameters
    ----------
    sizes : set of terms -> comments that mention exactly these.
    share : 0 to 1.
    seed : of the rounding; ``r_s`` depends on it and the set's terms only and never falls as the share rises.

    Returns
    -------
    set of terms -> comments to choose; the same input gives the same counts.
    """
    if not sizes:
        return {}
    sets = sorted(sizes)
    size = np.array([sizes[terms_of] for terms_of in sets])
    asked = np.round(share * size, 9)  # .1 * 30 is a little more than 3
    rounded = np.floor(asked + [_random(seed, 1, terms_of).random() for terms_of in sets])
    single = np.array([len(terms_of) == 1 for terms_of in sets])
    terms = sorted({term for terms_of in sets for term in terms_of})
    mentions = sparse.csr_array(np.array([[term in terms_of for terms_of in sets] for term in terms], float))
    goal = np.round(mentions @ (share * size), 9)
    whole = np.floor(goal)
    # In whole numbers only, for with fractional variables the solver (scipy 1.17.1) fails on some programs: a term
    # loses whole + upper + above - below comments, where upper is 0 or 1, and a set rounded + above - below.
    per_term, per_set = sparse.eye_array(len(terms)), sparse.eye_array(len(sets))
    sums = LinearConstraint(
        sparse.block_array(
            [
                [mentions, -per_term, -per_term, per_term, None, None],
                [per_set, None, None, None, -per_set, per_set],
            ]
        ),
        *[np.concatenate([whole, rounded])] * 2,
    )
    none = np.zeros(len(sets))
    highest = np.where(single, size, np.ceil(asked)), np.ones(len(terms)), np.full(2 * (len(terms) + len(sets)), np.inf)
    lowest = np.where(single, 0, np.floor(asked)), np.zeros(3 * len(terms)), none, none
    bounds = Bounds(np.concatenate(lowest), np.concatenate(highest))
    of_terms = np.concatenate([none, 1 - 2 * (goal - whole), np.ones(2 * len(terms)), none, none])
    of_sets = np.concatenate([none, np.zeros(3 * len(terms)), none + 1, none + 1])
    least = _solve(of_terms, bounds, [sums]) @ of_terms
    best = _solve(of_sets, bounds, [sums, LinearConstraint(of_terms[None], ub=least + 1e-6)])
    return dict(zip(sets, best[: len(sets)].astype(int).tolist(), strict=True))


def _solve(cost: np.ndarray, bounds: Bounds, limits: list[LinearConstraint]) -> np.ndarray:
    whole = np.ones(len(cost))
    solution = milp(cost, integrality=whole, bounds=bounds, constraints=limits, options={"mip_rel_gap": 0})
    if not solution.success:
        raise RuntimeError(f"the integer program of the comments to remove was not solved: {solution.message}")
    return solution.x.round()


def delete_mentions(text: pd.Series, terms: Sequence[str], word_boundaries: WordBoundaries = "auto") -> pd.Series:
    """Delete every mention of the terms, and the space after it if there is one before it.

    Deleting may join words into a new mention ("middle blind aged"), so it goes on until none is left.
    """
    finder = Finder(terms, word_boundaries)

    def delete(value: str) -> str:
        while runs := _runs(value, finder.find(value)):
            for start, end in reversed(runs):
                before, after = value[:start], value[end:]
                doubled = before[-1:].isspace() and after[:1].isspace()
                value = before + (after[1:] if doubled else after)
        return value.strip()

    return text.map(delete)


def _runs(text: str, mentions: Sequence[Mention]) -> list[tuple[int, int]]:
    """Start and end of mentions, those with nothing but blanks between them as one."""
    runs: list[tuple[int, int]] = []
    for start, end, _ in mentions:
        if runs and text[runs[-1][1] : start].isspace():
            start = runs.pop()[0]
        runs.append((start, end))
    return runs


def _random(seed: int, purpose: int, terms_of: TermSet) -> np.random.Generator:
    return np.random.default_rng([seed, purpose, *"\0".join(terms_of).encode()])
