"""Drawing a world: per target an upstream association, a prevalence and a frequency."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from biastransfer.problems import Problem, nearest


def plant(
    targets: Sequence[str],
    *,
    prevalence: tuple[float, float],
    upstream_sd: float,
    frequency_sd: float,
    overrides: Mapping[str, Mapping[str, float | None]],
    seed: int,
    strata: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Draw the planted associations of every target.

    Parameters
    ----------
    targets : names.
    prevalence : range of the association in the fine-tuning data, a probability; evenly spread over the range within
        every stratum.
    upstream_sd : standard deviation of the association in the pre-training corpus, in log-odds; orthogonal to the
        prevalence over the targets.
    frequency_sd : standard deviation of the log frequency.
    overrides : target -> fixed ``upstream`` (log-odds), ``prevalence`` or ``frequency``.
    seed : of the draw.
    strata : a cluster per target; each spans the whole range of prevalence.

    Returns
    -------
    DataFrame with ``target, upstream, prevalence, frequency``.
    """
    random = np.random.default_rng(seed)
    count = len(targets)
    levels = np.linspace(*prevalence, count)
    order = random.permutation(count)
    if strata is not None:
        clusters = pd.Series(list(strata))
        rank_in_cluster = np.empty(count, int)
        for members in clusters.groupby(clusters).indices.values():
            rank_in_cluster[members] = random.permutation(len(members))
        order = np.lexsort((random.permutation(count), rank_in_cluster))
    share = np.empty(count)
    share[order] = levels
    planted = pd.DataFrame(
        {
            "target": list(targets),
            "upstream": upstream_sd * _orthogonal_scores(random, share),
            "prevalence": share,
            "frequency": np.exp(frequency_sd * random.normal(size=count)),
        }
    )
    for target, values in overrides.items():
        if target not in targets:
            raise Problem(f"source.targets: no target {target!r} in the simulated world.{nearest(target, targets)}")
        for column, value in values.items():
            if value is not None:
                planted.loc[planted["target"] == target, column] = float(value)
    planted["frequency"] /= planted["frequency"].sum()
    return planted


def _orthogonal_scores(random: np.random.Generator, other: np.ndarray) -> np.ndarray:
    """Standardised normal scores that are uncorrelated with ``other``."""
    scores = random.normal(size=len(other))
    scores -= scores.mean()
    centred = other - other.mean()
    if centred @ centred > 0:
        scores -= centred * (scores @ centred) / (centred @ centred)
    return scores / scores.std()


def probability(log_odds: np.ndarray | pd.Series) -> np.ndarray:
    """Turn log-odds into probabilities."""
    return 1 / (1 + np.exp(-np.asarray(log_odds, float)))


def zipf_weights(count: int, exponent: float) -> np.ndarray:
    """Word frequencies that fall as rank to the power of minus ``exponent``; they add up to one."""
    weights = np.arange(1, count + 1, dtype=float) ** -exponent
    return weights / weights.sum()


def surface(name: str) -> str:
    """How a target is written in a sentence: software_engineer -> software engineer, dj -> DJ."""
    return {"dj": "DJ"}.get(name, name.replace("_", " "))
