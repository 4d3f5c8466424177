"""What does the full grid cost, and what does it show? Tables of a finished study, as Markdown.

    snakemake --cores 2 --configfile studies/simulated_full.yaml
    python bench/full_grid.py results/simulated_full

The command prints the tables of docs/simulated_full.md.
"""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

from biastransfer.analysis.outcome import outcome_of, per_run
from biastransfer.engine import parquet_files
from biastransfer.report.markdown import table


def costs(root: Path) -> pd.DataFrame:
    """The costs of every job, from ``benchmarks/``: ``rule, s, startup_s, cpu_s, max_rss_mib``."""
    folder = root / "benchmarks"
    return pd.concat(
        pd.read_csv(file, sep="\t").assign(rule=file.relative_to(folder).parts[0].removesuffix(".tsv"))
        for file in sorted(folder.rglob("*.tsv"))
    )


def cost_table(root: Path) -> str:
    """Jobs, mean times and peak memory by rule, and the share of start-up."""
    jobs = costs(root)
    by_rule = jobs.groupby("rule").agg(
        jobs=("s", "size"), s=("s", "mean"), startup=("startup_s", "mean"), cpu=("cpu_s", "mean"),
        memory=("max_rss_mib", "max"),
    ).sort_values("jobs", ascending=False)  # fmt: skip
    rows = [[name, f"{row.jobs:.0f}", *(f"{row[k]:.1f}" for k in ("s", "startup", "cpu")), f"{row.memory:.0f}"]
            for name, row in by_rule.iterrows()]  # fmt: skip
    share = jobs["startup_s"].sum() / jobs["s"].sum()
    size = sum(file.stat().st_size for file in root.rglob("*") if file.is_file())
    return (
        table(pd.DataFrame(rows, columns=["rule", "jobs", "s", "of it to start", "CPU s", "MiB at most"]))
        + f"\n\n{len(jobs)} jobs, {jobs['s'].sum():,.0f} job seconds, **{share:.0%} of them to start**; "
        f"{size / 1e6:.0f} MB on disk."
    )


def row_table(bias: pd.DataFrame) -> str:
    """Rows of ``bias.parquet`` by task, and its missing cells."""
    rows = []
    for (task, measure), part in bias.groupby(["task", "upstream_measure"]):
        runs = part.groupby(["model", "trainset", "replicate"])
        per = sorted(set(runs.size()))
        column = outcome_of(part).column
        missing = [int(part[name].isna().sum()) for name in ("upstream", column, "prevalence")]
        rows.append([task, measure, runs.ngroups, ", ".join(map(str, per)), f"{len(part):,}", *missing])
    header = ["task", "upstream measure", "runs", "rows a run", "rows", "no upstream", "no downstream", "no prevalence"]
    return table(pd.DataFrame(rows, columns=header))


def slope_table(root: Path) -> str:
    """Standardised slopes on one row per target, by treatment group."""
    slopes = parquet_files.read(root / "analysis" / "coefficients.parquet")
    slopes = slopes[(slopes["specification"] == "per_target") & slopes["term"].isin(["upstream", "prevalence"])]
    numbers = parquet_files.read(root / "analysis" / "regressions.parquet")
    keys = ["task", "upstream_measure", "group"]
    runs = numbers[numbers["specification"] == "eq4"].set_index(keys)["n_models"]
    rows = []
    for (task, measure, group), part in slopes.groupby(keys, sort=False):
        cells = {
            row.term: f"{row.standardised:+.2f} [{row.standardised_low:+.2f}, {row.standardised_high:+.2f}]"
            for row in part.itertuples()
        }
        rows.append(
            [task, measure, group, runs[task, measure, group], cells.get("upstream", "–"), cells.get("prevalence", "–")]
        )
    header = ["task", "upstream measure", "treatment group", "runs", "upstream bias", "prevalence"]
    return table(pd.DataFrame(rows, columns=header))


