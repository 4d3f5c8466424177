"""The page of the crossed study of real texts, docs/crossed_real.md, from its results.

snakemake --cores 2 --configfile studies/crossed_real.yaml --config data=FOLDER
snakemake --cores 2 --configfile studies/crossed_folds.yaml --config data=FOLDER
python evidence/crossed_real.py results/crossed_real results/crossed_folds
"""

import argparse
from pathlib import Path

import pandas as pd

from biastransfer.report.catalogue import CROSSED_TABLES
from biastransfer.report.crossed import ALL_TARGETS, SCALES
from biastransfer.report.markdown import filled, table
from biastransfer.report.text.wording import share_with_interval, size_with_interval

ROOT = Path(__file__).resolve().parent.parent
TASKS = ("bios", "wiki")


def numbers(value: float, low: float, high: float, scale: str) -> str:
    """A size with its interval, in the unit of its scale."""
    unit, factor = SCALES[scale]
    return size_with_interval(factor * value, factor * low, factor * high, unit)


def causes(found: pd.DataFrame) -> str:
    """Sizes of both causes and their floors on each scale."""
    rows = [
        {
            "scale": row.scale.replace("_", " "), "change of": row.cause, "size": numbers(row.size_, row.low, row.high, row.scale),
            "noise floor": numbers(row.floor, float("nan"), float("nan"), row.scale),
            "p": "< .0001" if row.p < 1e-4 else f"{row.p:.4f}", "a cause": "yes" if row.is_cause else "not shown",
        }
        for row in found.rename(columns={"size": "size_"}).itertuples()
    ]  # fmt: skip
    return table(pd.DataFrame(rows))


def effects(found: pd.DataFrame) -> str:
    """Every change on one scale."""
    rows = [
        {
            "change of": row.cause, "from": row.first, "to": row.second,
            "size": numbers(row.size_, row.low, row.high, row.scale),
            "common factor": "–" if pd.isna(row.common_factor) else f"{row.common_factor:.2f}",
            "correlation": "–" if pd.isna(row.correlation) else f"{row.correlation:.2f}",
        }
        for row in found.rename(columns={"size": "size_"}).itertuples()
    ]  # fmt: skip
    return table(pd.DataFrame(rows))


def shares(found: pd.DataFrame) -> str:
    """Sources of bias on each scale, all targets together."""
    total = found[found["target"] == ALL_TARGETS]
    cells = [share_with_interval(*numbers) for numbers in total[["share", "low", "high"]].itertuples(index=False)]
    wide = total.assign(cell=cells).pivot_table(
        index="source", columns="scale", values="cell", aggfunc="first", sort=False
    )
    return table(wide.rename(columns=lambda name: name.replace("_", " ")).rename_axis(columns=None).reset_index())


def facts(results: Path, task: str) -> dict[str, object]:
    """The tables of one task."""
    found = {name: pd.read_parquet(results / "crossed" / task / f"{name}.parquet") for name in CROSSED_TABLES}
    accuracy = found["crossed_performance"].groupby(["model", "trainset"], sort=False)["accuracy"].mean().unstack()
    moved = found["changes"].query("scale == 'probability' and cause == 'data'")
    most = moved.loc[moved["change"].abs().idxmax()]
    return {
        "targets": int(found["effects_of_change"]["n_targets"].iloc[0]),
        "most": most["target"],
        "most_by": numbers(most["change"], most["low"], most["high"], "probability"),
        "median": numbers(moved["change"].abs().median(), float("nan"), float("nan"), "probability"),
        "causes": causes(found["causes"]),
        "effects": effects(found["effects_of_change"].query("scale == 'log_odds'")),
        "shares": shares(found["sources"]),
        "accuracy": table(accuracy.map("{:.3f}".format).reset_index()),
    }


def without_resampling(results: Path) -> dict[str, object]:
    """Sizes where replicates differ in their folds alone, and how large the bias is that all models and trainsets share."""
    found = {name: pd.read_parquet(results / f"crossed/bios/{name}.parquet") for name in CROSSED_TABLES}
    effects = found["effects_of_change"].query("scale == 'probability'")
    shared = found["sources"].query("scale == 'probability' and source == 'shared' and target == @ALL_TARGETS")
    accuracy = found["crossed_performance"].groupby(["model", "trainset"], sort=False)["accuracy"].mean().unstack()
    rows = [
        {"change of": row.cause, "from": row.first, "to": row.second, "size": f"{row.size_:.4f}"}
        for row in effects.rename(columns={"size": "size_"}).itertuples()
    ]
    return {
        "targets": int(effects["n_targets"].iloc[0]),
        "effects": table(pd.DataFrame(rows)),
        "shared": f"{shared['mean_square'].iloc[0] ** 0.5:.3f}",
        "accuracy": table(accuracy.map("{:.3f}".format).reset_index()),
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("results", type=Path)
    parser.add_argument("folds", type=Path, help="results of studies/crossed_folds.yaml")
    given = parser.parse_args()
    page = filled(
        Path(__file__).with_name("pages") / "crossed_real.md.jinja",
        **{task: facts(given.results, task) for task in TASKS},
        folds=without_resampling(given.folds),
    )
    (ROOT / "docs" / "crossed_real.md").write_text(page, encoding="utf-8")
