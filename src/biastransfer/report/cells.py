"""Values of tables as text."""

import numpy as np
import pandas as pd

MISSING = "–"


def cell(value: object, digits: int = 3) -> str:
    """A value as it stands in a table: numbers rounded, lists joined, missing values as a dash."""
    if isinstance(value, list | np.ndarray):
        return ", ".join(str(part) for part in value)
    if value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
        return MISSING
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, float | np.floating):
        if abs(value) >= 1000:
            return f"{value:,.0f}"
        return f"{value:.{digits}f}" if abs(value) >= 10**-digits or value == 0 else f"{value:.1e}"
    if isinstance(value, int | np.integer):
        return f"{value:,}"
    return str(value)
