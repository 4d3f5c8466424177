"""docs/table_truth.md, from the draws of ``table_truth.py``."""

from itertools import product
from pathlib import Path

import eq4_world
import numpy as np
import pandas as pd
from control_means import joint_f, regression
from full_grid import table
from scipy import stats

from biastransfer.analysis.standard_errors import KINDS
from biastransfer.analysis.verdict import VERDICTS

DOCS = Path(__file__).resolve().parent.parent / "docs"
CELL = ["targets", "replicates", "correlation", "shape"]
ORDER = ["normal", "t4", "skewed", "heteroscedastic", "noisy upstream"]
JOINT_DRAWS, MINUTES = 20_000, 40
"""Minutes: as measured, once."""
COVERED, POSITIVE = (0.93, 0.97), (0.03, 0.07)
"""Where a share of 95 % intervals that hold the slope, and of false positives at 5 %, is called right."""
TOLD = ("normal", "noisy upstream")
"""Noise whose verdicts are printed; of the others it is said how far they are from those with normal noise."""
TRUTHS = ("neither", "dataset", "model", "both")
PAGE = """# What the analysis finds where the truth is known

Tables of the shape of `bias.parquet` are drawn from Eq. 4 of Steed et al. with known slopes, and go through the analysis of a study: `build`,
`estimate`, every kind of errors, `evidence`, `decide`, the correlations' tests. {draws} tables a cell; with four kinds of truth each. A share of .05 or .95
is known to ± .014 (two standard errors). [standard_errors.md](standard_errors.md) asks how coverage depends on the number of models; this page asks for
bias, false positives, power and verdicts, mostly of the control, which verdicts rest on.

## In short

- **What the verdict rests on is right.** One row per run and target, errors clustered by target (CRV3): with normal noise its 95 % intervals hold the planted slope
  in {main_coverage} of tables, and where a cause does nothing they exclude zero in {main_positives}, over all cells. Bias is within {main_bias} of the planted slope.
- **Eq. 4 with the papers' errors is not.** HC3 on rows copied over templates holds the slope in {hc3_coverage}, and sees an effect where there is none in {hc3_positives}.
- **The verdict is seldom wrong and often silent.** Where neither cause acts, it says so in {neither} of tables with normal noise. Where one acts, the *other* is named in at most {swapped}. What it
  lacks is power: with 28 targets, one replicate and an effect of .5 it names the dataset in {named_dataset} and the model in {named_model} of tables ([power.md](power.md)).
- **Error in upstream bias is what it does not survive.** Where one template stands for the association ({noisy_note}), the model's slope is {noisy_bias} too small, its
  intervals hold it in {noisy_coverage}, and where the model alone acts the dataset is detected in {noisy_named}.

## The tables

Upstream bias u of model m, target y, template t, and bias b of a run r, which fine-tunes model m(r), with the sizes of `bench/eq4_world.py`:

    u(m, y, t) = p(y) + q(m, y) + r(y, t) + s(t)
    b(r, y)    = c(r) + β1 · mean over t of u(m(r), y, t) + β2 · π(y) + a(y) + e(r, y)

a is what a target is like beyond its associations, e is one run's own; both have a standard deviation of .2. The bias is copied over five templates. Planted is
neither cause, the dataset (β2), the model (β1), or both; where a cause acts alone its standardised slope is .5. Cells differ in targets, replicates of the control, the
correlation r of upstream bias with prevalence, and the noise a and e: normal; *t4*, Student's t with 4 degrees of freedom; *skewed*, exponential; *heteroscedastic*, with a
variance that grows with prevalence (from .37 to 1.63 of the average). In *noisy upstream* one template stands for the association behind it, of whose readings
it explains .72 of the variance, and it is the association that transfers (with a standardised slope of .44).

*Bias* is the mean error over the planted slope. *Coverage* counts intervals that hold the planted slope, zero or not. *False positives* are tests at 5 % that reject a
slope that is zero, while the other cause acts; *power* is the share that reject one that is not. **Bold**: coverage of .93 to .97, false positives of .03 to .07; *italic*: not.

## What the verdict rests on: one row per run and target, CRV3 by target

{main}

{shapes}

## Eq. 4 with the papers' errors: rows copied over templates, HC3

{hc3}

Its slope of upstream bias is also smaller than what is planted: the bias of one template is a noisy reading of their mean.

## Every kind of estimate of the control

From the lowest to the highest over the cells with normal noise. The wild bootstrap is a test of zero and has no interval here.

{ranges}

- Errors that are not clustered by target are not believable where rows repeat: copied over templates (`eq4`) or over replicates (`model_target`). `arellano` clusters by run,
  and needs several.
- CRV1 is too small with 13 targets. CRV3 and the wild bootstrap are right; so is HC3 on one row per target.
- `upstream_only` leaves prevalence out: where the two correlate, it takes the dataset's effect for the model's.
- In `eq4` no errors make up for the slope's bias: with {eq4_note}.

**28 targets, one replicate, r = .45:**

{control}

**The same with five models (`all_pretrained`):**

{several}

`eq4_within` and `upstream_only_within` have the slopes of `eq4` and `upstream_only`. `intermediate` explains another number, and `with_prevalence` and `all_controls` need
the other kind of task.

## Verdicts

The share of each verdict; **bold** is the right one.

{verdicts}

{verdict_shapes} A cause that acts alone is named only if it is clearly larger than the other: much of the rest is `inconclusive`, which is right where the other may be as large.

## False detections

A cause is detected if the joint test of both slopes rejects, its interval excludes zero, and its size is .1 or more. Before, two intervals were looked at alone: last column, taken as independent.

{mistakes}

**The joint test.** How often it rejects at 5 % where both slopes are zero: the Wald test's F on (2, G − 1) degrees of freedom, and Hotelling's, which allows for the covariance being
estimated ({joint_draws:,} draws, ± .003). The verdict uses Hotelling's.

{joint}

## Correlations

Of one run's bias with each cause over targets, r = .45, normal noise: Fisher's interval and t test (`pearson`), `permutation`, `kendall`, and the bootstrap (BCa, {signs} samples).
*The other planted*: only the other cause acts, and this one is correlated with it. These are not false positives of the tests, since the correlation is there; they are
what is wrong with reading a correlation as a cause.

{correlations}

The tests of Table 2, of a condition with the control, have no known zero here: the same targets make them correlate.

## Limits

Only the control is asked about causes; targets are exchangeable but for what is drawn; tables are balanced; effects are linear. Upstream bias measured with error pulls the
model's slope towards zero and, where the causes correlate, lends the dataset what it takes (*noisy upstream*): read Cronbach's α of the templates, which a report
shows. Shares that differ by less than .02 cannot be told apart with so many draws.

Made by `python bench/table_truth.py FOLDER`, about {minutes} minutes on one CPU core.
"""


