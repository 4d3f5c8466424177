"""The equal-error-rate decision, and which decision is a run's headline."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from biastransfer.analysis.collect import run_rows
from biastransfer.common.problems import Problem
from biastransfer.downstream import false_positives
from biastransfer.downstream.decisions import decide, equal_error_rate
from biastransfer.downstream.performance import performance

from support.predictions import FLAGS, flag_predictions, real_flags


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 12)), min_size=2, max_size=40))
@settings(max_examples=200, deadline=None)
def test_no_threshold_brings_the_error_rates_closer(texts: list[tuple[bool, int]]) -> None:
    flagged = np.array([truth for truth, _ in texts])
    probability = np.array([number / 12 for _, number in texts])
    threshold = equal_error_rate(flagged, probability)
    if flagged.all() or not flagged.any():
        assert np.isnan(threshold)
        return

    def apart(at: float) -> float:
        hit = probability >= at
        return abs(hit[~flagged].mean() - (~hit[flagged]).mean())

    assert apart(threshold) == pytest.approx(min(apart(at) for at in [*probability, 2.0]))
    if len(set(probability)) == len(probability):
        assert apart(threshold) <= 1 / min(flagged.sum(), (~flagged).sum())


def test_the_equal_error_rate_of_real_flags_is_equal(real_data: Path) -> None:
    predictions, data, terms = real_flags(real_data)
    usual, equal = decide(predictions, FLAGS, "flagged")
    assert usual.thresholds == {"comments": 0.5, "madlibs": 0.5}
    assert (usual.name, equal.name) == ("argmax", "equal_error_rate")
    rates = false_positives.rates(equal.predictions, data, terms, None)
    rates = rates[rates["target"] == "(all)"].set_index(["testset", "measure"])
    for testset, threshold in equal.thresholds.items():
        fpr, fnr = rates.loc[(testset, "fpr")], rates.loc[(testset, "fnr")]
        flag = np.stack(predictions.loc[predictions["testset"] == testset, "probability"])[:, 1]
        ties = np.unique(flag, return_counts=True)[1].max()
        assert abs(fpr["rate"] - fnr["rate"]) <= ties / min(fpr["n"], fnr["n"])
        assert threshold in flag
        assert threshold != 0.5


def test_a_test_set_with_one_value_of_the_flag_has_no_equal_error_rate() -> None:
    predictions, _, _ = flag_predictions(0)
    quiet = predictions[predictions["label"] == "not_flagged"].assign(testset="quiet")
    both = decide(pd.concat([predictions, quiet]), FLAGS, "flagged")
    assert list(both[1].thresholds) == ["madlibs"]
    assert set(both[1].predictions["testset"]) == {"madlibs"}
    assert [decision.name for decision in decide(quiet, FLAGS, "flagged")] == ["argmax"]


def test_a_run_has_the_headline_of_its_decision() -> None:
    predictions, data, terms = flag_predictions(1)
    bias, runs = [], []
    for name, _, decided in decide(predictions, FLAGS, "flagged"):
        rates = false_positives.rates(decided, data, terms, None)
        found = false_positives.bias(rates, decided, data, FLAGS, None, replicates=50)
        bias.append(found.assign(decision=name))
        runs.append(performance(decided, FLAGS, "flagged").assign(decision=name))
    facts = pd.DataFrame({"target": terms, "prevalence": 0.5, "mention_share": 0.1, "n": 7, "toxic_length": 9.0})
    scores = pd.DataFrame({"target": terms, "template": "t", "score": 0.0})
    for place, decision in enumerate(("argmax", "equal_error_rate", "none")):
        arguments = {
            "upstream": {"m": scores}, "intermediate": {}, "bias": pd.concat(bias), "performance": pd.concat(runs), "dataset_bias": facts,
            "testset": "madlibs", "decision": decision, "headline": "fpr", "min_cell": 1, "families": {"gay": "orientation"},
        }  # fmt: skip
        if decision == "none":
            with pytest.raises(Problem, match=r"tasks.wiki.decision: none needs both values of the flag"):
                run_rows({"task": "wiki"}, **arguments)
            continue
        rows = run_rows({"task": "wiki"}, **arguments).set_index("target")
        expected = bias[place][bias[place]["measure"] == "fpr"].set_index("target")
        assert rows["target_family"].dropna().to_dict() == {"gay": "orientation"}
        assert rows.loc["gay", "fpr"] == expected.loc["gay", "value"]
        assert rows.loc["gay", "bias_bootstrap_low"] == expected.loc["gay", "bootstrap_low"]
        assert rows["accuracy"].iloc[0] == runs[place]["accuracy"].iloc[0]
        assert (rows["decision"] == decision).all()
