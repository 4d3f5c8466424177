"""How often does a 95 % interval hold the slope, by kind of standard errors, specification and number of models?

    python evidence/standard_errors.py FOLDER [--draws 1000]

FOLDER keeps the finished draws: a stopped run continues from them, and more ``--draws`` add to them. The command writes
docs/standard_errors.md, which explains the simulated world, and FOLDER/coverage.csv. ``evidence/publish.py coverage`` copies that table
into the package, where ``credibility.py`` reads it.
"""

import argparse
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import product
from pathlib import Path

import eq4_world
import numpy as np
import pandas as pd
from eq4_world import World
from scipy import stats

from biastransfer.analysis.credibility import in_words
from biastransfer.analysis.design import Design, design
from biastransfer.analysis.regression import Fit, estimate
from biastransfer.analysis.standard_errors import KINDS
from biastransfer.analysis.wild_bootstrap import wild_cluster_p
from biastransfer.report.markdown import filled, table

ROOT = Path(__file__).resolve().parent.parent
SIZES = {(28, 5): (1, 2, 5, 10, 13, 21, 43), (45, 7): (1, 2, 5, 10, 21, 40)}
"""Targets and templates (of BIOS, of WIKI) -> numbers of models."""
ABSORBED = {"eq4": ["run"], "model_target": ["run"], "target_effects": ["run", "target"], "per_target": []}
"""Specification -> fixed effects that it absorbs where there are several models."""
TERMS = ["upstream", "prevalence"]
SIMULATED = [kind for kind in KINDS if kind != "two_way"]
"""Kinds of errors; verdict_truth.py has those by target and run, with the regression that uses them."""
BATCH, PILOT, SIGNS = 250, 200, 399
FEW = 5
"""Up to so many models draws are cheap, and the simulation takes twice as many."""
TEMPLATE = Path(__file__).with_name("pages") / "standard_errors.md.jinja"


def world(targets: int, templates: int, models: int, *seed: int) -> World:
    """Draw the world that docs/standard_errors.md describes."""
    return eq4_world.draw(np.random.default_rng([targets, templates, models, *seed]), targets, templates, models)


def outcomes_of(drawn: World) -> dict[str, np.ndarray]:
    """Outcomes (models, targets): ``plain`` without a and e, ``shared`` with both, ``none`` with e alone."""
    plain = drawn.systematic(transfer=0.05, data=2)
    return {"plain": plain, "shared": plain + drawn.shared + drawn.rest, "none": plain + drawn.rest}


def designs(drawn: World, specification: str, outcomes: dict[str, np.ndarray] | None = None) -> dict[str, Design]:
    """The specification's design for every outcome (models, targets); without any, for those of ``outcomes_of``."""
    upstream, outcomes = drawn.upstream, outcomes or outcomes_of(drawn)
    if specification != "eq4":
        upstream = upstream.mean(2, keepdims=True)
    if specification == "per_target":
        upstream = upstream.mean(0, keepdims=True)
        outcomes = {case: values.mean(0, keepdims=True) for case, values in outcomes.items()}
    run, target, template = np.indices(upstream.shape).reshape(3, -1)
    rows = pd.DataFrame({
        "run": run, "target": target, "template": template, "upstream": upstream.ravel(),
        "prevalence": drawn.prevalence[target], "outcome": 0.0,
    })  # fmt: skip
    absorbed = ABSORBED[specification] if len(upstream) > 1 else []
    first = design(rows, TERMS, dummies="template" if specification == "eq4" else None, absorbed=absorbed)
    return {case: replace(first, outcome=values[run, target]) for case, values in outcomes.items()}


@cache
def long_run(targets: int, templates: int, models: int, specification: str) -> np.ndarray:
    """Mean slopes of the specification: those of the outcome without a and e, which have mean zero whatever the regressors."""
    slopes = []
    for draw in range(PILOT):
        plain = designs(world(targets, templates, models, 1, draw), specification)["plain"]
        outcome, regressors = plain.within
        slopes.append(np.linalg.lstsq(regressors, outcome, rcond=None)[0][: len(plain.terms)])
    return np.mean(slopes, axis=0)


def intervals(fit: Fit, truth: np.ndarray, kinds: list[str]) -> Iterator[dict]:
    """Whether each kind's interval holds the true slope, and zero: ``errors, term, estimate, se, covered, rejected``."""
    terms = fit.design.terms
    found = fit.params[: len(terms)]
    for name in kinds:
        if (degrees := KINDS[name].degrees(fit)) < 1:
            continue
        errors = np.sqrt(np.diag(KINDS[name].covariance(fit))[: len(terms)])
        half = stats.t.ppf(0.975, degrees) * errors
        covered, rejected = np.abs(found - truth) <= half, np.abs(found) > half
        for place, term in enumerate(terms):
            yield {"errors": name, "term": term, "estimate": found[place], "se": errors[place],
                   "covered": covered[place], "rejected": rejected[place]}  # fmt: skip