def measures(rows: pd.DataFrame) -> pd.Series:
    """Of one kind of estimate in one cell: ``bias`` (mean error over the planted slope), ``coverage`` of the planted slope where it is zero and
    where it is not, ``false_positives`` and ``power``.
    """
    acts = rows["planted"] != 0
    effect = rows[acts]
    bias = (effect["estimate"] - effect["planted"]).mean() / effect["planted"].iloc[0]
    return pd.Series(
        {"bias": bias, "coverage": rows["covered"].astype(float).mean(), "coverage_of_effect": effect["covered"].astype(float).mean(),
         "false_positives": rows.loc[~acts, "rejected"].astype(float).mean(), "power": effect["rejected"].astype(float).mean(),
         "draws": acts.sum()}
    )  # fmt: skip


def marked(share: float, right: tuple[float, float]) -> str:
    """A share, bold where it is right, in italics where it is not."""
    if np.isnan(share):
        return "–"
    return f"**{share:.3f}**" if right[0] <= round(share, 3) <= right[1] else f"*{share:.3f}*"


def signed(share: float) -> str:
    """A share in per cent, with its sign."""
    whole = round(100 * share)
    return f"{whole:+d} %".replace("-", "−") if whole else "0 %"


def named(cell: tuple) -> list:
    """The columns of a cell."""
    targets, replicates, correlation, shape = cell
    return [targets, replicates, f"{correlation:g}", shape]


