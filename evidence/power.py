"""How many targets, replicates and models does it take to detect an effect of the pre-trained model?

    python evidence/power.py FOLDER

The command writes docs/power.md, docs/power.svg and docs/power.png, and the tables FOLDER/power.csv and FOLDER/several_models.csv.
``evidence/publish.py power`` copies the first table into the package, where ``biastransfer.analysis.power`` reads it.
"""

import argparse
import time
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import eq4_world
import numpy as np
import pandas as pd
import power_page
from control_means import Judged, judge
from scipy import stats
from standard_errors import designs, intervals

from biastransfer.analysis.regression import estimate
from biastransfer.study.analysis import Analysis

TARGETS, REPLICATES = (13, 20, 28, 40, 50, 70, 100), (1, 3, 10)
AGREEMENTS, CORRELATIONS = (0.5, 0.7, 0.9, 1.0), (0.0, 0.45)
SLOPES = tuple(round(0.05 * step, 2) for step in range(15))
DRAWS, CHUNK = 5_000, 2_500
MODELS, SEVERAL = (1, 2, 5, 13, 43), 400
SHARES = (0.9, 0.5, 0.0)
RESIDUAL = 0.3
PLANTED = 0.35
"""Standardised slope in the simulation of several models."""


def controls(random: np.random.Generator, count: int, targets: int, replicates: int, correlation: float) -> tuple:
    """Causes (count, targets, 2) of variance one, and standard normal noise of targets and of runs (count, replicates, targets)."""
    latent = correlation / eq4_world.LATENT
    upstream = random.normal(size=(count, targets))
    normal = latent * upstream + np.sqrt(1 - latent**2) * random.normal(size=(count, targets))
    prevalence = (stats.norm.cdf(normal) - 0.5) * np.sqrt(12)
    shared, rest = random.normal(size=(count, targets)), random.normal(size=(count, replicates, targets))
    return np.stack([upstream, prevalence], axis=2), shared, rest


def judged(causes, shared, rest, slope: float, agreement: float, smallest: float) -> Judged:
    """Verdicts where a run's bias has variance one, the model's effect is ``slope`` and two runs correlate at ``agreement``."""
    fixed = slope * causes[:, :, 0] + np.sqrt(agreement - slope**2) * shared
    size = np.sqrt(1 - agreement)
    mean = rest.mean(1)
    centred = fixed - fixed.mean(1, keepdims=True)
    # The variance over targets of fixed + size · rest, averaged over runs.
    variance = (centred**2).mean(1) + 2 * size * (centred * mean).mean(1) + size**2 * rest.var(2).mean(1)
    return judge(causes, fixed + size * mean, np.sqrt(variance), smallest)


def grid() -> Iterator[dict]:
    """Power by targets, replicates, agreement, correlation and slope; slopes and agreements share their draws."""
    for targets, replicates, correlation in product(TARGETS, REPLICATES, CORRELATIONS):
        random = np.random.default_rng([targets, replicates, int(100 * correlation)])
        sums: dict[tuple[float, float], np.ndarray] = {}
        for _ in range(DRAWS // CHUNK):
            drawn = controls(random, CHUNK, targets, replicates, correlation)
            for agreement, slope in product(AGREEMENTS, SLOPES):
                found = judged(*drawn, slope, agreement, Analysis().smallest_effect)
                hits = [found.apart[:, 0].sum(), found.detected[:, 0].sum(), (found.verdict == "model").sum()]
                sums[agreement, slope] = sums.get((agreement, slope), 0) + np.array(hits)
        for (agreement, slope), hits in sums.items():
            interval, detected, named = (hits / DRAWS).round(4)
            yield {"targets": targets, "replicates": replicates, "agreement": agreement, "correlation": correlation,
                   "slope": slope, "draws": DRAWS, "interval": interval, "detected": detected, "named": named}  # fmt: skip


def several(share: float) -> Iterator[dict]:
    """Share of 95 % CRV3 intervals that exclude zero in panels of several models with 28 targets and a planted effect.

    ``share``: the part of the unexplained variance that a target has in all models. The rest belongs to a single run.
    """
    size = PLANTED / np.sqrt(1 - PLANTED**2) * RESIDUAL
    shared, rest = RESIDUAL * np.sqrt(share), RESIDUAL * np.sqrt(1 - share)
    for models, specification in product(MODELS, ("model_target", "target_effects")):
        if models == 1 and specification == "target_effects":
            continue
        hits: dict[str, list[bool]] = {"upstream": [], "prevalence": []}
        for draw in range(SEVERAL):
            random = np.random.default_rng([models, draw])
            drawn = eq4_world.draw(
                random, 28, 5, models, latent=eq4_world.latent_for(0.45, 5), shared=shared, rest=rest
            )
            outcomes = {
                "upstream": drawn.bias(size / eq4_world.spread(5), 0),
                "prevalence": drawn.bias(0, size / eq4_world.PREVALENCE),
            }
            for term, built in designs(drawn, specification, outcomes).items():
                if term in built.terms:
                    found = intervals(estimate(built), np.zeros(len(built.terms)), ["crv3_target"])
                    hits[term] += [row["rejected"] for row in found if row["term"] == term]
        for term, found in hits.items():
            if found:
                yield {"share": share, "models": models, "specification": specification, "term": term, "draws": SEVERAL,
                       "power": float(np.mean(found))}  # fmt: skip


def main(folder: Path) -> None:
    """Simulate, and write the tables and the page."""
    folder.mkdir(parents=True, exist_ok=True)
    start, file = time.process_time(), folder / "power.csv"
    pd.DataFrame(list(grid())).to_csv(file, index=False)
    panels = pd.DataFrame([row for share in SHARES for row in several(share)])
    panels.to_csv(folder / "several_models.csv", index=False)
    power_page.write(file, panels, PLANTED, round((time.process_time() - start) / 60))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    main(parser.parse_args().folder)
