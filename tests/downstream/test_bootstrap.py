"""Bootstrap intervals against a loop written from the definition, and against Wilson."""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from biastransfer.downstream import bootstrap, false_positives, intervals, true_positives

from support.predictions import CLASSES, FLAGS, GROUPS, flag_predictions, label_predictions

REPLICATES, SEED = 60, 11


def by_the_loop(table: pd.DataFrame, measure: Callable[[pd.DataFrame], float]) -> tuple[float, float]:
    """Percentiles of a measure over tables whose rows are drawn with replacement."""
    random = np.random.default_rng(SEED)
    found = [measure(table.iloc[random.integers(0, len(table), len(table))]) for _ in range(REPLICATES)]
    return tuple(np.nanpercentile(found, [2.5, 97.5]))


def share(rows: pd.DataFrame, value: str) -> float:
    """Share of rows that are predicted so."""
    return (rows["predicted"] == value).mean() if len(rows) else np.nan


def test_intervals_of_labels_equal_the_loop() -> None:
    predictions, data = label_predictions(7, 300)
    rates = true_positives.rates(predictions, data, CLASSES, GROUPS)
    bias = true_positives.bias(rates, predictions, data, CLASSES, GROUPS, replicates=REPLICATES, seed=SEED)
    bias = bias.set_index(["measure", "target"])
    table = data.merge(predictions, on=["id", "testset"])
    for target in CLASSES:
        place = CLASSES.index(target)

        def rate(rows: pd.DataFrame, group: str, target: str = target) -> float:
            return share(rows[(rows["label"] == target) & (rows["group"] == group)], target)

        def mean(rows: pd.DataFrame, group: str, target: str = target, place: int = place) -> float:
            cell = rows[(rows["label"] == target) & (rows["group"] == group)]
            return np.stack(cell["probability"])[:, place].astype(float).mean()

        for measure, slow in {
            "tpr_ratio": lambda rows, rate=rate: rate(rows, GROUPS[0]) / rate(rows, GROUPS[1]),
            "tpr_log_ratio": lambda rows, rate=rate: np.log(rate(rows, GROUPS[0]) / rate(rows, GROUPS[1])),
            "tpr_gap": lambda rows, rate=rate: rate(rows, GROUPS[0]) - rate(rows, GROUPS[1]),
            "probability_gap": lambda rows, mean=mean: mean(rows, GROUPS[0]) - mean(rows, GROUPS[1]),
        }.items():
            found = bias.loc[(measure, target), ["bootstrap_low", "bootstrap_high"]]
            np.testing.assert_allclose(found.astype(float), by_the_loop(table, slow), rtol=1e-9, atol=1e-12)


def test_intervals_of_flags_equal_the_loop() -> None:
    predictions, data, terms = flag_predictions(7, 300)
    rates = false_positives.rates(predictions, data, terms, None)
    bias = false_positives.bias(rates, predictions, data, FLAGS, None, replicates=REPLICATES, seed=SEED)
    bias = bias.set_index(["measure", "target"])
    table = data.merge(predictions, on=["id", "testset"])
    table["gay"] = table["terms"].map(lambda found: "gay" in found)
    table["flag"] = np.stack(table["probability"])[:, 1].astype(float)

    def fpr(rows: pd.DataFrame) -> float:
        return share(rows[rows["label"] == "not_flagged"], "flagged")

    def fnr(rows: pd.DataFrame) -> float:
        return share(rows[rows["label"] == "flagged"], "not_flagged")

    def flag(rows: pd.DataFrame) -> float:
        return rows.loc[rows["label"] == "not_flagged", "flag"].mean()

    for measure, slow in {
        "fpr": lambda rows: fpr(rows[rows["gay"]]),
        "fpr_ratio": lambda rows: fpr(rows[rows["gay"]]) / fpr(rows),
        "fpr_gap": lambda rows: fpr(rows[rows["gay"]]) - fpr(rows),
        "probability_gap": lambda rows: flag(rows[rows["gay"]]) - flag(rows),
        "fnr": lambda rows: fnr(rows[rows["gay"]]),
        "fnr_ratio_as_printed": lambda rows: fnr(rows[rows["gay"]]) / fnr(rows),
    }.items():
        found = bias.loc[(measure, "gay"), ["bootstrap_low", "bootstrap_high"]]
        np.testing.assert_allclose(found.astype(float), by_the_loop(table, slow), rtol=1e-9, atol=1e-12)


