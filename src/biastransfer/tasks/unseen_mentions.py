"""Mentions that a model never sees, since its texts are cut before them."""

from pathlib import Path

import pandas as pd
from tokenizers import Tokenizer

from biastransfer.tasks.mentions import Finder, WordBoundaries

MOST = 5000


def unseen_mentions(
    rows: pd.DataFrame, tokenizer_file: str | Path, max_length: int, word_boundaries: WordBoundaries = "auto"
) -> tuple[int, int]:
    """Count mentions that begin behind the last token that a model sees, and all mentions.

    Parameters
    ----------
    rows : ``text, terms``; of more than :data:`MOST` texts with a term, as many at even distances are looked at.
    max_length : tokens of a text, special ones included.

    Returns
    -------
    Pairs of text and term that are not seen, and all pairs.
    """
    rows = rows[rows["terms"].map(len) > 0]
    rows = rows.iloc[:: -(-len(rows) // MOST) or 1]
    tokenizer = Tokenizer.from_file(str(tokenizer_file))
    tokenizer.no_padding()
    tokenizer.encode_special_tokens = True
    tokenizer.enable_truncation(max_length)
    finders = {term: Finder([term], word_boundaries) for terms in rows["terms"] for term in terms}
    encodings = tokenizer.encode_batch(rows["text"].tolist())
    unseen = 0
    for text, terms, encoding in zip(rows["text"], rows["terms"], encodings, strict=True):
        if encoding.overflowing:
            seen = max(end for _, end in encoding.offsets)
            unseen += sum(all(mention.start >= seen for mention in finders[term].find(text)) for term in terms)
    return unseen, int(rows["terms"].map(len).sum())
