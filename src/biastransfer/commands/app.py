"""The command ``biastransfer``: what Snakemake does not do itself."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
import yaml
from rich.console import Console
from rich.table import Table

from biastransfer.commands.plan import PAPER_TFLOPS, Plan, PlannedRun
from biastransfer.common.problems import Problem
from biastransfer.study.analysis import Analysis
from biastransfer.study.study import Study

ANALYSIS = Analysis()
StudyFile = Annotated[Path, typer.Option(help="The study file.")]
Overrides = Annotated[list[str] | None, typer.Option(help="KEY=VALUE in place of a key at the study file's top.")]
app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)


@app.callback()
def main() -> None:
    """Does a classifier's bias come from the pre-trained model or from the fine-tuning data?"""


@app.command()
def plan(
    configfile: StudyFile = Path("config.yaml"),
    config: Overrides = None,
    as_json: Annotated[bool, typer.Option("--json", help="Every run, as JSON.")] = False,
    tflops: Annotated[
        float, typer.Option(min=0.001, help="Sustained TFLOP/s of the GPU; the default is the paper's V100.")
    ] = PAPER_TFLOPS,
) -> None:
    """List the runs of a study by treatment group, and what they cost, before anything runs."""
    with _told():
        planned = Plan(Study.from_file(configfile, _overrides(config or [])), tflops=tflops)
    if as_json:
        print(json.dumps(planned.as_dict(), indent=1))
    else:
        _print(planned)


@app.command()
def validate(
    configfile: StudyFile = Path("config.yaml"),
    config: Overrides = None,
) -> None:
    """Check a study, its data, templates and checkpoints before anything runs; writes nothing."""
    from biastransfer.commands.validate import validate as find

    with _told():
        findings = find(configfile, _overrides(config or []))
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
    doubts = ", but read what is warned of above" if findings.warnings else ""
    print(f"{configfile}: nothing wrong was found{doubts}.")


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def recover(context: typer.Context) -> None:
    """After a crash of Snakemake: end the jobs it left, unlock the folder and go on; give what snakemake was given."""
    from biastransfer.commands.recover import recover as free

    with _told():
        command = free(Path.cwd(), context.args)
    sys.stdout.flush()
    os.execv(command[0], command)


@app.command()
def score(
    model: Annotated[str, typer.Argument(help="A checkpoint's folder, or a model of the Hugging Face hub.")],
    templates: Annotated[Path, typer.Option(help="The template set; it names the measure.")],
    targets: Annotated[str, typer.Option(help="A file with one a line, or NAME,NAME=FORM,...")],
    compare: Annotated[str, typer.Option(help="The two groups that are compared, as in she/her,he/him.")] = "",
    switch: Annotated[
        list[str] | None, typer.Option(help="KEY=VALUE for a switch of the measure, as in a study file.")
    ] = None,
    revision: Annotated[str, typer.Option(help="Of a hub model.")] = "main",
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "auto",
    out: Annotated[Path | None, typer.Option(help="Write the scores to this Parquet file.")] = None,
) -> None:
    """Score the upstream bias of any masked language model."""
    from biastransfer.commands.score import score_checkpoint

    with _told():
        measure, scores = score_checkpoint(
            model,
            templates,
            targets,
            revision=revision,
            compare=[group for group in compare.split(",") if group],
            switches=_overrides(switch or [], "--switch"),
            device=device,
            out=out,
        )
    found = scores.groupby("target", sort=False)["score"].agg(["mean", "min", "max"]).sort_values("mean")
    templates_used = scores["template"].nunique()
    over = f"means over {templates_used} templates" if templates_used > 1 else "one template"
    table = Table(title=f"{measure.replace('_', ' ')} of {model}, {over}")
    table.add_column("target")
    for name in ("score", "least", "most"):
        table.add_column(name, justify="right")
    for target, *numbers in found.itertuples():
        table.add_row(str(target), *(f"{number:+.3f}" for number in numbers))
    Console(width=None if sys.stdout.isatty() else 120).print(table)


@app.command()
def templates(
    configfile: StudyFile,
    config: Overrides = None,
) -> None:
    """Write drafts of the template sets that a study names and that are not there yet, for its own targets and groups."""
    from biastransfer.commands.templates import write_missing

    with _told():
        written = write_missing(Study.from_file(configfile, _overrides(config or [])))
    print(*(f"{file}: read it, and mend what does not read well with your targets." for file in written), sep="\n")
    if not written:
        print("All template sets are there: nothing was written.")


