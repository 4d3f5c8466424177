"""Batches of token sequences without wasted padding."""

from collections.abc import Sequence

import numpy as np
import torch
import transformers

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
    """Stack sequences, shape (batch, longest), with their attention mask; None where no padding was needed."""
    longest = max(len(sequence) for sequence in sequences)
    stacked = np.full((len(sequences), longest), pad_id, np.int64)
    for row, sequence in enumerate(sequences):
        stacked[row, : len(sequence)] = sequence
    ids = torch.from_numpy(stacked).to(device)
    if all(len(sequence) == longest for sequence in sequences):
        return ids, None
    kept = np.arange(longest) < np.array([[len(sequence)] for sequence in sequences])
    return ids, torch.from_numpy(kept.astype(np.int64)).to(device)


def pad_id(model: transformers.PreTrainedModel) -> int:
    """The padding token's id."""
    return model.config.pad_token_id or 0
