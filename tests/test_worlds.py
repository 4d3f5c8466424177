"""Worlds of known truth, two seeds of each with shorter pre-training, through the whole workflow; bench/worlds.py runs many."""

import os
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from conftest import REPOSITORY, copy_workflow, snakemake

from biastransfer.analysis.tables import regressions
from biastransfer.analysis.verdict import decide, evidence
from biastransfer.study import Study

sys.path.insert(0, str(REPOSITORY / "bench"))
import worlds

SMALLEST = 0.1


def shorter(world: worlds.World) -> dict:
    """A world's study with half the pre-training."""
    return worlds.merged(_configuration(world), {"base": {"corpus": {"sentences": 24000}}})


_configuration = worlds.configuration


@pytest.fixture(scope="module", params=[1, 2])
def seed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[int, Path]:
    """A copy of the workflow in which the four judged worlds of a seed have run, and what was recovered of them."""
    folder = copy_workflow(tmp_path_factory.mktemp("worlds"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(worlds, "ROOT", folder)
        patch.setattr(worlds, "RESULTS", folder / "results")
        patch.setattr(worlds, "RIGHT", {name: worlds.RIGHT[name] for name in worlds.JUDGED})
        patch.setattr(worlds, "configuration", shorter)
        patch.setattr(worlds.shutil, "rmtree", lambda *_, **__: None)
        worlds.run_seed(request.param, folder)
    return request.param, folder


@pytest.mark.parametrize("name", [*worlds.RIGHT, "dose"])
def test_every_world_is_a_study(name: str) -> None:
    world = worlds.World(name, 3)
    study = Study.from_mapping(worlds.configuration(world))
    assert study.study == f"world_{name}_3"
    assert study.seed == 3
    assert (REPOSITORY / "studies" / "worlds" / f"{name}.yaml").read_text().startswith("# ")


@pytest.mark.end_to_end
def test_verdicts_are_right_and_what_was_planted_is_recovered(seed: tuple[int, Path]) -> None:
    number, folder = seed
    found = pd.concat(pd.read_parquet(worlds.World(name, number).records(folder)) for name in worlds.JUDGED)
    each = worlds.studies(found)
    assert len(each) == 8
    assert each["right"].sum() >= 7, each
    assert not ((each["world"] == "transfer") & each["verdict"].isin(["dataset", "neither detected"])).any()
    planted = each[each["world"] != "null"]
    assert planted["measured_upstream"].min() > 0.8
    assert each.loc[each["world"] == "dataset_only", "bias_prevalence"].min() > 0.6
    assert each.loc[each["world"] == "transfer", "bias_upstream"].mean() > 0.5


def model_found(bias: pd.DataFrame) -> bool:
    """Whether the verdict's rule detects an effect of the pre-trained model."""
    fits = [
        each.fit
        for each in regressions(bias)
        if (each.keys["specification"], each.keys["group"]) == ("model_target", "control_replicates")
    ]
    return decide(evidence(fits[0]), SMALLEST)[0] in ("model", "both")


@pytest.mark.end_to_end
@pytest.mark.parametrize("task", ["bios", "wiki"])
def test_with_upstream_scores_permuted_over_targets_transfer_vanishes(seed: tuple[int, Path], task: str) -> None:
    number, folder = seed
    bias = pd.read_parquet(folder / "results" / f"world_transfer_{number}" / "bias.parquet")
    bias = bias[bias["task"] == task]
    assert model_found(bias)
    random, targets = np.random.default_rng(0), bias["target"].unique()
    scores = bias.set_index(["replicate", "template", "target"])["upstream"]
    found = []
    for _ in range(20):
        other = dict(zip(targets, random.permutation(targets), strict=True))
        places = list(zip(bias["replicate"], bias["template"], bias["target"].map(other), strict=True))
        found.append(model_found(bias.assign(upstream=scores.loc[places].to_numpy())))
    assert sum(found) <= 4


@pytest.mark.end_to_end
def test_with_labels_shuffled_there_is_no_effect_of_the_dataset(seed: tuple[int, Path]) -> None:
    """The labels that the model is trained on, with the times of the file that they are in, so that nothing else is made anew."""
    number, folder = seed
    if number != 1:
        pytest.skip("one seed suffices")
    study = f"world_dataset_only_{number}"
    root = folder / "results" / study
    planted = pd.read_parquet(root / "data/wiki/planted.parquet").set_index("target")["prevalence"]
    before = downstream(root)
    assert before.corr(planted) > 0.7
    file = root / "tokens/wiki/train/original.parquet"
    times, tokens = file.stat(), pd.read_parquet(file)
    tokens["label"] = np.random.default_rng(0).permutation(tokens["label"])
    tokens.to_parquet(file)
    os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))
    options = ("--configfile", f"results/{study}/study.yaml")
    snakemake(
        folder, "--cores", "1", *options, "--forcerun", "fine_tune", "--rerun-triggers", "mtime",
        "--", f"results/{study}/downstream/bias/wiki/pretrained/original/0.parquet",
    )  # fmt: skip
    assert abs(downstream(root).corr(planted)) < 0.5


def downstream(root: Path) -> pd.Series:
    """The control's gap of the mean probability of toxicity by term."""
    rows = pd.read_parquet(root / "downstream/bias/wiki/pretrained/original/0.parquet")
    return rows[rows["measure"] == "probability_gap"].set_index("target")["value"]
