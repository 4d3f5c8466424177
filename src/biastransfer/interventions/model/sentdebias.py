"""SentDebias (Liang et al. 2020; Steed et al. 2022, section 4): subtract γ times the projection on a bias subspace."""

import numpy as np

from biastransfer.interventions.model.projection import Projection, intervene

__all__ = ["fit", "intervene"]


def fit(first: np.ndarray, second: np.ndarray, *, components: int) -> tuple[Projection, dict]:
    """Find the bias subspace.

    Parameters
    ----------
    first, second : representations of sentences and of their counterparts, shape (n, d). Each vector is L2-normalised and
        each pair centred at its own mean, as in the authors' code.
    components : k, leading principal components that span the subspace.

    Returns
    -------
    The projection, its basis oriented so that the first side lies on the positive half, and ``explained``, the share of
    variance of each component.
    """
    pairs = [part / np.linalg.norm(part, axis=1, keepdims=True).clip(1e-12) for part in (first, second)]
    centre = (pairs[0] + pairs[1]) / 2
    stacked = np.concatenate([part - centre for part in pairs])
    _, sizes, basis = np.linalg.svd(stacked, full_matrices=False)
    basis = basis[:components]
    basis *= np.where(((pairs[0] - pairs[1]) @ basis.T).mean(0) < 0, -1, 1)[:, None]
    facts = {"explained": (sizes**2 / (sizes**2).sum())[:components].tolist()}
    return Projection(basis.T.copy(), basis, np.zeros(first.shape[1])), facts
