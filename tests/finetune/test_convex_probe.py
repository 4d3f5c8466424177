"""The head ``convex_probe``, and the logistic regression below it, held against scikit-learn."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler
from transformers import AutoModelForSequenceClassification

from biastransfer.checkpoints.load import save_checkpoint
from biastransfer.common import registry
from biastransfer.finetune import convex_probe
from biastransfer.finetune.logistic_regression import ABSENT, fit, optimum
from biastransfer.finetune.plain_texts import tokenize
from biastransfer.interventions.model.weight_changes import weight_hash

from support.checkpoints import make_checkpoint
from support.settings import recipe

CPU = torch.device("cpu")
CLASSES = ["attorney", "nurse", "software_engineer"]
TEXTS = ["She is kind.", "He works as a brave friend.", "The yoga teacher had a good day.", "They say so, DJ."] * 9
LABELS = np.random.default_rng(0).integers(0, 3, len(TEXTS))


def data(classes: int, rows: int = 240, width: int = 9, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Correlated states far from the origin and on different scales, and labels that they predict in part."""
    random = np.random.default_rng(seed)
    labels = random.permutation(np.arange(rows) % classes)
    states = random.normal(size=(rows, width)) @ random.normal(size=(width, width))
    states += random.normal(size=(classes, width))[labels]
    return states * np.geomspace(0.01, 100, width) + 3, labels


def probabilities(weight: torch.Tensor, bias: torch.Tensor, states: np.ndarray) -> np.ndarray:
    return (torch.tensor(states, dtype=torch.float64) @ weight.T + bias).softmax(1).numpy()


def reference(states: np.ndarray, labels: np.ndarray, c: float, weights: np.ndarray, asked: np.ndarray) -> np.ndarray:
    """scikit-learn's class probabilities, by texts that count."""
    kept = weights > 0
    scaler = StandardScaler().fit(states[kept], sample_weight=weights[kept])
    regression = LogisticRegression(C=c, tol=1e-10, max_iter=20_000)
    regression.fit(scaler.transform(states[kept]), labels[kept], sample_weight=weights[kept])
    return regression.predict_proba(scaler.transform(asked))


# --- the regression ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("classes", [2, 5])
@pytest.mark.parametrize("c", [0.02, 1.0, 30.0])
def test_probabilities_are_those_of_scikit_learn(classes: int, c: float, dtype: type) -> None:
    states, labels = data(classes)
    states = states.astype(dtype)
    new = data(classes, seed=1)[0]
    for weights in (np.ones(240), np.random.default_rng(2).poisson(1, 240), np.random.default_rng(3).random(240)):
        found = fit(states, labels, classes, inverse_penalty=c, weights=weights)
        expected = reference(states.astype(float), labels, c, weights.astype(float), new)
        np.testing.assert_allclose(probabilities(*found, new), expected, atol=1e-4)


def test_more_states_than_texts() -> None:
    states, labels = data(4, rows=40, width=100)
    found = fit(states, labels, 4, inverse_penalty=1.0)
    expected = reference(states, labels, 1.0, np.ones(40), states)
    np.testing.assert_allclose(probabilities(*found, states), expected, atol=1e-4)


def test_two_classes_have_opposite_rows_of_half_of_scikit_learns_coefficients() -> None:
    states, labels = data(2)
    weight, _ = fit(states, labels, 2, inverse_penalty=0.5)
    scaler = StandardScaler().fit(states)
    regression = LogisticRegression(C=0.5, tol=1e-10, max_iter=20_000).fit(scaler.transform(states), labels)
    np.testing.assert_allclose(weight[1].numpy() * scaler.scale_, regression.coef_[0] / 2, atol=1e-4)
    torch.testing.assert_close(weight[0], -weight[1])


def test_a_weight_is_a_number_of_copies() -> None:
    """A weight of 0 takes a text out of the standardisation too, here one far from all others."""
    states, labels = data(5)
    counts = np.random.default_rng(4).integers(0, 4, 240)
    states[counts == 0] += 1e4
    weighted = fit(states, labels, 5, inverse_penalty=0.1, weights=counts)
    copied = fit(states.repeat(counts, 0), labels.repeat(counts), 5, inverse_penalty=0.1)
    near = states[counts > 0]
    np.testing.assert_allclose(probabilities(*weighted, near), probabilities(*copied, near), atol=1e-5)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_a_constant_column_says_nothing(dtype: type) -> None:
    states, labels = data(3)
    plain = fit(states.astype(dtype), labels, 3, inverse_penalty=1.0)
    random = np.random.default_rng(5)
    constants = np.stack(
        [np.zeros(240), np.full(240, 0.1), 0.7 * (1 + np.finfo(dtype).eps * random.choice([0, 1], 240))]
    )
    weight, bias = fit(np.hstack([constants.T, states]).astype(dtype), labels, 3, inverse_penalty=1.0)
    assert weight[:, :3].abs().max() < 1e-3
    found = probabilities(weight, bias, np.hstack([constants.T, states]).astype(dtype))
    np.testing.assert_allclose(found, probabilities(*plain, states.astype(dtype)), atol=1e-5)


@pytest.mark.parametrize("present", [[1, 2, 4], [0, 3]])
def test_a_class_without_texts_is_never_predicted(present: list[int]) -> None:
    """The others are as if it did not exist, also for a text far from all others."""
    states, labels = data(5)
    weights = np.isin(labels, present).astype(float)
    asked = np.vstack([states, 50 * states])
    found = probabilities(*fit(states, labels, 5, inverse_penalty=1.0, weights=weights), asked)
    absent = np.setdiff1d(np.arange(5), present)
    assert np.isfinite(found).all()
    assert found[:, absent].max() <= ABSENT
    np.testing.assert_allclose(found[:240, present], reference(states, labels, 1.0, weights, states), atol=1e-4)


