"""docs/crossed_worlds.md, from the table of evidence/crossed_worlds.py."""

from pathlib import Path

import pandas as pd

from biastransfer.report.markdown import filled, table

DOCS = Path(__file__).resolve().parent.parent / "docs"
TEMPLATE = Path(__file__).with_name("pages") / "crossed_worlds.md.jinja"
ACTS = {"neither": (), "model": ("model",), "data": ("data",), "both": ("model", "data")}
"""World -> causes that act in it."""
ALWAYS = {"wiki": ("data",)}
"""Task -> causes that act in every world: without any mention in training, nothing teaches that terms are neutral."""
SEES = {"model": ("model", "both"), "data": ("dataset", "both")}
"""Cause -> verdicts of the regression that name it."""
HEADLINE = "log_odds"


def acts(world: str, task: str, cause: str) -> bool:
    """Whether a cause acts in a task of a world."""
    return cause in ACTS[world] or cause in ALWAYS.get(task, ())


def counted(rows: pd.Series) -> str:
    """How many of how many."""
    return f"{int(rows.sum())} of {len(rows)}"


def named(found: pd.DataFrame) -> pd.DataFrame:
    """How often either cause is named by the crossed design, and by the regression in the same study."""
    rows = []
    for (world, task), each in found.groupby(["world", "task"], sort=False):
        row = {"world": world, "task": task}
        for cause, of_cause in each.groupby("cause", sort=False):
            row[cause] = counted(of_cause["is_cause"].astype(bool))
            row[f"{cause}, by regression"] = counted(of_cause["regression"].isin(SEES[cause]))
        truth = [acts(world, task, cause) for cause in each["cause"]]
        right = each.assign(right=each["is_cause"].astype(bool) == truth).groupby("seed")["right"]
        rows.append(row | {"both right": counted(right.all())})
    return pd.DataFrame(rows)


def sizes(found: pd.DataFrame) -> pd.DataFrame:
    """Mean sizes over seeds."""
    wide = found.groupby(["world", "task", "cause"], sort=False)[["size", "floor", "difference"]].mean().round(2)
    return wide.reset_index()


def interactions(found: pd.DataFrame) -> pd.DataFrame:
    """The difference in differences over seeds."""
    each = found.drop_duplicates(["world", "task", "seed"])
    rows = []
    for (world, task), of_world in each.groupby(["world", "task"], sort=False):
        rows.append(
            {
                "world": world,
                "task": task,
                "size, mean": f"{of_world['interaction'].mean():.2f}",
                "interval above zero": counted(of_world["interaction_low"] > 0),
                "common factor, median": f"{of_world['common_factor'].median():.2f}"
                if of_world["common_factor"].notna().any()
                else "–",
            }
        )
    return pd.DataFrame(rows)


def write(file: Path) -> None:
    """Write the page from the rows of all seeds."""
    found = pd.read_csv(file).drop_duplicates(["seed", "world", "task", "scale", "cause"])
    order = {world: place for place, world in enumerate(ACTS)}
    found = found.sort_values(
        ["world", "task", "seed"], key=lambda column: column.map(order) if column.name == "world" else column
    )
    headline = found[found["scale"] == HEADLINE]
    truth = pd.Series([acts(row.world, row.task, row.cause) for row in headline.itertuples()], headline.index)
    named_as_cause = headline["is_cause"].astype(bool)
    by_regression = pd.Series([row.regression in SEES[row.cause] for row in headline.itertuples()], headline.index)
    text = filled(
        TEMPLATE,
        seeds=found["seed"].nunique(),
        minutes=round(found.groupby("seed")["minutes"].first().median(), 1),
        false_causes=counted(named_as_cause[~truth]),
        power=counted(named_as_cause[truth]),
        power_of_regression=counted(by_regression[truth]),
        named=table(named(headline)),
        on_probability=table(named(found[found["scale"] == "probability"])),
        sizes=table(sizes(headline)),
        interactions=table(interactions(headline)),
    )
    DOCS.joinpath("crossed_worlds.md").write_text(text, encoding="utf-8")
