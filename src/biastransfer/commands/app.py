"""The command ``biastransfer``: its subcommands, their options and what they print."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Literal

import typer
import yaml
from rich.console import Console
from rich.table import Table

from biastransfer.commands.plan import PAPER_TFLOPS, Plan
from biastransfer.common.problems import Problem
from biastransfer.study.analysis import Analysis
from biastransfer.study.read import read_study

ANALYSIS = Analysis()
StudyFile = Annotated[Path, typer.Option(help="The study file.")]
Overrides = Annotated[list[str] | None, typer.Option(help="KEY=VALUE replaces a top-level key of the study file.")]
app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    epilog="Example: biastransfer validate --configfile studies/own_data.yaml",
)


@app.callback()
def main() -> None:
    """Find out whether a classifier's bias comes from the pre-trained model or from the fine-tuning data."""


@app.command(epilog="Example: biastransfer plan --configfile studies/steed2022.yaml --tflops 30")
def plan(
    configfile: StudyFile = Path("config.yaml"),
    config: Overrides = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print every run as JSON.")] = False,
    tflops: Annotated[
        float, typer.Option(min=0.001, help="Sustained TFLOP/s of the GPU; the default is the paper's V100.")
    ] = PAPER_TFLOPS,
) -> None:
    """List the runs of a study by treatment group, with their cost."""
    from biastransfer.commands import plan_tables

    with _user_errors():
        planned = Plan(read_study(configfile, _overrides(config or [])), tflops=tflops)
    if as_json:
        print(json.dumps(planned.as_dict(), indent=1))
        return
    _console().print(plan_tables.table(planned))
    _console().print("\n".join(plan_tables.notes(planned)), highlight=False)


@app.command(epilog="Example: biastransfer validate --configfile studies/own_data.yaml")
def validate(
    configfile: StudyFile = Path("config.yaml"),
    config: Overrides = None,
) -> None:
    """Check a study, its data, templates and checkpoints; this writes nothing."""
    from biastransfer.commands.validate import validate as check

    with _user_errors():
        findings = check(configfile, _overrides(config or []))
    for fact in findings.facts:
        print(fact)
    for reason in findings.not_checked:
        print(f"not checked: {reason}")
    for warning in findings.warnings:
        print(f"warning: {warning}")
    for mistake in findings.mistakes:
        print(mistake.sentence, file=sys.stderr)
    if findings.mistakes:
        raise typer.Exit(1)
    print(f"{configfile}: no errors found{'; see the warnings above' if findings.warnings else ''}.")


@app.command(
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
    epilog="Example: biastransfer recover --cores 8 --configfile studies/own_data.yaml",
)
def recover(context: typer.Context) -> None:
    """After a crash of Snakemake, end its jobs, unlock the folder and continue; takes the arguments of snakemake."""
    from biastransfer.commands.recover import recover as unlock

    with _user_errors():
        command = unlock(Path.cwd(), context.args)
    sys.stdout.flush()
    os.execv(command[0], command)


@app.command(epilog="Example: biastransfer convert FOLDER")
def convert(
    folder: Annotated[Path, typer.Argument(help="A folder with a checkpoint whose weights are pickled.")],
) -> None:
    """Write the pickled tensors of a checkpoint as safetensors, and nothing else; no code of the pickle runs."""
    from biastransfer.checkpoints.convert import convert as write

    with _user_errors():
        count = write(folder)
    print(f"{folder}/model.safetensors: {count} tensors.")


@app.command(
    epilog="Example: biastransfer score roberta-base --templates workflow/templates/pronoun_ranking.yaml "
    "--targets nurse,attorney --compare she/her,he/him"
)
def score(
    model: Annotated[str, typer.Argument(help="A folder with a checkpoint, or a model of the Hugging Face hub.")],
    templates: Annotated[Path, typer.Option(help="The template set; it names the measure.")],
    targets: Annotated[str, typer.Option(help="A file with one target per line, or NAME,NAME=FORM,...")],
    compare: Annotated[str, typer.Option(help="The two groups to compare, e.g. she/her,he/him.")] = "",
    switch: Annotated[
        list[str] | None, typer.Option(help="KEY=VALUE sets a switch of the measure, as in a study file.")
    ] = None,
    revision: Annotated[str, typer.Option(help="The revision of a hub model.")] = "main",
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "auto",
    out: Annotated[Path | None, typer.Option(help="Write the scores to this file, .parquet or .csv.")] = None,
) -> None:
    """Score the upstream bias of a masked language model."""
    from biastransfer.commands.score import score_checkpoint

    with _user_errors():
        measure, scores = score_checkpoint(
            model,
            templates,
            targets,
            revision=revision,
            compare=[group for group in compare.split(",") if group],
            switches=_switches(switch or []),
            device=device,
            out=out,
        )
    summary = scores.groupby("target", sort=False)["score"].agg(["mean", "min", "max"]).sort_values("mean")
    count = scores["template"].nunique()
    over = f"means over {count} templates" if count > 1 else "one template"
    table = Table(title=f"{measure.replace('_', ' ')} of {model}, {over}")
    table.add_column("target")
    for name in ("score", "least", "most"):
        table.add_column(name, justify="right")
    for target, *numbers in summary.itertuples():
        table.add_row(str(target), *(f"{number:+.3f}" for number in numbers))
    _console().print(table)


