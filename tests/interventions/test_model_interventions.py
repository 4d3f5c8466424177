"""Interventions on the weights prove themselves."""

from pathlib import Path

import pytest
import torch
from transformers import AutoModelForMaskedLM

from biastransfer.checkpoints.load import load_classifier, load_masked_lm, save_checkpoint
from biastransfer.checkpoints.tokenizer import TOKENIZER_FILES, check_tokenizer
from biastransfer.common.problems import Problem
from biastransfer.interventions.model import gaussian_noise, pretrained, random_init, uniform_noise
from biastransfer.interventions.model.weight_changes import apply, weight_hash
from biastransfer.study import grid

from support.settings import noise_switches

CPU = torch.device("cpu")


NOISE = {"uniform_noise": (uniform_noise.intervene, 3**-0.5), "gaussian_noise": (gaussian_noise.intervene, 1.0)}


@pytest.mark.parametrize("name", NOISE)
def test_noise_has_the_asked_moments_and_touches_one_tensor(checkpoint: Path, name: str) -> None:
    model = load_masked_lm(checkpoint, CPU)
    before = model.get_input_embeddings().weight.detach().clone()
    intervene, per_level = NOISE[name]
    model, proof = apply(model, intervene, 0.5, 11, must_change=True, **noise_switches(name))
    after = model.get_input_embeddings().weight.detach()
    assert list(proof["change"]) == [
        name for name, parameter in model.named_parameters() if parameter is model.get_input_embeddings().weight
    ]
    asked = 0.5 * per_level * float(before.std())
    assert proof["noise_sd"] == pytest.approx(asked, rel=0.05)
    assert abs(proof["noise_mean"]) < 4 * asked / before.numel() ** 0.5
    assert proof["signal_to_noise"] == pytest.approx(float(before.std()) ** 2 / asked**2, rel=0.1)
    assert after.min() >= before.min()
    assert after.max() <= before.max()
    inside = (after > before.min()) & (after < before.max())
    assert proof["clipped_share"] == pytest.approx(float((~inside).float().mean()), abs=0.002)
    assert float((after - before)[inside].std()) == pytest.approx(asked, rel=0.06)


def test_uniform_noise_stays_within_its_bound(checkpoint: Path) -> None:
    model = load_masked_lm(checkpoint, CPU)
    before = model.get_input_embeddings().weight.detach().clone()
    model, _ = apply(model, uniform_noise.intervene, 0.5, 11, must_change=True, **noise_switches("uniform_noise"))
    difference = (model.get_input_embeddings().weight.detach() - before).abs().max()
    assert 0.49 * float(before.std()) < float(difference) <= 0.5001 * float(before.std())


def test_clipping_per_dimension_keeps_every_columns_range(checkpoint: Path) -> None:
    model = load_masked_lm(checkpoint, CPU)
    before = model.get_input_embeddings().weight.detach().clone()
    switches = noise_switches("gaussian_noise", clip="dimension")
    model, _ = apply(model, gaussian_noise.intervene, 1.0, 3, must_change=True, **switches)
    after = model.get_input_embeddings().weight.detach()
    assert (after.amin(0) >= before.amin(0)).all()
    assert (after.amax(0) <= before.amax(0)).all()


@pytest.mark.parametrize("tie_decoder", [True, False])
def test_a_tied_decoder_follows_and_an_untied_one_stays(checkpoint: Path, tmp_path: Path, tie_decoder: bool) -> None:
    model = load_masked_lm(checkpoint, CPU)
    before = model.get_input_embeddings().weight.detach().clone()
    switches = noise_switches("gaussian_noise", tie_decoder=tie_decoder)
    model, proof = apply(model, gaussian_noise.intervene, 1.0, 3, must_change=True, **switches)
    assert proof["decoder"] == ("tied" if tie_decoder else "untied")
    save_checkpoint(model, checkpoint, tmp_path)
    opened = load_masked_lm(tmp_path, CPU)
    decoder, embeddings = opened.get_output_embeddings().weight, opened.get_input_embeddings().weight
    assert (decoder is embeddings) == tie_decoder
    assert torch.equal(decoder, before) == (not tie_decoder)
    assert not torch.equal(embeddings, before)
    ids = torch.tensor([[5, 6, 7]])
    # Equal weights in other places of memory have logits that are equal up to rounding.
    torch.testing.assert_close(opened(input_ids=ids).logits, model(input_ids=ids).logits, rtol=0, atol=1e-5)


def test_random_init_shares_no_weight(checkpoint: Path) -> None:
    model, base = load_masked_lm(checkpoint, CPU), load_masked_lm(checkpoint, CPU)
    model, _ = apply(model, random_init.intervene, None, 11, must_change=True)
    old = dict(base.named_parameters())
    for name, parameter in model.named_parameters():
        if parameter.dim() > 1 and "position" not in name:
            same = (parameter == old[name]) & (parameter != 0)
            assert not same.any(), name
    assert model.get_output_embeddings().weight is model.get_input_embeddings().weight


def test_the_same_seed_gives_the_same_weights_and_another_others(checkpoint: Path) -> None:
    for intervene, level, switches in (
        (gaussian_noise.intervene, 1.0, noise_switches("gaussian_noise")),
        (uniform_noise.intervene, 1.0, noise_switches("uniform_noise")),
        (random_init.intervene, None, {}),
    ):
        hashes = []
        for seed in (5, 5, 6):
            torch.manual_seed(torch.randint(1000, (1,)).item())
            model = load_masked_lm(checkpoint, CPU)
            hashes.append(apply(model, intervene, level, seed, must_change=True, **switches)[1]["sha256_after"])
        assert hashes[0] == hashes[1] != hashes[2]


def test_a_slug_draws_what_it_drew_on_another_day() -> None:
    """The seed of a slug and what is drawn from it are part of the results; these were written down on 2026-11-21."""
    seeds = [grid.derive_seed(1, slug) for slug in ("gaussian_noise-s1-t0", "random_init-t0")]
    assert seeds == [3355279315, 1726103076]
    drawn = torch.randn(3, generator=torch.Generator().manual_seed(seeds[0]))
    torch.testing.assert_close(drawn, torch.tensor([0.3140728, -2.0130579, -2.4793360]), rtol=0, atol=1e-6)


def test_an_intervention_that_changes_nothing_is_an_error(checkpoint: Path) -> None:
    model = load_masked_lm(checkpoint, CPU)
    assert apply(model, pretrained.intervene, None, 0, must_change=False)[1]["change"] == {}
    with pytest.raises(RuntimeError, match="changed no weight"):
        apply(model, pretrained.intervene, None, 0, must_change=True)
    with pytest.raises(RuntimeError, match="changed the control"):
        apply(model, gaussian_noise.intervene, 1.0, 0, must_change=False, **noise_switches("gaussian_noise"))


def test_a_saved_model_is_an_ordinary_checkpoint(checkpoint: Path, tmp_path: Path) -> None:
    switches = noise_switches("gaussian_noise")
    model, _ = apply(load_masked_lm(checkpoint, CPU), gaussian_noise.intervene, 1.0, 0, must_change=True, **switches)
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
    with pytest.raises(Problem, match="which can run any code when it is opened; `biastransfer convert"):
        load_masked_lm(tmp_path, CPU)
