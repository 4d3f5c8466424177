"""Embeddings of words, from a model's matrix and tokenizer or from a text file of GloVe or word2vec."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from biastransfer.common.problems import Problem


@dataclass(frozen=True)
class Embeddings:
    """An embedding matrix (rows, d), the rows of each word, and the words without rows."""

    encode: Callable[[list[str]], list[list[int]]]
    matrix: np.ndarray
    missing: frozenset[str] = frozenset()


def of_tokens(matrix: np.ndarray, tokenizer_file: str | Path) -> Embeddings:
    """A model's input embeddings, a row per token; special tokens are not added."""
    tokenizer = Tokenizer.from_file(str(tokenizer_file))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return Embeddings(
        lambda texts: [encoding.ids for encoding in tokenizer.encode_batch(texts, add_special_tokens=False)], matrix
    )


def of_file(path: str | Path, wanted: Collection[str], key: str) -> Embeddings:
    """A file's vectors of some words (lower case), a row per word; see :func:`read_vectors`."""
    known, matrix = read_vectors(path, wanted, key)
    rows = {word: row for row, word in enumerate(known)}
    return Embeddings(
        lambda texts: [[rows[text.strip().lower()]] for text in texts], matrix, frozenset(wanted) - rows.keys()
    )


def read_vectors(path: str | Path, wanted: Collection[str], key: str) -> tuple[list[str], np.ndarray]:
    """Read the vectors of some words.

    Parameters
    ----------
    path : of the file; a first line of two numbers (word2vec's sizes) does not count.
    wanted : words, in lower case as in the file.
    key : of the study file, for messages.

    Returns
    -------
    The n wanted words in the file, and their vectors, shape (n, d), float64.

    Raises
    ------
    Problem : the file cannot be read, lacks all words, or has vectors of different lengths.
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
        raise Problem(f"{key}: {path} has none of the {len(wanted)} required words.")
    if len({len(row) for row in rows}) > 1:
        raise Problem(
            f"{key}: {path} has vectors of {min(map(len, rows))} and of {max(map(len, rows))} numbers; all must have the same length."
        )
    return words, np.stack(rows)
