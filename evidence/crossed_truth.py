"""Do sources, changes and causes of a crossed design come out right in tables whose truth is known?

    python evidence/crossed_truth.py [--draws 1000] [--minutes 20]

The command draws tables (crossed_world.py), estimates, and appends a row per quantity and finished batch of draws to
evidence/results/crossed_truth.csv. A stopped run, or one that has used its minutes, continues there. The page docs/crossed_truth.md
is written whenever each kind of table has its draws.
"""

import argparse
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import crossed_truth_page
import numpy as np
import pandas as pd
from crossed_world import CONDITIONS, SEEDS, TRAINSETS, Drawn, World, draw, uneven

from biastransfer.analysis.crossed.causes import causes
from biastransfer.analysis.crossed.changes import changes, effects_of_change
from biastransfer.analysis.crossed.contrasts import pairs
from biastransfer.analysis.crossed.sources import sources

RESULTS = Path(__file__).with_name("results") / "crossed_truth.csv"
BATCH = 250
TWINS = 0.15
"""Standard deviation of seeds' effects beside a cause that acts."""
ACTS = 0.5
"""Root mean square of the change that a cause makes, over the bias that all cells share."""


def dials(*, model: float = 0.0, data: float = 0.0) -> dict[str, float]:
    """Standard deviations of effects whose changes have these root mean squares."""
    return {
        "model": model * np.sqrt((1 - 1 / CONDITIONS) / 2), "data": data * np.sqrt((1 - 1 / TRAINSETS) / 2)
    }  # fmt: skip


WORLDS = {
    "neither": {},
    "data": dials(data=ACTS),
    "model": dials(model=ACTS) | {"seed": TWINS},
    "both": dials(model=ACTS, data=ACTS) | {"seed": TWINS, "interaction": 0.1},
    "small seeds": {"seed": TWINS},
    "large seeds": {"seed": 0.35},
}
SHAPES = ((28, 6, "none"), (28, 12, "none"), (28, 6, "noise"), (28, 12, "noise"), (50, 6, "none"), (50, 12, "noise"))
FEW = (28, 3, "none")


def cells() -> Iterator[tuple[str, World]]:
    """Every kind of table: its world's name, and the world."""
    for targets, replicates, families in (*SHAPES, FEW):
        for name, sizes in WORLDS.items():
            yield name, World(targets, replicates, families=families, **sizes)
    for replicates in (6, 12):
        for size in (0.25, 0.125):
            yield f"data x {size}", World(28, replicates, families="noise", **dials(data=size))
            yield f"model x {size}", World(28, replicates, families="noise", seed=TWINS, **dials(model=size))
        yield "large seeds", World(28, replicates, families="seeds", seed=0.35)
        yield "large seeds", World(28, replicates, heavy=True, seed=0.35)


def holds(truth: float, low: float, high: float) -> dict[str, bool]:
    """Where an interval lies; one without bounds holds all, and is counted."""
    return {"below": bool(high < truth), "above": bool(low > truth), "unbounded": bool(np.isnan(low) or np.isnan(high))}


def judged(drawn: Drawn, *, single: bool) -> Iterator[tuple[str, dict[str, bool | float]]]:
    """Quantity, and where its interval lies or whether it is detected."""
    for row in sources(drawn.bias, each=False).itertuples():
        truth = drawn.squares[row.source] / drawn.total
        yield f"share {row.source}", holds(truth, row.low, row.high) | {"error": row.share - truth, "truth": truth}
    models = CONDITIONS * SEEDS
    factors = {"model": 2 / (1 - 1 / CONDITIONS), "data": 2 / (1 - 1 / TRAINSETS)}
    floors = {"model": 2 * drawn.squares["seed"] * models / (models - 1), "data": 2 * drawn.squares["replicate"]}
    for row in causes(drawn.bias).itertuples():
        difference = factors[row.cause] * drawn.squares[row.cause]
        whole = np.sqrt(floors[row.cause] + difference)
        yield f"size {row.cause}", holds(whole, row.low, row.high) | {"error": row.size - whole, "truth": whole}
        if row.is_cause is not None:
            found = holds(np.sqrt(difference), row.difference_low, row.difference_high)
            yield f"cause {row.cause}", found | {"detected": row.is_cause, "p": row.p < 0.05}
    if single:
        yield from _pairs(drawn)


def _pairs(drawn: Drawn) -> Iterator[tuple[str, dict[str, bool | float]]]:
    """The same of single changes: the first pair of each cause."""
    first = {pair.cause: pair for pair in reversed(list(pairs(drawn.bias)))}
    per_target, effects = changes(drawn.bias), effects_of_change(drawn.bias).groupby("cause").first()
    for cause, row in effects.iterrows():
        if cause == "replicate":
            truth = np.sqrt(2 * drawn.squares["replicate"])
        else:
            contrast = first[cause].after - first[cause].before
            change = drawn.fixed.reshape(len(drawn.fixed), -1) @ contrast
            truth = np.sqrt((change**2).mean())
            chosen = per_target.query("first == @row['first'] and second == @row['second']")
            yield (
                f"targets {cause}",
                {
                    "below": (chosen["high"] < change).mean(),
                    "above": (chosen["low"] > change).mean(),
                    "p": (chosen["p"] < 0.05).mean(),
                },
            )
        found = {"error": row["size"] - truth, "truth": truth, "p": row["p"] < 0.05}
        yield f"change {cause}", holds(truth, row["low"], row["high"]) | found


def batch(name: str, world: World, start: int) -> pd.DataFrame:
    """Sums over the draws of a batch, one row per quantity."""
    single = world.targets == 28 and world.replicates == 6 and name in ("neither", "both")
    sums: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for number in range(start, start + BATCH):
        drawn = draw(np.random.default_rng([world.targets, world.replicates, number]), world, uneven(world.targets))
        for quantity, found in judged(drawn, single=single):
            for column, value in found.items():
                sums[quantity][column] += float(value)
    keys = {
        "world": name,
        **{key: asdict(world)[key] for key in ("targets", "replicates", "families", "heavy")},
        "start": start,
    }
    return pd.DataFrame([keys | {"quantity": quantity, "draws": BATCH} | found for quantity, found in sums.items()])


COLUMNS = [
    "world", "targets", "replicates", "families", "heavy", "start", "quantity", "draws", "below", "above", "unbounded", "error",
    "truth", "detected", "p",
]  # fmt: skip


def main(draws: int, minutes: float) -> None:
    """Simulate the missing batches while there is time, and write the page."""
    started = time.monotonic()
    RESULTS.parent.mkdir(exist_ok=True)
    if not RESULTS.exists():
        pd.DataFrame(columns=COLUMNS).to_csv(RESULTS, index=False)
    done = set(pd.read_csv(RESULTS)[COLUMNS[:6]].drop_duplicates().itertuples(index=False, name=None))
    for start in range(0, draws, BATCH):
        for name, world in cells():
            key = (name, world.targets, world.replicates, world.families, world.heavy, start)
            if key in done:
                continue
            if time.monotonic() - started > 60 * minutes:
                print("Time is up: the same command continues.")
                return
            rows = batch(name, world, start).reindex(columns=COLUMNS)
            rows.round(4).to_csv(RESULTS, mode="a", header=False, index=False)
            print(*key, flush=True)
    crossed_truth_page.write(RESULTS)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=1000, help=f"rounded up to a multiple of {BATCH}")
    parser.add_argument("--minutes", type=float, default=20, help="stop after the batch that passes this time")
    given = parser.parse_args()
    main(given.draws, given.minutes)
