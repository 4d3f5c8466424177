"""Counterfactual data augmentation: texts with the words of the other group.

Sources: Zhao et al. 2018 and Lu et al. 2020 (copies are added), Maudslay et al. 2019 (rows are replaced).
"""

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd

from biastransfer.tasks.word_pairs import WordPairs


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
    pairs : words to exchange, see :class:`~biastransfer.tasks.word_pairs.WordPairs`.
    compare : the two groups; rows of other groups are never changed.
    seed : of the order.

    Returns
    -------
    The rows; and facts: ``rows_before``, ``rows_after``, ``rows_with_a_pair_word``, ``swapped`` (rows).
    """
    words = WordPairs(pairs)
    has_pair_word = train["text"].map(words.sides).astype(bool)
    eligible = np.flatnonzero(train["group"].isin(compare) & has_pair_word)
    order = np.random.default_rng(seed).permutation(eligible)
    chosen = np.sort(order[: round(share * len(eligible))])
    first, second = compare
    copies = train.iloc[chosen].copy()
    copies["text"] = copies["text"].map(words.swap)
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
