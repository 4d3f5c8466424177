"""Batches of token sequences without wasted padding."""

from collections.abc import Sequence

import numpy as np
import torch
import transformers
from torch.nn.utils.rnn import pad_sequence

WINDOW = 32
"""Batches that are shuffled together before they are sorted by length: little padding, order still random."""


def shuffled_batches(lengths: np.ndarray, batch_size: int, random: np.random.Generator) -> list[np.ndarray]:
    """Cut a random order into batches of similar length.

    Parameters
    ----------
    lengths : tokens of each sequence, shape (n,).
    batch_size : sequences a batch; the last may be smaller.
    random : decides the order, and nothing else does.

    Returns
    -------
    Row numbers of each batch; every row occurs once.
    """
    order = random.permutation(len(lengths))
    batches = []
    for start in range(0, len(order), WINDOW * batch_size):
        window = order[start : start + WINDOW * batch_size]
        window = window[np.argsort(lengths[window], kind="stable")]
        batches += [window[i : i + batch_size] for i in range(0, len(window), batch_size)]
    return [batches[i] for i in random.permutation(len(batches))]


def sorted_batches(lengths: np.ndarray, batch_size: int) -> list[np.ndarray]:
    """Cut the rows, sorted by length, into batches for scoring; every row occurs once."""
    order = np.argsort(lengths, kind="stable")
    return [order[i : i + batch_size] for i in range(0, len(order), batch_size)]


def pad(
    sequences: Sequence[Sequence[int]], pad_id: int, device: torch.device
) -> tuple[torch.Tensor, torch.Tensor | None]:
    """Stack sequences, shape (batch, longest), int64, with their attention mask; None where no padding was needed."""
    rows = [torch.from_numpy(np.array(sequence, np.int64)) for sequence in sequences]
    ids = pad_sequence(rows, batch_first=True, padding_value=pad_id).to(device)
    if len({len(row) for row in rows}) == 1:
        return ids, None
    return ids, pad_sequence([torch.ones_like(row) for row in rows], batch_first=True).to(device)


def pad_id(model: transformers.PreTrainedModel) -> int:
    """The padding token's id."""
    return model.config.get_text_config().pad_token_id or 0
