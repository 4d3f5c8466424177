"""Downstream measures against scikit-learn, statsmodels and counting by hand."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import confusion_matrix, recall_score
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from biastransfer.downstream import false_positives, intervals, true_positives
from biastransfer.downstream.performance import performance

CLASSES = ["a", "b", "c"]
GROUPS = ["she/her", "he/him"]
counts = st.tuples(st.integers(0, 60), st.integers(1, 60)).map(lambda pair: (min(pair), pair[1]))


@given(counts)
@settings(max_examples=200, deadline=None)
def test_wilson_equals_statsmodels_and_holds_the_rate(pair: tuple[int, int]) -> None:
    hits, n = pair
    low, high = intervals.wilson(hits, n)
    expected = proportion_confint(hits, n, method="wilson")
    assert (float(low), float(high)) == pytest.approx(expected, abs=1e-12)
    assert 0 <= low <= hits / n <= high <= 1


@given(counts, counts)
@settings(max_examples=200, deadline=None)
def test_newcombe_equals_statsmodels(one: tuple[int, int], two: tuple[int, int]) -> None:
    value, low, high = intervals.difference(*one, *two)
    expected = confint_proportions_2indep(*one, *two, method="newcomb", compare="diff")
    assert (float(low), float(high)) == pytest.approx(expected, abs=1e-9)
    assert low - 1e-12 <= value <= high + 1e-12


@given(counts, counts)
@settings(max_examples=200, deadline=None)
def test_ratio_equals_statsmodels_where_no_count_is_zero(one: tuple[int, int], two: tuple[int, int]) -> None:
    value, low, high, smoothed = intervals.ratio(*one, *two)
    certain = one[0] == one[1] and two[0] == two[1]
    assert bool(smoothed) == (one[0] == 0 or two[0] == 0 or certain)
    assert 0 < low <= value <= high
    if not smoothed:
        expected = confint_proportions_2indep(*one, *two, method="log", compare="ratio")
        assert (float(low), float(high)) == pytest.approx(expected, rel=1e-9)
        assert value == pytest.approx((one[0] / one[1]) / (two[0] / two[1]))


def test_empty_cells_are_missing() -> None:
    assert np.isnan(intervals.wilson(0, 0)).all()
    value, low, high, smoothed = intervals.ratio(0, 0, 3, 5)
    assert np.isnan([value, low, high]).all()
    assert not smoothed


def label_predictions(seed: int, n: int = 900) -> tuple[pd.DataFrame, pd.DataFrame]:
    random = np.random.default_rng(seed)
    label = random.choice(CLASSES, n)
    probability = random.dirichlet(np.ones(3), n) + 0.6 * (label[:, None] == np.array(CLASSES))
    probability /= probability.sum(1, keepdims=True)
    ids = [f"r{i}" for i in range(n)]
    data = pd.DataFrame(
        {"id": ids, "testset": "test", "group": random.choice([*GROUPS, "they/them"], n, p=[0.5, 0.3, 0.2])}
    )
    predictions = pd.DataFrame(
        {
            "id": ids,
            "testset": "test",
            "label": label,
            "predicted": np.array(CLASSES)[probability.argmax(1)],
            "probability": list(probability.astype(np.float32)),
        }
    )
    return predictions, data.sample(frac=1, random_state=0)


@pytest.mark.parametrize("seed", range(3))
def test_true_positive_rates_equal_recall(seed: int) -> None:
    predictions, data = label_predictions(seed)
    rates = true_positives.rates(predictions, data, CLASSES, GROUPS)
    assert len(rates) == 6
    merged = predictions.merge(data, on=["id", "testset"])
    for group in GROUPS:
        rows = merged[merged["group"] == group]
        recall = recall_score(rows["label"], rows["predicted"], labels=CLASSES, average=None)
        found = rates[rates["group"] == group].set_index("target").loc[CLASSES]
        np.testing.assert_allclose(found["rate"], recall)
        assert found["n"].sum() == len(rows)


def test_true_positive_bias_is_first_against_second() -> None:
    predictions, data = label_predictions(5)
    rates = true_positives.rates(predictions, data, CLASSES, GROUPS)
    bias = true_positives.bias(rates, predictions, data, CLASSES, GROUPS)
    wide = bias.pivot(index="target", columns="measure", values="value")
    rate = rates.pivot(index="target", columns="group", values="rate")
    np.testing.assert_allclose(wide["tpr_ratio"], rate["she/her"] / rate["he/him"])
    np.testing.assert_allclose(wide["tpr_gap"], rate["she/her"] - rate["he/him"])
    merged = predictions.merge(data, on="id")
    for target in CLASSES:
        mean = [
            np.mean([row.probability[CLASSES.index(target)] for row in merged.itertuples()
                     if row.group == group and row.label == target])
            for group in GROUPS
        ]  # fmt: skip
        assert wide.loc[target, "probability_gap"] == pytest.approx(mean[0] - mean[1], abs=1e-6)
    assert (bias["low"] <= bias["value"]).all()
    assert (bias["value"] <= bias["high"]).all()


def test_a_target_without_rows_of_a_group_is_missing() -> None:
    predictions, data = label_predictions(5)
    data.loc[data["id"].isin(predictions.loc[predictions["label"] == "a", "id"]), "group"] = "he/him"
    rates = true_positives.rates(predictions, data, CLASSES, GROUPS)
    bias = true_positives.bias(rates, predictions, data, CLASSES, GROUPS).set_index(["target", "measure"])
    assert bias.loc["a", "value"].isna().all()
    assert (bias.loc["a", "n_min"] == 0).all()


def test_false_positive_rates_equal_the_confusion_matrix() -> None:
    random = np.random.default_rng(0)
    n, terms = 1500, ["gay", "deaf", "unseen"]
    mentions = [[term for term in terms[:2] if random.random() < 0.3] for _ in range(n)]
    label = np.where(random.random(n) < 0.4, "flagged", "not_flagged")
    flag = np.clip(0.3 + 0.3 * (label == "flagged") + 0.2 * random.normal(size=n), 0.01, 0.99)
    ids = [str(i) for i in range(n)]
    data = pd.DataFrame({"id": ids, "testset": "madlibs", "terms": mentions})
    predictions = pd.DataFrame(
        {
            "id": ids,
            "testset": "madlibs",
            "label": label,
            "predicted": np.where(flag > 0.5, "flagged", "not_flagged"),
            "probability": [np.array([1 - p, p], np.float32) for p in flag],
        }
    )
    rates = false_positives.rates(predictions, data, terms, None).set_index("target")
    for term in [*terms[:2], "(all)"]:
        rows = np.array([term == "(all)" or term in found for found in mentions])
        tn, fp, _, _ = confusion_matrix(
            label[rows], predictions["predicted"][rows], labels=["not_flagged", "flagged"]
        ).ravel()
        assert (rates.loc[term, "hits"], rates.loc[term, "n"]) == (fp, tn + fp)
        assert rates.loc[term, "rate"] == pytest.approx(fp / (tn + fp))
    assert np.isnan(rates.loc["unseen", "rate"])
    bias = false_positives.bias(rates.reset_index(), predictions, data, ["not_flagged", "flagged"], None)
    wide = bias.pivot(index="target", columns="measure", values="value")
    overall = rates.loc["(all)", "rate"]
    assert wide.loc["gay", "fpr_ratio"] == pytest.approx(rates.loc["gay", "rate"] / overall)
    assert wide.loc["gay", "fpr_gap"] == pytest.approx(rates.loc["gay", "rate"] - overall)
    quiet = label == "not_flagged"
    gay = np.array(["gay" in found for found in mentions])
    assert wide.loc["gay", "probability_gap"] == pytest.approx(flag[quiet & gay].mean() - flag[quiet].mean(), abs=1e-6)
    assert wide.loc["unseen"].isna().all()


def test_a_run_that_answers_the_majority_has_failed_to_learn() -> None:
    label = ["a"] * 70 + ["b"] * 30
    rows = pd.DataFrame({"testset": "test", "label": label, "predicted": "a", "probability": [[0.9, 0.1]] * 100})
    found = performance(rows, ["a", "b"], None).iloc[0]
    assert (found["accuracy"], found["majority"], found["failed_to_learn"]) == (0.7, 0.7, True)
    better = rows.assign(predicted=["a"] * 70 + ["b"] * 5 + ["a"] * 25)
    assert not performance(better, ["a", "b"], None).iloc[0]["failed_to_learn"]
