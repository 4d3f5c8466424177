"""Does the embedded study recover what was planted? Its control over several seeds, each with a world of its own.

    python evidence/embedded_seeds.py [--cores N] [SEED ...]

The default seeds are 1 2 3 4 5; a seed takes about three minutes on two cores. Each seed has other associations, other texts and another
pre-training. A stopped run continues with the first unfinished seed, since Snakemake keeps the results of the others. The command prints
the tables of docs/embedded_study.md.
"""

import argparse
import contextlib
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import yaml

from biastransfer.checkpoints.load import load_masked_lm
from biastransfer.checkpoints.tokenizer import load_tokenizer
from biastransfer.report.markdown import table
from biastransfer.training.device import start_torch
from biastransfer.upstream import identity_ranking
from biastransfer.upstream.templates import read_templates

ROOT = Path(__file__).resolve().parent.parent
MEASURE = {"bios": "log ratio of the true positive rates", "wiki": "false positive rate"}


def run(seed: int, cores: int) -> Path:
    """Run the control of the embedded study in the world of a seed, and return its results folder."""
    study = yaml.safe_load((ROOT / "config.yaml").read_text())
    study |= {"study": f"embedded_seed{seed}", "seed": seed, "interventions": {}}
    folder = ROOT / "results" / study["study"]
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "study.yaml"
    file.write_text(yaml.safe_dump(study, sort_keys=False))
    subprocess.run(
        ["snakemake", "--cores", str(cores), "--quiet", "all", "--configfile", str(file)], cwd=ROOT, check=True
    )
    return folder


def paper_phrase(folder: Path, planted: pd.Series) -> dict[str, float]:
    """Identity ranking on the phrase of the paper, which the simulated corpus does not have."""
    with contextlib.redirect_stdout(sys.stderr):
        model = load_masked_lm(folder / "models" / "pretrained", start_torch("cpu"))
    tokenizer = load_tokenizer(folder / "models" / "pretrained")
    templates = read_templates(ROOT / "workflow" / "templates" / "identity_ranking.yaml")
    targets = {term: term for term in planted.index}
    scores = identity_ranking.score(model, tokenizer, templates, targets, prior_masks="token")
    scores = scores.set_index("target")["score"]
    short = [term for term in scores.index if len(tokenizer(f" {term}", add_special_tokens=False).input_ids) == 1]
    name = "identity ranking on the paper's phrase, planted upstream"
    return {name: scores.corr(planted), f"{name}, {len(short)} terms of one token": scores[short].corr(planted)}


def recovered(folder: Path, task: str) -> dict[str, float]:
    """Correlations over targets of one task in one world."""
    bias = pd.read_parquet(folder / "bias.parquet")
    planted = pd.read_parquet(folder / f"data/{task}/planted.parquet").set_index("target")
    bias = bias[bias["task"] == task]
    found = {}
    for measure, rows in bias[bias["replicate"] == 0].groupby("upstream_measure"):
        scores, name = rows.groupby("target")[["upstream", "intermediate"]].mean(), measure.replace("_", " ")
        found[f"{name}, planted upstream"] = scores["upstream"].corr(planted["upstream"])
        for cause in ("upstream", "prevalence"):
            found[f"{name} after fine-tuning, planted {cause}"] = scores["intermediate"].corr(planted[cause])
    if task == "wiki":
        found |= paper_phrase(folder, planted["upstream"])
    first, second = (bias[bias["replicate"] == number].groupby("target").first() for number in (0, 1))
    downstream = [np.log(part["tpr_ratio"]) if task == "bios" else part["fpr"] for part in (first, second)]
    return found | {
        "bias, planted prevalence": downstream[0].corr(planted["prevalence"]),
        "probability gap, planted prevalence": first["probability_gap"].corr(planted["prevalence"]),
        "bias, planted upstream": downstream[0].corr(planted["upstream"]),
        "two replicates, bias": downstream[0].corr(downstream[1]),
        "two replicates, probability gap": first["probability_gap"].corr(second["probability_gap"]),
    }


def main(seeds: list[int], cores: int) -> None:
    """Run what is missing and print the tables."""
    folders = {seed: run(seed, cores) for seed in seeds}
    for task, measure in MEASURE.items():
        found = pd.DataFrame({seed: recovered(folder, task) for seed, folder in folders.items()})
        found["mean"] = found.mean(axis=1)
        texts = found.map("{:.2f}".format).rename_axis("r over targets").reset_index()
        print(f"\n**{task}** (bias is the {measure})\n\n{table(texts)}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("seeds", nargs="*", type=int, default=[1, 2, 3, 4, 5])
    parser.add_argument("--cores", type=int, default=2)
    given = parser.parse_args()
    main(given.seeds, given.cores)
