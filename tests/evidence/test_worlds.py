"""Worlds of known truth, one seed with shorter pre-training, through the whole workflow; evidence/worlds.py runs many."""

import os
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from biastransfer.analysis.verdict.controls import control
from biastransfer.analysis.verdict.rule import judge
from biastransfer.analysis.verdict.slopes import ESTIMATORS
from biastransfer.study.read import parse_study

from support.workflow import REPOSITORY, copy_workflow, snakemake

sys.path.insert(0, str(REPOSITORY / "evidence"))
import world_results
import world_studies
import worlds

SEED = 1
SMALLEST = 0.1
SHORTER = {
    "base": {"corpus": {"sentences": 24000}},
    "tasks": {
        "bios": {"source": {"examples": {"train": 6000, "test": 7000}}},
        "wiki": {"source": {"examples": {"train": 6000}}},
    },
}


@pytest.mark.parametrize("name", [*world_results.RIGHT, "dose"])
def test_every_world_is_a_study(name: str) -> None:
    study = parse_study(world_studies.configuration(world_studies.World(name, 3)))
    assert study.study == f"world_{name}_3"
    assert study.seed == 3
    assert (REPOSITORY / "studies" / "worlds" / f"{name}.yaml").read_text().startswith("# ")


@pytest.mark.end_to_end
def test_what_is_planted_is_found_and_vanishes_when_it_is_taken_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One test, since it takes minutes to make what all its parts look at."""
    folder, configuration = copy_workflow(tmp_path / "worlds"), world_studies.configuration
    monkeypatch.setattr(world_studies, "ROOT", folder)
    monkeypatch.setattr(world_studies, "RESULTS", folder / "results")
    monkeypatch.setattr(
        world_studies, "configuration", lambda world: world_studies.merged(configuration(world), SHORTER)
    )
    monkeypatch.setattr(worlds.shutil, "rmtree", lambda *_, **__: None)
    worlds.run_seed(SEED, ("dataset_only", "transfer"), folder)
    each = world_results.read(folder / "worlds.csv").set_index(["world", "task"])
    assert len(each) == 4
    assert each["right"].sum() >= 3, each
    assert not each.loc["transfer", "verdict"].isin(["dataset", "neither detected"]).any()
    assert not each.loc["dataset_only", "verdict"].isin(["model", "neither detected"]).any()
    assert each["measured_upstream"].min() > 0.8
    assert each.loc["dataset_only", "bias_prevalence"].mean() > 0.6
    assert each.loc["transfer", "bias_upstream"].mean() > 0.5
    assert each.loc["dataset_only", "odds_prevalence"].mean() > 0.6
    assert each.loc["transfer", "odds_upstream"].mean() > 0.5

    found = world_results.read(folder / "worlds_targets.csv")
    again = world_results.by_estimator(found)
    again = again[again["estimator"] == "corrected"].set_index(["world", "task"])["verdict"]
    assert again.to_dict() == each["verdict"].to_dict(), "the tables hold all that the rule needs"
    expected = world_results.expected(each.reset_index(), found, draws=200)
    assert expected.min() > 0.3
    assert worlds.finished(world_studies.World("transfer", SEED), folder)

    bias = pd.read_parquet(folder / "results" / f"world_transfer_{SEED}" / "bias.parquet")
    for _, rows in bias.groupby("task"):
        assert model_found(rows)
        assert sum(model_found(permuted(rows, number)) for number in range(20)) <= 4

    study = f"world_dataset_only_{SEED}"
    planted = pd.read_parquet(folder / f"results/{study}/data/wiki/planted.parquet").set_index("target")["prevalence"]
    assert toxicity(folder, study).corr(planted) > 0.7
    assert abs(toxicity(folder, study, shuffled=True).corr(planted)) < 0.5


def model_found(bias: pd.DataFrame) -> bool:
    """Whether the verdict's rule detects an effect of the pre-trained model."""
    slopes = ESTIMATORS["corrected_families"].of(control(bias, 10).values)
    return judge(slopes, SMALLEST).verdict[0] in ("model", "both")


def permuted(bias: pd.DataFrame, number: int) -> pd.DataFrame:
    """The upstream scores of each target given to another."""
    targets = bias["target"].unique()
    other = dict(zip(targets, np.random.default_rng(number).permutation(targets), strict=True))
    scores = bias.set_index(["replicate", "template", "target"])["upstream"]
    places = list(zip(bias["replicate"], bias["template"], bias["target"].map(other), strict=True))
    return bias.assign(upstream=scores.loc[places].to_numpy())


def toxicity(folder: Path, study: str, *, shuffled: bool = False) -> pd.Series:
    """By term, how much more toxic the control finds texts with it; ``shuffled``: after another fine-tuning, on shuffled labels.

    The file with the labels keeps its time, so that nothing before the fine-tuning runs again.
    """
    place = f"results/{study}/downstream/bias/wiki/pretrained/original/0.parquet"
    if shuffled:
        file = folder / f"results/{study}/tokens/wiki/train/original.parquet"
        times, tokens = file.stat(), pd.read_parquet(file)
        tokens["label"] = np.random.default_rng(0).permutation(tokens["label"])
        tokens.to_parquet(file)
        os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))
        options = (
            "--configfile",
            f"results/{study}/study.yaml",
            "--forcerun",
            "fine_tune",
            "--rerun-triggers",
            "mtime",
        )
        snakemake(folder, "--cores", "1", *options, "--", place)
    rows = pd.read_parquet(folder / place)
    return rows[rows["measure"] == "probability_gap"].set_index("target")["value"]
