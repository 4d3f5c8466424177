"""Class logits and class probabilities of a fine-tuned model."""

from collections.abc import Callable, Sequence

import numpy as np
import torch
import transformers

from biastransfer.training.batches import pad, pad_id, sorted_batches

Logits = Callable[[transformers.PreTrainedModel, Sequence[Sequence[int]]], torch.Tensor]
"""A model and token ids of texts -> class logits, shape (texts, classes)."""


def class_logits(model: transformers.PreTrainedModel, sequences: Sequence[Sequence[int]]) -> torch.Tensor:
    """The logits of a sequence classifier."""
    ids, attention = pad(sequences, pad_id(model), next(model.parameters()).device)
    return model(input_ids=ids, attention_mask=attention).logits


@torch.no_grad()
def predict(
    model: transformers.PreTrainedModel,
    tokens: Sequence[Sequence[int]],
    *,
    batch_size: int,
    logits: Logits = class_logits,
) -> np.ndarray:
    """Return class probabilities, shape (n, classes), in the order of ``tokens``."""
    device = next(model.parameters()).device
    model.eval()
    probabilities = np.empty((len(tokens), model.config.num_labels), np.float32)
    for rows in sorted_batches(np.array([len(sequence) for sequence in tokens]), batch_size):
        with torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda"):
            found = logits(model, [tokens[row] for row in rows])
        probabilities[rows] = found.float().softmax(-1).cpu().numpy()
    return probabilities
