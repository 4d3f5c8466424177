"""Copy a table of an experiment into the package, where the analysis or the report reads it. No other command writes there.

    python evidence/publish.py coverage FOLDER/coverage.csv
    python evidence/publish.py worlds evidence/results/worlds_verdicts.csv

Evidence scripts write their table into FOLDER. Look at it and at the new page first: reports use the published table from then on.
"""

import argparse
import shutil
from pathlib import Path

import pandas as pd

PACKAGE = Path(__file__).resolve().parent.parent / "src" / "biastransfer" / "analysis"
TABLES = ("coverage", "worlds")


def publish(name: str, file: Path) -> None:
    """Replace the package's table by the one in ``file``, which must have the same columns and at least one row."""
    published, new = PACKAGE / f"{name}.csv", pd.read_csv(file)
    expected = list(pd.read_csv(published, nrows=0))
    if list(new) != expected:
        raise SystemExit(f"{file} has the columns {', '.join(new)}; {published.name} needs {', '.join(expected)}.")
    if new.empty:
        raise SystemExit(f"{file} has no rows.")
    shutil.copyfile(file, published)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", choices=TABLES)
    parser.add_argument("file", type=Path)
    given = parser.parse_args()
    publish(given.name, given.file)
