"""What does the whole analysis cost? Time and memory of analysis, figures and report for the table of a finished study.

    python bench/analysis.py results/simulated_full/bias.parquet

Each part runs in a process of its own. The command prints the numbers of docs/analyze.md.
"""

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd

from biastransfer.report.markdown import table

PARTS = {
    "analysis": "from biastransfer.analysis.tables import analyze; analyze(bias)",
    "figures": (
        "import tempfile; from biastransfer.analysis.multiverse import multiverse; from biastransfer.report import catalogue\n"
        "from biastransfer.report.figures.draw import draw; from biastransfer.report.figures.style import save\n"
        "import pandas as pd\n"
        "found = {'coefficients': pd.DataFrame(), 'multiverse': multiverse(bias)}\n"
        "with tempfile.TemporaryDirectory() as folder:\n"
        "    for name in catalogue.figure_names(catalogue.of_table(bias)):\n"
        "        save(draw(name, bias=bias, found=found, planted={}, dataset={}), folder + '/' + name)\n"
    ),
}


def cost(part: str, path: Path) -> tuple[float, float]:
    """Seconds and MiB of one part, imports and reading included."""
    code = f"from biastransfer.engine import parquet_files; bias = parquet_files.read({str(path)!r})\n{PARTS[part]}"
    before = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True)
    return time.perf_counter() - before, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def whole(path: Path, folder: str) -> tuple[float, float]:
    """Seconds and MiB of ``biastransfer analyze``: analysis, figures, report and tables."""
    code = f"from biastransfer.commands.app import app; app(['analyze', {str(path)!r}, '--out', {folder!r}])"
    before = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - before, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def main(path: Path) -> None:
    """Measure, and print the table."""
    bias = pd.read_parquet(path, columns=["task", "model", "trainset", "replicate"])
    print(f"{len(bias):,} rows, {len(bias.drop_duplicates()):,} runs\n")
    costs = {part: cost(part, path) for part in PARTS}
    with tempfile.TemporaryDirectory() as folder:
        costs["`biastransfer analyze`, all of it"] = whole(path, folder)
    rows = [
        {"part": part, "seconds": f"{seconds:.1f}", "most MiB so far": f"{memory:.0f}"}
        for part, (seconds, memory) in costs.items()
    ]
    print(table(pd.DataFrame(rows)))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bias", type=Path, help="bias.parquet of the study")
    main(parser.parse_args().bias)
