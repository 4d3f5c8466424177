"""Tokenising texts once per trainset; needs no torch."""

from collections.abc import Sequence
from pathlib import Path

from tokenizers import Tokenizer


def tokenize(texts: Sequence[str], tokenizer_file: str | Path, max_length: int) -> list[list[int]]:
    """Return token ids of each text, special tokens included, cut at ``max_length`` tokens.

    What a text has in common with a special token, such as ``</s>``, is text.
    """
    tokenizer = Tokenizer.from_file(str(tokenizer_file))
    tokenizer.no_padding()
    tokenizer.encode_special_tokens = True
    tokenizer.enable_truncation(max_length)
    return [encoding.ids for encoding in tokenizer.encode_batch(list(texts))]
