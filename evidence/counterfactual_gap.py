"""How noisy is the counterfactual gap, and does it show what was planted? From the results of studies/crossed.yaml.

    snakemake --cores 2 --configfile studies/crossed.yaml
    python evidence/counterfactual_gap.py results/crossed

The command writes docs/counterfactual_gap.md.
"""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
import yaml

from biastransfer.analysis.crossed.from_texts import crossed_bias
from biastransfer.common import registry
from biastransfer.downstream.text_scores import SCALES
from biastransfer.engine.side_cars import read_json
from biastransfer.report.markdown import filled, table
from biastransfer.study.read import parse_study
from biastransfer.tasks.counterfactuals import compared_twins

ROOT = Path(__file__).resolve().parent.parent
CONTROL = "pretrained/original"
TWINS = "counterfactual"


def texts_of(rows: pd.DataFrame, testset: str, section, targets: list[str]) -> dict:
    """Target -> the texts that its bias compares."""
    if testset == TWINS:
        return compared_twins(rows, targets, section.compared)
    rates = registry.load(registry.task_kinds()[section.kind].part("rates"))
    return rates.compared_texts(rows, targets, section.compared)


def _size(part: np.ndarray | None) -> int:
    """The number of texts in a part."""
    return 0 if part is None else len(part)


def measured(folder: Path, task: str, section) -> pd.DataFrame:
    """Bias of the control and its standard error over test texts, by test set, scale and target; means over replicates."""
    scores = [pd.read_parquet(file) for file in sorted(folder.glob(f"probes/{task}/{CONTROL}/*.parquet"))]
    targets = read_json(folder / f"data/{task}/task.json")["targets"]
    headline = section.testsets[0]
    files = {
        headline: f"data/{task}/{'phrases' if headline == 'madlibs' else 'test'}.parquet",
        TWINS: f"{TWINS}s/{task}.parquet",
    }
    found = []
    for testset, file in files.items():
        rows = pd.read_parquet(folder / file)
        texts = texts_of(rows, testset, section, targets)
        for scale, column in SCALES.items():
            here = np.stack([each.loc[each["testset"] == testset, column].to_numpy() for each in scores])
            bias = crossed_bias(here[None, None], texts, ("control",), ("control",), ("original",))
            error = np.sqrt(np.einsum("trr->tr", bias.text_covariance)).mean(1)
            counts = [len(rows) if isinstance(rows, np.ndarray) else sum(map(_size, rows)) for rows in texts.values()]
            columns = {"target": bias.targets, "bias": bias.values[:, 0, 0].mean(1), "error": error, "texts": counts}
            found.append(pd.DataFrame({"testset": testset, "scale": scale, **columns}))
    return pd.concat(found, ignore_index=True)


def compared(found: pd.DataFrame, planted: pd.DataFrame) -> pd.DataFrame:
    """The two measures side by side on every scale."""
    odds = np.log(planted["prevalence"] / (1 - planted["prevalence"]))
    rows = []
    for scale, of_scale in found.groupby("scale", sort=False):
        wide = of_scale.pivot(index="target", columns="testset", values=["bias", "error", "texts"])
        other = next(name for name in wide["error"] if name != TWINS)
        ratio = wide["error", TWINS] / wide["error", other]
        per_text = ratio * np.sqrt((wide["texts", TWINS] / wide["texts", other]).astype(float))
        row = {
            "scale": scale.replace("_", " "),
            "texts a target": f"{wide['texts', other].mean():.0f} / {wide['texts', TWINS].mean():.0f}",
            "standard error": f"{wide['error', other].mean():.4f} / {wide['error', TWINS].mean():.4f}",
            "ratio": f"{ratio.median():.2f}",
            "ratio at equal numbers of texts": f"{per_text.median():.2f}",
        }
        for name, truth in (("data", odds), ("corpus", planted["upstream"])):
            r = [truth.corr(wide["bias", testset].astype(float)) for testset in (other, TWINS)]
            row[f"r with the {name}"] = f"{r[0]:.2f} / {r[1]:.2f}"
        row["r of the two"] = f"{wide['bias', other].astype(float).corr(wide['bias', TWINS].astype(float)):.2f}"
        rows.append(row)
    return pd.DataFrame(rows)


def main(folder: Path, study_file: Path) -> None:
    """Write the page."""
    study = parse_study(yaml.safe_load(study_file.read_text()))
    tables = {}
    for task, section in study.tasks.items():
        planted = pd.read_parquet(folder / f"data/{task}/planted.parquet").set_index("target")
        tables[task] = table(compared(measured(folder, task, section), planted))
    page = filled(Path(__file__).with_name("pages") / "counterfactual_gap.md.jinja", **tables)
    (ROOT / "docs" / "counterfactual_gap.md").write_text(page, encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("results", type=Path)
    parser.add_argument("--study", type=Path, default=ROOT / "studies/crossed.yaml")
    given = parser.parse_args()
    main(given.results, given.study)