@app.command(epilog="Example: biastransfer templates --configfile studies/own_data.yaml")
def templates(
    configfile: StudyFile,
    config: Overrides = None,
) -> None:
    """Draft the missing template sets of a study, for its own targets and groups."""
    from biastransfer.commands.templates import write_missing

    with _user_errors():
        written = write_missing(read_study(configfile, _overrides(config or [])))
    for file in written:
        print(f"{file}: read this draft, and correct sentences that do not suit your targets.")
    if not written:
        print("All template sets exist; this command wrote nothing.")


@app.command(epilog="Example: biastransfer analyze results.csv --out report --resamples 9999")
def analyze(
    table: Annotated[
        Path, typer.Argument(help="A tidy table (Parquet, CSV, Excel or JSON lines) with columns of bias.parquet.")
    ],
    out: Annotated[Path, typer.Option(help="Write the report, tables and figures into this folder.")],
    smallest_effect: Annotated[
        float, typer.Option(min=0, help="Smallest effect of interest, in sd of bias per sd of a cause.")
    ] = ANALYSIS.smallest_effect,
    equivalence_margin: Annotated[
        float, typer.Option(min=0, help="Margin for shifts of the mean, in sd of the control.")
    ] = ANALYSIS.equivalence_margin,
    resamples: Annotated[
        int, typer.Option(min=99, help="Number of bootstrap samples, permutations and wild draws.")
    ] = ANALYSIS.resamples,
    estimator: Annotated[
        Literal["raw", "corrected", "families", "corrected_families"],
        typer.Option(help="Estimator of the verdict; without errors or families, what is left of it."),
    ] = ANALYSIS.estimator,
    min_training_texts: Annotated[
        int, typer.Option(min=1, help="The verdict excludes targets with fewer training texts.")
    ] = ANALYSIS.min_training_texts,
    simulated_studies: Annotated[
        int, typer.Option(min=0, help="Number of simulated studies that show how often the verdict is right.")
    ] = ANALYSIS.simulated_studies,
    seed: Annotated[int, typer.Option(help="Seed of the resampling.")] = 0,
) -> None:
    """Analyse a table of upstream and downstream biases, and write the report."""
    from biastransfer.analysis.analyze import Settings
    from biastransfer.commands.analyze import analyze_file

    with _user_errors():
        settings = Settings(
            smallest_effect=smallest_effect,
            equivalence_margin=equivalence_margin,
            resamples=resamples,
            seed=seed,
            estimator=estimator,
            min_training_texts=min_training_texts,
            simulated_studies=simulated_studies,
        )
        verdicts = analyze_file(table, out, settings)
    for row in verdicts.itertuples():
        print(f"{row.task}, {row.upstream_measure.replace('_', ' ')}: {row.verdict} ({row.reason})")
    print(f"Report: {out / 'report.html'}")


def _console() -> Console:
    return Console(width=None if sys.stdout.isatty() else 120)


@contextmanager
def _user_errors() -> Iterator[None]:
    """Print a Problem's sentences in place of a traceback, and exit with code 1."""
    try:
        yield
    except Problem as problem:
        print(problem, file=sys.stderr)
        raise typer.Exit(1) from None


def _overrides(pairs: list[str]) -> dict:
    """Read KEY=VALUE pairs with Snakemake's own function."""
    from snakemake.cli import parse_config

    try:
        return parse_config(pairs)
    except ValueError:
        raise Problem(f"--config: found {' '.join(pairs)!r}; it should read KEY=VALUE.") from None


def _switches(pairs: list[str]) -> dict:
    """Read KEY=VALUE pairs, the values as YAML."""
    values = {}
    for pair in pairs:
        key, sign, value = pair.partition("=")
        try:
            values[key] = yaml.safe_load(value)
        except yaml.YAMLError:
            sign = ""
        if not sign:
            raise Problem(f"--switch: found {pair!r}; it should read KEY=VALUE.")
    return values
