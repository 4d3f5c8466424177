"""A run's accuracy, and the check that it has learnt anything."""

import numpy as np
import pandas as pd
from sklearn.metrics import average_precision_score, f1_score


def performance(predictions: pd.DataFrame, classes: list[str], flagged: str | None) -> pd.DataFrame:
    """Accuracy, macro-F1 and the majority check, per test set.

    Parameters
    ----------
    predictions : ``testset, label, predicted, probability``.
    classes : in the order of ``probability``.
    flagged : the class for the average precision, or None.

    Returns
    -------
    DataFrame with ``testset, n, accuracy, macro_f1, average_precision, majority, failed_to_learn``. ``majority`` is the
    share of the commonest label. A run has failed to learn if its accuracy does not exceed it. With a flag, which may be
    rare, it has failed if the average precision is less than a tenth of the way from chance (the share of flagged texts) to 1.
    """
    records = []
    for testset, rows in predictions.groupby("testset", sort=True):
        label, predicted = rows["label"].to_numpy(), rows["predicted"].to_numpy()
        accuracy = float((label == predicted).mean())
        majority = float(rows["label"].value_counts(normalize=True).iloc[0])
        precision = np.nan
        failed = accuracy <= majority
        if flagged is not None:
            probability = np.stack(rows["probability"].to_numpy())[:, classes.index(flagged)]
            precision = float(average_precision_score(label == flagged, probability))
            share = float((label == flagged).mean())
            failed = precision <= share + 0.1 * (1 - share)
        records.append(
            {
                "testset": testset,
                "n": len(rows),
                "accuracy": accuracy,
                "macro_f1": float(f1_score(label, predicted, labels=classes, average="macro", zero_division=0)),
                "average_precision": precision,
                "majority": majority,
                "failed_to_learn": failed,
            }
        )
    return pd.DataFrame(records)
