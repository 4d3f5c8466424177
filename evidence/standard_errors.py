"""How often does a 95 % interval hold the slope, by kind of standard errors, specification and number of models?

    python bench/standard_errors.py FOLDER [--draws 1000]

Writes src/biastransfer/analysis/coverage.csv, which ``credibility.py`` reads, and docs/standard_errors.md, which tells the
simulated world. FOLDER keeps the draws: a run that was stopped goes on, and one with more ``--draws`` adds to them.
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
from full_grid import table
from scipy import stats

from biastransfer.analysis.credibility import in_words
from biastransfer.analysis.design import Design, design
from biastransfer.analysis.regression import Fit, estimate
from biastransfer.analysis.standard_errors import KINDS
from biastransfer.analysis.wild_bootstrap import wild_cluster_p

ROOT = Path(__file__).resolve().parent.parent
SIZES = {(28, 5): (1, 2, 5, 10, 13, 21, 43), (45, 7): (1, 2, 5, 10, 21, 40)}
"""Targets and templates (of BIOS, of WIKI) -> numbers of models."""
ABSORBED = {"eq4": ["run"], "model_target": ["run"], "target_effects": ["run", "target"], "per_target": []}
"""Specification -> fixed effects that it absorbs where there are several models."""
TERMS = ["upstream", "prevalence"]
BATCH, PILOT, SIGNS = 250, 200, 399
FEW = 5
"""Up to so many models, draws are cheap: twice as many are taken."""
PAGE = """# Which standard errors are credible

The dependent variable of Eq. 4 is copied over templates, and the same targets return in every model. How often does a 95 % interval
then hold the slope? Simulated with the number of targets and templates of BIOS (28 and 5) and of WIKI (45 and 7), for several numbers of
models; every draw goes through `design`, `estimate` and the errors of `biastransfer.analysis`. At least {draws} draws a cell, twice as
many up to five models: a share of .95 is known to ± .014 (two standard errors), or ± .010.

**The world.** Upstream bias u of model m, target y, template t, and bias b after fine-tuning:

    u(m, y, t) = p(y) + q(m, y) + r(y, t) + s(t)
    b(m, y)    = c(m) + .05 · mean over t of u(m, y, t) + 2 · π(y) + a(y) + e(m, y)

All parts are normal; standard deviations are 1 (p), .5 (q), .7 (r), .5 (s), .3 (c) and .2 (e). Prevalence π is uniform on .08 to .92
and correlates with p at .45. What a target is like beyond its associations is a. In the case *shared* it varies as much as e does (.2),
and the biases of two models correlate at .88 over targets; in the case *none* it is zero.

**The specifications.** `eq4`: a row per model, target and template, template dummies, model effects. `model_target`: means over templates,
model effects. `target_effects`: the same with target effects, which absorb prevalence and a. `per_target`: one row per target, means over
templates and models.

**The true slope** is what a specification estimates in the long run, the mean of its estimates. In Eq. 4 it is .036 to .037 for upstream
bias instead of .05, and 2.02 to 2.03 for prevalence instead of 2: the bias of one template is a noisy version of the mean over
templates. It is computed as the mean slope, over {pilot} draws, of outcomes without a and e, whose means are zero whatever the regressors.
The wild cluster bootstrap is counted as holding the slope if its p value for it is above .05 ({signs} sign draws).

**Bold**: credible (.93 to .97). Upright: roughly (.90 to .99). *Italic*: not credible. Columns are targets, models.

## Targets share effects: upstream

{upstream}

## Targets share effects: prevalence

{prevalence}

## Targets share nothing (28 targets; term, models)

{none}

## How many times too small the errors are (targets share effects, 28 targets; term, models)

Standard deviation of the estimates over the mean standard error.

{too_small}

## What it means

- *Eq. 4 with the papers' errors* (`lsdv_hc3`, `white1`) is never credible. For 28 targets they are 1.9 times too small for upstream bias and 2.3
  times for prevalence with one model, 4.5 and 6.0 times with 13, 8.3 and 10.6 times with 43: an interval said to hold the slope 95 times in
  100 holds it 35, 27 and, with 43 models, 18 and 13 times. The copies over templates alone make them 1.9 to 2.4 times too small (*none*).
- *Clustering by model* (`arellano`) does not see that the targets return: 3.1 and 3.9 times too small with 13 models. With two models coverage is
  near .9 although the errors are 2.4 to 3.0 times too small: one degree of freedom makes the interval wide. Without shared effects
  it is credible on means over templates (with two models by its degrees of freedom alone), and .90 to .95 in Eq. 4.
