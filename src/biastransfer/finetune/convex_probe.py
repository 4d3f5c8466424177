"""The head ``convex_probe``: a frozen encoder, and a penalised regression on its standardised mean hidden states.

It is ``linear_probe`` with another optimisation: the regression is solved to convergence. Its optimum is unique, so no
epochs, batches, learning rate or seed have a part in it. The checkpoint is that of ``linear_probe``, with the
standardisation inside the classifier's weights.
"""

from collections.abc import Sequence

import numpy as np
import torch

from biastransfer.checkpoints.probe import LinearProbe
from biastransfer.finetune.linear_probe import load, mean_states
from biastransfer.finetune.logistic_regression import optimum
from biastransfer.finetune.predict import predict
from biastransfer.training.loop import Recipe
from biastransfer.training.progress import Step
from biastransfer.training.saved import SavedTraining

__all__ = ["INVERSE_PENALTY", "fine_tune", "load", "mean_states", "predict", "solve"]

INVERSE_PENALTY = 0.02
"""C of the regression, fixed for all studies. Source: a trial on 12,000 real biographies with a sentence encoder of
width 384. docs/probes.md has the accuracy there and on simulated biographies."""


def fine_tune(
    model: LinearProbe,
    tokens: Sequence[Sequence[int]],
    labels: np.ndarray,
    recipe: Recipe,
    *,
    saved: SavedTraining | None = None,
) -> list[Step]:
    """Fit the classifier in place; the encoder reads each text once.

    Parameters
    ----------
    model : on its device.
    tokens : token ids of each text, special tokens included.
    labels : class numbers, shape (n,).
    recipe : has no meaning here, its epochs and learning rate included.
    saved : is not used, because the fit takes seconds.

    Returns
    -------
    One row: the solver's steps, no learning rate (NaN), and the mean log loss of the training texts.
    """
    model.eval()
    return solve(model, mean_states(model, tokens), labels)


@torch.no_grad()
def solve(model: LinearProbe, states: torch.Tensor, labels: np.ndarray) -> list[Step]:
    """Fit the classifier in place to mean states that are known, shape (n, width); see :func:`fine_tune`."""
    found = optimum(states, labels, model.config.num_labels, inverse_penalty=INVERSE_PENALTY)
    model.head.weight.copy_(found.weight)
    model.head.bias.copy_(found.bias)
    print(f"{found.steps} steps of the solver  loss {found.loss:.4f}")
    return [Step(found.steps, float("nan"), found.loss)]
