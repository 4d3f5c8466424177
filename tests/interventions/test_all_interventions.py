"""Every intervention as a node of the workflow: what it leaves on disk, what it proves, and what an edit re-runs."""

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from biastransfer.checkpoints.load import load_classifier, load_masked_lm
from biastransfer.engine.side_cars import read_json

from support.workflow import INTERVENTIONS, REPORT, edit, planned, snakemake

pytestmark = pytest.mark.end_to_end
STUDY = Path("tests/studies/interventions.yaml")
RUN = {task: {"fine_tune": 1, f"score_run_{task}": 1, "measure_changes": 1} for task in ("bios", "wiki")}
"""Jobs of one run of a task, and of its comparison with the control."""


@pytest.fixture(scope="module")
def root(interventions_study: Path) -> Path:
    return interventions_study / "results" / "interventions"


@pytest.fixture
def finished(interventions_study: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "copy"
    shutil.copytree(interventions_study, folder, symlinks=True)
    return folder


def jobs_after(folder: Path) -> dict[str, int]:
    """Jobs of a dry run without those of the analysis and the report."""
    jobs = planned(folder, study=INTERVENTIONS)
    assert not jobs or set(jobs) >= REPORT
    return {rule: count for rule, count in jobs.items() if rule not in REPORT}


def test_every_run_has_rows_and_groups(root: Path) -> None:
    bias = pd.read_parquet(root / "bias.parquet")
    runs = bias.groupby(["task", "model", "trainset"])
    assert set(runs.size()) == {140, 350}
    groups = {key: rows["groups"].iloc[0].tolist() for key, rows in runs}
    assert groups["bios", "pretrained", "original"] == ["pretrained", "mitigated", "all_pretrained"]
    assert groups["bios", "sentdebias-g50", "original"] == ["mitigated", "all_pretrained"]
    assert groups["bios", "pretrained", "rebalanced-over0.25-under0.75"] == ["balanced", "all_pretrained"]
    assert groups["bios", "pretrained", "proxies_scrubbed-n5-random"] == ["proxies_control", "all_pretrained"]
    assert groups["wiki", "random_init-t0", "scrubbed-all-0.5"] == ["scrubbed_random"]
    assert len(groups) == 3 + 1 + 2 + 2 + 1 + 1 + 2 + 4
    done = runs[["intervention", "level"]].first()
    assert done.loc["wiki", "random_init-t0", "scrubbed-all-0.5"].tolist() == ["scrubbed", 0.5]
    assert done.loc["bios", "pretrained", "rebalanced-over1"].tolist() == ["rebalanced", 1.0]
    assert done.loc["wiki", "uniform_noise-c0.5-t0", "original"].tolist() == ["uniform_noise", 0.5]


def test_dataset_bias_is_measured_on_each_trainset(root: Path) -> None:
    bias = pd.read_parquet(root / "bias.parquet").groupby(["task", "trainset", "target"])[["prevalence"]].first()
    without = read_json(root / "trainsets/bios/rebalanced-over1.json")["labels_without_rarer_group"]
    balanced = bias.loc["bios", "rebalanced-over1"].drop(index=without)
    assert len(balanced) > 20
    assert np.allclose(balanced, 0.5)
    assert not np.allclose(bias.loc["bios", "original"], 0.5, atol=0.1)
    assert bias.loc["wiki", "scrubbed-all-1"].isna().all(axis=None)
    assert bias.loc["wiki", "original"].notna().all(axis=None)
    half = pd.read_parquet(root / "dataset_bias/wiki/scrubbed-all-0.5.parquet").set_index("target")
    whole = pd.read_parquet(root / "dataset_bias/wiki/original.parquet").set_index("target")
    assert (half["n"] - whole["n"] / 2).abs().max() <= 1


def test_trainsets_keep_ids_and_say_what_they_did(root: Path) -> None:
    original = pd.read_parquet(root / "trainsets/bios/original.parquet").set_index("id")
    for file in (root / "trainsets/bios").glob("*.parquet"):
        rows = pd.read_parquet(file)
        assert set(rows["id"].str.removesuffix("/swapped")) <= set(original.index), file.name
        facts = json.loads(file.with_suffix(".json").read_text())
        if "rows_after" in facts:
            assert facts["rows_after"] == len(rows)
    proxies, control = (read_json(root / f"trainsets/bios/proxies_scrubbed-n5{kind}.json") for kind in ("", "-random"))
    assert len(proxies["replaced"]) == 10
    assert not set(proxies["replaced"]) & set(control["replaced"])
    text = pd.read_parquet(root / "trainsets/bios/proxies_scrubbed-n5.parquet")["text"].str.lower()
    assert not text.str.contains(rf"\b(?:{'|'.join(proxies['replaced'])})\b").any()
    assert read_json(root / "trainsets/bios/swapped-0.5.json")["swapped"] > 0


def test_models_prove_their_intervention(root: Path) -> None:
    control = read_json(root / "models/pretrained/intervention.json")
    assert control["sha256_before"] == control["sha256_after"]
    for folder in (root / "models").iterdir():
        proof = read_json(folder / "intervention.json")
        assert proof["sha256_before"] == control["sha256_after"]
        assert bool(proof["change"]) == (folder.name != "pretrained")
    leace = read_json(root / "models/leace-g1/intervention.json")
    assert abs(leace["component_ratio"]) < 1e-5
    assert leace["change_outside"] < 1e-5
    noise = read_json(root / "models/uniform_noise-c0.5-t0/intervention.json")
    assert noise["decoder"] == "untied"
    assert noise["noise_sd"] == pytest.approx(0.5 * noise["embedding_sd"] / 3**0.5, rel=0.03)


def test_a_model_debiased_at_its_output_is_not_scored_like_the_plain_one(root: Path) -> None:
    """Upstream scores, saved weights and predictions of the fine-tuned model all come from the projected model."""
    cpu = torch.device("cpu")
    ids = torch.tensor([[5, 6, 7, 8]])
    for slug in ("sentdebias-g1", "sentdebias-g50"):
        scores, plain = (
            pd.read_parquet(root / f"upstream/pronoun_ranking/{name}.parquet")["score"] for name in (slug, "pretrained")
        )
        assert (scores - plain).abs().max() > 1e-4
        opened = load_masked_lm(root / "models" / slug, cpu)
        assert opened.config.model_type == "biastransfer_projected"
        run = load_classifier(root / "runs/bios" / slug / "original/0", [str(i) for i in range(28)], 0, cpu)
        assert torch.equal(run.projection_right, opened.projection_right)
    model = load_masked_lm(root / "models/sentdebias-g1", cpu)
    run = load_classifier(root / "runs/bios/sentdebias-g1/original/0", [str(i) for i in range(28)], 0, cpu)
    for projected in (model, run):
        with torch.no_grad():
            hidden = projected.base_model(input_ids=ids).last_hidden_state
        assert float((hidden @ projected.projection_right.T).abs().max()) < 1e-5 * float(hidden.abs().max()) * 16


def test_a_scrubbing_share_adds_its_own_nodes(finished: Path) -> None:
    edit(finished / STUDY, "shares: [0.5, 1]", "shares: [0.5, 0.7, 1]")
    assert jobs_after(finished) == {
        "make_trainset": 1, "measure_dataset_bias": 1, "tokenize_trainset": 1, "fine_tune": 2, "score_run_wiki": 2,
        "measure_changes": 1,
    }  # fmt: skip


def test_a_strength_adds_its_own_nodes_and_finds_no_subspace_again(finished: Path) -> None:
    edit(finished / STUDY, "levels: [0, 1, 50]", "levels: [0, 1, 2, 50]")
    assert jobs_after(finished) == {"perturb_model": 1, "score_upstream_of_bios": 1} | RUN["bios"]


def test_a_word_pair_re_runs_what_is_found_with_it(finished: Path) -> None:
    edit(finished / "workflow/words/definitional_pairs.yaml", "  - [gal, guy]\n", "")
    assert jobs_after(finished) == {
        "fit_projection": 2, "perturb_model": 3, "score_upstream_of_bios": 3,
        "score_proxy_words": 1, "make_trainset": 2, "measure_dataset_bias": 2, "tokenize_trainset": 2,
        "fine_tune": 5, "score_run_bios": 5, "measure_changes": 1,
    }  # fmt: skip


def test_a_switch_re_runs_its_own_models(finished: Path) -> None:
    edit(finished / STUDY, "clip: dimension", "clip: global")
    assert jobs_after(finished) == {"perturb_model": 1, "score_upstream_of_wiki": 1} | RUN["wiki"]


def test_an_intervention_taken_out_trains_nothing(finished: Path) -> None:
    edit(finished / STUDY, "  swapped: {shares: [0.5]}\n", "")
    assert jobs_after(finished) == {"measure_changes": 1}


def test_word_vectors_take_the_place_of_the_bases_embeddings(finished: Path) -> None:
    """Vectors in which two hobbies lie on the two sides, and everything else in the middle."""
    lines = {"she": 1, "he": -1, "her": 1, "his": -1, "pottery": 1, "fishing": -1}
    words = {word for text in pd.read_parquet(finished / "results/interventions/data/bios/train.parquet")["text"]
             for word in text.lower().replace(".", "").split()}  # fmt: skip
    lines = {word: 0 for word in sorted(words) if word.isalpha()} | lines
    (finished / "vectors.txt").write_text("".join(f"{word} {side} 1\n" for word, side in lines.items()))
    edit(finished / STUDY, "{words: [5], min_count: 5}", "{thresholds: [0.5], min_count: 5, vectors: vectors.txt}")
    assert set(jobs_after(finished)) == {
        "score_proxy_words", "make_trainset", "measure_dataset_bias", "tokenize_trainset", *RUN["bios"],
    }  # fmt: skip
    snakemake(finished, "--cores", "2", *INTERVENTIONS, "--until", "make_trainset")
    facts = read_json(finished / "results/interventions/trainsets/bios/proxies_scrubbed-c0.5.json")
    assert facts["replaced"] == ["pottery", "fishing"]