def rates_of(sums: np.ndarray) -> dict[str, np.ndarray]:
    """A plain rate: hits over rows."""
    return {"rate": sums[..., 1:] / sums[..., :1]}


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.8])
def test_a_plain_rate_agrees_with_wilson(rate: float) -> None:
    n = 2000
    hits = np.arange(n) < rate * n
    terms = sparse.csr_array(np.stack([np.ones(n), hits], axis=1))
    _, low, high = bootstrap.estimate([terms], rates_of, replicates=2000, seed=0)["rate"]
    np.testing.assert_allclose([low[0], high[0]], np.ravel(intervals.wilson([hits.sum()], [n])), atol=0.003)


@pytest.mark.parametrize("hit", [False, True])
def test_a_rate_that_cannot_vary_has_no_bootstrap_interval(hit: bool) -> None:
    predictions, data = label_predictions(7, 300)
    cell = data.set_index("id").loc[predictions["id"], "group"].eq(GROUPS[0]).to_numpy() & (predictions["label"] == "a")
    predictions.loc[cell, "predicted"] = "a" if hit else "b"
    rates = true_positives.rates(predictions, data, CLASSES, GROUPS)
    bias = true_positives.bias(rates, predictions, data, CLASSES, GROUPS, replicates=REPLICATES, seed=SEED)
    flags, rows, terms = flag_predictions(7, 300)
    gay = rows.set_index("id").loc[flags["id"], "terms"].map(lambda found: "gay" in found).to_numpy()
    flags.loc[gay, "predicted"] = "flagged" if hit else "not_flagged"
    rated = false_positives.rates(flags, rows, terms, None)
    flagged = false_positives.bias(rated, flags, rows, FLAGS, None, replicates=REPLICATES, seed=SEED)
    for table, target in ((bias, "a"), (flagged, "gay")):
        known = table.set_index(["target", "measure"])["bootstrap_low"].notna()
        assert known.drop(index=target, level="target").loc[lambda k: k.index.get_level_values(0) != "unseen"].all()
        assert known[target].to_dict() == {name: name == "probability_gap" for name in known[target].index}


def test_chunks_do_not_change_the_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    terms = sparse.csr_array(np.random.default_rng(0).normal(size=(50, 3)))
    whole = bootstrap.resampled_sums(terms, 23, SEED)
    monkeypatch.setattr(bootstrap, "WEIGHTS_AT_ONCE", 200)
    np.testing.assert_allclose(bootstrap.resampled_sums(terms, 23, SEED), whole, rtol=1e-12, atol=1e-12)


def bounds(table: pd.DataFrame, columns: Sequence[str] = ("bootstrap_low", "bootstrap_high")) -> pd.DataFrame:
    return table.set_index(["measure", "target"])[list(columns)]


def test_runs_share_their_draws_whatever_the_order_of_their_predictions() -> None:
    predictions, data, terms = flag_predictions(2, 400)
    rates = false_positives.rates(predictions, data, terms, None)
    one, two = (
        false_positives.bias(rates, rows, data, FLAGS, None, replicates=30, seed=SEED)
        for rows in (predictions, predictions.sample(frac=1, random_state=1))
    )
    pd.testing.assert_frame_equal(bounds(one), bounds(two))


def test_without_replicates_the_bootstrap_is_missing() -> None:
    predictions, data = label_predictions(1, 300)
    rates = true_positives.rates(predictions, data, CLASSES, GROUPS)
    none, some = (
        true_positives.bias(rates, predictions, data, CLASSES, GROUPS, replicates=number) for number in (0, 20)
    )
    assert bounds(none).isna().all(axis=None)
    columns = ["value", "low", "high", "n_min", "smoothed"]
    pd.testing.assert_frame_equal(bounds(none, columns), bounds(some, columns))
