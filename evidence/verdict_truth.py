"""Is the verdict right where the truth is known: families, errors in the causes, rare flags, perfect rates, and interventions.

    python evidence/verdict_truth.py [--draws 2000] [--minutes 60]

The command draws controls whose causes are known, and whole grids of changed models for the sentence on interventions. It judges them by
the package's own functions. It appends each finished cell to evidence/results/verdict_truth.csv, continues there, and writes
docs/verdict_truth.md.
"""

import argparse
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import verdict_truth_page

from biastransfer.analysis.design import design
from biastransfer.analysis.regression import estimate
from biastransfer.analysis.standard_errors import inference
from biastransfer.analysis.verdict.controls import FLAT, SMALL_FAMILY, Controls, relative_spread
from biastransfer.analysis.verdict.rule import judge
from biastransfer.analysis.verdict.slopes import ESTIMATORS, nearest_estimator
from biastransfer.downstream import intervals
from biastransfer.study.analysis import Analysis

FILE = Path(__file__).with_name("results") / "verdict_truth.csv"
SMALLEST, HEADLINE = Analysis().smallest_effect, Analysis().estimator
TERMS, OCCUPATIONS = (15, 8, 8, 7, 4, 3), (10, 6, 2, 2, 2, 1, 1, 1, 1, 1, 1)
"""Sizes of the families of 45 identity terms and of 28 occupations."""
SIZE = 0.6
"""Standard deviations of bias per standard deviation of a cause that acts, the rest of bias having one."""
TRUTHS = {"neither": (0, 0), "model": (1, 0), "dataset": (0, 1), "both": (1, 1)}
BATCH, TEMPLATES, REPLICATES, SEED_NOISE = 500, 5, 3, 0.4
MOST = (1000, 250)
"""Draws of a grid of changed models, at most, without and with an effect: each takes two regressions."""


@dataclass(frozen=True)
class Cell:
    """One kind of controls.

    Attributes
    ----------
    sizes : of families; one size alone is no family.
    shared : intraclass correlation of bias beyond the causes, and of the causes.
    r : correlation of true upstream bias and true prevalence.
    upstream, prevalence : their reliability.
    shape : of prevalence: ``normal``, ``rare`` (.14 to 9.3 %, even in its logarithm), ``flat`` (49 to 51 %).
    """

    kind: str
    sizes: tuple[int, ...] = (28,)
    shared: float = 0.0
    r: float = 0.45
    upstream: float = 1.0
    prevalence: float = 1.0
    shape: str = "normal"

    @property
    def name(self) -> str:
        """How the table of results calls the cell."""
        sizes = "+".join(map(str, self.sizes))
        return f"{sizes} shared {self.shared:g} r {self.r:g} rel {self.upstream:g} {self.prevalence:g} {self.shape}"


CELLS = (
    *(Cell("families", sizes, shared, r) for sizes, shared, r in product((OCCUPATIONS, TERMS), (0, 0.35, 0.5), (0.0, 0.45))),
    *(Cell("error in upstream bias", (count,), 0, r, reliability)
      for count, reliability, r in product((28, 50), (1, 0.7, 0.5), (0.0, 0.45, 0.6, 0.8))),
    *(Cell("error in prevalence", (count,), 0, r, 1, reliability)
      for count, reliability, r in product((28, 50), (0.7, 0.5), (0.0, 0.45, 0.6, 0.8))),
    *(Cell("families and error", sizes, 0.35, r, reliability)
      for sizes, reliability, r in product((OCCUPATIONS, TERMS), (0.7, 0.5), (0.45, 0.6))),
    *(Cell("prevalence", (count,), 0, r, 1, 1, shape) for count, r, shape in product((28, 50), (0.0, 0.45), ("rare", "flat"))),
)  # fmt: skip
ACCURACIES, TEXTS = (0.02, 0.1, 0.9, 0.97, 0.99, 0.995), (60, 200, 1000)
INTERVENTIONS = tuple(
    product(
        (13, 43), [("nothing", 0.0), ("chance", 0.05), ("chance", 0.1), ("chance", 0.2), ("damage", 0.0)], (0.0, 0.3)
    )
)


def of_families(random: np.random.Generator, draws: int, codes: np.ndarray, shared: float) -> np.ndarray:
    """Standard normal values of targets, shape (draws, G), of which those of one family correlate."""
    family = random.normal(size=(draws, codes.max() + 1))[:, codes]
    return np.sqrt(shared) * family + np.sqrt(1 - shared) * random.normal(size=(draws, len(codes)))


