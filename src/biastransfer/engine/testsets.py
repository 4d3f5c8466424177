"""Reading the test sets of a task as one table, as the analyses of scores of single texts need them."""

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from biastransfer.engine import parquet_files

if TYPE_CHECKING:  # as in parquet_files
    import pandas as pd


def read_testsets(names: Sequence[str], paths: Sequence[str | os.PathLike]) -> "pd.DataFrame":
    """The rows of all test sets, one after the other, with the column ``testset``.

    Raises
    ------
    ValueError : there are more names than paths, or fewer.
    """
    import pandas as pd

    parts = [parquet_files.read(path).assign(testset=name) for name, path in zip(names, paths, strict=True)]
    return pd.concat(parts, ignore_index=True)
