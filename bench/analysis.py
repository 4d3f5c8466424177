"""What the whole analysis costs: time and memory of analysis, figures and report for a finished study's table.

    python bench/analysis.py results/simulated_full/bias.parquet

Each part runs in a process of its own, so that its memory is its own.
"""

import argparse
import resource
import subprocess
import sys
import time
from pathlib import Path

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


def main() -> None:
    """Measure and print."""
    import tempfile

    import pandas as pd

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bias", type=Path)
    arguments = parser.parse_args()
    table = pd.read_parquet(arguments.bias, columns=["task", "model", "trainset", "replicate"])
    print(f"{len(table):,} rows, {len(table.drop_duplicates()):,} runs\n")
    print("| part | seconds | most MiB so far |\n|---|---|---|")
    for part in PARTS:
        print("| {} | {:.1f} | {:.0f} |".format(part, *cost(part, arguments.bias)), flush=True)
    with tempfile.TemporaryDirectory() as folder:
        print("| `biastransfer analyze`, all of it | {:.1f} | {:.0f} |".format(*whole(arguments.bias, folder)))


if __name__ == "__main__":
    main()
