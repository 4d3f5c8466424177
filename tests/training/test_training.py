"""Batches, the training loop, fine-tuning and pre-training."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from biastransfer.checkpoints.load import load_classifier
from biastransfer.checkpoints.tokenizer import load_tokenizer
from biastransfer.common.problems import Problem
from biastransfer.finetune.plain_texts import tokenize
from biastransfer.finetune.predict import predict
from biastransfer.finetune.train import fine_tune
from biastransfer.interventions.model.weight_changes import weight_hash
from biastransfer.pretraining.pretrain import pretrain
from biastransfer.simulate import biographies
from biastransfer.study.base import Architecture, PretrainingRecipe
from biastransfer.tasks.label_by_group_record import SimulatedBiographies
from biastransfer.training.batches import pad, shuffled_batches, sorted_batches
from biastransfer.training.loop import learning_rate_at, train

from support.settings import recipe

CPU = torch.device("cpu")
RECIPE = recipe(4, 5e-3, warmup_share=0.1)
RANDOM = np.random.default_rng(0)


@given(st.lists(st.integers(1, 40), min_size=1, max_size=300), st.integers(1, 17), st.integers(0, 99))
@settings(max_examples=50, deadline=None)
def test_batches_hold_every_row_once(lengths: list[int], size: int, seed: int) -> None:
    for batches in (
        shuffled_batches(np.array(lengths), size, np.random.default_rng(seed)),
        sorted_batches(np.array(lengths), size),
    ):
        assert sorted(np.concatenate(batches).tolist()) == list(range(len(lengths)))
        assert max(map(len, batches)) <= size


def test_batches_waste_little_padding() -> None:
    lengths = np.random.default_rng(0).integers(5, 128, 4000)
    batches = shuffled_batches(lengths, 16, np.random.default_rng(1))
    padded = sum(lengths[batch].max() * len(batch) for batch in batches)
    assert padded < 1.05 * lengths.sum()


def test_padding_masks_what_it_adds_and_nothing_where_it_adds_nothing() -> None:
    ids, attention = pad([[5, 6, 7], [8]], 1, CPU)
    assert ids.tolist() == [[5, 6, 7], [8, 1, 1]]
    assert attention.tolist() == [[1, 1, 1], [1, 0, 0]]
    assert pad([[5, 1], [8, 9]], 1, CPU)[1] is None


def test_the_learning_rate_rises_and_falls_in_straight_lines() -> None:
    rates = [learning_rate_at(step, 100, recipe(1, 2.0, warmup_share=0.1)) for step in range(101)]
    assert rates[9] == rates[10] == 2.0
    assert rates[0] == pytest.approx(0.2)
    assert rates[55] == pytest.approx(1.0)
    assert rates[100] == 0


def test_the_loop_does_what_pytorch_does_by_hand() -> None:
    data = torch.randn(40, 3, generator=torch.Generator().manual_seed(0))
    target = data @ torch.tensor([1.0, -2.0, 0.5])
    batches = [torch.arange(i, i + 8) for i in range(0, 40, 8)]
    ours, hand = (torch.nn.Linear(3, 1, bias=False) for _ in range(2))
    hand.load_state_dict(ours.state_dict())
    how = recipe(2, 0.05, weight_decay=0.1, max_gradient_norm=0.5)
    train(ours, lambda: batches, lambda rows: ((ours(data[rows])[:, 0] - target[rows]) ** 2).mean(), how, RANDOM)
    optimizer = torch.optim.AdamW(hand.parameters(), lr=0.05, weight_decay=0.1)
    schedule = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.0, total_iters=10)
    for rows in batches * 2:
        loss = ((hand(data[rows])[:, 0] - target[rows]) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(hand.parameters(), 0.5)
        optimizer.step()
        schedule.step()
    torch.testing.assert_close(ours.weight, hand.weight, rtol=1e-5, atol=1e-6)


def test_a_loss_that_is_no_number_stops_the_training() -> None:
    model = torch.nn.Linear(1, 1)
    with pytest.raises(Problem, match=r"^learning_rate: the training diverged with"):
        train(model, lambda: [0], lambda batch: model.weight.sum() * float("nan"), RECIPE, RANDOM)


def toy(checkpoint: Path) -> tuple[list[list[int]], np.ndarray]:
    texts = ["She is a nurse.", "He works as a software engineer.", "The attorney had a good day at work."] * 40
    return tokenize(texts, checkpoint / "tokenizer.json", 32), np.array([0, 1, 2] * 40)


def test_fine_tuning_learns_and_predicts_in_the_given_order(checkpoint: Path) -> None:
    tokens, labels = toy(checkpoint)
    model = load_classifier(checkpoint, ["a", "b", "c"], 3, CPU)
    history = fine_tune(model, tokens, labels, recipe(12, 5e-3, warmup_share=0.1))
    assert history[-1].loss < 0.2 < history[0].loss
    probability = predict(model, tokens, batch_size=7)
    assert (probability.argmax(1) == labels).mean() > 0.95
    alone = predict(model, tokens[1:2], batch_size=1)
    np.testing.assert_allclose(alone[0], probability[1], atol=1e-5)


def test_the_same_seed_gives_the_same_weights(checkpoint: Path) -> None:
    tokens, labels = toy(checkpoint)
    hashes = []
    for seed in (1, 1, 2):
        model = load_classifier(checkpoint, ["a", "b", "c"], 3, CPU)
        fine_tune(model, tokens, labels, replace(RECIPE, seed=seed))
        hashes.append(weight_hash(model))
    assert hashes[0] == hashes[1] != hashes[2]


def test_tokenizing_equals_the_checkpoints_own_tokenizer(checkpoint: Path) -> None:
    texts = ["She is a nurse.", "An african american person, he said, wants to become a dietitian. " * 5]
    expected = load_tokenizer(checkpoint)(texts, truncation=True, max_length=20)["input_ids"]
    assert tokenize(texts, checkpoint / "tokenizer.json", 20) == expected


@pytest.mark.parametrize(("pack", "lowercase", "weight"), [(False, False, 0.0), (True, True, 1.0)])
def test_pretraining_beats_the_unigrams_and_repeats(tmp_path: Path, pack: bool, lowercase: bool, weight: float) -> None:
    texts = biographies.corpus(SimulatedBiographies(type="simulated").model_dump(), 3000, 1)
    how = PretrainingRecipe(
        epochs=3, batch_tokens=320, learning_rate=5e-3, pack=pack, max_length=32, sentence_weight=weight
    ).model_dump()
    size = Architecture(hidden_size=32, num_hidden_layers=1, intermediate_size=64).model_dump()
    hashes = []
    for folder in ("a", "b"):
        model, history = pretrain(
            texts, vocabulary=1200, architecture=size, lowercase=lowercase, **how, seed=5, device=CPU,
            folder=tmp_path / folder,
        )  # fmt: skip
        hashes.append(weight_hash(model))
    assert hashes[0] == hashes[1]
    assert history[-1].held_out_loss < history[-1].unigram_loss - 0.3
    tokenizer = load_tokenizer(tmp_path / "a")
    tokens = tokenizer("is a <mask>.", add_special_tokens=False)["input_ids"]
    assert tokens[-2] == tokenizer.mask_token_id
    assert "Ġ" not in tokenizer.convert_ids_to_tokens(tokens), "the mask must take the space before it"
