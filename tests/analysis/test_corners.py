"""Probes against full fine-tuning, on tables of a crossed design."""

import pandas as pd
import pytest

from biastransfer.analysis.crossed.corners import fine_tuned_effects

PAIR = {"testset": "test", "scale": "rate", "cause": "model", "first": "one", "second": "two"}


def tables(changes: list[float], size: float) -> dict[str, pd.DataFrame]:
    """Tables of one exchange and of the replicates."""
    effects = [
        PAIR | {"n_targets": len(changes), "size": size, "low": size - 1, "high": size + 1},
        PAIR | {"cause": "replicate", "n_targets": len(changes), "size": 9.0, "low": 8.0, "high": 10.0},
    ]
    of_targets = [PAIR | {"target": str(place), "change": change} for place, change in enumerate(changes)]
    return {"effects_of_change": pd.DataFrame(effects), "changes": pd.DataFrame(of_targets)}


def test_both_sizes_of_an_exchange_are_in_one_row() -> None:
    found = fine_tuned_effects(tables([1.0, 2.0, 4.0], 2.5), tables([2.0, 3.0, 1.0], 3.0))
    assert len(found) == 1
    row = found.iloc[0]
    assert (row["probe_size"], row["probe_high"], row["fine_tuned_size"], row["fine_tuned_low"]) == (2.5, 3.5, 3.0, 2.0)
    assert row["correlation"] == pytest.approx(pd.Series([1.0, 2.0, 4.0]).corr(pd.Series([2.0, 3.0, 1.0])))


def test_two_targets_have_no_correlation() -> None:
    found = fine_tuned_effects(tables([1.0, 2.0], 1.0), tables([2.0, 3.0], 1.0))
    assert found["correlation"].isna().all()