def cells_of(found: pd.DataFrame) -> list[tuple]:
    """Cells in the order of the page."""
    cells = found[CELL].drop_duplicates().itertuples(index=False, name=None)
    return sorted(cells, key=lambda cell: (ORDER.index(cell[3]), *cell[:3]))


def of_control(found: pd.DataFrame, specification: str, errors: str) -> pd.DataFrame:
    """One kind of estimate of the control, by cell and term."""
    chosen = (
        (found["specification"] == specification) & (found["errors"] == errors) & (found["group"] != "all_pretrained")
    )
    return found[chosen].set_index([*CELL, "term"])


def by_cell(found: pd.DataFrame, specification: str, errors: str) -> str:
    """Coverage, false positives, power and bias of one kind of estimate of the control."""
    rows, chosen = [], of_control(found, specification, errors)
    for cell in [cell for cell in cells_of(found) if (*cell, "upstream") in chosen.index]:
        both = [chosen.loc[(*cell, term)] for term in ("upstream", "prevalence")]
        rows.append([
            *named(cell), *(marked(each["coverage"], COVERED) for each in both), *(marked(each["false_positives"], POSITIVE) for each in both),
            *(f"{each['power']:.2f}" for each in both), *(signed(each["bias"]) for each in both),
        ])  # fmt: skip
    header = ["targets", "replicates", "r", "noise", *(f"{name}, {cause}" for name in ("coverage", "false positives", "power", "bias")
              for cause in ("model", "dataset"))]  # fmt: skip
    return table(header, rows)


def estimators(found: pd.DataFrame, group: str, cell: tuple) -> str:
    """All kinds of estimates of one treatment group in one cell."""
    chosen = found[(found["group"] == group) & (found[CELL] == cell).all(axis=1)].set_index(
        ["specification", "errors", "term"]
    )
    rows = []
    for specification, errors in product(
        ("eq4", "upstream_only", "model_target", "target_effects", "per_target"), [*KINDS, "wild_bootstrap"]
    ):
        for term, cause in (("upstream", "model"), ("prevalence", "dataset")):
            if (specification, errors, term) not in chosen.index:
                continue
            each = chosen.loc[(specification, errors, term)]
            rows.append([specification, errors, cause, signed(each["bias"]), marked(each["coverage"], COVERED),
                         marked(each["false_positives"], POSITIVE), f"{each['power']:.2f}"])  # fmt: skip
    return table(["specification", "errors", "effect of the", "bias", "coverage", "false positives", "power"], rows)


def ranges(found: pd.DataFrame) -> str:
    """Coverage and false positives of each kind of estimate of the control over the cells with normal noise."""
    normal = found[
        (found["shape"] == "normal") & (found["group"] != "all_pretrained") & (found["specification"] != "correlations")
    ]
    rows = []
    for specification, errors in product(
        ("eq4", "upstream_only", "model_target", "per_target"), [*KINDS, "wild_bootstrap"]
    ):
        part = normal[(normal["specification"] == specification) & (normal["errors"] == errors)]
        if part.empty:
            continue
        shares = []
        for name, right in (("coverage", COVERED), ("false_positives", POSITIVE)):
            for term in ("upstream", "prevalence"):
                values = part.loc[part["term"] == term, name].dropna()
                ends = [marked(end, right) for end in (values.min(), values.max())] if len(values) else []
                shares.append(" to ".join(ends) or "–")
        rows.append([specification, errors, *shares])
    return table(
        [
            "specification",
            "errors",
            "coverage, model",
            "coverage, dataset",
            "false positives, model",
            "false positives, dataset",
        ],
        rows,
    )


def said_shares(said: pd.DataFrame) -> pd.DataFrame:
    """The share of each verdict, by cell and truth."""
    counted = said.groupby([*CELL, "truth"])["errors"].value_counts(normalize=True).unstack(fill_value=0)
    return counted.reindex(columns=list(VERDICTS), fill_value=0.0)


def verdicts(said: pd.DataFrame) -> str:
    """The share of each verdict under each truth, by cell."""
    shares = said_shares(said)
    right = {"neither": "neither detected", "dataset": "dataset", "model": "model", "both": "both"}
    rows = []
    for cell, truth in product([cell for cell in cells_of(said) if cell[3] in TOLD], TRUTHS):
        row = shares.loc[(*cell, truth)]
        rows.append(
            [
                *named(cell),
                truth,
                *(f"**{row[name]:.2f}**" if name == right[truth] else f"{row[name]:.2f}" for name in VERDICTS),
            ]
        )
    return table(["targets", "replicates", "r", "noise", "planted", *VERDICTS], rows)


