"""Fine-tuning a sequence classifier on tokenised texts."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import torch
import transformers

from biastransfer.training.batches import pad, shuffled_batches
from biastransfer.training.load import pad_id
from biastransfer.training.loop import Recipe, train


def fine_tune(
    model: transformers.PreTrainedModel,
    tokens: Sequence[Sequence[int]],
    labels: np.ndarray,
    recipe: Recipe,
    *,
    batch_size: int,
    seed: int,
) -> pd.DataFrame:
    """Fine-tune in place; returns the history ``step, learning_rate, loss``.

    Parameters
    ----------
    model : a sequence classifier on its device.
    tokens : token ids of each text, special tokens included.
    labels : class numbers, shape (n,).
    seed : of the batch order and the dropout.
    """
    device = next(model.parameters()).device
    lengths = np.array([len(sequence) for sequence in tokens])
    targets = torch.tensor(np.asarray(labels), dtype=torch.int64, device=device)
    random = np.random.default_rng(seed)
    torch.manual_seed(seed)

    def loss(rows: np.ndarray) -> torch.Tensor:
        ids, attention = pad([tokens[row] for row in rows], pad_id(model), device)
        logits = model(input_ids=ids, attention_mask=attention).logits
        return torch.nn.functional.cross_entropy(logits.float(), targets[torch.from_numpy(rows).to(device)])

    return train(model, lambda epoch: shuffled_batches(lengths, batch_size, random), loss, recipe)
