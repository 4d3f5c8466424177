"""Word vectors from text files: a word and its numbers a line, as GloVe and word2vec write them."""

from collections.abc import Collection
from pathlib import Path

import numpy as np

from biastransfer.problems import Problem


def read_vectors(path: str | Path, wanted: Collection[str], key: str) -> tuple[list[str], np.ndarray]:
    """Read the vectors of some words.

    Parameters
    ----------
    path : of the file; a first line of two numbers (word2vec's sizes) is passed over.
    wanted : words, in lower case as the file has them.
    key : of the study file that named it, for messages.

    Returns
    -------
    The n wanted words that the file has, and their vectors, shape (n, d), float64.

    Raises
    ------
    Problem : the file cannot be read, has none of the words, or vectors of different lengths.
    """
    words, rows = [], []
    try:
        with Path(path).open(encoding="utf-8") as lines:
            for line in lines:
                word, _, numbers = line.rstrip().partition(" ")
                if word in wanted:
                    words.append(word)
                    rows.append(np.array(numbers.split(), float))
    except (OSError, ValueError) as error:
        raise Problem(f"{key}: {path} cannot be read as word vectors: {' '.join(str(error).split())[:200]}.") from None
    if not words:
        raise Problem(f"{key}: {path} has none of the {len(wanted)} words that are needed.")
    if len({len(row) for row in rows}) > 1:
        raise Problem(f"{key}: {path} has vectors of {min(map(len, rows))} and of {max(map(len, rows))} numbers.")
    return words, np.stack(rows)
