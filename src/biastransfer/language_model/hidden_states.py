"""An encoder's representations of whole sentences, and which tokens of a sentence they are means of."""

from collections.abc import Sequence
from itertools import groupby
from typing import Literal

import numpy as np
import torch
import transformers

from biastransfer.checkpoints.pooling import mean_over_tokens
from biastransfer.language_model.encoding import chunks
from biastransfer.language_model.masked_lm import BATCH_TOKENS
from biastransfer.training.batches import pad, pad_id, sorted_batches

LONGEST = 128
"""Tokens of a text that :func:`text_means` reads at most."""


@torch.no_grad()
def sentence_embeddings(
    model: transformers.PreTrainedModel, sentences: Sequence[tuple[int, ...]], *, pooling: Literal["mean", "first"]
) -> np.ndarray:
    """Embed sentences by their last hidden states, special tokens included.

    Equal sentences are run once. Only sentences of one length share a batch, so that no embedding depends on padding.

    Parameters
    ----------
    model : in evaluation mode; its encoder (``base_model``) is run.
    sentences : token ids with the special tokens.
    pooling : ``mean`` over all tokens, or the ``first`` token's state.

    Returns
    -------
    Array of shape (sentences, width), float64.
    """
    device = next(model.parameters()).device
    found: dict[tuple[int, ...], np.ndarray] = {}
    for length, same in groupby(sorted(set(sentences), key=lambda ids: (len(ids), ids)), key=len):
        for batch in chunks(same, max(1, BATCH_TOKENS[device.type] // length)):
            states = _last_hidden(model, torch.tensor(batch, device=device)).double()
            pooled = states.mean(dim=1) if pooling == "mean" else states[:, 0]
            found.update(zip(batch, pooled.cpu().numpy(), strict=True))
    return np.stack([found[ids] for ids in sentences])


@torch.no_grad()
def text_means(
    model: transformers.PreTrainedModel,
    tokenizer,
    texts: Sequence[str],
    *,
    site: Literal["word_embeddings", "encoder_output"],
    batch_size: int = 64,
) -> np.ndarray:
    """Average the representations of each text's tokens, special tokens left out.

    Parameters
    ----------
    texts : cut at 128 tokens, or at what the model has positions for.
    site : input embeddings (``word_embeddings``) or last hidden states (``encoder_output``).

    Returns
    -------
    Array of shape (texts, width), float64.
    """
    device = next(model.parameters()).device
    tokens = tokenizer(list(texts), truncation=True, max_length=_longest(model), split_special_tokens=True).input_ids
    embeddings = model.get_input_embeddings().weight.detach()
    means = np.empty((len(tokens), embeddings.shape[1]))
    for rows in sorted_batches(np.array([len(sequence) for sequence in tokens]), batch_size):
        ids, attention = pad([tokens[row] for row in rows], pad_id(model), device)
        states = embeddings[ids] if site == "word_embeddings" else _last_hidden(model, ids, attention)
        means[rows] = mean_over_tokens(states.double(), ids, attention, tokenizer.all_special_ids).cpu().numpy()
    return means


def _last_hidden(
    model: transformers.PreTrainedModel, ids: torch.Tensor, attention: torch.Tensor | None = None
) -> torch.Tensor:
    return model.base_model(input_ids=ids, attention_mask=attention).last_hidden_state


def _longest(model: transformers.PreTrainedModel) -> int:
    return min(LONGEST, model.config.max_position_embeddings - 4)
