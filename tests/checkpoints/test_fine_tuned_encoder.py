"""Scores after fine-tuning: the run's encoder with the language-model head of the model that it started from."""

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from safetensors.torch import load_file, save_file

from biastransfer.checkpoints.fine_tuned_encoder import load_intermediate
from biastransfer.checkpoints.load import load_classifier, load_masked_lm, save_checkpoint
from biastransfer.checkpoints.projected import project
from biastransfer.checkpoints.tokenizer import load_tokenizer
from biastransfer.upstream import pronoun_ranking

from support.measures import COMPARE, CPU, OCCUPATIONS, read
from support.settings import measure_switches

RANKING = measure_switches("pronoun_ranking")


@pytest.fixture(params=[False, True], ids=["plain", "projected"])
def model_and_run(request: pytest.FixtureRequest, checkpoint: Path, tmp_path: Path) -> tuple[Path, Path]:
    """A model and a classifier made from it whose every weight has moved, as fine-tuning does."""
    model = checkpoint
    if request.param:
        random = np.random.default_rng(0)
        parts = [random.normal(size=shape).astype(np.float32) / 6 for shape in ((32, 1), (1, 32), (32,))]
        model = tmp_path / "model"
        save_checkpoint(project(load_masked_lm(checkpoint, CPU), *parts), checkpoint, model)
    classifier = load_classifier(model, ["a", "b", "c"], 0, CPU)
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for parameter in classifier.parameters():
            parameter += 0.05 * torch.randn(parameter.shape, generator=generator)
    save_checkpoint(classifier, model, tmp_path / "run")
    return model, tmp_path / "run"


def head(model: torch.nn.Module, hidden: torch.Tensor) -> torch.Tensor:
    """A masked language model's head, architecture by architecture."""
    inner = getattr(model, "inner", model)
    if hasattr(inner, "lm_head"):
        return inner.lm_head(hidden)
    if hasattr(inner, "cls"):
        return inner.cls(hidden)
    return inner.vocab_projector(inner.vocab_layer_norm(inner.activation(inner.vocab_transform(hidden))))


@torch.no_grad()
@pytest.mark.parametrize("decoder", ["original", "tied"])
def test_logits_are_those_of_the_two_halves(model_and_run: tuple[Path, Path], decoder: str) -> None:
    model, run = model_and_run
    ids = torch.tensor([[2, 9, 14, 30, 21, 3]])
    before, classifier = load_masked_lm(model, CPU), load_classifier(run, ["a", "b", "c"], 0, CPU)
    hidden = classifier.base_model(input_ids=ids)[0]
    if decoder == "tied":
        before.get_output_embeddings().weight = classifier.get_input_embeddings().weight
    expected = head(before, hidden)
    found = load_intermediate(model, run, decoder, CPU)(input_ids=ids).logits
    assert torch.allclose(found, expected, atol=1e-5)
    other = load_intermediate(model, run, "tied" if decoder == "original" else "original", CPU)(input_ids=ids).logits
    assert (found - other).abs().max() > 0.01
    assert (found - load_masked_lm(model, CPU)(input_ids=ids).logits).abs().max() > 0.1


@pytest.mark.parametrize("decoder", ["original", "tied"])
def test_a_run_that_learnt_nothing_has_the_upstream_scores(checkpoint: Path, tmp_path: Path, decoder: str) -> None:
    save_checkpoint(load_classifier(checkpoint, ["a", "b"], 0, CPU), checkpoint, tmp_path)
    scores = [
        pronoun_ranking.score(
            model, load_tokenizer(checkpoint), read("pronoun_ranking"), OCCUPATIONS, compare=COMPARE, **RANKING
        )
        for model in (load_masked_lm(checkpoint, CPU), load_intermediate(checkpoint, tmp_path, decoder, CPU))
    ]
    pd.testing.assert_frame_equal(*scores, rtol=0, atol=1e-5)


def test_a_run_without_an_encoder_is_an_error(checkpoint: Path, tmp_path: Path) -> None:
    save_checkpoint(load_classifier(checkpoint, ["a", "b"], 0, CPU), checkpoint, tmp_path)
    weights = load_file(tmp_path / "model.safetensors")
    dropped = next(name for name in weights if name.endswith("word_embeddings.weight"))
    save_file({name: tensor for name, tensor in weights.items() if name != dropped}, tmp_path / "model.safetensors")
    with pytest.raises(ValueError, match="word_embeddings"):
        load_intermediate(checkpoint, tmp_path, "original", CPU)


@pytest.mark.end_to_end
def test_the_workflow_has_a_score_for_every_run(tiny_study: Path) -> None:
    root = tiny_study / "results" / "tiny"
    bias = pd.read_parquet(root / "bias.parquet")
    assert bias["intermediate"].notna().all()
    ranking = bias["upstream_measure"] == "pronoun_ranking"
    assert (bias["they_change"].notna() == ranking).all()
    place = "pronoun_ranking/bios/gaussian_noise-s0.5-t0/original/0.parquet"
    after = pd.read_parquet(root / "intermediate" / place).set_index(["target", "template"])
    before = pd.read_parquet(root / "upstream/pronoun_ranking/gaussian_noise-s0.5-t0.parquet")
    rows = bias[bias["model"] == "gaussian_noise-s0.5-t0"].set_index(["target", "template"])
    before = before.set_index(["target", "template"]).loc[rows.index]
    pd.testing.assert_series_equal(rows["intermediate"], after.loc[rows.index, "score"], check_names=False)
    change = after.loc[rows.index, "neutral"] - before["neutral"]
    pd.testing.assert_series_equal(rows["they_change"], change, check_names=False)


@pytest.mark.end_to_end
def test_another_decoder_gives_other_scores(tiny_study: Path, tmp_path: Path) -> None:
    root = tiny_study / "results" / "tiny"
    folder = shutil.copytree(root / "runs/bios/pretrained/original/0", tmp_path / "run")
    model = load_intermediate(root / "models/pretrained", folder, "tied", CPU)
    tied = pronoun_ranking.score(
        model, load_tokenizer(folder), read("pronoun_ranking"), {"nurse": "nurse"}, compare=COMPARE, **RANKING
    )
    stored = pd.read_parquet(root / "intermediate/pronoun_ranking/bios/pretrained/original/0.parquet")
    stored = stored[stored["target"] == "nurse"]["first"].to_numpy()
    assert np.abs(tied["first"].to_numpy() - stored).max() > 1e-4
