"""What a classifier says of each text: the scores whose means over texts are bias."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.special import log_softmax, logsumexp

SCALES = {"rate": "hit", "probability": "probability", "log_odds": "log_odds"}
"""Scale of bias -> the column of its scores."""


def text_scores(
    texts: pd.DataFrame, logits: np.ndarray, classes: Sequence[str], flagged: str | None = None
) -> pd.DataFrame:
    """Score each text for one class: its own label's, or the flag's.

    Parameters
    ----------
    texts : ``id, testset, label``.
    logits : shape (n, classes).
    flagged : the class of the flag; None scores a text's own label.

    Returns
    -------
    DataFrame with ``id, testset, correct`` (the prediction is the label), ``hit`` (the prediction is the scored class, 0 or 1),
    ``probability`` of that class, and its ``log_odds``.
    """
    names = np.array(classes, object)
    label = pd.Index(classes).get_indexer(texts["label"])
    scored = np.full(len(texts), names.tolist().index(flagged)) if flagged else label
    predicted = logits.argmax(1)
    rows = np.arange(len(texts))
    log_probability = log_softmax(logits, axis=1)
    others = np.where(np.arange(len(classes)) == scored[:, None], -np.inf, log_probability)
    return texts[["id", "testset"]].assign(
        correct=predicted == label,
        hit=(predicted == scored).astype(float),
        probability=np.exp(log_probability[rows, scored]),
        log_odds=log_probability[rows, scored] - logsumexp(others, axis=1),
    )


def of_predictions(predictions: pd.DataFrame, classes: Sequence[str], flagged: str | None = None) -> pd.DataFrame:
    """The same scores from a fine-tuned model's predictions, ``id, testset, label, probability`` (one number per class).

    A probability below the smallest float32 counts as that.
    """
    probability = np.stack(predictions["probability"].to_numpy()).astype(float)
    return text_scores(predictions, np.log(np.maximum(probability, np.finfo(np.float32).tiny)), classes, flagged)


def of_texts(scores: pd.DataFrame, texts: pd.DataFrame) -> pd.DataFrame:
    """The scores of some texts, ``id, testset``, in their order.

    Raises
    ------
    ValueError : a text has no score.
    """
    found = texts[["id", "testset"]].merge(
        scores, on=["id", "testset"], how="left", validate="one_to_one", indicator=True
    )
    if (found["_merge"] != "both").any():
        raise ValueError(f"{(found['_merge'] != 'both').sum()} texts have no score")
    return found.drop(columns="_merge")
