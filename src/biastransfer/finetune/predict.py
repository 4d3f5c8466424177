"""Class probabilities of a fine-tuned model."""

from collections.abc import Sequence

import numpy as np
import torch
import transformers

from biastransfer.training.batches import pad, sorted_batches
from biastransfer.training.load import pad_id


@torch.no_grad()
def predict(model: transformers.PreTrainedModel, tokens: Sequence[Sequence[int]], *, batch_size: int) -> np.ndarray:
    """Return class probabilities, shape (n, classes), in the order of ``tokens``."""
    device = next(model.parameters()).device
    model.eval()
    probabilities = np.empty((len(tokens), model.config.num_labels), np.float32)
    for rows in sorted_batches(np.array([len(sequence) for sequence in tokens]), batch_size):
        ids, attention = pad([tokens[row] for row in rows], pad_id(model), device)
        with torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda"):
            logits = model(input_ids=ids, attention_mask=attention).logits
        probabilities[rows] = logits.float().softmax(-1).cpu().numpy()
    return probabilities
