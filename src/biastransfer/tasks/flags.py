"""The flag of flag_by_mention tasks, from a file's own values."""

import numpy as np
import pandas as pd

from biastransfer.common.problems import Problem, listing

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
        quoted = f'"{values[-1]}"'
        raise Problem(
            f"{key.removesuffix('columns.label')}flagged: found {flagged!r}, but the column has the values {listing(values)}; write e.g. `flagged: {quoted}` (with quotes, since "
            f"YAML reads a bare yes or no as true or false)."
        )
    return pd.Series(np.where(hit, FLAGGED, NOT_FLAGGED), index=labels.index, dtype=object)