def mistakes(said: pd.DataFrame, found: pd.DataFrame) -> str:
    """How often the closed test detects what is not there, by cell; beside it the intervals alone."""
    alone = of_control(found, "model_target", "crv3_target")["false_positives"]
    rows = []
    for cell in cells_of(said):
        part = said[(said[CELL] == cell).all(axis=1)].set_index("truth")
        causes = part["term"].fillna("").str.split()
        wrong = [
            causes[truth].map(lambda found, other=other: other in found).mean()
            for truth, other in (("dataset", "model"), ("model", "dataset"))
        ]
        rows.append([*named(cell), marked(part.loc["neither", "rejected"].astype(float).mean(), POSITIVE),
                     f"{causes['neither'].map(bool).mean():.3f}", *(f"{share:.3f}" for share in wrong),
                     f"{1 - (1 - alone[(*cell, 'upstream')]) * (1 - alone[(*cell, 'prevalence')]):.3f}"])  # fmt: skip
    return table(["targets", "replicates", "r", "noise", "joint test rejects", "anything detected", "model detected, dataset planted",
                  "dataset detected, model planted", "by two intervals, about"], rows)  # fmt: skip


def correlations(found: pd.DataFrame) -> str:
    """Tests of the correlations of a run's bias with each cause."""
    chosen = found[found["specification"] == "correlations"]
    rows = [
        [row.targets, "upstream" if row.term == "upstream" else "prevalence", row.errors, marked(row.coverage, COVERED),
         marked(row.false_positives, POSITIVE), f"{row.through_other:.2f}", f"{row.power:.2f}"]
        for row in chosen.sort_values(["targets", "term", "errors"]).itertuples()
    ]  # fmt: skip
    return table(
        ["targets", "with", "test", "coverage", "positives, nothing planted", "positives, the other planted", "power"],
        rows,
    )


def joint_tests() -> pd.DataFrame:
    """How often the joint test of two slopes that are zero rejects at 5 %: the Wald test's F and Hotelling's, 20,000 draws each."""
    rows = []
    for shape, targets, correlation in product(eq4_world.SHAPES, (13, 28, 50), (0.0, 0.45)):
        random = np.random.default_rng([targets, int(100 * correlation)])
        latent = correlation / eq4_world.LATENT
        own = random.normal(size=(JOINT_DRAWS, targets))
        other = latent * own + np.sqrt(1 - latent**2) * random.normal(size=own.shape)
        prevalence = eq4_world.LOWEST + eq4_world.WIDTH * stats.norm.cdf(other)
        found = joint_f(
            *regression(np.stack([own, prevalence], axis=2), eq4_world.noise(random, shape, prevalence, own.shape))
        )
        rows.append({
            "targets": targets, "r": correlation, "noise": shape,
            "Wald, F(2, G − 1)": (found > stats.f.ppf(0.95, 2, targets - 1)).mean(),
            "Hotelling, F(2, G − 2)": (found * (targets - 2) / (targets - 1) > stats.f.ppf(0.95, 2, targets - 2)).mean(),
        })  # fmt: skip
    return pd.DataFrame(rows)


def summary(drawn: pd.DataFrame) -> pd.DataFrame:
    """``measures`` of every kind of estimate in every cell."""
    slopes = drawn[~drawn["specification"].isin(["verdict", "correlations"])]
    keys = [*CELL, "group", "specification", "errors", "term"]
    found = slopes.groupby(keys)[["planted", "estimate", "covered", "rejected"]].apply(measures).reset_index()
    tests = drawn[drawn["specification"] == "correlations"]
    rows = []
    for key, part in tests.groupby(keys):
        truth = part.set_index("truth")
        rejected = truth["rejected"].astype(float).groupby("truth").mean()
        own, other = ("model", "dataset") if key[-1] == "upstream" else ("dataset", "model")
        rows.append({**dict(zip(keys, key, strict=True)), "coverage": part["covered"].astype(float).mean(),
                     "false_positives": rejected["neither"], "through_other": rejected[other], "power": rejected[own]})  # fmt: skip
    return pd.concat([found, pd.DataFrame(rows)], ignore_index=True)


