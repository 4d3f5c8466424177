"""docs/crossed_worlds.md, from the table of evidence/crossed_worlds.py."""

from pathlib import Path

import pandas as pd

from biastransfer.report.markdown import filled, table
def write(file: Path) -> None: ...
