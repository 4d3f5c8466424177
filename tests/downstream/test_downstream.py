"""Downstream measures against fairlearn, scikit-learn, published intervals and counting by hand."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from fairlearn.metrics import MetricFrame, false_negative_rate, false_positive_rate, true_positive_rate
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import confusion_matrix, recall_score

from biastransfer.downstream import false_positives, intervals, true_positives
from biastransfer.downstream.decisions import decide
from biastransfer.downstream.performance import performance

from support.predictions import CLASSES, FLAGS, GROUPS, flag_predictions, label_predictions, real_flags, real_labels

counts = st.tuples(st.integers(0, 60), st.integers(1, 60)).map(lambda pair: (min(pair), pair[1]))


@given(counts)
@settings(max_examples=200, deadline=None)
def test_wilson_bounds_are_rates_at_which_the_score_test_is_at_its_limit(pair: tuple[int, int]) -> None:
    hits, n = pair
    low, high = intervals.wilson(hits, n)
    for bound in (low, high):
        assert abs(hits / n - bound) == pytest.approx(intervals.Z * np.sqrt(bound * (1 - bound) / n), abs=1e-9)
    assert 0 <= low <= hits / n <= high <= 1


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ((56, 70, 48, 80), (0.0524, 0.3339)),
        ((9, 10, 3, 10), (0.1705, 0.8090)),
        ((5, 56, 0, 29), (-0.0381, 0.1926)),
        ((0, 10, 0, 20), (-0.1611, 0.2775)),
        ((10, 10, 0, 20), (0.6791, 1.0)),
    ],
)
def test_differences_are_those_of_newcombes_table_2(counts: tuple[int, ...], expected: tuple[float, float]) -> None:
    value, low, high = intervals.difference(*counts)
    assert (float(low), float(high)) == pytest.approx(expected, abs=5e-5)
    assert value == pytest.approx(counts[0] / counts[1] - counts[2] / counts[3])


@given(counts, counts)
@settings(max_examples=200, deadline=None)
def test_ratios_have_the_interval_of_katz_and_are_smoothed_where_it_has_no_width(
    one: tuple[int, int], two: tuple[int, int]
) -> None:
    value, low, high, smoothed = intervals.ratio(*one, *two)
    certain = one[0] == one[1] and two[0] == two[1]
    assert bool(smoothed) == (one[0] == 0 or two[0] == 0 or certain)
    assert 0 < low <= value * (1 + 1e-12)
    assert value <= high * (1 + 1e-12)
    a, n, b, m = (count + extra * bool(smoothed) for count, extra in zip((*one, *two), (0.5, 1, 0.5, 1), strict=True))
    half = intervals.Z * np.sqrt(1 / a - 1 / n + 1 / b - 1 / m)
    assert (low, high) == pytest.approx((value * np.exp([-half, half])).tolist(), rel=1e-12)
    turned = intervals.ratio(*two, *one)
    assert [float(end) for end in turned[:3]] == pytest.approx([1 / value, 1 / high, 1 / low], rel=1e-12)
    if one[0] * two[0]:
        assert value == pytest.approx(one[0] * two[1] / (one[1] * two[0]), rel=1e-12)


@pytest.mark.parametrize("zero", ["smooth", "drop"])
@pytest.mark.parametrize(("few", "many"), [((12, 12), (1200, 1200)), ((6, 12), (600, 1200)), ((0, 12), (0, 1200))])
def test_equal_rates_have_a_ratio_of_one_whatever_their_counts(few: tuple, many: tuple, zero: str) -> None:
    value = float(intervals.ratio(*few, *many, zero=zero)[0])
    assert np.isnan(value) if zero == "drop" and not few[0] else value == 1


def test_a_group_that_is_too_small_for_a_hit_is_hardly_apart() -> None:
    """0 of 12 beside 3 of 1,200: half a hit takes 202 trials at 3 of 1,212."""
    value, low, high, smoothed = intervals.ratio(0, 12, 3, 1200)
    assert value == pytest.approx((0.5 / 214) / (3.5 / 1402))
    assert low < 1 < high
    assert smoothed


def test_empty_cells_are_missing() -> None:
    assert np.isnan(intervals.wilson(0, 0)).all()
    value, low, high, smoothed = intervals.ratio(0, 0, 3, 5)
    assert np.isnan([value, low, high]).all()
    assert not smoothed


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
    assert (bias["low"] <= bias["value"] + 1e-12).all()
    assert (bias["value"] <= bias["high"] + 1e-12).all()


def test_a_target_without_rows_of_a_group_is_missing() -> None:
    predictions, data = label_predictions(5)
    data.loc[data["id"].isin(predictions.loc[predictions["label"] == "a", "id"]), "group"] = "he/him"
    rates = true_positives.rates(predictions, data, CLASSES, GROUPS)
    bias = true_positives.bias(rates, predictions, data, CLASSES, GROUPS).set_index(["target", "measure"])
    assert bias.loc["a", "value"].isna().all()
    assert (bias.loc["a", "n_min"] == 0).all()


def check_true_positive_rates(predictions: pd.DataFrame, data: pd.DataFrame, classes: list[str]) -> None:
    """Hold TPR, their ratio and their gap against fairlearn."""
    rates = true_positives.rates(predictions, data, classes, GROUPS)
    assert (rates["measure"] == "tpr").all()
    rate = rates.pivot(index="target", columns="group", values="rate")
    bias = true_positives.bias(rates, predictions, data, classes, GROUPS)
    smoothed = bias[bias["measure"] == "tpr_ratio"].set_index("target")["smoothed"]
    wide = bias.pivot(index="target", columns="measure", values="value")
    rows = predictions.merge(data, on=["id", "testset"])
    compared = 0
    for target in classes:
        frame = MetricFrame(
            metrics=true_positive_rate,
            y_true=rows["label"] == target,
            y_pred=rows["predicted"] == target,
            sensitive_features=rows["group"],
        ).by_group
        if rate.loc[target].isna().any():
            continue
        np.testing.assert_allclose(rate.loc[target, GROUPS].astype(float), frame[GROUPS].astype(float), atol=1e-12)
        assert wide.loc[target, "tpr_gap"] == pytest.approx(frame[GROUPS[0]] - frame[GROUPS[1]], abs=1e-12)
        if not smoothed[target]:
            assert wide.loc[target, "tpr_ratio"] == pytest.approx(frame[GROUPS[0]] / frame[GROUPS[1]], rel=1e-12)
            assert wide.loc[target, "tpr_log_ratio"] == pytest.approx(np.log(wide.loc[target, "tpr_ratio"]))
        compared += 1
    assert compared >= len(classes) / 2


def check_error_rates(predictions: pd.DataFrame, data: pd.DataFrame, terms: list[str]) -> None:
    """Hold FPR, FNR, their ratios and the equality differences against fairlearn and scikit-learn, both decisions."""
    texts = data.merge(predictions[["id", "testset", "label"]], on=["id", "testset"])
    for decision, _, decided in decide(predictions, FLAGS, "flagged"):
        rates = false_positives.rates(decided, data, terms, None)
        bias = false_positives.bias(rates, decided, data, FLAGS, None)
        summary = false_positives.summaries(rates, bias).set_index("testset")
        cells = rates.set_index(["testset", "measure", "target"])
        values = bias.set_index(["testset", "measure", "target"])["value"]
        both = texts.merge(decided[["id", "testset", "predicted"]], on=["id", "testset"])
        for testset, here in both.groupby("testset"):
            truth, hit = (here[column] == "flagged" for column in ("label", "predicted"))
            metrics = {"fpr": false_positive_rate, "fnr": false_negative_rate}
            overall = MetricFrame(metrics=metrics, y_true=truth, y_pred=hit, sensitive_features=truth).overall
            mentions = here["terms"].explode().dropna()
            by_term = MetricFrame(
                metrics=metrics,
                y_true=truth[mentions.index],
                y_pred=hit[mentions.index],
                sensitive_features=mentions,
            ).by_group
            sums, compared = {"fpr": 0.0, "fnr": 0.0}, 0
            for term in terms:
                rows = mentions.index[mentions == term]
                if rows.empty:
                    assert cells.loc[[(testset, "fpr", term), (testset, "fnr", term)], "rate"].isna().all()
                    continue
                tn, fp, fn, tp = confusion_matrix(truth[rows], hit[rows], labels=[False, True]).ravel()
                for measure, ratio, n, hits in (
                    ("fpr", "fpr_ratio", tn + fp, fp),
                    ("fnr", "fnr_ratio_as_printed", fn + tp, fn),
                ):
                    cell = cells.loc[(testset, measure, term)]
                    assert (cell["n"], cell["hits"]) == (n, hits), (decision, testset, term)
                    if n == 0:
                        assert np.isnan(cell["rate"])
                        continue
                    found = by_term.loc[term, measure]
                    assert cell["rate"] == pytest.approx(found, abs=1e-12)
                    assert cells.loc[(testset, measure, "(all)"), "rate"] == pytest.approx(overall[measure], abs=1e-12)
                    assert values[testset, measure, term] == pytest.approx(found, abs=1e-12)
                    assert values[testset, ratio, term] == pytest.approx(found / overall[measure], rel=1e-9)
                    if measure == "fpr":
                        assert values[testset, "fpr_gap", term] == pytest.approx(found - overall[measure], abs=1e-12)
                    sums[measure] += abs(found - overall[measure])
                    compared += 1
            assert compared >= 4
            assert summary.loc[testset, "fped"] == pytest.approx(sums["fpr"])
            assert summary.loc[testset, "fned"] == pytest.approx(sums["fnr"])


@pytest.mark.parametrize("seed", range(2))
def test_rates_of_random_predictions_equal_fairlearn(seed: int) -> None:
    check_true_positive_rates(*label_predictions(seed), CLASSES)
    check_error_rates(*flag_predictions(seed))


def test_rates_of_real_labels_equal_fairlearn(real_data: Path) -> None:
    check_true_positive_rates(*real_labels(real_data))


def test_rates_of_real_flags_equal_fairlearn(real_data: Path) -> None:
    check_error_rates(*real_flags(real_data))


def test_a_term_that_no_text_mentions_is_missing() -> None:
    predictions, data, terms = flag_predictions(0)
    rates = false_positives.rates(predictions, data, terms, None)
    bias = false_positives.bias(rates, predictions, data, FLAGS, None, replicates=20)
    assert rates.loc[rates["target"] == "unseen", "rate"].isna().all()
    assert bias.loc[bias["target"] == "unseen", ["value", "low", "high", "bootstrap_low"]].isna().all(axis=None)
    assert (bias.loc[bias["target"] == "unseen", "n_min"] == 0).all()


def test_the_probability_gap_of_flags_is_of_quiet_texts() -> None:
    predictions, data, terms = flag_predictions(0)
    rates = false_positives.rates(predictions, data, terms, None)
    bias = false_positives.bias(rates, predictions, data, FLAGS, None).set_index(["measure", "target"])
    flag = np.stack(predictions["probability"])[:, 1]
    quiet = (predictions["label"] == "not_flagged").to_numpy()
    gay = np.array(["gay" in found for found in data["terms"]])
    expected = flag[quiet & gay].mean() - flag[quiet].mean()
    assert bias.loc[("probability_gap", "gay"), "value"] == pytest.approx(expected, abs=1e-6)


def test_the_printed_equation_is_a_ratio_of_false_negative_rates() -> None:
    label, predicted = ["flagged"] * 6 + ["not_flagged"] * 2, ["flagged"] * 2 + ["not_flagged"] * 4 + ["flagged"] * 2
    ids = [str(i) for i in range(8)]
    predictions = pd.DataFrame(
        {"id": ids, "testset": "t", "label": label, "predicted": predicted, "probability": [[0.5, 0.5]] * 8}
    )
    data = pd.DataFrame({"id": ids, "testset": "t", "terms": [["x"], [], ["x"], ["x"], [], [], ["x"], []]})
    rates = false_positives.rates(predictions, data, ["x"], None)
    values = false_positives.bias(rates, predictions, data, FLAGS, None).set_index("measure")["value"]
    assert values["fnr"] == pytest.approx(2 / 3)
    assert values["fnr_ratio_as_printed"] == pytest.approx((2 / 3) / (4 / 6))
    assert values["fpr_ratio"] == pytest.approx(1)


def test_equality_differences_by_hand() -> None:
    rates = pd.DataFrame(
        [("fpr", "(all)", "(all)", 0.2), ("fpr", "a", "mentioned", 0.5), ("fpr", "b", "mentioned", 0.1),
         ("fnr", "(all)", "(all)", 0.4), ("fnr", "a", "mentioned", 0.3), ("fnr", "b", "mentioned", np.nan)],
        columns=["measure", "target", "group", "rate"],
    ).assign(testset="t")  # fmt: skip
    found = false_positives.summaries(rates, pd.DataFrame()).iloc[0]
    assert found["fped"] == pytest.approx(0.3 + 0.1)
    assert found["fned"] == pytest.approx(0.1)


def test_the_root_mean_square_is_over_labels_that_have_a_gap() -> None:
    bias = pd.DataFrame({"measure": "tpr_gap", "testset": "t", "value": [0.3, -0.4, np.nan]})
    assert true_positives.summaries(pd.DataFrame(), bias)["tpr_gap_rms"].item() == pytest.approx(np.sqrt(0.25 / 2))


def test_a_zero_count_is_smoothed_or_dropped() -> None:
    predictions, data = label_predictions(3)
    she = data.loc[data["group"] == "she/her", "id"]
    missed = (predictions["label"] == "a") & predictions["id"].isin(she)
    predictions.loc[missed, "predicted"] = "b"
    rates = true_positives.rates(predictions, data, CLASSES, GROUPS)
    smooth, drop = (
        true_positives.bias(rates, predictions, data, CLASSES, GROUPS, zero=zero, replicates=50)
        .set_index(["measure", "target"])
        for zero in ("smooth", "drop")
    )  # fmt: skip
    for measure in ("tpr_ratio", "tpr_log_ratio"):
        assert smooth.loc[(measure, "a"), "smoothed"]
        assert np.isfinite(smooth.loc[(measure, "a"), "value"])
        bounds = drop.loc[(measure, "a"), ["value", "low", "high", "bootstrap_low", "bootstrap_high"]]
        assert bounds.isna().all()
        assert not drop.loc[(measure, "a"), "smoothed"]
    rest = [row for row in smooth.index if row not in {("tpr_ratio", "a"), ("tpr_log_ratio", "a")}]
    columns = ["value", "low", "high"]
    pd.testing.assert_frame_equal(smooth.loc[rest, columns], drop.loc[rest, columns])


def test_a_run_that_answers_the_majority_has_failed_to_learn() -> None:
    label = ["a"] * 70 + ["b"] * 30
    rows = pd.DataFrame({"testset": "test", "label": label, "predicted": "a", "probability": [[0.9, 0.1]] * 100})
    found = performance(rows, ["a", "b"], None).iloc[0]
    assert (found["accuracy"], found["majority"]) == pytest.approx((0.7, 0.7))
    assert found["failed_to_learn"]
    better = rows.assign(predicted=["a"] * 70 + ["b"] * 5 + ["a"] * 25)
    assert not performance(better, ["a", "b"], None).iloc[0]["failed_to_learn"]
