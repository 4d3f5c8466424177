"""The power table is what the verdict's own code gives, is whole, and is read between its cells and not beyond them."""

import numpy as np
import pandas as pd
import pytest

from biastransfer.analysis.design import design
from biastransfer.analysis.power import AXES, TABLE, power, smallest_seen
from biastransfer.analysis.regression import estimate
from biastransfer.analysis.verdict import decide, evidence

from support.workflow import REPOSITORY

FOUND = pd.read_csv(TABLE)
STUDY = {"targets": 28, "replicates": 3, "agreement": 0.9}


@pytest.fixture
def simulation(monkeypatch):
    """The script that simulates the table: evidence/power.py."""
    monkeypatch.syspath_prepend(str(REPOSITORY / "evidence"))
    import power as simulation

    return simulation


def share(**cell: float) -> float:
    """What the table has for a cell."""
    return float(FOUND.set_index(AXES)["detected"].loc[tuple(cell[axis] for axis in AXES)])


def test_many_controls_at_once_are_judged_as_the_verdict_judges_each(simulation) -> None:
    """Slopes and covariances to rounding, and every verdict; with effects of both causes, so that all verdicts occur."""
    seen = set()
    for slope, data in ((0.0, 0.0), (0.6, 0.0), (0.0, 1.5), (0.6, 0.8), (0.3, 0.3), (-0.5, 0.2)):
        causes, shared, rest = simulation.controls(np.random.default_rng(0), 8, 13, 3, 0.45)
        runs = (slope * causes[:, :, 0] + data * causes[:, :, 1] + 0.5 * shared)[:, None] + 0.5 * rest
        found = simulation.judge(causes, runs.mean(1), np.sqrt(runs.var(2).mean(1)), 0.1)
        for number in range(len(causes)):
            run, target = np.indices(runs[number].shape).reshape(2, -1)
            upstream, prevalence = causes[number, target].T
            rows = pd.DataFrame(
                {
                    "run": run,
                    "target": target,
                    "upstream": upstream,
                    "prevalence": prevalence,
                    "outcome": runs[number].ravel() + run,
                }
            )
            one = evidence(estimate(design(rows, ["upstream", "prevalence"], absorbed=["run"])))
            effects = [one.effects[cause] for cause in ("model", "dataset")]
            np.testing.assert_allclose(found.slopes[number], [effect.estimate for effect in effects], rtol=1e-9)
            half = [(effect.high - effect.low) / 2 for effect in effects]
            errors = np.sqrt(np.diag(found.covariance[number]))
            np.testing.assert_allclose(np.array(half) / 2.178812829667228, errors, rtol=1e-9)  # t of .975 with 12 df
            assert found.together[number] == one.together
            assert found.verdict[number] == decide(one, 0.1)[0]
            seen.add(found.verdict[number])
    assert seen == {"dataset", "model", "both", "neither detected", "inconclusive"}


def test_the_spread_of_a_simulated_run_is_that_of_its_bias(simulation) -> None:
    """``judged`` never makes the runs; made here, they have the same verdicts and slopes."""
    causes, shared, rest = simulation.controls(np.random.default_rng(1), 50, 20, 4, 0.0)
    found = simulation.judged(causes, shared, rest, 0.4, 0.6, 0.1)
    runs = (0.4 * causes[:, :, 0] + np.sqrt(0.6 - 0.4**2) * shared)[:, None] + np.sqrt(0.4) * rest
    expected = simulation.judge(causes, runs.mean(1), np.sqrt(runs.var(2).mean(1)), 0.1)
    np.testing.assert_allclose(found.slopes, expected.slopes)
    assert (found.verdict == expected.verdict).all()


def test_agreement_is_the_correlation_of_two_runs(simulation) -> None:
    causes, shared, rest = simulation.controls(np.random.default_rng(2), 200, 100, 2, 0.45)
    runs = (0.5 * causes[:, :, 0] + np.sqrt(0.7 - 0.25) * shared)[:, None] + np.sqrt(0.3) * rest
    assert np.mean([np.corrcoef(pair)[0, 1] for pair in runs]) == pytest.approx(0.7, abs=0.02)
    correlation = [np.corrcoef(pair.T)[0, 1] for pair in causes]
    assert np.mean(correlation) == pytest.approx(0.45, abs=0.02)


@pytest.mark.parametrize(
    ("targets", "replicates", "agreement", "slope"), [(34, 2, 0.8, 0.33), (16, 1, 0.6, 0.57), (85, 5, 0.95, 0.22)]
)
def test_between_the_cells_power_is_what_a_simulation_gives(
    simulation, targets: int, replicates: int, agreement: float, slope: float
) -> None:
    drawn = simulation.controls(np.random.default_rng(3), 4000, targets, replicates, 0.3)
    simulated = simulation.judged(*drawn, slope, agreement, 0.1).detected[:, 0].mean()
    found = power(slope, targets=targets, replicates=replicates, agreement=agreement, correlation=0.3)
    assert found == pytest.approx(simulated, abs=0.035)  # four standard errors, and what interpolation adds


def test_the_table_is_whole() -> None:
    assert not FOUND.duplicated(AXES).any()
    assert len(FOUND) == np.prod([FOUND[axis].nunique() for axis in AXES])
    assert (FOUND["draws"] >= 5_000).all()
    assert (FOUND["named"] <= FOUND["detected"]).all()
    assert (FOUND["detected"] <= FOUND["interval"]).all()


def test_without_an_effect_the_model_is_detected_in_no_more_than_one_study_in_twenty() -> None:
    nothing = FOUND[FOUND["slope"] == 0]
    assert nothing["detected"].max() <= 0.05
    assert nothing["interval"].between(0.04, 0.065).all()


def test_power_grows_with_the_effect_the_targets_and_the_replicates() -> None:
    cell = {**STUDY, "correlation": 0.45, "slope": 0.4}
    assert power(0.4, **STUDY) == pytest.approx(share(**cell))
    assert power(0.4, **STUDY) == power(-0.4, **STUDY) < power(0.5, **STUDY)
    assert power(0.4, **STUDY) < power(0.4, **{**STUDY, "targets": 50})
    assert power(0.4, **STUDY) < power(0.4, **{**STUDY, "replicates": 10, "agreement": 0.5})


@pytest.mark.parametrize(
    "other", [{"targets": 12}, {"targets": 101}, {"replicates": 11}, {"agreement": 0.4}, {"correlation": 0.6}]
)
def test_outside_of_what_was_simulated_there_is_no_answer(other: dict) -> None:
    assert power(0.3, **{**STUDY, **other}) is None
    assert smallest_seen(**{**STUDY, **other}) is None
    assert power(0.71, **STUDY) is None


def test_the_smallest_effect_seen_has_the_chance_that_is_asked_for() -> None:
    size = smallest_seen(**STUDY)
    assert power(size, **STUDY) == pytest.approx(0.8, abs=0.005)
    assert smallest_seen(**STUDY, chance=0.5) < size
    assert smallest_seen(**{**STUDY, "targets": 50}) < size
    assert smallest_seen(**{**STUDY, "targets": 13}) is None, "no simulated effect is seen so often"
