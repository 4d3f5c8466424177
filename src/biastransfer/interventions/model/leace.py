"""LEACE (Belrose et al. 2023): the smallest affine change after which no linear classifier can read the concept."""

import numpy as np
import torch
from concept_erasure import LeaceFitter

from biastransfer.interventions.model.projection import Projection, intervene

__all__ = ["fit", "intervene"]


def fit(first: np.ndarray, second: np.ndarray) -> tuple[Projection, dict]:
    """Fit the eraser with the authors' library on sentences (z = 1) and their counterparts (z = 0), each of shape (n, d)."""
    x = torch.from_numpy(np.concatenate([first, second])).double()
    z = torch.cat([torch.ones(len(first)), torch.zeros(len(second))]).double()
    eraser = LeaceFitter.fit(x, z).eraser
    projection = Projection(eraser.proj_left.numpy(), eraser.proj_right.numpy(), eraser.bias.numpy())
    erased = projection(x, 1.0)
    return projection, {
        "mean_difference_before": float((x[: len(first)].mean(0) - x[len(first) :].mean(0)).norm()),
        "mean_difference_after": float((erased[: len(first)].mean(0) - erased[len(first) :].mean(0)).norm()),
    }