def controls(cell: Cell, truth: str, draws: int, random: np.random.Generator) -> Controls:
    """Draw controls of a cell as the analysis sees them."""
    codes = np.repeat(np.arange(len(cell.sizes)), cell.sizes)
    data = of_families(random, draws, codes, cell.shared)
    model = cell.r * data + np.sqrt(1 - cell.r**2) * of_families(random, draws, codes, cell.shared)
    shares = data
    if cell.shape != "normal":
        ranks = data.argsort(1).argsort(1) / (len(codes) - 1)
        shares = 0.0014 * (0.093 / 0.0014) ** ranks if cell.shape == "rare" else 0.49 + 0.02 * ranks
        data = (shares - shares.mean(1, keepdims=True)) / shares.std(1, keepdims=True)
    acts = np.array(TRUTHS[truth]) * SIZE
    noise = SEED_NOISE * random.normal(size=(draws, len(codes), REPLICATES))
    rest = np.sqrt(1 - SEED_NOISE**2) * of_families(random, draws, codes, cell.shared)
    runs = (acts[0] * model + acts[1] * data + rest)[..., None] + noise
    templates = np.sqrt((1 / cell.upstream - 1) * TEMPLATES) * random.normal(size=(draws, len(codes), TEMPLATES))
    measured = model[..., None] + templates
    apart = (
        measured
        - measured.mean(1, keepdims=True)
        - measured.mean(2, keepdims=True)
        + measured.mean((1, 2), keepdims=True)
    )
    targets = len(codes)
    own = (apart**2).sum(2) / (TEMPLATES * (TEMPLATES - 1)) * targets / (targets - 1)
    error = 1 / cell.prevalence - 1
    shares = shares + np.sqrt(error) * random.normal(size=shares.shape) if error else shares
    exact = np.full_like(own, error)
    small = np.array(cell.sizes)[codes] < SMALL_FAMILY
    families = np.unique(np.where(small | (len(cell.sizes) == 1), -1, codes), return_inverse=True)[1]
    errors = np.stack([own if cell.upstream < 1 else 0 * own, exact], 2)
    return Controls(
        runs.mean(2), np.stack([measured.mean(2), shares], 2), errors, np.zeros((draws, targets, 0)), families,
        np.sqrt(runs.var(1).mean(1)),
    )  # fmt: skip


def judged(drawn: Controls, estimator: str) -> dict[str, np.ndarray]:
    """Verdicts, detections, and whether slopes are sound, with flat prevalences judged as such."""
    flat = (
        relative_spread(drawn.causes[..., 1]) < FLAT
        if drawn.causes[..., 1].min() >= 0
        else np.zeros(len(drawn.bias), bool)
    )
    estimates = ESTIMATORS[estimator].of(drawn)
    slopes = estimates.slopes
    plain, squeezed = judge(estimates, SMALLEST), judge(estimates, SMALLEST, {"dataset"})
    half = plain.half * slopes.errors
    return {
        "verdict": np.where(flat, squeezed.verdict, plain.verdict),
        "detected": np.where(flat[:, None], squeezed.detected, plain.detected),
        "low": slopes.values - half, "high": slopes.values + half, "sound": slopes.sound,
    }  # fmt: skip


def simulate(cell: Cell, truth: str, draws: int) -> Iterator[dict]:
    """A row per estimator: raw slopes, which the rule had before, and the headline's."""
    seed = [abs(hash_of(cell.name)), list(TRUTHS).index(truth)]
    parts: dict[str, list[dict[str, np.ndarray]]] = {}
    for start in range(0, draws, BATCH):
        drawn = controls(cell, truth, min(BATCH, draws - start), np.random.default_rng([*seed, start]))
        for name in dict.fromkeys(("raw", nearest_estimator(HEADLINE, drawn))):
            parts.setdefault(name, []).append(judged(drawn, name))
    for name, found in parts.items():
        whole = {key: np.concatenate([part[key] for part in found]) for key in found[0]}
        yield row(cell.kind, cell.name, truth, name, whole)


def hash_of(name: str) -> int:
    """A number that stays the same for a name."""
    return int.from_bytes(name.encode()[-8:], "little") ^ len(name)


def row(kind: str, name: str, truth: str, estimator: str, found: dict[str, np.ndarray]) -> dict:
    """Shares of one cell, truth and estimator."""
    verdict = pd.Series(found["verdict"])
    return {
        "kind": kind, "cell": name, "truth": truth, "estimator": estimator, "draws": len(verdict),
        "model_detected": found["detected"][:, 0].mean(), "dataset_detected": found["detected"][:, 1].mean(),
        "any_detected": found["detected"].any(1).mean(), "unsound": 1 - found["sound"].mean(),
        **{f"verdict_{each}": float((verdict == each).mean()) for each in ("dataset", "model", "both", "neither detected", "inconclusive")},
    }  # fmt: skip


