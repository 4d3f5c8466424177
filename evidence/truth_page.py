"""docs/table_truth.md, from the draws of evidence/table_truth.py."""

from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
from standard_errors import SIMULATED

from biastransfer.report.markdown import filled, table

DOCS = Path(__file__).resolve().parent.parent / "docs"
CELL = ["targets", "replicates", "correlation", "shape"]
ORDER = ["normal", "t4", "skewed", "heteroscedastic", "noisy upstream"]
MINUTES = 40
"""Minutes: as measured, once."""
COVERED, POSITIVE = (0.93, 0.97), (0.03, 0.07)
"""Right shares of 95 % intervals that hold the slope, and of false positives at 5 %."""
PRINTED = ("normal", "noisy upstream")
"""Noise whose verdicts are printed. For the others the text gives the distance from those with normal noise."""
TEMPLATE = Path(__file__).with_name("pages") / "table_truth.md.jinja"


def measures(rows: pd.DataFrame) -> pd.Series:
    """One kind of estimate in one cell: ``bias`` (mean error over the planted slope), ``coverage`` of all planted slopes and of those other
    than zero, ``false_positives`` and ``power``.
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
    """The cells of a row that name the kind of table."""
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
    return table(pd.DataFrame(rows, columns=header))


def estimators(found: pd.DataFrame, group: str, cell: tuple) -> str:
    """All kinds of estimates of one treatment group in one cell."""
    chosen = found[(found["group"] == group) & (found[CELL] == cell).all(axis=1)].set_index(
        ["specification", "errors", "term"]
    )
    rows = []
    for specification, errors in product(
        ("eq4", "upstream_only", "model_target", "target_effects", "per_target"), [*SIMULATED, "wild_bootstrap"]
    ):
        for term, cause in (("upstream", "model"), ("prevalence", "dataset")):
            if (specification, errors, term) not in chosen.index:
                continue
            each = chosen.loc[(specification, errors, term)]
            rows.append([specification, errors, cause, signed(each["bias"]), marked(each["coverage"], COVERED),
                         marked(each["false_positives"], POSITIVE), f"{each['power']:.2f}"])  # fmt: skip
    header = ["specification", "errors", "effect of the", "bias", "coverage", "false positives", "power"]
    return table(pd.DataFrame(rows, columns=header))


def ranges(found: pd.DataFrame) -> str:
    """Coverage and false positives of each kind of estimate of the control over the cells with normal noise."""
    normal = found[
        (found["shape"] == "normal") & (found["group"] != "all_pretrained") & (found["specification"] != "correlations")
    ]
    rows = []
    for specification, errors in product(
        ("eq4", "upstream_only", "model_target", "per_target"), [*SIMULATED, "wild_bootstrap"]
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
    effects = [f"{share}, {cause}" for share in ("coverage", "false positives") for cause in ("model", "dataset")]
    return table(pd.DataFrame(rows, columns=["specification", "errors", *effects]))


def correlations(found: pd.DataFrame) -> str:
    """Tests of the correlations of a run's bias with each cause."""
    chosen = found[found["specification"] == "correlations"]
    rows = [
        [row.targets, "upstream" if row.term == "upstream" else "prevalence", row.errors, marked(row.coverage, COVERED),
         marked(row.false_positives, POSITIVE), f"{row.through_other:.2f}", f"{row.power:.2f}"]
        for row in chosen.sort_values(["targets", "term", "errors"]).itertuples()
    ]  # fmt: skip
    header = [
        "targets",
        "with",
        "test",
        "coverage",
        "positives, nothing planted",
        "positives, the other planted",
        "power",
    ]
    return table(pd.DataFrame(rows, columns=header))


def summary(drawn: pd.DataFrame) -> pd.DataFrame:
    """``measures`` of every kind of estimate in every cell."""
    slopes = drawn[drawn["specification"] != "correlations"]
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


def facts(found: pd.DataFrame) -> dict[str, str]:
    """The numbers in the prose."""
    main, hc3 = of_control(found, "model_target", "crv3_target"), of_control(found, "eq4", "lsdv_hc3")
    normal, noisy = main.xs("normal", level="shape"), main.xs("noisy upstream", level="shape").droplevel([0, 1, 2])
    others = main[~main.index.get_level_values("shape").isin(PRINTED)]
    eq4 = of_control(found, "eq4", "crv3_target").xs("upstream", level="term")["coverage_of_effect"]
    return {
        "main_coverage": ends(normal["coverage"], 1), "main_positives": ends(normal["false_positives"], 1),
        "main_bias": percent(normal["bias"].abs().max()), "hc3_coverage": ends(hc3["coverage"]), "hc3_positives": ends(hc3["false_positives"]),
        "others_coverage": ends(others["coverage"], 1), "others_positives": ends(others["false_positives"], 1),
        "eq4_coverage": ends(eq4),
        "noisy_bias": percent(-noisy.loc["upstream", "bias"]),
        "noisy_coverage": percent(noisy.loc["upstream", "coverage_of_effect"]),
    }  # fmt: skip


def write(drawn: pd.DataFrame, signs: int) -> None:
    """Write docs/table_truth.md; ``signs`` is the number of resamples of a bootstrap."""
    found, cell = summary(drawn), (28, 1, 0.45, "normal")
    text = filled(
        TEMPLATE,
        main=by_cell(found, "model_target", "crv3_target"), hc3=by_cell(found, "eq4", "lsdv_hc3"), ranges=ranges(found),
        control=estimators(found, "pretrained", cell), several=estimators(found, "all_pretrained", cell),
        correlations=correlations(found),
        draws=f"{drawn.groupby(CELL)['draw'].nunique().min():,}", signs=signs, minutes=MINUTES, **facts(found),
    )  # fmt: skip
    (DOCS / "table_truth.md").write_text(text, encoding="utf-8")
