"""The mean of hidden states over the tokens of each text in a padded batch."""

from collections.abc import Iterable

import torch


def mean_over_tokens(
    states: torch.Tensor, ids: torch.Tensor, attention: torch.Tensor | None, special: Iterable[int]
) -> torch.Tensor:
    """Average states over a text's tokens, special tokens and padding left out.

    Parameters
    ----------
    states : shape (texts, length, width).
    ids : token ids, shape (texts, length).
    attention : mask of the same shape, or None where nothing is padded.
    special : ids of the special tokens.

    Returns
    -------
    Means of shape (texts, width), in the precision of ``states``; a text without tokens has zeros.
    """
    counted = ~torch.isin(ids, torch.tensor(list(special), dtype=ids.dtype, device=ids.device))
    if attention is not None:
        counted &= attention.bool()
    return (states * counted[..., None]).sum(1) / counted.sum(1, keepdim=True).clamp(min=1)
