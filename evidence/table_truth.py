"""What does the analysis find in tables whose truth is known? Bias, coverage, false positives and power.

    python evidence/table_truth.py FOLDER [--draws 1000]

The command draws tables of the shape of ``bias.parquet`` from Eq. 4 (eq4_world.py), makes the regressions of the analysis on them, and
writes docs/table_truth.md. FOLDER keeps the finished draws: a stopped run continues from them, and more ``--draws`` add to them.
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import product
from pathlib import Path

import eq4_world
import numpy as np
import pandas as pd
import truth_page
from eq4_world import World
from standard_errors import SIGNS, SIMULATED, intervals

from biastransfer.analysis.correlation import correlate, resample
from biastransfer.analysis.design import Design
from biastransfer.analysis.groups import members
from biastransfer.analysis.regression import Fit, estimate
from biastransfer.analysis.specification import build, specifications
from biastransfer.analysis.wild_bootstrap import wild_cluster_p
from biastransfer.commands.input_table import complete
from biastransfer.common import registry

OUTCOME, MEASURE = registry.task_kinds()["label_by_group"].outcome, "pronoun_ranking"
RESIDUAL = np.sqrt(0.2**2 + 0.2**2)
"""Standard deviation of a + e, the part of a run's bias that neither cause explains."""
PLANTED = 0.5
"""Standardised slope of a cause that acts alone."""
TRUTHS = {"neither": (0, 0), "dataset": (0, 1), "model": (1, 0), "both": (1, 1)}
"""What is planted -> whether upstream bias and prevalence act."""
COLUMNS = [
    "task", "model", "trainset", "replicate", "target", "upstream_measure", "template", "groups", "upstream", "intermediate",
    "they_change", "prevalence", "tpr_ratio", "small_cell", "failed_to_learn", "kind",
]  # fmt: skip
"""The columns of ``bias.parquet`` that the regressions read."""
TESTS = ("pearson", "kendall", "permutation", "bootstrap")
BATCH = 250


@dataclass(frozen=True)
class Cell:
    """One kind of table.

    ``correlation``: of upstream bias, the mean over templates, with prevalence. ``models``: further models after the control. ``hidden``:
    the association behind the templates transfers, and not their mean.
    """

    targets: int
    replicates: int
    correlation: float
    shape: str = "normal"
    models: int = 0
    templates: int = 5
    hidden: bool = False

    @property
    def name(self) -> str:
        """The start of its files' names."""
        hidden = "_hidden" if self.hidden else ""
        return f"{self.targets}_{self.replicates}_{self.correlation:g}_{self.shape}_{self.models}{hidden}"

    @property
    def slopes(self) -> tuple[float, float]:
        """β1 and β2 where they act: ``PLANTED`` standard deviations of a run's bias each, when alone."""
        size = RESIDUAL * PLANTED / np.sqrt(1 - PLANTED**2)
        return size / eq4_world.spread(self.templates), size / eq4_world.PREVALENCE

    def planted(self, truth: str) -> tuple[float, float]:
        """β1 and β2 of a truth."""
        acts = TRUTHS[truth]
        return self.slopes[0] * acts[0], self.slopes[1] * acts[1]

    @property
    def wanted(self) -> dict[str, tuple[str, ...]]:
        """Treatment group -> specifications: all in normal tables, what the verdict rests on in the others."""
        control = "control_replicates" if self.replicates > 1 else "pretrained"
        if self.shape != "normal" or self.hidden:
            return {control: ("model_target",)}
        found = {control: ("eq4", "upstream_only", "model_target", "per_target")}
        return found | (
            {"all_pretrained": ("eq4", "model_target", "target_effects", "per_target")} if self.models else {}
        )


CELLS = (
    *(Cell(targets, replicates, correlation, models=4 if (targets, replicates, correlation) == (28, 1, 0.45) else 0)
      for targets, replicates, correlation in product((13, 28, 50), (1, 3), (0.0, 0.45))),
    *(Cell(targets, 3, 0.45, shape) for shape in eq4_world.SHAPES[1:] for targets in (13, 28, 50)),
    Cell(28, 3, 0.45, templates=1, hidden=True),
)  # fmt: skip


