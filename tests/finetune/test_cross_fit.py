"""Cross-fitted probes against scikit-learn, one fold at a time."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from biastransfer.finetune.cross_fit import OUTSIDE, cross_fit

CLASSES, WIDTH, INVERSE_PENALTY = 3, 6, 0.5


@pytest.fixture(scope="module")
def texts() -> dict[str, np.ndarray]:
    random = np.random.default_rng(4)
    states = random.normal(size=(240, WIDTH)).astype(np.float32)
    labels = (states[:, :CLASSES] + random.normal(size=(240, CLASSES))).argmax(1)
    return {
        "states": states, "labels": labels, "folds": random.integers(0, 4, 240), "times": random.poisson(1, 240),
        "outside": random.normal(size=(30, WIDTH)).astype(np.float32),
    }  # fmt: skip


def expected(texts: dict[str, np.ndarray], used: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    """Probabilities of scikit-learn's regression on the texts that are used, as often as they occur."""
    rows = np.repeat(np.flatnonzero(used), texts["times"][used])
    mean, spread = texts["states"][rows].mean(0), texts["states"][rows].std(0)
    model = LogisticRegression(C=INVERSE_PENALTY, tol=1e-8, max_iter=5000)
    model.fit((texts["states"][rows] - mean) / spread, texts["labels"][rows])
    return model.predict_proba((predicted - mean) / spread)


def test_every_text_is_predicted_by_a_probe_without_its_fold_and_others_by_all_texts(texts) -> None:
    predicted = np.concatenate([texts["states"], texts["outside"]])
    of_predicted = np.concatenate([texts["folds"], np.full(30, OUTSIDE)])
    found = cross_fit(
        texts["states"], texts["labels"], texts["folds"], predicted, of_predicted, CLASSES,
        inverse_penalty=INVERSE_PENALTY, times=texts["times"],
    )  # fmt: skip
    assert found.weight.shape == (5, CLASSES, WIDTH)
    assert found.bias.shape == (5, CLASSES)
    odds = np.exp(found.logits - found.logits.max(1, keepdims=True))
    probability = odds / odds.sum(1, keepdims=True)
    for fold in (OUTSIDE, 0, 1, 2, 3):
        wanted = of_predicted == fold
        assert np.allclose(
            probability[wanted], expected(texts, texts["folds"] != fold, predicted[wanted]), atol=1e-3
        ), fold
