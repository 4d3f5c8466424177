"""The report has the size of the effects that the study can detect."""

import numpy as np
import pandas as pd
import pytest

from biastransfer.analysis.power import power, smallest_seen
from biastransfer.report.tables.detectable_effects import detectable_effects
from biastransfer.report.tables.simulated_studies import TEXTS, WORLDS, simulated_studies

from support.reports import analysed, made_up

RUNS = {
    "pretrained": ["pretrained", "all_pretrained", "control_replicates"],
    "pretrained/original/1": ["control_replicates"],
    "pretrained/original/2": ["control_replicates"],
}


def row_of(table: pd.DataFrame) -> pd.Series:
    """The first row of the table."""
    return detectable_effects(table, analysed(table)["verdicts"]).frame.iloc[0]


def test_the_size_is_that_of_the_control() -> None:
    table = made_up(1, runs=RUNS)
    row = row_of(table)
    control = table.groupby(["replicate", "target"]).first().reset_index()
    wide = np.log(control.pivot(index="target", columns="replicate", values="tpr_ratio"))
    assert (row["targets"], row["replicates"]) == (28, 3)
    assert row["agreement"] == pytest.approx(
        np.mean([wide[0].corr(wide[1]), wide[0].corr(wide[2]), wide[1].corr(wide[2])])
    )
    prevalence = control.groupby("target")["prevalence"].first()
    upstream = table.groupby("target")["upstream"].mean()
    assert row["correlation"] == pytest.approx(upstream.corr(prevalence))
    assert row["explained"] == pytest.approx(wide.mean(axis=1).corr(prevalence) ** 2)


def test_chances_are_of_effects_beside_what_prevalence_leaves_unexplained() -> None:
    row = row_of(made_up(1, runs=RUNS))
    size = {name: row[name] for name in ("targets", "replicates", "agreement", "correlation")}
    left = np.sqrt(1 - row["explained"])
    assert row["at 0.2"] == pytest.approx(power(0.2 / left, **size))
    assert row["simulated"] == pytest.approx(smallest_seen(**size) * left)
    assert row["at 0.1"] < row["at 0.2"] < row["at 0.3"] <= row["at 0.5"]


def test_simulated_and_own_errors_agree_on_what_is_detectable() -> None:
    """Two ways to the same number: the study's own errors, and simulations of its size."""
    ratios = pd.Series(
        [
            row["detectable"] / row["simulated"]
            for row in (row_of(made_up(seed, runs=RUNS, upstream=0.0)) for seed in range(5))
        ]
    )
    assert ratios.notna().sum() >= 3  # in some, the causes go together more than was simulated
    assert 0.8 < ratios.mean() < 1.25


def test_outside_of_what_was_simulated_cells_are_empty() -> None:
    row = row_of(made_up(1, runs=RUNS, targets=8))
    assert np.isnan(row["simulated"])
    assert np.isnan(row["at 0.2"])
    constant = made_up(1, runs=RUNS).assign(prevalence=0.5)
    assert np.isnan(row_of(constant)["at 0.2"])


def test_a_single_run_has_no_agreement_but_a_chance() -> None:
    row = row_of(made_up(1, runs={"pretrained": ["pretrained", "all_pretrained"]}))
    assert row["replicates"] == 1
    assert np.isnan(row["agreement"])
    left, size = np.sqrt(1 - row["explained"]), {"targets": 28, "replicates": 1, "correlation": row["correlation"]}
    assert row["at 0.2"] == pytest.approx(power(0.2 / left, agreement=0.7, **size), abs=0.03)


def test_simulated_studies_and_their_verdicts() -> None:
    shown = simulated_studies()
    verdicts = pd.read_csv(WORLDS, keep_default_na=False)
    planted = TEXTS.entry("worlds", "planted")
    assert set(verdicts["world"]) == set(planted)
    assert len(shown.frame) == 4
    for (world, words), row in zip(planted.items(), shown.frame.itertuples(), strict=True):
        part = verdicts[verdicts["world"] == world]
        assert row.world == words
        assert set(part["right_verdict"]) == {row.right}
        assert row.share == f"{part.loc[part['verdict'] == row.right, 'studies'].sum()} of {part['studies'].sum()}"
        assert len(row.others) == len(part) - 1
