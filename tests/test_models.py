"""Interventions on the weights prove themselves."""

from pathlib import Path

import pytest
import torch
from transformers import AutoModelForMaskedLM

from biastransfer.models import gaussian_noise, pretrained, random_init
from biastransfer.models.proof import apply, weight_hash
from biastransfer.problems import Problem
from biastransfer.training.load import (
    TOKENIZER_FILES,
    check_tokenizer,
    load_classifier,
    load_masked_lm,
    save_checkpoint,
)

CPU = torch.device("cpu")


def test_gaussian_noise_has_the_asked_moments_and_touches_one_tensor(checkpoint: Path) -> None:
    model = load_masked_lm(checkpoint, CPU)
    before = model.get_input_embeddings().weight.detach().clone()
    proof = apply(model, gaussian_noise.intervene, 0.5, 11, must_change=True)
    after = model.get_input_embeddings().weight.detach()
    assert list(proof["change"]) == [
        name for name, parameter in model.named_parameters() if parameter is model.get_input_embeddings().weight
    ]
    assert proof["noise_sd"] == pytest.approx(0.5 * float(before.std()), rel=0.05)
    assert after.min() >= before.min()
    assert after.max() <= before.max()
    inside = (after > before.min()) & (after < before.max())
    difference = (after - before)[inside]
    assert abs(float(difference.mean())) < 0.05 * float(before.std())
    assert float(difference.std()) == pytest.approx(0.5 * float(before.std()), rel=0.06)


def test_random_init_shares_no_weight(checkpoint: Path) -> None:
    model, base = load_masked_lm(checkpoint, CPU), load_masked_lm(checkpoint, CPU)
    apply(model, random_init.intervene, None, 11, must_change=True)
    old = dict(base.named_parameters())
    for name, parameter in model.named_parameters():
        if parameter.dim() > 1 and "position" not in name:
            same = (parameter == old[name]) & (parameter != 0)
            assert not same.any(), name
    assert model.get_output_embeddings().weight is model.get_input_embeddings().weight


def test_the_same_seed_gives_the_same_weights_and_another_others(checkpoint: Path) -> None:
    hashes = []
    for intervene, level in ((gaussian_noise.intervene, 1.0), (random_init.intervene, None)):
        for seed in (5, 5, 6):
            torch.manual_seed(torch.randint(1000, (1,)).item())
            model = load_masked_lm(checkpoint, CPU)
            hashes.append(apply(model, intervene, level, seed, must_change=True)["sha256_after"])
    assert hashes[0] == hashes[1] != hashes[2]
    assert hashes[3] == hashes[4] != hashes[5]


def test_an_intervention_that_changes_nothing_is_an_error(checkpoint: Path) -> None:
    model = load_masked_lm(checkpoint, CPU)
    assert apply(model, pretrained.intervene, None, 0, must_change=False)["change"] == {}
    with pytest.raises(RuntimeError, match="changed no weight"):
        apply(model, pretrained.intervene, None, 0, must_change=True)
    with pytest.raises(RuntimeError, match="changed the control"):
        apply(model, gaussian_noise.intervene, 1.0, 0, must_change=False)


def test_a_saved_model_is_an_ordinary_checkpoint(checkpoint: Path, tmp_path: Path) -> None:
    model = load_masked_lm(checkpoint, CPU)
    apply(model, gaussian_noise.intervene, 1.0, 0, must_change=True)
    expected = weight_hash(model)
    save_checkpoint(model, checkpoint, tmp_path)
    assert {file.name for file in tmp_path.iterdir()} >= {"config.json", "model.safetensors", *TOKENIZER_FILES}
    assert weight_hash(AutoModelForMaskedLM.from_pretrained(tmp_path, dtype=torch.float32)) == expected


def test_a_checkpoint_without_the_head_is_refused(checkpoint: Path, tmp_path: Path) -> None:
    save_checkpoint(load_masked_lm(checkpoint, CPU).base_model, checkpoint, tmp_path)
    with pytest.raises(Problem, match="has no masked-language-model head"):
        load_masked_lm(tmp_path, CPU)


def test_all_models_start_from_the_same_head(checkpoint: Path, tmp_path: Path) -> None:
    model = load_masked_lm(checkpoint, CPU)
    apply(model, random_init.intervene, None, 1, must_change=True)
    save_checkpoint(model, checkpoint, tmp_path)
    one, other = (load_classifier(folder, ["a", "b", "c"], 9, CPU) for folder in (checkpoint, tmp_path))
    third = load_classifier(checkpoint, ["a", "b", "c"], 10, CPU)
    head = [name for name, _ in one.named_parameters() if "classifier" in name]
    assert head
    for name in head:
        ours, theirs, others = (dict(found.named_parameters())[name] for found in (one, other, third))
        assert torch.equal(ours, theirs)
        assert torch.equal(ours, others) == name.endswith("bias")
    assert one.config.id2label == {0: "a", 1: "b", 2: "c"}


def test_a_tokenizer_that_is_missing_or_does_not_fit_is_refused(checkpoint: Path, tmp_path: Path) -> None:
    model = load_masked_lm(checkpoint, CPU)
    check_tokenizer(checkpoint, model)
    model.save_pretrained(tmp_path)
    with pytest.raises(Problem, match="has no tokenizer; one of these files is needed"):
        check_tokenizer(tmp_path, model)
    model.resize_token_embeddings(2 * model.config.vocab_size)
    with pytest.raises(Problem, match="they do not fit"):
        check_tokenizer(checkpoint, model)


def test_weights_that_are_no_safetensors_are_refused(checkpoint: Path, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_bytes((checkpoint / "config.json").read_bytes())
    (tmp_path / "pytorch_model.bin").write_bytes(b"pickle")
    with pytest.raises(Problem, match="cannot be opened as a masked language model with safetensors weights"):
        load_masked_lm(tmp_path, CPU)
