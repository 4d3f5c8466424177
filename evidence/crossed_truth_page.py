"""docs/crossed_truth.md, from the table of evidence/crossed_truth.py."""

from pathlib import Path

import numpy as np
import pandas as pd

from biastransfer.report.markdown import filled, table

DOCS = Path(__file__).resolve().parent.parent / "docs"
TEMPLATE = Path(__file__).with_name("pages") / "crossed_truth.md.jinja"
SHAPE = ["targets", "replicates", "families", "heavy"]
CELL = ["world", *SHAPE]
RIGHT = (0.93, 0.97)
"""Shares of 95 % intervals that hold the truth, which count as right."""
SOURCES = ("shared", "model", "seed", "data", "interaction", "replicate", "texts")
NOISE = {"none": "independent", "noise": "families, all noise", "seeds": "families, seeds alone"}
MAIN = ("neither", "data", "model", "both", "small seeds", "large seeds")
"""Worlds that every shape has."""
FEWEST = 6
"""Replicates that a test needs."""


def read(file: Path) -> pd.DataFrame:
    """One row per cell and quantity: shares of draws with the truth inside the interval and with a detection, and the mean error."""
    batches = pd.read_csv(file)
    sums = batches.groupby([*CELL, "quantity"], sort=False).sum(min_count=1).reset_index()
    draws = sums["draws"]
    return sums[[*CELL, "quantity", "draws"]].assign(
        held=1 - (sums["below"] + sums["above"]) / draws,
        below=sums["below"] / draws,
        above=sums["above"] / draws,
        unbounded=sums["unbounded"] / draws,
        error=sums["error"] / draws,
        truth=sums["truth"] / draws,
        detected=sums["detected"] / draws,
        p=sums["p"] / draws,
    )


def share(value: float) -> str:
    """A share with two digits more than a per cent has; none is a dash."""
    return "–" if np.isnan(value) else f"{value:.3f}"


def marked(value: float) -> str:
    """A share of intervals, in italics where it is outside of :data:`RIGHT`."""
    text = share(value)
    return text if np.isnan(value) or RIGHT[0] <= round(value, 3) <= RIGHT[1] else f"*{text}*"


def wide(found: pd.DataFrame, prefix: str, column: str, shown=marked) -> pd.DataFrame:
    """Quantities of one kind side by side, one row per cell."""
    rows = found[found["quantity"].str.startswith(f"{prefix} ")]
    rows = rows.assign(
        quantity=rows["quantity"].str.removeprefix(f"{prefix} "),
        families=rows["families"].map(NOISE).where(~rows["heavy"], "heavy tails"),
        cell=rows[column].map(shown),
    )
    keys = ["world", "targets", "replicates", "families"]
    cells = rows.set_index([*keys, "quantity"])["cell"].unstack("quantity", sort=False)
    order = rows[keys].drop_duplicates()
    return cells.loc[list(order.itertuples(index=False, name=None))].reset_index().rename(columns={"families": "noise"})


def between(values: pd.Series) -> str:
    """The smallest and the largest share, or both in one."""
    low, high = f"{values.min():.3f}", f"{values.max():.3f}"
    return low if low == high else f"{low} to {high}"


def of(found: pd.DataFrame, quantity: str, column: str, **cells: object) -> pd.Series:
    """The numbers of one quantity in the cells with these values (one, or a list)."""
    rows = found[found["quantity"] == quantity]
    for name, value in cells.items():
        rows = rows[rows[name].isin(value if isinstance(value, (list, tuple)) else [value])]
    return rows[column].dropna()


def facts(found: pd.DataFrame) -> dict[str, object]:
    """The numbers of the text."""
    usual = found[~found["heavy"] & (found["replicates"] >= FEWEST)]
    shares = usual[usual["quantity"].str.startswith("share ")]
    right = shares["held"].round(3).between(*RIGHT)
    high = shares["held"].round(3) > RIGHT[1]
    no_model = ("neither", "data", "small seeds", "large seeds")
    no_data = ("neither", "model", "small seeds", "large seeds")
    return {
        "draws": int(found["draws"].min()),
        "shares": len(shares), "shares_right": int(right.sum()), "shares_high": int(high.sum()),
        "shares_low": int((~right & ~high).sum()),
        "shares_range": between(shares["held"]),
        "heavy_replicate": between(of(found, "share replicate", "held", heavy=True)),
        "heavy_size": between(of(found, "size data", "held", heavy=True)),
        "false_model": between(of(usual, "cause model", "detected", world=no_model)),
        "false_data": between(of(found, "cause data", "detected", world=no_data)),
        "families_model": between(of(usual, "cause model", "detected", families="seeds")),
        "half_model": between(of(usual, "cause model", "detected", world=["model", "both"])),
        "half_data": between(of(usual, "cause data", "detected", world=["data", "both"])),
        "quarter_model": between(of(usual, "cause model", "detected", world="model x 0.25")),
        "quarter_data": between(of(usual, "cause data", "detected", world="data x 0.25")),
        "eighth_model": between(of(usual, "cause model", "detected", world="model x 0.125")),
        "eighth_data": between(of(usual, "cause data", "detected", world="data x 0.125")),
    }  # fmt: skip


def write(file: Path) -> None:
    """Write the page from the table of all batches."""
    found = read(file)
    # All worlds use the same random numbers, so pages need not repeat the other shapes of every world.
    main = found[found["world"].isin(MAIN) & (found["replicates"] >= FEWEST) & ~found["heavy"]]
    base = main[(main["targets"] == 28) & (main["families"] == "none")]
    tables = {
        "shares_main": table(wide(base, "share", "held").drop(columns="noise")),
        "shares_rest": table(wide(found.drop(base.index), "share", "held")),
        "detected": table(wide(found[found["replicates"] >= FEWEST], "cause", "detected", share)),
        "sizes": table(wide(found, "size", "held")),
        "changes": table(wide(found, "change", "held").drop(columns=["targets", "replicates"])),
        "of_targets": table(wide(found, "targets", "held").drop(columns=["targets", "replicates"])),
    }
    DOCS.joinpath("crossed_truth.md").write_text(filled(TEMPLATE, **facts(found), **tables), encoding="utf-8")
