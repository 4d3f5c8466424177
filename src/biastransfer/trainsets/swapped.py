"""Counterfactual data augmentation: texts with the words of the other group.

Sources: Zhao et al. 2018 and Lu et al. 2020 (copies are added), Maudslay et al. 2019 (rows are replaced).
"""

import re
from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np
import pandas as pd


def intervene(
    train: pd.DataFrame,
    *,
    share: float,
    keep: Literal["both", "swapped"],
    pairs: Sequence[tuple[str, str]],
    compare: Sequence[str],
    seed: int,
) -> tuple[pd.DataFrame, dict]:
    """Swap the words of pairs such as (mother, father) in a share of the rows, and the group of these rows.

    ``round(share * n)`` of the n rows of the compared groups whose text has a word of the pairs are swapped. They
    follow one random order, so for one seed the rows of a smaller share are among those of a larger one.

    Parameters
    ----------
    train : ``id, text, label, group``.
    share : of the rows with a word of the pairs, 0 to 1.
    keep : append the swapped copies, with the id ``{id}/swapped``, after all rows (``both``), or put them in the place
        of their rows under the same id (``swapped``).
    pairs : words to exchange, see ``swapper``.
    compare : the two groups; rows of other groups are never changed.
    seed : of the order.

    Returns
    -------
    The rows; and facts: ``rows_before``, ``rows_after``, ``rows_with_a_pair_word``, ``swapped`` (rows).
    """
    swap, has_pair_word = swapper(pairs)
    eligible = np.flatnonzero(train["group"].isin(compare) & train["text"].map(has_pair_word).astype(bool))
    order = np.random.default_rng(seed).permutation(eligible)
    chosen = np.sort(order[: round(share * len(eligible))])
    first, second = compare
    copies = train.iloc[chosen].copy()
    copies["text"] = copies["text"].map(swap)
    copies["group"] = copies["group"].map({first: second, second: first})
    if keep == "both":
        copies["id"] = copies["id"].map("{}/swapped".format)
        augmented = pd.concat([train, copies], ignore_index=True)
    else:
        augmented = train.reset_index(drop=True)
        for column in ("text", "group"):
            augmented.loc[chosen, column] = copies[column].to_numpy()
    return augmented, {
        "rows_before": len(train),
        "rows_after": len(augmented),
        "rows_with_a_pair_word": len(eligible),
        "swapped": len(chosen),
    }


def swapper(pairs: Sequence[tuple[str, str]]) -> tuple[Callable[[str], str], Callable[[str], bool]]:
    """Make the function that swaps the words of a text, and the one that says whether there are any.

    Whole words are swapped in both directions and in one pass; lower, Capitalised and UPPER case are kept, any other
    case becomes lower. Underscores in the pairs stand for spaces. A word of several pairs follows the first of them.
    """
    counterparts: dict[str, str] = {}
    for pair in pairs:
        first, second = (word.replace("_", " ").lower() for word in pair)
        counterparts.setdefault(first, second)
        counterparts.setdefault(second, first)
    longest_first = sorted(counterparts, key=len, reverse=True)
    words = "|".join(r"\s+".join(re.escape(part) for part in word.split()) for word in longest_first)
    found = re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE)

    def counterpart(match: re.Match[str]) -> str:
        word = match[0]
        other = counterparts[" ".join(word.lower().split())]
        if word.isupper():
            return other.upper()
        if word.istitle() and " " in other:
            return " ".join(part.capitalize() for part in other.split())
        return other.capitalize() if word[0].isupper() else other

    return lambda text: found.sub(counterpart, text), lambda text: found.search(text) is not None