def percent(share: float, digits: int = 0) -> str:
    """A share in per cent."""
    return f"{100 * share:.{digits}f} %"


def ends(values: pd.Series, digits: int = 0) -> str:
    """The lowest and the highest share, in per cent."""
    return f"{100 * values.min():.{digits}f} to {percent(values.max(), digits)}"


def facts(found: pd.DataFrame, said: pd.DataFrame) -> dict[str, str]:
    """The numbers in the text."""
    main, hc3 = of_control(found, "model_target", "crv3_target"), of_control(found, "eq4", "lsdv_hc3")
    normal, noisy = main.xs("normal", level="shape"), main.xs("noisy upstream", level="shape").droplevel([0, 1, 2])
    others = main[~main.index.get_level_values("shape").isin(TOLD)]
    eq4 = of_control(found, "eq4", "crv3_target").xs("upstream", level="term")["coverage_of_effect"]
    shares = said_shares(said)
    by_shape = {shape: part.droplevel("shape") for shape, part in shares.groupby("shape")}
    away = max(
        (part - by_shape["normal"].loc[part.index]).abs().to_numpy().max()
        for shape, part in by_shape.items()
        if shape not in TOLD
    )
    verdict = by_shape["normal"]
    truth = verdict.index.get_level_values("truth")
    swapped = max(verdict.loc[truth == "dataset", "model"].max(), verdict.loc[truth == "model", "dataset"].max())
    at_28 = verdict.loc[28, 1, 0.45]
    wrong = (
        said[(said["shape"] == "noisy upstream") & (said["truth"] == "model")]["term"]
        .fillna("")
        .str.contains("dataset")
    )
    return {
        "main_coverage": ends(normal["coverage"], 1), "main_positives": ends(normal["false_positives"], 1),
        "main_bias": percent(normal["bias"].abs().max()), "hc3_coverage": ends(hc3["coverage"]), "hc3_positives": ends(hc3["false_positives"]),
        "neither": ends(verdict.loc[truth == "neither", "neither detected"]), "swapped": percent(swapped, 1),
        "named_dataset": percent(at_28.loc["dataset", "dataset"]), "named_model": percent(at_28.loc["model", "model"]),
        "shapes": f"With noise of other shapes coverage is {ends(others['coverage'], 1)} and false positives are {ends(others['false_positives'], 1)}.",
        "verdict_shapes": f"With noise of other shapes no share is more than {away:.2f} away from that with normal noise.",
        "eq4_note": f"CRV3 they hold the planted slope of the model, where it acts, in {ends(eq4)} of tables",
        "noisy_note": "72 % of its variance", "noisy_bias": percent(-noisy.loc["upstream", "bias"]),
        "noisy_coverage": percent(noisy.loc["upstream", "coverage_of_effect"]),
        "noisy_named": percent(wrong.mean()),
    }  # fmt: skip


def write(drawn: pd.DataFrame, signs: int) -> None:
    """docs/table_truth.md; ``signs``: resamples of a bootstrap."""
    found, said = summary(drawn), drawn[drawn["specification"] == "verdict"]
    cell, joint = (28, 1, 0.45, "normal"), joint_tests()
    text = PAGE.format(
        main=by_cell(found, "model_target", "crv3_target"), hc3=by_cell(found, "eq4", "lsdv_hc3"), ranges=ranges(found),
        control=estimators(found, "pretrained", cell), several=estimators(found, "all_pretrained", cell),
        verdicts=verdicts(said), mistakes=mistakes(said, found), correlations=correlations(found),
        joint=table(list(joint), [[*row[:3], *(f"{share:.3f}" for share in row[3:])] for row in joint.itertuples(index=False, name=None)]),
        joint_draws=JOINT_DRAWS, draws=f"{drawn.groupby(CELL)['draw'].nunique().min():,}", signs=signs, minutes=MINUTES, **facts(found, said),
    )  # fmt: skip
    (DOCS / "table_truth.md").write_text(text, encoding="utf-8")