def scrubbing_table(bias: pd.DataFrame) -> str:
    """How downstream bias follows upstream bias of the *pre-trained* model as mentions are scrubbed."""
    wiki = per_run(bias[bias["upstream_measure"] == "negative_sentiment"])
    upstream = wiki[(wiki["model"] == "pretrained") & (wiki["trainset"] == "original")].set_index("target")["upstream"]
    rows = []
    for share in ["original", *sorted(wiki.loc[wiki["intervention"] == "scrubbed", "level"].unique())]:
        cells: list[object] = [share if share == "original" else f"{share:g}"]
        for which in ("toxic", "all"):
            for model in ("pretrained", "random_init-t0"):
                name = "original" if share == "original" else f"scrubbed-{which}-{share:g}"
                rate = wiki[(wiki["model"] == model) & (wiki["trainset"] == name)].set_index("target")["fpr"]
                r = np.corrcoef(upstream, rate.reindex(upstream.index))[0, 1] if rate.std() > 0 else np.nan
                cells.append(f"{rate.mean():.2f} (r {r:+.2f})" if np.isfinite(r) else f"{rate.mean():.2f} (–)")
        rows.append(cells)
    header = ["scrubbed share", "toxic, pre-trained", "toxic, random", "all, pre-trained", "all, random"]
    return table(pd.DataFrame(rows, columns=header))


def scrubbed_intermediate_table(bias: pd.DataFrame) -> str:
    """Negative sentiment of the pre-trained model after fine-tuning on scrubbed comments: r with its two possible causes."""
    wiki = bias[(bias["upstream_measure"] == "negative_sentiment") & (bias["model"] == "pretrained")]
    means = wiki.groupby(["trainset", "target"]).agg(
        upstream=("upstream", "mean"), intermediate=("intermediate", "mean"), prevalence=("prevalence", "first")
    )
    shares = sorted(wiki.loc[wiki["intervention"] == "scrubbed", "level"].unique())
    rows = []
    for share in [0.0, *shares]:
        cells = [f"{share:g}"]
        for which in ("toxic", "all"):
            after = means.loc[f"scrubbed-{which}-{share:g}" if share else "original", "intermediate"]
            causes = (means.loc["original", cause] for cause in ("upstream", "prevalence"))
            cells += [f"{after.corr(cause):+.2f}" for cause in causes]
        rows.append(cells)
    header = ["scrubbed share", "toxic: upstream", "toxic: prevalence", "all: upstream", "all: prevalence"]
    return table(pd.DataFrame(rows, columns=header))


def intermediate_table(bias: pd.DataFrame) -> str:
    """Upstream measures after fine-tuning: their r with either cause over targets, means over the runs of a treatment group."""
    runs = bias.groupby(["upstream_measure", "model", "trainset", "replicate", "target"]).agg(
        upstream=("upstream", "mean"), intermediate=("intermediate", "mean"), prevalence=("prevalence", "first"),
        they=("they_change", "mean"), groups=("groups", "first"),
    )  # fmt: skip
    found: dict[tuple[str, str], list[list[float]]] = {}
    for (measure, *_), part in runs.groupby(level=[0, 1, 2, 3]):
        cells = [part["intermediate"].corr(part[cause]) for cause in ("upstream", "prevalence")]
        for group in part["groups"].iloc[0]:
            found.setdefault((measure, group), []).append([*cells, part["they"].mean()])
    rows = []
    for (measure, group), cells in sorted(found.items()):
        means = pd.DataFrame(cells).mean()
        rows.append([measure, group, len(cells), *("–" if np.isnan(mean) else f"{mean:+.2f}" for mean in means)])
    header = ["upstream measure", "treatment group", "runs", "r with upstream bias", "r with prevalence", "they/them"]
    return table(pd.DataFrame(rows, columns=header))


def main(root: Path) -> None:
    """Print all tables."""
    bias = parquet_files.read(root / "bias.parquet")
    for title, text in (
        ("Cost", cost_table(root)),
        ("Rows of `bias.parquet`", row_table(bias)),
        ("Slopes of bias on either cause", slope_table(root)),
        (
            "Upstream measures after fine-tuning: r over targets, means over the runs of a group, and the mean change in log P(they)",
            intermediate_table(bias),
        ),
        (
            "Scrubbing with and without pre-training: mean false positive rate, and r with the control's upstream bias",
            scrubbing_table(bias),
        ),
        (
            "Negative sentiment after fine-tuning on scrubbed comments: r with upstream bias, and with the original prevalence",
            scrubbed_intermediate_table(bias),
        ),
    ):
        print(f"**{title}**\n\n{text}\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("results", type=Path, help="folder of the finished study")
    main(parser.parse_args().results)
