"""Embeddings of whole sentences by an encoder, without padding: only sentences of one length share a batch."""

from collections.abc import Sequence
from itertools import groupby

import numpy as np
import torch
import transformers

from biastransfer.language_model.encoding import chunks
from biastransfer.language_model.masked_lm import BATCH_TOKENS
from biastransfer.training.batches import pad, pad_id, sorted_batches


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


@torch.no_grad()
def represent(
    model: torch.nn.Module, tokenizer, sentences: Sequence[str], *, site: str, batch_size: int = 64
) -> np.ndarray:
    """Mean representation of each sentence's tokens, special ones left out, shape (n, width), float64.

    Parameters
    ----------
    site : input embeddings (``word_embeddings``) or last hidden states (``encoder_output``).
    """
    device = next(model.parameters()).device
    tokens = tokenizer(list(sentences), truncation=True, max_length=_longest(model)).input_ids
    special = set(tokenizer.all_special_ids)
    weight = model.get_input_embeddings().weight.detach()
    means = np.empty((len(tokens), weight.shape[1]))
    for rows in sorted_batches(np.array([len(sequence) for sequence in tokens]), batch_size):
        ids, attention = pad([tokens[row] for row in rows], pad_id(model), device)
        states = weight[ids] if site == "word_embeddings" else _last_hidden(model, ids, attention)
        counted = torch.ones_like(ids) if attention is None else attention.clone()
        for token in special:
            counted[ids == token] = 0
        total = (states.double() * counted[..., None]).sum(1)
        means[rows] = (total / counted.sum(1, keepdim=True).clamp(min=1)).cpu().numpy()
    return means


def _last_hidden(model: torch.nn.Module, ids: torch.Tensor, attention: torch.Tensor | None) -> torch.Tensor:
    return model.base_model(input_ids=ids, attention_mask=attention).last_hidden_state


def _longest(model: torch.nn.Module) -> int:
    return min(128, model.config.max_position_embeddings - 4)