- *Averaging over templates does not suffice.* HC3 is then credible in one model and, where targets share nothing, in any number; where they share
  effects, coverage is .68 and .63 with ten models and .35 and .32 with 43.
- *Clustering by target* works in every specification. The jackknife (`crv3_target`, .936 to .962) and the wild cluster bootstrap (.937 to .963) are
  credible in all cells. CRV1 is .92 to .95 in Eq. 4 and on means over templates, by turns credible and roughly so: its errors are up to 10 % too small.
- *One row per target* with HC3 is credible in all cells (.942 to .967); the errors are up to 13 % too large.
- *Target effects* take out what is shared. All kinds are at least roughly right from ten models on. With two, only the jackknife and the bootstrap are
  credible: HC3 is 1.5 and CRV1 1.4 times too large, `white1` 1.4 times too small, and Arellano's errors nearly vanish (47 times too small), since
  the scores of either model add up to zero but for the HC3 weights.

Limits: a and e are normal, equally large, and vary equally in every target and model; the panel is balanced.
`credibility.py` takes its word from the case *shared*, the nearest number of models and the lower coverage of the two sizes.

Made by `python bench/standard_errors.py FOLDER`, half an hour on one CPU core.
"""


def world(targets: int, templates: int, models: int, *seed: int) -> World:
    """Draw the world that docs/standard_errors.md tells."""
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
    found = fit.results.params[: len(terms)]
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
        yield {"errors": "wild_bootstrap", "term": term, "estimate": fit.results.params[place], "se": np.nan,
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
                found = [*intervals(fit, truth, list(KINDS)), *bootstrapped(fit, truth, draw)]
            rows += [{"draw": draw, "target_effects": case, **row} for row in found]
    return pd.DataFrame(rows)


def cells() -> Iterator[tuple[int, int, int, str, list[str]]]:
    """Targets, templates, models, specification and cases.

    Absorbed target effects take a out of the outcome: both cases are then the same, and one is simulated.
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
    """A Markdown table of texts: specifications and errors down, two columns of ``found`` across."""
    wide = found.assign(cell=values).pivot(index=["specification", "errors"], columns=list(columns), values="cell")
    order = [pair for pair in product(ABSORBED, [*KINDS, "wild_bootstrap"]) if pair in wide.index]
    wide = wide.reindex(order).fillna("–")
    header = ["specification", "errors", *(f"{first}, {models}" for first, models in wide.columns)]
    return table(header, [[*names, *cells] for names, cells in zip(order, wide.to_numpy(), strict=True)])


def coverages(found: pd.DataFrame, columns: tuple[str, str]) -> str:
    """Coverage, the credible in bold."""
    texts = {"credible": "**{:.3f}**", "roughly": "{:.3f}", "not credible": "*{:.3f}*"}
    return across(found, found["coverage"].map(lambda share: texts[in_words(share)].format(share)), columns)


def page(found: pd.DataFrame) -> str:
    """docs/standard_errors.md."""
    shared = found[found["target_effects"] == "shared"]
    few = found[(found["targets"] == 28) & found["models"].isin([1, 2, 13, 43])]
    too_small = few[(few["target_effects"] == "shared") & few["errors"].isin(["lsdv_hc3", "white1", "arellano"])]
    by_size, by_term = ("targets", "models"), ("term", "models")
    return PAGE.format(
        draws=f"{found['draws'].min():,}",
        pilot=PILOT,
        signs=SIGNS,
        upstream=coverages(shared[shared["term"] == "upstream"], by_size),
        prevalence=coverages(shared[shared["term"] == "prevalence"], by_size),
        none=coverages(few[few["target_effects"] == "none"], by_term),
        too_small=across(too_small, (1 / too_small["ratio"]).map("{:.1f}".format), by_term),
    )


def main(folder: Path, draws: int) -> None:
    """Simulate what is not there yet, and write the table and the page."""
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
    found.to_csv(ROOT / "src" / "biastransfer" / "analysis" / "coverage.csv", index=False)
    (ROOT / "docs" / "standard_errors.md").write_text(page(found), encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument(
        "--draws", type=int, default=1000, help=f"rounded up to a multiple of {BATCH}; twice as many up to {FEW} models"
    )
    given = parser.parse_args()
    main(given.folder, given.draws)
