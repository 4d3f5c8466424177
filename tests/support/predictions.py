"""Random predictions, and predictions of real texts by a logistic regression."""

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline

from biastransfer.tasks.mentions import find_mentions

CLASSES = ["a", "b", "c"]
FLAGS = ["not_flagged", "flagged"]
GROUPS = ["she/her", "he/him"]


def label_predictions(seed: int, n: int = 900) -> tuple[pd.DataFrame, pd.DataFrame]:
    random = np.random.default_rng(seed)
    label = random.choice(CLASSES, n)
    probability = random.dirichlet(np.ones(3), n) + 0.6 * (label[:, None] == np.array(CLASSES))
    probability /= probability.sum(1, keepdims=True)
    ids = [f"r{i}" for i in range(n)]
    data = pd.DataFrame(
        {"id": ids, "testset": "test", "group": random.choice([*GROUPS, "they/them"], n, p=[0.5, 0.3, 0.2])}
    )
    predictions = pd.DataFrame(
        {
            "id": ids,
            "testset": "test",
            "label": label,
            "predicted": np.array(CLASSES)[probability.argmax(1)],
            "probability": list(probability.astype(np.float32)),
        }
    )
    return predictions, data.sample(frac=1, random_state=0)


def flag_predictions(seed: int, n: int = 1500) -> tuple[pd.DataFrame, pd.DataFrame, list[str]]:
    random = np.random.default_rng(seed)
    terms = ["gay", "deaf", "unseen"]
    label = np.where(random.random(n) < 0.4, "flagged", "not_flagged")
    flag = np.clip(0.3 + 0.3 * (label == "flagged") + 0.2 * random.normal(size=n), 0.01, 0.99)
    mentions = [[term for term in terms[:2] if random.random() < 0.3] for _ in range(n)]
    ids = [str(i) for i in range(n)]
    data = pd.DataFrame({"id": ids, "testset": "madlibs", "terms": mentions})
    predictions = pd.DataFrame({"id": ids, "testset": "madlibs", "label": label, **flagged_from(flag)})
    return predictions, data, terms


def flagged_from(flag: np.ndarray) -> dict[str, object]:
    """What a classifier of flags predicts."""
    probability = np.stack([1 - flag, flag], axis=1).astype(np.float32)
    return {"predicted": np.array(FLAGS)[probability.argmax(1)], "probability": list(probability)}


def _classifier() -> Pipeline:
    return make_pipeline(TfidfVectorizer(max_features=5000), LogisticRegression(C=10, max_iter=200))


@cache
def real_labels(real_data: Path) -> tuple[pd.DataFrame, pd.DataFrame, list[str]]:
    """What logistic regression predicts of real biographies."""
    rows = pd.read_parquet(real_data / "bios" / "train.parquet").sample(5000, random_state=0, ignore_index=True)
    rows["id"], rows["testset"] = rows.index.astype(str), "test"
    rows["label"] = rows["profession"].astype(str)
    rows["group"] = rows["gender"].map({1: "she/her", 0: "he/him"})
    train, test = rows[:2500], rows[2500:]
    model = _classifier().fit(train["hard_text"], train["label"])
    probability = model.predict_proba(test["hard_text"]).astype(np.float32)
    classes = list(model.classes_)
    predictions = test[["id", "testset", "label"]].assign(
        predicted=np.array(classes)[probability.argmax(1)], probability=list(probability)
    )
    return predictions, test[["id", "testset", "group"]], classes


@cache
def real_flags(real_data: Path) -> tuple[pd.DataFrame, pd.DataFrame, list[str]]:
    """What logistic regression predicts of real comments and of phrases."""
    terms = (real_data / "wiki" / "identity_terms.txt").read_text().split("\n")
    terms = [term for term in terms if term]
    comments = pd.read_parquet(real_data / "wiki" / "comments.parquet").sample(8000, random_state=0)
    phrases = pd.read_parquet(real_data / "wiki" / "madlibs_77k.parquet").sample(4000, random_state=0)
    model = _classifier().fit(comments["comment"][:5000], comments["toxic"][:5000])
    test = pd.concat(
        [
            pd.DataFrame(
                {"text": comments["comment"][5000:], "toxic": comments["toxic"][5000:] == 1, "testset": "comments"}
            ),
            pd.DataFrame({"text": phrases["Text"], "toxic": phrases["Label"] == "BAD", "testset": "madlibs"}),
        ],
        ignore_index=True,
    )
    test = test.assign(id=test.index.astype(str), terms=find_mentions(test["text"], terms))
    predictions = test[["id", "testset"]].assign(
        label=np.where(test["toxic"], "flagged", "not_flagged"),
        **flagged_from(model.predict_proba(test["text"])[:, 1]),
    )
    return predictions, test[["id", "testset", "terms"]], terms
