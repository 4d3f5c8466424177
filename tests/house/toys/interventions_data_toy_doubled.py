"""A toy intervention on the data: some rows twice."""

import pandas as pd


def intervene(train, *, seed, share):
    """Append the first rows once more."""
    more = train.head(round(share * len(train)))
    return pd.concat([train, more], ignore_index=True), {
        "rows_before": len(train),
        "rows_after": len(train) + len(more),
    }
