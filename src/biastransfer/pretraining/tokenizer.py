"""A byte-level BPE tokenizer with RoBERTa's special tokens, trained on a corpus, and the corpus as its tokens."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import PreTrainedTokenizerFast

SPECIAL = ("<s>", "<pad>", "</s>", "<unk>", "<mask>")
"""The special tokens; each one's id is its place here."""

MASK = AddedToken("<mask>", lstrip=True, normalized=False, special=True)
"""The mask takes the space before it."""


def train_tokenizer(
    texts: Sequence[str], vocabulary: int, max_length: int, lowercase: bool, folder: str | Path
) -> PreTrainedTokenizerFast:
    """Train and save a byte-level BPE tokenizer with RoBERTa's special tokens (the mask takes the space before it)."""
    backend = Tokenizer(models.BPE())
    if lowercase:
        backend.normalizer = normalizers.Lowercase()
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    backend.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        min_frequency=2,
        special_tokens=[*SPECIAL[:-1], MASK],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    backend.train_from_iterator(texts, trainer)
    backend.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0), add_prefix_space=False)
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=backend,
        bos_token="<s>",
        cls_token="<s>",
        eos_token="</s>",
        sep_token="</s>",
        pad_token="<pad>",
        unk_token="<unk>",
        mask_token=MASK,
        model_max_length=max_length,
    )
    tokenizer.save_pretrained(folder)
    return tokenizer


def sequences(
    texts: Sequence[str], tokenizer: PreTrainedTokenizerFast, max_length: int, packed: bool
) -> list[np.ndarray]:
    """Tokenise; ``packed`` lays running text into sequences of exactly ``max_length`` tokens, special tokens included."""
    encoded = tokenizer(list(texts), add_special_tokens=False, return_attention_mask=False, split_special_tokens=True)[
        "input_ids"
    ]
    start, end = tokenizer.cls_token_id, tokenizer.sep_token_id
    room = max_length - 2
    if packed:
        stream = np.array([token for text in encoded for token in (*text, end)])
        pieces = stream[: len(stream) // room * room].reshape(-1, room)
    else:
        pieces = [np.array(text[:room]) for text in encoded if text]
    return [np.concatenate([[start], piece, [end]]) for piece in pieces]
