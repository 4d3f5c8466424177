"""The flag of flag_by_mention tasks, from a file's own values."""

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from biastransfer.common.problems import Problem, listing

_HARMLESS = {
    "no",
    "0",
    "false",
    "ok",
    "good",
    "clean",
    "neutral",
    "normal",
    "none",
    "safe",
    "benign",
    "negative",
    "ham",
}
_NEGATED = re.compile(r"(?:not|non|no)[\W_]*(?=\w)", re.IGNORECASE)
FLAGGED, NOT_FLAGGED = "flagged", "not_flagged"


def flags(labels: pd.Series, flagged: object, key: str = "source.columns.label") -> pd.Series:
    """Turn the file's labels into ``flagged`` and ``not_flagged``; ``flagged`` is the file's value for it.

    Raises
    ------
    Problem : the labels have more than two values, such as shares of annotators, or two without ``flagged``.
    """
    values = sorted(labels.astype(str).unique())
    if len(values) > 2:
        raise Problem(f"{key}: found {len(values)} values, {listing(values, 5)}; a flag has two.")
    meant = {str(flagged).lower()} | ({"true", "1", "1.0"} if flagged in (1, True) else set())
    hit = labels.astype(str).str.lower().isin(meant)
    if len(values) == 2 and not hit.any():
        quoted = f'"{likely_flag(values)}"'
        raise Problem(
            f"{key.removesuffix('columns.label')}flagged: found {flagged!r}, but the column has the values {listing(values)}; write e.g. `flagged: {quoted}` (with quotes, since "
            f"YAML reads a bare yes or no as true or false)."
        )
    return pd.Series(np.where(hit, FLAGGED, NOT_FLAGGED), index=labels.index, dtype=object)


def likely_flag(values: Sequence[str]) -> str:
    """Which of two values more likely means the flag: not one that negates the other (NOT_BAD), nor one that is harmless by itself."""
    for value, other in (values, reversed(values)):
        if _NEGATED.sub("", value, count=1).lower() == other.lower() != value.lower() or value.lower() in _HARMLESS:
            return other
    return values[-1]
