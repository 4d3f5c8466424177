"""Embeddings of whole sentences by an encoder, without padding: only sentences of one length share a batch."""

from collections.abc import Sequence
from itertools import groupby

import numpy as np
import torch
import transformers

from biastransfer.upstream.encoding import chunks
from biastransfer.upstream.masked_lm import BATCH_TOKENS


@torch.no_grad()
def embed(
    model: transformers.PreTrainedModel, sentences: Sequence[tuple[int, ...]], *, pooling: str = "mean"
) -> np.ndarray:
    """Embed sentences; equal ones are run once.

    Parameters
    ----------
    model : in evaluation mode; its encoder (``base_model``) is run.
    sentences : token ids with the special tokens.
    pooling : ``mean`` of the last hidden states of all tokens, or the ``first`` token's.

    Returns
    -------
    Array of shape (sentences, width), float64.
    """
    device = next(model.parameters()).device
    found: dict[tuple[int, ...], np.ndarray] = {}
    for length, same in groupby(sorted(set(sentences), key=lambda ids: (len(ids), ids)), key=len):
        for batch in chunks(same, max(1, BATCH_TOKENS[device.type] // length)):
            hidden = model.base_model(input_ids=torch.tensor(batch, device=device)).last_hidden_state.double()
            pooled = hidden.mean(dim=1) if pooling == "mean" else hidden[:, 0]
            found.update(zip(batch, pooled.cpu().numpy(), strict=True))
    return np.stack([found[ids] for ids in sentences])
