"""Sentences and their gender-swapped counterparts, and how a model represents them."""

from collections.abc import Sequence

import numpy as np

from biastransfer.common.problems import Problem
from biastransfer.tasks.word_pairs import WordPairs


def sentence_pairs(
    texts: Sequence[str], pairs: Sequence[Sequence[str]], *, limit: int, seed: int
) -> tuple[list[str], list[str]]:
    """Find sentences whose words of definitional pairs are all on one side, and swap them.

    Parameters
    ----------
    texts : sentences.
    pairs : (first, second) words, such as (she, he); matched as whole words in any case.
    limit : sentences that are kept, a random choice if there are more.

    Returns
    -------
    The distinct sentences in their first-side and in their second-side version. A sentence with words of both sides is left
    out: it has no counterpart on either side.

    Raises
    ------
    Problem : no sentence has words of one side only.
    """
    words = WordPairs(pairs)
    found = [(text, sides.pop()) for text in dict.fromkeys(texts) if len(sides := words.sides(text)) == 1]
    if not found:
        raise Problem(
            f"bias_subspace.sentences: none of the {len(texts)} sentences has words of one side of the pairs only."
        )
    chosen = sorted(np.random.default_rng(seed).permutation(len(found))[:limit])
    versions: tuple[list[str], list[str]] = ([], [])
    for text, own in (found[number] for number in chosen):
        versions[own].append(text)
        versions[1 - own].append(words.swap(text))
    return versions
