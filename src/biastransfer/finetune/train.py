"""Fine-tuning a classifier on tokenised texts."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
import torch
import transformers

from biastransfer.finetune.predict import Logits, class_logits
from biastransfer.finetune.steps import epochs_with
from biastransfer.training.batches import shuffled_batches
from biastransfer.training.loop import Recipe, train
from biastransfer.training.saved import SavedTraining


def fine_tune(
    model: transformers.PreTrainedModel,
    tokens: Sequence[Sequence[int]],
    labels: np.ndarray,
    recipe: Recipe,
    *,
    batch_size: int,
    seed: int,
    min_steps: int = 0,
    saved: SavedTraining | None = None,
    logits: Logits = class_logits,
) -> pd.DataFrame:
    """Fine-tune in place; returns the history ``step, learning_rate, loss``, without rows if ``epochs`` is 0.

    Parameters
    ----------
    model : on its device.
    tokens : token ids of each text, special tokens included.
    labels : class numbers, shape (n,).
    seed : of the batch order and the dropout.
    min_steps : optimiser steps at least, by more epochs.
    saved : where the state is kept, and gone on from after an interruption.
    logits : the model's class logits of a batch; a sequence classifier's own if not given.
    """
    lengths = np.array([len(sequence) for sequence in tokens])
    return optimise(
        model,
        lambda rows: logits(model, [tokens[row] for row in rows]),
        lengths,
        labels,
        recipe,
        batch_size=batch_size,
        seed=seed,
        min_steps=min_steps,
        saved=saved,
    )


def optimise(
    module: torch.nn.Module,
    logits: Callable[[np.ndarray], torch.Tensor],
    lengths: np.ndarray,
    labels: np.ndarray,
    recipe: Recipe,
    *,
    batch_size: int,
    seed: int,
    min_steps: int,
    saved: SavedTraining | None,
) -> pd.DataFrame:
    """Minimise the cross-entropy of class logits, see :func:`fine_tune`.

    Parameters
    ----------
    module : whose weights are trained.
    logits : row numbers -> class logits, shape (rows, classes).
    lengths : tokens of each text, which batches are made by, shape (n,).
    """
    if recipe.epochs == 0:
        return pd.DataFrame(columns=["step", "learning_rate", "loss"])
    device = next(module.parameters()).device
    targets = torch.tensor(np.asarray(labels), dtype=torch.int64, device=device)
    random = np.random.default_rng(seed)
    torch.manual_seed(seed)

    def loss(rows: np.ndarray) -> torch.Tensor:
        return torch.nn.functional.cross_entropy(logits(rows).float(), targets[torch.from_numpy(rows).to(device)])

    longer = replace(recipe, epochs=epochs_with(min_steps, recipe.epochs, len(lengths), batch_size))
    return train(module, lambda: shuffled_batches(lengths, batch_size, random), loss, longer, random, saved=saved)
