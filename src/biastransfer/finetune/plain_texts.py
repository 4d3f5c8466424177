"""Tokenising texts once per trainset; needs no torch."""

from collections.abc import Sequence
from pathlib import Path

from tokenizers import Tokenizer


def tokenize(texts: Sequence[str], tokenizer_file: str | Path, max_length: int) -> list[list[int]]:
    """Return token ids of each text, special tokens included, cut at ``max_length`` tokens."""
    tokenizer = Tokenizer.from_file(str(tokenizer_file))
    tokenizer.no_padding()
    tokenizer.enable_truncation(max_length)
    return [encoding.ids for encoding in tokenizer.encode_batch(list(texts))]
