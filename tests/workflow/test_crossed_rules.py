"""The crossed design through the workflow: its tables and report, and what an added base, trainset or replicate runs."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from safetensors.numpy import load_file

from biastransfer.engine import parquet_files, table_schemas
from biastransfer.report.catalogue import CORNERS, CROSSED_TABLES

from support.workflow import copy_workflow, edit, planned, run_once

STUDY = "tests/studies/crossed.yaml"
OPTIONS = ("--configfile", STUDY)
REPORTED = dict.fromkeys(("draw_figures", "write_report", "all"), 1)


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return run_once(tmp_path_factory, "crossed", *OPTIONS)


@pytest.fixture
def finished(study: Path, tmp_path: Path) -> Path:
    """The finished study with files to edit; its results are links, for dry runs only."""
    folder = copy_workflow(tmp_path / "copy")
    (folder / ".snakemake").mkdir()
    for name in ("results", ".snakemake/metadata"):
        (folder / name).symlink_to(study / name)
    return folder


@pytest.mark.end_to_end
def test_every_table_has_every_change(study: Path) -> None:
    for task in ("bios", "wiki"):
        tables = {
            name: parquet_files.read(study / f"results/crossed/crossed/{task}/{name}.parquet")
            for name in CROSSED_TABLES
        }
        assert all(list(table) == table_schemas.SCHEMAS[name].names for name, table in tables.items())
        effects = tables["effects_of_change"]
        pairs = effects.loc[effects["scale"] == "rate", ["cause", "first", "second"]].drop_duplicates()
        assert pairs["cause"].value_counts().to_dict() == {
            "model": 2,
            "seed": 1,
            "data": 1,
            "interaction": 1,
            "replicate": 1,
        }
        total = tables["sources"].query("target == '(all)'").groupby(["testset", "scale"])["share"].sum()
        assert total.to_numpy() == pytest.approx(np.ones(len(total)))
        assert tables["causes"]["is_cause"].isna().all()  # three replicates show sizes, and no test
        assert (
            len(tables["crossed_performance"].query("testset == testset")) == 3 * 2 * 3 * effects["testset"].nunique()
        )


@pytest.mark.end_to_end
def test_twins_of_texts_are_a_test_set_of_their_own(study: Path) -> None:
    for task, versions in (("bios", 2), ("wiki", 50)):
        twins = parquet_files.read(study / f"results/crossed/counterfactuals/{task}.parquet")
        assert 0 < twins["of"].nunique() <= 200
        assert len(twins) == versions * twins["of"].nunique()
        effects = parquet_files.read(study / f"results/crossed/crossed/{task}/effects_of_change.parquet")
        assert effects.query("testset == 'counterfactual'")["size"].notna().any()


@pytest.mark.end_to_end
def test_fine_tuned_corners_are_compared_with_their_probes(study: Path) -> None:
    for task, kinds in (("bios", ["model"]), ("wiki", ["model", "data", "interaction"])):
        table = parquet_files.read(study / f"results/crossed/crossed/{task}/{CORNERS}.parquet")
        assert table.loc[table["scale"] == "rate", "cause"].drop_duplicates().tolist() == kinds
        assert table.query("scale != 'rate'")[["probe_size", "fine_tuned_size", "correlation"]].notna().all().all()
        assert table[["fine_tuned_low", "fine_tuned_high"]].isna().all().all()  # two replicates have no interval
    assert "Probes against full fine-tuning" in (study / "results/crossed/report.html").read_text()


@pytest.mark.end_to_end
def test_fits_of_a_replicate_share_their_sample_and_those_of_another_do_not(study: Path) -> None:
    scores = {
        (model, replicate): pd.read_parquet(study / f"results/crossed/probes/bios/{model}/original/{replicate}.parquet")
        for model in ("pretrained", "twin")
        for replicate in (0, 1)
    }
    assert not np.allclose(scores["pretrained", 0]["log_odds"], scores["pretrained", 1]["log_odds"])
    assert not np.allclose(scores["pretrained", 0]["log_odds"], scores["twin", 0]["log_odds"])


@pytest.mark.end_to_end
def test_with_folds_every_text_is_predicted_by_one_probe_of_several(study: Path) -> None:
    folder = study / "results/crossed"
    scores = pd.read_parquet(folder / "probes/bios/twin/rebalanced-under1/0.parquet")
    splits = [pd.read_parquet(folder / f"data/bios/{name}.parquet") for name in ("train", "dev", "test")]
    assert sorted(scores.query("testset == 'test'")["id"]) == sorted(pd.concat(splits)["id"])
    assert len(load_file(folder / "probes/bios/twin/rebalanced-under1/0.safetensors")["head.bias"]) == 3
    assert len(load_file(folder / "probes/wiki/twin/original/0.safetensors")["head.bias"]) == 1


@pytest.mark.end_to_end
def test_the_report_opens_with_the_crossed_design(study: Path) -> None:
    page = (study / "results/crossed/report.html").read_text()
    assert page.index("By changing the causes") < page.index("By regression over targets")
    assert "another pre-training seed" in page
    assert (study / "results/crossed/figures/changes-bios.svg").is_file()
    assert "planted" in (study / "results/crossed/tables/effects_of_change.csv").read_text()


@pytest.mark.end_to_end
def test_an_untouched_study_runs_nothing(finished: Path) -> None:
    assert planned(finished, study=OPTIONS) == {}


@pytest.mark.end_to_end
@pytest.mark.parametrize(
    ("old", "new", "jobs"),
    [
        pytest.param("replicates: 3", "replicates: 4", {"fit_probe": 12, "analyze_crossed": 2, "compare_fine_tuned": 2}, id="a replicate"),
        pytest.param(
            "rebalanced: {under: [1], models: []}",
            "rebalanced: {under: [1, 0.5], models: []}",
            {"make_trainset": 1, "measure_dataset_bias": 1, "collect": 1, "analyze": 1},
            id="training data that is not crossed",
        ),
        pytest.param(
            "trainsets: [original, rebalanced-under1, scrubbed-all-1]",
            "trainsets: [original, scrubbed-all-1]",
            {"analyze_crossed": 1},
            id="training data taken out",
        ),
        pytest.param(
            "models: [planted, twin, reversed]",
            "models: [planted, twin, reversed, random_init-t0]",
            # One job scores a model for all tasks, so its scores of bios, which the regression reads, are written again.
            {"hidden_states": 6, "fit_probe": 12, "analyze_crossed": 2, "score_upstream": 1, "collect": 1, "analyze": 1},
            id="a model",
        ),
        pytest.param(
            "scrubbed-all-1], replicates: 2", "scrubbed-all-1], replicates: 3",
            {"fine_tune": 2 + 4, "compare_fine_tuned": 2, "draw_figures": 0}, id="a fine-tuned replicate",
        ),
        pytest.param("replicates: 3", "replicates: 3\n  scale: log_odds", {}, id="the headline's scale"),
        pytest.param(
            "replicates: 3", "replicates: 3\n  inverse_penalty: 0.1", {"fit_probe": 36, "analyze_crossed": 2, "compare_fine_tuned": 2}, id="the penalty"
        ),
    ],
)  # fmt: skip
def test_an_edit_runs_what_depends_on_it(finished: Path, old: str, new: str, jobs: dict[str, int]) -> None:
    edit(finished / STUDY, old, new)
    expected = {rule: count for rule, count in (REPORTED | jobs).items() if count}
    assert planned(finished, study=OPTIONS) == expected


@pytest.mark.end_to_end
def test_a_base_more_trains_its_own_nodes_alone(finished: Path) -> None:
    edit(finished / STUDY, "  reversed:\n", "  third: {type: seed_twin, of: planted}\n  reversed:\n")
    edit(finished / STUDY, "models: [planted, twin, reversed]", "models: [planted, twin, reversed, third]")
    assert planned(finished, study=OPTIONS) == REPORTED | {
        "pretrain_base": 1, "perturb_model": 1, "score_upstream": 1, "hidden_states": 6, "fit_probe": 12, "analyze_crossed": 2,
    }  # fmt: skip
