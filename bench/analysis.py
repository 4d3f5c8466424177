"""What does the whole analysis cost? Time and memory of the analysis, and of ``biastransfer analyze`` with figures and report.

    python bench/analysis.py

The command draws a table of the size of the paper's full grid. Each part runs in a process of its own, on one thread. The command prints the
numbers of docs/analyze.md.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from biastransfer.report.markdown import table

SIZES = {"bios": (28, 5, "pronoun_ranking", 53), "wiki": (50, 7, "negative_sentiment", 71)}
"""Task -> targets, templates, upstream measure and runs."""
PARTS = {
    "analysis": "from pathlib import Path; from biastransfer.analysis.analyze import Settings, analyze\n"
    "from biastransfer.commands.input_table import complete, read; from biastransfer.study.analysis import Analysis\n"
    "analyze(complete(read(Path({path!r})), 'grid'), Settings(**Analysis().model_dump(), seed=0))",
    "`biastransfer analyze`, all of it": "from biastransfer.commands.app import app; app(['analyze', {path!r}, '--out', {folder!r}])",
}


def grid(seed: int = 0) -> pd.DataFrame:
    """A table with noisy, mitigated and random models, and changed training data; WIKI also has identity ranking."""
    random, parts = np.random.default_rng(seed), []
    for task, (targets, templates, measure, runs) in SIZES.items():
        names = [
            "pretrained",
            *(f"gaussian_noise-s1-t{n}" for n in range(20)),
            *(f"random_init-t{n}" for n in range(10)),
        ]
        names += [f"sentdebias-g{n + 1}" for n in range(12)] if task == "bios" else []
        keys = [(name, "original") for name in names] + [
            ("pretrained", f"changed-{n}") for n in range(runs - len(names))
        ]
        own, shares = random.normal(size=targets), random.uniform(0.1, 0.9, targets)
        run, target, template = np.indices((runs, targets, templates)).reshape(3, -1)
        upstream = own + 0.3 * random.normal(size=(runs, targets))
        bias = 0.2 * upstream + 0.5 * (shares - 0.5) + 0.1 * random.normal(size=(runs, targets))
        rows = pd.DataFrame({
            "task": task, "model": [keys[n][0] for n in run], "trainset": [keys[n][1] for n in run], "target": [f"y{n:02}" for n in target],
            "template": [f"t{n}" for n in template], "upstream_measure": measure, "prevalence": shares[target],
            "upstream": upstream[run, target] + 0.3 * random.normal(size=len(run)), "probability_gap": bias[run, target] / 3,
        })  # fmt: skip
        outcome = "tpr_ratio" if task == "bios" else "fpr"
        rows[outcome] = np.exp(bias[run, target]) if task == "bios" else np.clip(bias[run, target] / 4 + 0.3, 0, 1)
        if task == "wiki":
            rows["mention_share"] = 0.01 + 0.02 * ((7 * target) % 11)
            ranking = rows[rows["template"] == "t0"].assign(upstream_measure="identity_ranking")
            rows = pd.concat([rows, ranking])
        parts.append(rows)
    return pd.concat(parts, ignore_index=True)


def cost(code: str) -> tuple[float, float]:
    """Seconds of one process, imports included, and MiB at its most."""
    after = "\nimport resource, sys; print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)"
    before = time.perf_counter()
    wrapped = f"try:\n    exec({code!r})\nexcept SystemExit:\n    pass{after}"
    one = os.environ | {"OMP_NUM_THREADS": "1"}
    done = subprocess.run([sys.executable, "-c", wrapped], check=True, capture_output=True, text=True, env=one)
    return time.perf_counter() - before, int(done.stderr.split()[-1]) / 1024


def main() -> None:
    """Measure, and print the table."""
    with tempfile.TemporaryDirectory() as folder:
        path, drawn = Path(folder) / "grid.parquet", grid()
        drawn.to_parquet(path)
        runs = drawn[["task", "model", "trainset"]].drop_duplicates()
        print(f"{len(drawn):,} rows, {len(runs):,} runs\n")
        rows = []
        for part, code in PARTS.items():
            seconds, memory = cost(code.format(path=str(path), folder=str(Path(folder) / "out")))
            rows.append({"part": part, "seconds": f"{seconds:.0f}", "MiB": f"{memory:.0f}"})
    print(table(pd.DataFrame(rows)))


if __name__ == "__main__":
    main()
