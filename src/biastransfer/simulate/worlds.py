"""Drawing a world: per target an upstream association, a prevalence and a frequency."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from biastransfer.common.families import family_of
from biastransfer.common.problems import Problem, nearest


def plant(
    targets: Sequence[str],
    settings: Mapping,
    seed: int,
    strata: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Draw the planted associations of every target.

    Parameters
    ----------
    targets : names.
    settings : of a simulated source. ``prevalence`` is the range of the association in the fine-tuning data, a probability, evenly
        spread within every stratum; ``upstream_sd`` the standard deviation of the association in the pre-training corpus, in
        log-odds; ``correlation`` that of the two over the targets (at 0 they are orthogonal); ``frequency_sd`` the standard
        deviation of the log frequency. The dials ``strengths.upstream`` and ``strengths.dataset`` shrink the first to 0 and the
        second to the middle of its range. ``targets`` fixes the values of single targets. Neither the dial of the data nor the
        correlation changes the upstream associations: worlds that differ in these alone share a corpus. Of the variance of both
        associations, the share ``intraclass`` lies between ``families``, before they are made orthogonal.
    seed : of the draw.
    strata : a cluster per target; without a correlation, each spans the whole range of prevalence. With ``even_clusters`` the upstream
        associations of each have mean 0. A classifier must distinguish targets that share words, so it shows an association only as
        a contrast within the cluster.

    Returns
    -------
    DataFrame with ``target, upstream, prevalence, frequency``.
    """
    random = np.random.default_rng(seed)
    count = len(targets)
    levels = np.linspace(*settings["prevalence"], count)
    order = random.permutation(count)
    if strata is not None:
        clusters = pd.Series(list(strata))
        rank_in_cluster = np.empty(count, int)
        for members in clusters.groupby(clusters).indices.values():
            rank_in_cluster[members] = random.permutation(len(members))
        order = np.lexsort((random.permutation(count), rank_in_cluster))
    families = family_codes(targets, settings)
    if intraclass := settings["intraclass"]:
        order = np.argsort(_alike(random, families, intraclass))
    share = np.empty(count)
    share[order] = levels
    drawn = _alike(random, families, intraclass)
    scores = _orthogonal_scores(drawn, share, strata if settings["even_clusters"] else None)
    frequency = np.exp(settings["frequency_sd"] * random.normal(size=count))
    if r := settings["correlation"]:
        share[np.argsort(r * scores + np.sqrt(1 - r**2) * _standardised(share))] = levels
    middle = np.mean(settings["prevalence"])
    strengths = settings["strengths"]
    planted = pd.DataFrame(
        {
            "target": list(targets),
            "upstream": strengths["upstream"] * settings["upstream_sd"] * scores,
            "prevalence": strengths["dataset"] * share + (1 - strengths["dataset"]) * middle,
            "frequency": frequency,
        }
    )
    for target, values in settings["targets"].items():
        if target not in targets:
            raise Problem(f"source.targets: no target {target!r} in the simulated world.{nearest(target, targets)}")
        for column, value in values.items():
            if value is not None:
                planted.loc[planted["target"] == target, column] = float(value)
    planted["frequency"] /= planted["frequency"].sum()
    return planted


def family_codes(targets: Sequence[str], settings: Mapping) -> np.ndarray:
    """The number of each target's family, shape (G,); a target without one is a family of its own."""
    if not settings["families"]:
        return np.arange(len(targets))
    found = family_of(settings["families"], targets, "source.families")
    return pd.factorize(pd.Series([found.get(target, f" {target}") for target in targets]))[0]


def of_family_texts(targets: Sequence[str], settings: Mapping, seed: int) -> np.ndarray:
    """What the test texts of each target's family have and others have not, in log-odds, shape (G,): standardised over families."""
    families = family_codes(targets, settings)
    drawn = np.random.default_rng((seed, 6)).normal(size=families.max() + 1)
    return settings["family_texts"] * _standardised(drawn)[families]


def draw_flags(share: np.ndarray, target: np.ndarray, random: np.random.Generator, *, exact: bool) -> np.ndarray:
    """Draw 0 or 1 for every row with its target's share of ones.

    Parameters
    ----------
    share : of every target.
    target : number of each row's target, shape (n,).
    exact : meet every target's share up to rounding; otherwise the rows are independent, and chance associates some targets.
    """
    if not exact:
        return (random.random(len(target)) < share[target]).astype(int)
    rank = pd.Series(random.permutation(len(target))).groupby(target).rank().to_numpy()
    quota = np.round(np.bincount(target, minlength=len(share)) * share)
    return (rank <= quota[target]).astype(int)


def unfamiliar(words: Sequence[str], count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Choose words that carry nothing in the corpus, ``count`` for either side; returns them, and the other words.

    Fine-tuning texts that use them in place of the corpus's own proxies or tone words give what was learnt in pre-training
    no way into the predictions.

    Returns
    -------
    Words of shape (2, count), and the rest in their order.
    """
    chosen = np.random.default_rng((seed, 4)).choice(len(words), size=2 * count, replace=False)
    array = np.asarray(words, object)
    return array[chosen].reshape(2, count), np.delete(array, chosen)


def _standardised(values: np.ndarray) -> np.ndarray:
    spread = values.std()
    return (values - values.mean()) / (spread if spread > 0 else 1)


def _alike(random: np.random.Generator, families: np.ndarray, intraclass: float) -> np.ndarray:
    """Normal scores, shape (G,), with this intraclass correlation in families."""
    own = random.normal(size=len(families))
    if not intraclass:
        return own
    return np.sqrt(intraclass) * random.normal(size=families.max() + 1)[families] + np.sqrt(1 - intraclass) * own


def _orthogonal_scores(scores: np.ndarray, other: np.ndarray, strata: Sequence[str] | None) -> np.ndarray:
    """The scores, standardised, uncorrelated with ``other``, and of mean 0 in every stratum if there are any."""
    dummies = np.ones((len(other), 1)) if strata is None else pd.get_dummies(pd.Series(strata)).to_numpy(float)
    design = np.column_stack([dummies, other])
    scores = scores - design @ np.linalg.lstsq(design, scores)[0]
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