@app.command()
def analyze(
    table: Annotated[Path, typer.Argument(help="A tidy table (Parquet or CSV) with columns of bias.parquet.")],
    out: Annotated[Path, typer.Option(help="Write the report, tables and figures into this folder.")],
    smallest_effect: Annotated[
        float, typer.Option(min=0, help="Of interest, in sd of bias per sd of a cause.")
    ] = ANALYSIS.smallest_effect,
    equivalence_margin: Annotated[
        float, typer.Option(min=0, help="For shifts of the mean, in sd of the control.")
    ] = ANALYSIS.equivalence_margin,
    resamples: Annotated[
        int, typer.Option(min=99, help="Bootstrap samples, permutations and wild draws.")
    ] = ANALYSIS.resamples,
    seed: Annotated[int, typer.Option(help="Of the resampling.")] = 0,
) -> None:
    """Analyse any table of upstream and downstream biases: the regressions, the verdict, the whole report."""
    from biastransfer.analysis.analyze import Settings
    from biastransfer.commands.analyze import analyze_file

    with _told():
        verdicts = analyze_file(table, out, Settings(smallest_effect, equivalence_margin, resamples, seed))
    for row in verdicts.itertuples():
        print(f"{row.task}, {row.upstream_measure.replace('_', ' ')}: {row.verdict} ({row.reason})")
    print(f"Report: {out / 'report.html'}")


@contextmanager
def _told() -> Iterator[None]:
    """End the command with the sentences of a user's mistake."""
    try:
        yield
    except Problem as problem:
        print(problem, file=sys.stderr)
        raise typer.Exit(1) from None


def _overrides(pairs: list[str], option: str = "--config") -> dict:
    """Read KEY=VALUE pairs as Snakemake's ``--config`` does."""
    values = {}
    for pair in pairs:
        key, sign, value = pair.partition("=")
        try:
            values[key] = yaml.safe_load(value)
        except yaml.YAMLError:
            sign = ""
        if not sign:
            raise Problem(f"{option}: found {pair!r}; it should read KEY=VALUE.")
    return values


def _print(planned: Plan) -> None:
    console = Console(width=None if sys.stdout.isatty() else 120)
    table = Table(title=f"{planned.study.study}: {len(planned.runs)} fine-tunings of {planned.models} models")
    table.add_column("task")
    table.add_column("treatment group")
    for name in ("runs", "on disk", "trainset rows", "tokens", "disk", "GPU hours"):
        table.add_column(name, justify="right")
    for task, groups in planned.groups.items():
        for group, runs in groups.items():
            table.add_row(task, group, *_summary(runs))
        table.add_row(task, "total", *_summary([run for run in planned.runs if run.task == task]), style="bold")
        table.add_section()
    table.add_row("all", "total", *_summary(planned.runs), style="bold")
    console.print(table)
    notes = [
        "A run may belong to several groups; totals count it once.",
        f"Models before fine-tuning: {_bytes(planned.model_bytes)} more.",
        f"GPU time at {planned.tflops:g} sustained TFLOP/s (--tflops"
        + (
            "; this is what the paper's 4-6 hours a model on a V100 come to)."
            if planned.tflops == PAPER_TFLOPS
            else ")."
        ),
    ]
    if any(run.size != "measured" for run in planned.runs):
        notes.append("~ reckoned from the study file; ≤ the original's size, of which comments are removed.")
    console.print("\n".join(notes), highlight=False)


def _summary(runs: list[PlannedRun]) -> list[str]:
    rows = [run.trainset_rows for run in runs]
    sizes = {run.size for run in runs}
    sign = "≤ " if "at most" in sizes else "" if sizes == {"measured"} else "~ "
    known = None not in rows
    span = (f"{min(rows):,}" if min(rows) == max(rows) else f"{min(rows):,}–{max(rows):,}") if known else "unknown"
    tokens, hours = [run.tokens for run in runs], [run.gpu_hours for run in runs]
    return [
        str(len(runs)),
        str(sum(run.on_disk for run in runs)),
        (sign if known else "") + span,
        "unknown" if None in tokens else _count(sum(tokens)),
        _bytes(None if None in [run.disk_bytes for run in runs] else sum(run.disk_bytes for run in runs)),
        "unknown" if None in hours else f"{sum(hours):,.1f}" if sum(hours) >= 0.1 else f"{sum(hours):.2g}",
    ]


def _count(number: float) -> str:
    for size, name in ((1e9, "bn"), (1e6, "M"), (1e3, "k")):
        if number >= size:
            return f"{number / size:.1f} {name}"
    return str(round(number))


def _bytes(number: int | None) -> str:
    return "unknown" if number is None else f"{number / 1e9:.1f} GB" if number >= 1e8 else f"{number / 1e6:.1f} MB"