def bootstrapped(fit: Fit, truth: np.ndarray, seed: int) -> Iterator[dict]:
    """Whether the wild cluster bootstrap does not reject the true slope at 5 %."""
    terms = list(fit.design.terms)
    shifted = replace(fit.design, outcome=fit.design.outcome - fit.design.slopes[terms].to_numpy() @ truth)
    for place, term in enumerate(terms):
        p = wild_cluster_p(replace(fit, design=shifted), term, draws=SIGNS, seed=seed)
        yield {"errors": "wild_bootstrap", "term": term, "estimate": fit.params[place], "se": np.nan,
               "covered": p > 0.05}  # fmt: skip


def simulate(
    targets: int, templates: int, models: int, specification: str, cases: list[str], draws: range
) -> pd.DataFrame:
    """Draws of one cell: ``draw, target_effects, errors, term, estimate, se, covered``."""
    truth = long_run(targets, templates, models, specification)
    rows = []
    for draw in draws:
        built = designs(world(targets, templates, models, 0, draw), specification)
        for case in cases:
            fit = estimate(built[case])
            if specification == "per_target":
                found = list(intervals(fit, truth, ["lsdv_hc3"]))
            else:
                found = [*intervals(fit, truth, SIMULATED), *bootstrapped(fit, truth, draw)]
            rows += [{"draw": draw, "target_effects": case, **row} for row in found]
    return pd.DataFrame(rows)


def cells() -> Iterator[tuple[int, int, int, str, list[str]]]:
    """Targets, templates, models, specification and cases.

    Absorbed target effects take a out of the outcome. Both cases are then the same, and one is simulated.
    """
    for (targets, templates), counts in SIZES.items():
        for specification in ABSORBED:
            both = targets == 28 and specification != "target_effects"
            for models in counts:
                if models > 1 or specification != "target_effects":
                    yield targets, templates, models, specification, ["shared", "none"] if both else ["shared"]


def summary(rows: pd.DataFrame) -> pd.DataFrame:
    """Coverage, and the mean standard error over the standard deviation of the estimates, by cell, kind and term."""
    keys = ["targets", "templates", "target_effects", "models", "specification", "errors", "term"]
    found = rows.groupby(keys).agg(
        draws=("draw", "size"), coverage=("covered", "mean"), se=("se", "mean"), spread=("estimate", "std")
    )
    found["ratio"] = found.pop("se") / found.pop("spread")
    return found.round(4).reset_index()


def across(found: pd.DataFrame, values: pd.Series, columns: tuple[str, str]) -> str:
    """A Markdown table of texts: one row per specification and errors, one column per pair of values of ``columns``."""
    wide = found.assign(cell=values).pivot(index=["specification", "errors"], columns=list(columns), values="cell")
    order = [pair for pair in product(ABSORBED, [*SIMULATED, "wild_bootstrap"]) if pair in wide.index]
    wide = wide.reindex(order)
    wide.columns = [f"{first}, {models}" for first, models in wide.columns]
    return table(wide.reset_index())


def coverages(found: pd.DataFrame, columns: tuple[str, str]) -> str:
    """Coverage: bold where credible, in italics where not credible."""
    texts = {"credible": "**{:.3f}**", "roughly": "{:.3f}", "not credible": "*{:.3f}*"}
    return across(found, found["coverage"].map(lambda share: texts[in_words(share)].format(share)), columns)


def page(found: pd.DataFrame) -> str:
    """The text of docs/standard_errors.md."""
    shared = found[found["target_effects"] == "shared"]
    few = found[(found["targets"] == 28) & found["models"].isin([1, 2, 13, 43])]
    too_small = few[(few["target_effects"] == "shared") & few["errors"].isin(["lsdv_hc3", "white1", "arellano"])]
    by_size, by_term = ("targets", "models"), ("term", "models")
    return filled(
        TEMPLATE,
        draws=f"{found['draws'].min():,}",
        pilot=PILOT,
        signs=SIGNS,
        upstream=coverages(shared[shared["term"] == "upstream"], by_size),
        prevalence=coverages(shared[shared["term"] == "prevalence"], by_size),
        nothing_shared=coverages(few[few["target_effects"] == "none"], by_term),
        too_small=across(too_small, (1 / too_small["ratio"]).map("{:.1f}".format), by_term),
    )


def main(folder: Path, draws: int) -> None:
    """Simulate the missing draws, and write the table and the page."""
    folder.mkdir(parents=True, exist_ok=True)
    parts = []
    for targets, templates, models, specification, cases in cells():
        wanted = 2 * draws if models <= FEW else draws
        for start in range(0, wanted, BATCH):
            file = folder / f"{targets}_{models}_{specification}_{start}.parquet"
            if not file.exists():
                batch = range(start, start + BATCH)
                found = simulate(targets, templates, models, specification, cases, batch)
                found.to_parquet(file.with_suffix(".part"))
                file.with_suffix(".part").rename(file)
                print(file.name, flush=True)
            parts.append(pd.read_parquet(file).assign(
                targets=targets, templates=templates, models=models, specification=specification
            ))  # fmt: skip
    found = summary(pd.concat(parts))
    found.to_csv(folder / "coverage.csv", index=False)
    (ROOT / "docs" / "standard_errors.md").write_text(page(found), encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument(
        "--draws", type=int, default=1000, help=f"rounded up to a multiple of {BATCH}; twice as many up to {FEW} models"
    )
    given = parser.parse_args()
    main(given.folder, given.draws)
