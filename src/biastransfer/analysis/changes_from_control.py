"""What every changed model and every changed trainset does to bias: fine-tunings one change away from the control.

With d_t the change of target t's bias from the mean of R fine-tunings of the control, the mean of d_t² over targets estimates

    size² + (texts' variance of d_t) + (1 + 1/R) · (variance between fine-tunings that differ in their seed alone).

Both noises are subtracted: the first from the same texts' scores under both models, the second from the controls, which stand for all
runs. Another fine-tuning of the control moves bias by √2 times the root of that second variance: the noise floor. With one control
the second noise is unknown; it remains in the size, and there is no floor.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from biastransfer.analysis.crossed.bias import CrossedBias
from biastransfer.analysis.crossed.from_texts import Texts, crossed_bias
from biastransfer.analysis.crossed.intervals import signed_root
from biastransfer.analysis.crossed.scored_texts import compared, stacked
from biastransfer.common.control import CONTROL, ORIGINAL
from biastransfer.downstream.text_scores import SCALES

COLUMNS = [
    "testset", "scale", "cause", "condition", "n_targets", "n_runs", "n_controls", "mean_absolute", "size", "floor",
    "common_factor", "correlation",
]  # fmt: skip


def changes_from_control(
    scores: Iterable[pd.DataFrame],
    test: pd.DataFrame,
    compared_texts: Callable[[pd.DataFrame], Texts],
    runs: Sequence[Mapping],
    *,
    fewest: int,
) -> pd.DataFrame:
    """The size of every condition's change of bias.

    Parameters
    ----------
    scores : of every run, ``id, hit, probability, log_odds``, in the order of ``runs`` and of ``test``.
    test, compared_texts, fewest : see :func:`biastransfer.analysis.crossed.analyze.analyze`.
    runs : ``model_intervention, data_intervention, condition``; runs of one condition are its trials, and those without an
        intervention are the controls, of which there is at least one.

    Returns
    -------
    A row per test set, scale and condition; columns :data:`COLUMNS`. ``cause`` is ``model``, ``data`` or ``both``. In units of bias,
    ``mean_absolute`` is the mean size of the targets' changes, noise included, and ``size`` the root of the mean square over targets
    and trials without noise; the root of a negative square has a minus sign. ``floor`` is missing with one control. ``common_factor``
    is the slope through zero of the condition's bias on the control's, and ``correlation`` theirs about zero, noise included.
    """
    values = stacked(scores, test, SCALES)
    rows = [
        {"testset": testset, "scale": scale} | row
        for testset, here, texts in compared(test, compared_texts, fewest)
        for scale, found in values.items()
        for row in _of_conditions(found[:, here].astype(float), texts, runs)
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def cause(run: Mapping) -> str:
    """What a run changes: ``model``, ``data``, ``both``, or the empty text for a control."""
    changed = run["model_intervention"] != CONTROL, run["data_intervention"] != ORIGINAL
    return {(True, False): "model", (False, True): "data", (True, True): "both"}.get(changed, "")


def _of_conditions(scores: np.ndarray, texts: Texts, runs: Sequence[Mapping]) -> Iterator[dict]:
    causes = [cause(run) for run in runs]
    controls = np.array([not each for each in causes])
    conditions = [run["condition"] for run in runs]
    names = tuple(map(str, range(len(runs))))
    bias = crossed_bias(scores[:, None, None, :], texts, names, tuple(conditions), (ORIGINAL,))
    of_control = bias.by_replicate[:, controls, 0].mean(1)
    of_seed = _square_of_seed(bias, controls)
    for condition in dict.fromkeys(conditions):
        members = [place for place, name in enumerate(conditions) if name == condition and causes[place]]
        if not members:
            continue
        contrasts = np.eye(len(runs))[members] - controls / controls.sum()
        change = bias.by_replicate[..., 0] @ contrasts.T
        of_texts = np.einsum("ma,tab,mb->tm", contrasts, bias.text_covariance, contrasts)
        square = (change**2 - of_texts).mean() - (1 + 1 / controls.sum()) * np.nan_to_num(of_seed)
        changed = of_control[:, None] + change
        yield {
            "cause": causes[members[0]], "condition": condition, "n_targets": len(bias.targets), "n_runs": len(members),
            "n_controls": int(controls.sum()), "mean_absolute": np.abs(change).mean(), "size": signed_root(square),
            "floor": signed_root(2 * of_seed), **_compared(of_control, changed),
        }  # fmt: skip


def _square_of_seed(bias: CrossedBias, controls: np.ndarray) -> float:
    """The variance between controls without the noise of texts, a mean over targets; missing with one control."""
    count = controls.sum()
    if count < 2:
        return np.nan
    of_texts = bias.text_covariance[:, controls][:, :, controls]
    own = np.einsum("taa->t", of_texts) / count
    common = (of_texts.sum((1, 2)) - own * count) / (count * (count - 1))
    return float((bias.by_replicate[:, controls, 0].var(1, ddof=1) - (own - common)).mean())


def _compared(control: np.ndarray, changed: np.ndarray) -> dict[str, float]:
    """The common factor of the changed bias, shape (targets, trials), and its correlation with the control's about zero."""
    product, square = (control[:, None] * changed).mean(), (control**2).mean()
    if not square > 0:
        return {"common_factor": np.nan, "correlation": np.nan}
    other = (changed**2).mean()
    correlation = product / np.sqrt(square * other) if other > 0 else np.nan
    return {"common_factor": product / square, "correlation": correlation}