def world(cell: Cell, draw: int) -> World:
    """Draw a world of a cell."""
    random = np.random.default_rng([cell.targets, cell.replicates, cell.models, int(100 * cell.correlation), draw])
    return eq4_world.draw(
        random, cell.targets, cell.templates, cell.models + 1, replicates=cell.replicates,
        latent=eq4_world.latent_for(cell.correlation, cell.templates), shape=cell.shape,
    )  # fmt: skip


@cache
def skeleton(targets: int, templates: int, replicates: int, models: int) -> pd.DataFrame:
    """The rows of ``bias.parquet`` without their numbers; runs in the order of :class:`eq4_world.World`."""
    control = [("pretrained", number) for number in range(replicates)]
    runs = [*control, *((f"gaussian_noise-s1-t{number}", 0) for number in range(models))]
    rows = [
        {"task": "bios", "model": model, "replicate": number, "target": f"y{target:02}", "template": f"t{template}",
         "upstream_measure": MEASURE, "upstream": 0.0, "prevalence": 0.0, "tpr_ratio": 1.0}
        for model, number in runs for target in range(targets) for template in range(templates)
    ]  # fmt: skip
    return complete(pd.DataFrame(rows), "made up")[COLUMNS]


def table(drawn: World, bias: np.ndarray) -> pd.DataFrame:
    """A world as a ``bias.parquet``: log TPR ratios ``bias`` (runs, targets), copied over templates."""
    _, targets, templates = drawn.upstream.shape
    runs = len(bias)
    made = skeleton(targets, templates, runs - len(drawn.upstream) + 1, len(drawn.upstream) - 1)
    return made.assign(
        upstream=drawn.upstream[drawn.models].ravel(),
        prevalence=np.tile(np.repeat(drawn.prevalence, templates), runs),
        tpr_ratio=np.exp(np.repeat(bias.ravel(), templates)),
    )


def designs(cell: Cell, drawn: World, bias: np.ndarray) -> Iterator[tuple[str, str, Design]]:
    """Group, specification and design of every regression of a cell, as the analysis builds them."""
    rows = table(drawn, bias)
    for group, names in cell.wanted.items():
        part = members(rows, group)
        for specification in specifications(OUTCOME, MEASURE, group, templates=cell.templates):
            if specification.name in names:
                yield group, specification.name, build(part, specification, OUTCOME)[0]


def with_outcome(built: Design, cell: Cell, group: str, bias: np.ndarray) -> Design:
    """The design of another outcome (runs, targets) of the same world: the same rows."""
    targets = pd.factorize(built.targets, sort=True)[0]
    if set(built.models) == {"all"}:  # means over the group's runs
        further = range(cell.replicates, cell.replicates + cell.models)
        runs = {"pretrained": [0], "control_replicates": range(cell.replicates), "all_pretrained": [0, *further]}
        return replace(built, outcome=bias[list(runs[group])].mean(0)[targets])
    names = [f"pretrained/original/{number}" for number in range(cell.replicates)]
    names += [f"gaussian_noise-s1-t{number}/original/0" for number in range(cell.models)]
    places = {name: place for place, name in enumerate(names)}
    return replace(built, outcome=bias[[places[name] for name in built.models], targets])


def tested(fit: Fit, truth: np.ndarray, seed: int) -> Iterator[dict]:
    """All kinds of errors that the analysis gives the fit. The wild bootstrap has its test of zero alone."""
    one = set(fit.design.models) == {"all"}
    yield from intervals(fit, truth, ["lsdv_hc3"] if one else SIMULATED)
    for place, term in enumerate([] if one else fit.design.terms):
        p = wild_cluster_p(fit, term, draws=SIGNS, seed=seed)
        yield {"errors": "wild_bootstrap", "term": term, "estimate": fit.params[place], "rejected": p <= 0.05}