def test_one_class_alone_is_certain() -> None:
    states, _ = data(2)
    found = probabilities(*fit(states, np.ones(240, int), 3, inverse_penalty=1.0), states)
    assert found[:, 1].min() > 1 - 1e-5


def test_a_fit_repeats_and_its_start_does_not_matter() -> None:
    states, labels = data(5)
    for array in (states, labels):
        array.setflags(write=False)  # as arrays from a table are
    one, same = (fit(states, labels, 5, inverse_penalty=1.0) for _ in range(2))
    assert all(torch.equal(a, b) for a, b in zip(one, same, strict=True))
    counts = np.random.default_rng(6).poisson(1, 240)
    cold = optimum(states, labels, 5, inverse_penalty=1.0, weights=counts)
    warm = optimum(states, labels, 5, inverse_penalty=1.0, weights=counts, start=one)
    expected = probabilities(cold.weight, cold.bias, states)
    np.testing.assert_allclose(probabilities(warm.weight, warm.bias, states), expected, atol=1e-5)
    assert optimum(states, labels, 5, inverse_penalty=1.0, start=one).steps == 0


def test_a_start_that_lacks_a_class_is_left_behind() -> None:
    states, labels = data(5)
    without = fit(states, labels, 5, inverse_penalty=30.0, weights=(labels != 2).astype(float))
    found = fit(states, labels, 5, inverse_penalty=1.0, start=without)
    expected = probabilities(*fit(states, labels, 5, inverse_penalty=1.0), states)
    np.testing.assert_allclose(probabilities(*found, states), expected, atol=1e-5)


def test_the_loss_is_that_of_the_texts() -> None:
    states, labels = data(5)
    counts = np.random.default_rng(7).poisson(1, 240)
    found = optimum(states, labels, 5, inverse_penalty=1.0, weights=counts)
    of_texts = -np.log(probabilities(found.weight, found.bias, states)[np.arange(240), labels])
    assert found.loss == pytest.approx(np.average(of_texts, weights=counts), abs=1e-9)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"weights": np.zeros(240)}, "positive weight"),
        ({"weights": np.full(240, -1.0)}, "not negative"),
        ({"weights": np.full(240, np.nan)}, "finite"),
        ({"classes": 4}, "class numbers from 0 to 3"),
    ],
)
def test_an_impossible_fit_is_an_error(changes: dict, words: str) -> None:
    states, labels = data(5)
    with pytest.raises(ValueError, match=words):
        fit(states, labels, **{"classes": 5, "inverse_penalty": 1.0, **changes})


# --- the head ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def roberta(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_checkpoint("roberta-bpe", tmp_path_factory.mktemp("roberta"))


def test_a_head_predicts_what_scikit_learn_predicts(roberta: Path) -> None:
    tokens = tokenize(TEXTS, roberta / "tokenizer.json", 32)
    probe = convex_probe.load(roberta, CLASSES, 0, CPU)
    (row,) = convex_probe.fine_tune(probe, tokens, LABELS, recipe(1, 1e-2))
    states = convex_probe.mean_states(probe, tokens).double().numpy()
    expected = reference(states, LABELS, convex_probe.INVERSE_PENALTY, np.ones(len(TEXTS)), states)
    np.testing.assert_allclose(convex_probe.predict(probe, tokens, batch_size=7), expected, atol=1e-4)
    assert row.loss == pytest.approx(-np.log(expected[np.arange(len(TEXTS)), LABELS]).mean(), abs=1e-4)


def test_the_recipe_and_the_seed_do_not_matter(roberta: Path) -> None:
    tokens = tokenize(TEXTS, roberta / "tokenizer.json", 32)
    hashes = []
    for seed, rate, epochs in ((1, 1e-2, 3), (1, 1e-2, 3), (2, 1.0, 0.5)):
        probe = convex_probe.load(roberta, CLASSES, seed, CPU)
        convex_probe.fine_tune(probe, tokens, LABELS, recipe(epochs, rate, seed=seed))
        hashes.append(weight_hash(probe))
    assert all(one == other for one, other in pairwise(hashes))


def test_its_checkpoint_opens_as_that_of_a_linear_probe(roberta: Path, tmp_path: Path) -> None:
    tokens = tokenize(TEXTS, roberta / "tokenizer.json", 32)
    probe = convex_probe.load(roberta, CLASSES, 0, CPU)
    convex_probe.fine_tune(probe, tokens, LABELS, recipe(1, 1e-2))
    probability = convex_probe.predict(probe, tokens, batch_size=7)
    save_checkpoint(probe, roberta, tmp_path)
    before, after = (load_file(folder / "model.safetensors") for folder in (roberta, tmp_path))
    assert {name for name in after if not name.startswith("inner.")} == {"head.weight", "head.bias"}
    for name, tensor in before.items():
        assert torch.equal(tensor, after[f"inner.{name}"]), name
    opened = AutoModelForSequenceClassification.from_pretrained(tmp_path)
    assert opened.config.id2label == dict(enumerate(CLASSES))
    np.testing.assert_allclose(convex_probe.predict(opened, tokens, batch_size=7), probability, atol=1e-6)


def test_its_record_names_it() -> None:
    record = registry.heads()["convex_probe"]
    assert registry.load(record.module) is convex_probe
    assert not record.trains_encoder
