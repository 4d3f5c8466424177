"""A toy kind of task: labels to predict, rates compared between texts of even and of odd rows."""

import numpy as np
import pandas as pd

STRATA = ("label",)
FLAGGED = None


def labelled(table, source, key, locate):
    """Labels as they are."""
    return table.assign(label=table["label"].astype(str))


def classes(train):
    """The labels."""
    return sorted(train["label"].unique())


def targets(train, terms):
    """Every label."""
    return classes(train)


def annotate(table, terms, scrub):
    """Rows with the half that they are in."""
    half = np.where(np.arange(len(table)) % 2, "odd", "even")
    return table[["id", "text", "label"]].assign(half=half)


def check(splits, terms, scrub):
    """Nothing can be wrong."""
    return []


def counterfactuals(rows, *, targets, compare, pairs, most, seed):
    """A toy has none."""
    return rows.iloc[:0].assign(of=[], version=[])


def describe(splits, classes, targets):
    """A toy sentence."""
    return f"toy rows: {len(splits['train'])}."


def doubts(splits, targets, testset, min_cell, compared=()):
    """A toy doubt."""
    yield "toy: is a toy."


def dataset_bias(train, targets, compare):
    """The share of even rows of each label."""
    even = (train["half"] == "even").groupby(train["label"])
    return pd.DataFrame(
        {
            "target": list(targets),
            "prevalence": even.mean().reindex(targets).to_numpy(float),
            "mention_share": np.nan,
            "toxic_length": np.nan,
            "n": even.size().reindex(targets, fill_value=0).to_numpy("int64"),
        }
    )


def check_comparison(train, test, compare, min_cell):
    """Nothing to check."""
    return []


def compared_texts(data, targets, compare):
    """Even rows against odd ones."""
    return {
        target: tuple(np.flatnonzero((data["label"] == target) & (data["half"] == half)) for half in ("even", "odd"))
        for target in targets
    }


def rates(predictions, data, targets, compare):
    """The share of right predictions per target and half."""
    rows = predictions.merge(data[["id", "testset", "half"]], on=["id", "testset"])
    hit = (rows["label"] == rows["predicted"]).groupby([rows["testset"], rows["label"], rows["half"]])
    table = pd.DataFrame({"n": hit.size(), "hits": hit.sum()}).reset_index()
    table = table.rename(columns={"label": "target", "half": "group"})
    table["rate"] = table["hits"] / table["n"]
    return table.assign(measure="recall", low=table["rate"], high=table["rate"])[
        ["measure", "target", "group", "testset", "n", "hits", "rate", "low", "high"]
    ]


def bias(rates, predictions, data, classes, compare, *, replicates, seed):
    """The gap between even and odd."""
    wide = rates.pivot(index=["testset", "target"], columns="group", values=["rate", "n"])
    gap = wide["rate"]["even"] - wide["rate"]["odd"]
    table = gap.rename("value").reset_index()
    table["n_min"] = wide["n"].min(axis=1).to_numpy("int64")
    parts = [table.assign(measure=name) for name in ("toy_gap", "probability_gap")]
    numbers = {"low": table["value"] - 0.1, "high": table["value"] + 0.1}
    whole = pd.concat([part.assign(**numbers) for part in parts], ignore_index=True)
    return whole.assign(smoothed=False, bootstrap_low=np.nan, bootstrap_high=np.nan)[
        ["target", "measure", "testset", "value", "low", "high", "n_min", "smoothed", "bootstrap_low", "bootstrap_high"]
    ]


def summaries(rates, bias):
    """No summary."""
    return pd.DataFrame({"testset": sorted(bias["testset"].unique())})