def perfect(accuracy: float, texts: int, draws: int) -> dict:
    """Labels that are found equally often in both groups, and as many texts of each group as prevalence says."""
    random = np.random.default_rng([int(1e4 * accuracy), texts])
    prevalence = random.uniform(0.1, 0.9, (draws, 28))
    counts = [np.maximum(np.round(texts * share), 10) for share in (prevalence, 1 - prevalence)]
    rate = np.clip(accuracy + 0.08 * min(accuracy, 1 - accuracy) * random.normal(size=prevalence.shape), 0, 1)
    hits = [random.binomial(count.astype(int), rate) for count in counts]
    bias = np.log(intervals.ratio(hits[0], counts[0], hits[1], counts[1])[0])
    drawn = Controls(
        bias, np.stack([random.normal(size=bias.shape), prevalence], 2), np.zeros((draws, 28, 2)), np.zeros((draws, 28, 0)),
        np.zeros(28, int), bias.std(1),
    )  # fmt: skip
    varies = bias.std(1) > 0
    drawn = replace(
        drawn, **{name: getattr(drawn, name)[varies] for name in ("bias", "causes", "errors", "others", "spread")}
    )
    return row("perfect rates", f"accuracy {accuracy:g}, {texts} texts", "neither", "raw", judged(drawn, "raw"))


def intervened(models: int, kind: str, spread: float, acts: float, draws: int) -> list[dict]:
    """How often a study finds that interventions on the model move bias: clustered by target alone, and as the answer has it."""
    counted = {"plain": [], "careful": []}
    for draw in range(draws):
        random = np.random.default_rng([models, draw, int(100 * spread), kind == "damage"])
        own, prevalence = random.normal(size=(2, 28))
        association = 0.6 * prevalence + 0.45 * own + 0.66 * random.normal(size=28)
        scale = random.uniform(0.3, 1, models) if kind == "damage" else np.ones(models)
        strength = scale if kind == "damage" else random.uniform(-0.5, 1, models)
        upstream = strength[:, None] * association + 0.3 * random.normal(size=(models, 28))
        slopes = spread * random.normal(size=models)
        bias = (
            scale[:, None] * own
            + slopes[:, None] * prevalence
            + acts * upstream
            + 0.2 * random.normal(size=upstream.shape)
        )
        run, target = np.indices(bias.shape).reshape(2, -1)
        rows = pd.DataFrame({"run": run, "target": target, "upstream": upstream.ravel(), "outcome": bias.ravel()})
        rows["profile"] = rows.groupby("target")["outcome"].transform("mean")
        for name, kinds, scaled in (("plain", "crv3_target", None), ("careful", "two_way", "profile")):
            fit = estimate(design(rows, ["upstream"], absorbed=["run", "target"], scaled=scaled))
            counted[name].append(inference(fit, kinds)["p"].item() < 0.05)
    name = f"{models} models, {kind}" + (f" {spread:g}" if spread else "")
    return [
        {"kind": "interventions", "cell": name, "truth": "model" if acts else "neither", "estimator": each, "draws": draws,
         "model_detected": float(np.mean(found))}
        for each, found in counted.items()
    ]  # fmt: skip


def jobs(draws: int) -> Iterator[tuple[tuple, callable]]:
    """Key of a cell's rows, and what makes them."""
    for cell, truth in product(CELLS, TRUTHS):
        yield (cell.kind, cell.name, truth), lambda cell=cell, truth=truth: list(simulate(cell, truth, draws))
    for accuracy, texts in product(ACCURACIES, TEXTS):
        name = f"accuracy {accuracy:g}, {texts} texts"
        yield (
            ("perfect rates", name, "neither"),
            lambda accuracy=accuracy, texts=texts: [perfect(accuracy, texts, draws)],
        )
    for models, (kind, spread), acts in INTERVENTIONS:
        name = f"{models} models, {kind}" + (f" {spread:g}" if spread else "")
        key = ("interventions", name, "model" if acts else "neither")
        yield (
            key,
            lambda models=models, kind=kind, spread=spread, acts=acts: intervened(
                models, kind, spread, acts, min(draws, MOST[acts > 0])
            ),
        )


def main(draws: int, minutes: float) -> None:
    """Simulate what is missing, as long as there is time, and write the page."""
    end = time.monotonic() + 60 * minutes
    done = (
        set() if not FILE.exists() else {tuple(key) for key in pd.read_csv(FILE)[["kind", "cell", "truth"]].to_numpy()}
    )
    for key, make in jobs(draws):
        if key in done or time.monotonic() > end:
            continue
        rows = pd.DataFrame(make()).reindex(columns=COLUMNS)
        rows.round(5).to_csv(FILE, mode="a", header=not FILE.exists(), index=False)
        print(*key, flush=True)
    verdict_truth_page.write(FILE)


COLUMNS = [
    "kind", "cell", "truth", "estimator", "draws", "model_detected", "dataset_detected", "any_detected", "unsound", "verdict_dataset",
    "verdict_model", "verdict_both", "verdict_neither detected", "verdict_inconclusive",
]  # fmt: skip

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=2000)
    parser.add_argument("--minutes", type=float, default=60)
    given = parser.parse_args()
    main(given.draws, given.minutes)