def correlated(cell: Cell, drawn: World, bias: np.ndarray, truth: str, seed: int) -> Iterator[dict]:
    """Tests of the correlations of a run's bias with each cause: ``errors`` is the test, ``covered`` its interval of Pearson's r."""
    upstream, prevalence = (slope * spread for slope, spread in zip(
        cell.planted(truth), (eq4_world.spread(cell.templates), eq4_world.PREVALENCE), strict=True
    ))  # fmt: skip
    total = np.sqrt(upstream**2 + prevalence**2 + 2 * cell.correlation * upstream * prevalence + RESIDUAL**2)
    outcome = pd.Series(bias[0])
    for term, values, r in (
        ("upstream", drawn.upstream[0].mean(1), (upstream + cell.correlation * prevalence) / total),
        ("prevalence", drawn.prevalence, (prevalence + cell.correlation * upstream) / total),
    ):
        pair = pd.Series(values), outcome
        found = correlate(*pair) | resample(*pair, resamples=SIGNS, margin=0.2, seed=seed)
        low, high = found["pearson_boot_low"], found["pearson_boot_high"]
        rejected = (*(found[f"{test}_p"] <= 0.05 for test in TESTS[:3]), low * high > 0)
        held = (found["pearson_low"] <= r <= found["pearson_high"], None, None, low <= r <= high)
        for test, positive, covered in zip(TESTS, rejected, held, strict=True):
            yield {"errors": test, "term": term, "estimate": found["pearson"], "truth_value": r, "covered": covered,
                   "rejected": positive}  # fmt: skip


def simulate(cell: Cell, draws: range) -> pd.DataFrame:
    """Draws of a cell: ``draw, truth, group, specification, errors, term, estimate, planted, covered, rejected``."""
    rows = []
    for draw in draws:
        drawn = world(cell, draw)
        bias = {truth: drawn.bias(*cell.planted(truth), hidden=cell.hidden) for truth in TRUTHS}
        for group, name, first in designs(cell, drawn, bias["neither"]):
            for truth in ("dataset", "model"):
                keys = {"draw": draw, "truth": truth, "group": group, "specification": name}
                slopes = dict(zip(("upstream", "prevalence"), cell.planted(truth), strict=True))
                fit = estimate(with_outcome(first, cell, group, bias[truth]))
                planted = np.array([slopes[term] for term in fit.design.terms])
                rows += [{**keys, "planted": slopes[row["term"]], **row} for row in tested(fit, planted, draw)]
        if cell.replicates == 1 and cell.correlation:
            for truth in ("neither", "dataset", "model"):
                for row in correlated(cell, drawn, bias[truth], truth, draw):
                    rows.append({"draw": draw, "truth": truth, "group": "pretrained", "specification": "correlations",
                                 "planted": row.pop("truth_value"), **row})  # fmt: skip
    return pd.DataFrame(rows).astype({"covered": "boolean", "rejected": "boolean"})


def main(folder: Path, draws: int) -> None:
    """Simulate the missing draws, and write the page."""
    folder.mkdir(parents=True, exist_ok=True)
    parts = []
    for cell in CELLS:
        for start in range(0, draws, BATCH):
            file = folder / f"{cell.name}_{start}.parquet"
            if not file.exists():
                simulate(cell, range(start, start + BATCH)).to_parquet(file.with_suffix(".part"))
                file.with_suffix(".part").rename(file)
                print(file.name, flush=True)
            parts.append(pd.read_parquet(file).assign(
                targets=cell.targets, replicates=cell.replicates, correlation=cell.correlation,
                shape="noisy upstream" if cell.hidden else cell.shape,
            ))  # fmt: skip
    truth_page.write(pd.concat(parts, ignore_index=True), SIGNS)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--draws", type=int, default=1000, help=f"rounded up to a multiple of {BATCH}")
    given = parser.parse_args()
    main(given.folder, given.draws)
