"""The report has the verdict by every estimator, and how often each is right."""

import pandas as pd

from biastransfer.report.tables.estimators import estimators
from biastransfer.report.tables.simulated_studies import TEXTS, WORLDS, simulated_studies

from support.reports import analysed, made_up


def test_every_estimator_that_applies_has_a_row_with_the_headline_first() -> None:
    table = made_up(1)
    half = table["target"].isin(sorted(set(table["target"]))[:14])
    results = analysed(table.assign(target_family=half.map({True: "one", False: "other"})))
    shown = estimators(results["estimators"]).frame
    assert list(shown["estimator"]) == [
        "corrected, within families", "raw", "corrected for error", "within families"
    ]  # fmt: skip
    assert list(shown["headline"]) == ["yes", "", "", ""]
    assert shown["model_false"].between(0, 0.1).all()
    verdict = results["verdicts"].iloc[0]
    assert verdict["model_estimate"] == shown["model_estimate"].iloc[0]
    assert (verdict["n_families"], verdict["estimator"]) == (2, "corrected_families")
    plain = estimators(analysed(table)["estimators"]).frame
    assert list(plain["estimator"]) == ["corrected for error", "raw"]


def test_simulated_studies_and_their_verdicts() -> None:
    shown = simulated_studies()
    verdicts = pd.read_csv(WORLDS, keep_default_na=False)
    planted = TEXTS.entry("worlds", "planted")
    assert set(verdicts["world"]) == set(planted)
    assert {"families", "noisy", "both"} < set(verdicts["world"])
    for (world, words), row in zip(planted.items(), shown.frame.itertuples(), strict=True):
        part = verdicts[verdicts["world"] == world]
        assert row.world == words
        assert set(part["right_verdict"]) == {row.right}
        assert row.share == f"{part.loc[part['verdict'] == row.right, 'studies'].sum()} of {part['studies'].sum()}"
        assert len(row.others) == (part["verdict"] != row.right).sum()
        assert 0 < row.expected <= part["studies"].sum()
