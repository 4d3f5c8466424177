"""Removing a bias subspace from representations: h' = h − γ L R (h − μ), in the embeddings or inside the model.

SentDebias has L = V, R = Vᵀ and μ = 0 for an orthonormal basis V of the subspace; LEACE has an oblique L R and the mean μ.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch

from biastransfer.checkpoints.projected import project
from biastransfer.interventions.model.embeddings import replace_word_embeddings, word_embeddings


@dataclass(frozen=True)
class Projection:
    """An affine projection of rank k in d dimensions: ``left`` (d, k), ``right`` (k, d), ``offset`` (d,)."""

    left: np.ndarray
    right: np.ndarray
    offset: np.ndarray

    def __call__(self, states: torch.Tensor, strength: float) -> torch.Tensor:
        """h − γ L R (h − μ) for states of shape (n, d) in float64 and γ = ``strength``."""
        return states - strength * self.component(states) @ torch.from_numpy(self.left).double().T

    def component(self, states: torch.Tensor) -> torch.Tensor:
        """R (h − μ), the coordinates of states in the subspace, shape (n, k), float64."""
        return (states - torch.from_numpy(self.offset).double()) @ torch.from_numpy(self.right).double().T


def intervene(
    model: torch.nn.Module,
    level: float,
    seed: int,
    *,
    projection: Projection,
    site: Literal["word_embeddings", "encoder_output"],
    tie_decoder: bool,
) -> tuple[torch.nn.Module, dict]:
    """Subtract γ = ``level`` times the projected part: 1 removes it, 2 reflects it, 50 leaves −49 times it.

    Parameters
    ----------
    model : a masked language model.
    seed : is not used, since nothing is drawn.
    projection : what the module's ``fit`` found.
    site : ``word_embeddings`` edits the matrix once, and the result is an ordinary checkpoint; ``encoder_output`` wraps
        the model, which from then on projects its last hidden states whenever it runs.
    tie_decoder : see :func:`biastransfer.interventions.model.embeddings.replace_word_embeddings`; has no meaning for ``encoder_output``.

    Returns
    -------
    The model, and facts: ``rank``, and for ``word_embeddings`` the proof ``component_ratio`` (what is left of the
    component in the subspace, to be 1 − γ) and ``change_outside`` (the largest change outside L's span, relative to the
    largest row norm, to be 0 up to rounding).

    Notes
    -----
    The row of the padding token is left as it is: attention never reads it.
    """
    facts = {"rank": int(projection.left.shape[1]), "site": site}
    if site == "encoder_output":
        return project(model, projection.left, level * projection.right, projection.offset), facts
    matrix = word_embeddings(model)
    edited = projection(matrix, level)
    padding = model.config.pad_token_id
    if padding is not None:
        edited[padding] = matrix[padding]
    facts |= replace_word_embeddings(model, edited, tie_decoder=tie_decoder)
    after = word_embeddings(model)
    rows = torch.arange(len(matrix)) != padding
    component, left_over = (projection.component(states)[rows] for states in (matrix, after))
    facts["component_ratio"] = float((left_over * component).sum() / (component * component).sum())
    basis = torch.linalg.qr(torch.from_numpy(projection.left).double()).Q
    outside = (after - matrix) - (after - matrix) @ basis @ basis.T
    facts["change_outside"] = float(outside.norm(dim=1).max() / matrix.norm(dim=1).max())
    return model, facts
