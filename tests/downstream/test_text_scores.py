"""Scores of single texts, and which texts a target's bias compares."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import softmax

from biastransfer.downstream import false_positives, true_positives
from biastransfer.downstream.text_scores import of_predictions, of_texts, text_scores

CLASSES = ["a", "b", "c"]
LABELS = ["a", "c", "b", "b"]
LOGITS = np.array([[2.0, 0.0, -1.0], [0.5, 1.0, 0.0], [0.0, 3.0, 1.0], [90.0, 0.0, 1.0]])
TEXTS = pd.DataFrame({"id": list("wxyz"), "testset": "test", "label": LABELS})


def test_a_text_is_scored_for_its_own_label() -> None:
    found = text_scores(TEXTS, LOGITS, CLASSES)
    probability = softmax(LOGITS, axis=1)[range(4), [0, 2, 1, 1]]
    assert found["probability"].to_numpy() == pytest.approx(probability, abs=1e-12)
    assert found["hit"].tolist() == [1, 0, 1, 0] == found["correct"].astype(int).tolist()
    assert found["log_odds"].to_numpy()[:3] == pytest.approx(np.log(probability / (1 - probability))[:3])
    assert found["log_odds"].to_numpy()[3] == pytest.approx(-90, abs=1e-6)  # where 1 - p would round to 1


def test_a_text_is_scored_for_the_flag() -> None:
    texts = TEXTS.assign(label=["flagged", "not_flagged", "not_flagged", "flagged"])
    found = text_scores(texts, LOGITS[:, :2], ["not_flagged", "flagged"], "flagged")
    assert found["hit"].tolist() == [0, 1, 1, 0]
    assert found["correct"].tolist() == [False, False, False, False]
    assert found["probability"].to_numpy() == pytest.approx(softmax(LOGITS[:, :2], axis=1)[:, 1])


def test_predictions_of_a_fine_tuned_model_are_scored_as_logits_are() -> None:
    predictions = TEXTS.assign(probability=list(softmax(LOGITS, axis=1).astype(np.float32)))
    found, expected = of_predictions(predictions, CLASSES), text_scores(TEXTS, LOGITS, CLASSES)
    columns = ["probability", "log_odds"]
    assert found[columns][:3].to_numpy() == pytest.approx(expected[columns][:3].to_numpy(), rel=1e-5)
    assert found["log_odds"][3] == pytest.approx(np.log(np.finfo(np.float32).tiny))  # -90 is below what float32 holds
    assert found["hit"].equals(expected["hit"])


def test_scores_are_put_in_the_order_of_the_texts() -> None:
    scores = text_scores(TEXTS, LOGITS, CLASSES)
    assert of_texts(scores, TEXTS.iloc[[2, 0]])["probability"].tolist() == scores["probability"][[2, 0]].tolist()
    with pytest.raises(ValueError, match="1 texts have no score"):
        of_texts(scores[:3], TEXTS)


def test_the_texts_of_a_label_are_split_by_group() -> None:
    data = pd.DataFrame({"label": ["a", "a", "b", "a"], "group": ["x", "y", "x", "z"]})
    pairs = true_positives.compared_texts(data, ["a", "b"], ["x", "y"])
    assert [part.tolist() for part in pairs["a"]] == [[0], [1]]
    assert [part.tolist() for part in pairs["b"]] == [[2], []]
    assert [part.tolist() for part in true_positives.compared_texts(data, ["a"], ["x", "rest"])["a"]] == [[0], [1, 3]]


def test_a_term_has_the_unflagged_texts_that_mention_it() -> None:
    data = pd.DataFrame(
        {"label": ["flagged", "not_flagged", "not_flagged"], "terms": [["t"], ["t", "u"], []]}
    )  # fmt: skip
    pairs = false_positives.compared_texts(data, ["t", "u"], [])
    assert {term: (first.tolist(), second) for term, (first, second) in pairs.items()} == {
        "t": ([1], None),
        "u": ([1], None),
    }
