"""Fine-tuning a classifier on tokenised texts."""

from collections.abc import Callable, Sequence

import numpy as np
import torch
import transformers

from biastransfer.finetune.predict import Logits, class_logits
from biastransfer.training.batches import shuffled_batches
from biastransfer.training.loop import Recipe, train
from biastransfer.training.progress import Step
from biastransfer.training.saved import SavedTraining


def fine_tune(
    model: transformers.PreTrainedModel,
    tokens: Sequence[Sequence[int]],
    labels: np.ndarray,
    recipe: Recipe,
    *,
    saved: SavedTraining | None = None,
    logits: Logits = class_logits,
) -> list[Step]:
    """Fine-tune in place; returns the history, without rows if ``epochs`` is 0.

    Parameters
    ----------
    model : on its device.
    tokens : token ids of each text, special tokens included.
    labels : class numbers, shape (n,).
    recipe : its seed is that of the batch order and the dropout.
    saved : where the state is kept, and gone on from after an interruption.
    logits : the model's class logits of a batch; a sequence classifier's own if not given.
    """
    lengths = np.array([len(sequence) for sequence in tokens])
    return optimise(model, lambda rows: logits(model, [tokens[row] for row in rows]), lengths, labels, recipe, saved)


def optimise(
    module: torch.nn.Module,
    logits: Callable[[np.ndarray], torch.Tensor],
    lengths: np.ndarray,
    labels: np.ndarray,
    recipe: Recipe,
    saved: SavedTraining | None,
) -> list[Step]:
    """Minimise the cross-entropy of class logits, see :func:`fine_tune`.

    Parameters
    ----------
    module : whose weights are trained.
    logits : row numbers -> class logits, shape (rows, classes).
    lengths : tokens of each text, which batches are made by, shape (n,).
    """
    if recipe.epochs == 0:
        return []
    device = next(module.parameters()).device
    targets = torch.tensor(np.asarray(labels), dtype=torch.int64, device=device)
    random = np.random.default_rng(recipe.seed)
    torch.manual_seed(recipe.seed)

    def loss(rows: np.ndarray) -> torch.Tensor:
        return torch.nn.functional.cross_entropy(logits(rows).float(), targets[torch.from_numpy(rows).to(device)])

    def epoch() -> list[np.ndarray]:
        return shuffled_batches(lengths, recipe.batch_size, random)

    return train(module, epoch, loss, recipe, random, saved=saved)
