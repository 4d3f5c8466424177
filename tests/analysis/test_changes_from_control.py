"""Changes from the control in simulations of known size: unbiased with several controls, and without a floor with one."""

import numpy as np
import pandas as pd
import pytest

from biastransfer.analysis.changes_from_control import changes_from_control

TARGETS, TEXTS, SIZE, SEED = 20, 12, 0.3, 0.1
CONTROL = {"model_intervention": "pretrained", "data_intervention": "original", "condition": "pretrained"}
CHANGED = CONTROL | {"model_intervention": "noise", "condition": "noise-s1"}
SAME = CONTROL | {"data_intervention": "scrubbed", "condition": "pretrained/scrubbed"}
TEST = pd.DataFrame(
    {"id": map(str, range(TARGETS * TEXTS)), "testset": "test", "target": np.repeat(np.arange(TARGETS), TEXTS)}
)


def compared_texts(rows: pd.DataFrame) -> dict:
    """The first half of a target's texts against the second."""
    each = rows.groupby("target").indices
    return {str(target): (here[: TEXTS // 2], here[TEXTS // 2 :]) for target, here in each.items()}


def drawn(seed: int, runs: list[dict], of_seed: float = SEED) -> pd.DataFrame:
    """Changes in one draw: the noise model moves every target by ±SIZE and answers texts in its own way; scrubbing does nothing."""
    random = np.random.default_rng(seed)
    texts = random.normal(size=len(TEST))
    own = {run["condition"]: 0.5 * random.normal(size=len(TEST)) for run in runs} | {"pretrained/scrubbed": 0}
    signs = random.choice([-1, 1], TARGETS)
    first = np.tile(np.arange(TEXTS) < TEXTS // 2, TARGETS)
    scores = []
    for run in runs:
        # of_seed is the sd of a target's bias between fine-tunings: it shifts all of the first half.
        shift = of_seed * random.normal(size=TARGETS) + SIZE * signs * (run["condition"] == "noise-s1")
        answer = own[run["condition"]] if run["condition"] == "noise-s1" else 0
        score = texts + answer + np.repeat(shift, TEXTS) * first
        scores.append(TEST[["id"]].assign(hit=score, probability=score, log_odds=score))
    return changes_from_control(scores, TEST, compared_texts, runs, fewest=2)


def squares(table: pd.DataFrame, column: str) -> np.ndarray:
    """Mean squares from signed roots."""
    return (np.sign(table[column]) * table[column] ** 2).to_numpy()


def test_sizes_and_floors_are_unbiased() -> None:
    runs = [CONTROL, CONTROL, CONTROL, CHANGED, SAME]
    draws = pd.concat([drawn(seed, runs).query("scale == 'rate'") for seed in range(300)])
    for condition, truth in (("noise-s1", SIZE**2), ("pretrained/scrubbed", 0)):
        found = squares(draws[draws["condition"] == condition], "size")
        assert found.mean() == pytest.approx(truth, abs=4 * found.std() / np.sqrt(len(found)))
        assert found.std() > 0
    floors = squares(draws, "floor")
    assert floors.mean() == pytest.approx(2 * SEED**2, rel=0.05)


def test_trials_of_a_condition_are_one_row() -> None:
    found = drawn(0, [CONTROL, CONTROL, CHANGED, CHANGED, SAME]).query("scale == 'rate'").set_index("condition")
    assert found["cause"].to_dict() == {"noise-s1": "model", "pretrained/scrubbed": "data"}
    assert found["n_runs"].to_dict() == {"noise-s1": 2, "pretrained/scrubbed": 1}
    assert (found["n_controls"] == 2).all()
    assert (found["n_targets"] == TARGETS).all()


def test_one_control_has_no_floor_and_leaves_the_seed_in_the_size() -> None:
    draws = pd.concat([drawn(seed, [CONTROL, SAME]).query("scale == 'rate'") for seed in range(300)])
    assert draws["floor"].isna().all()
    assert squares(draws, "size").mean() == pytest.approx(2 * SEED**2, rel=0.1)


def test_a_damped_bias_has_a_common_factor_below_one() -> None:
    random = np.random.default_rng(1)
    control = random.normal(size=len(TEST))
    scores = [
        TEST[["id"]].assign(hit=score, probability=score, log_odds=score) for score in (control, 0.4 * control)
    ]  # fmt: skip
    found = changes_from_control(scores, TEST, compared_texts, [CONTROL, CHANGED], fewest=2)
    assert found["common_factor"].to_numpy() == pytest.approx(0.4, rel=1e-5)
    assert found["correlation"].to_numpy() == pytest.approx(1, rel=1e-5)
