"""A plan as text: one table row per treatment group, and notes on what the numbers mean."""

from collections.abc import Iterable, Iterator, Sequence

from humanize import metric, naturalsize
from rich.table import Table

from biastransfer.commands.plan import PAPER_TFLOPS, Plan, PlannedRun

UNKNOWN = "unknown"


def table(plan: Plan) -> Table:
    """The runs of each treatment group and their cost, with totals."""
    rows = Table(title=f"{plan.study.study}: {len(plan.runs)} fine-tunings of {plan.models} models")
    for name in ("task", "treatment group"):
        rows.add_column(name)
    for name in ("runs", "on disk", "trainset rows", "tokens", "disk", "GPU hours"):
        rows.add_column(name, justify="right")
    for task, groups in plan.groups.items():
        for group, runs in groups.items():
            rows.add_row(task, group, *_cells(runs))
        rows.add_row(task, "total", *_cells([run for run in plan.runs if run.task == task]), style="bold")
        rows.add_section()
    rows.add_row("all", "total", *_cells(plan.runs), style="bold")
    return rows


def notes(plan: Plan) -> Iterator[str]:
    """The sentences below the table."""
    yield "A run may belong to several groups; totals count it once."
    models = UNKNOWN if plan.model_bytes is None else naturalsize(plan.model_bytes)
    yield f"The models before fine-tuning take more disk: {models}."
    paper = ", which gives the paper's 4-6 hours per model on a V100" if plan.tflops == PAPER_TFLOPS else ""
    yield f"GPU hours assume {plan.tflops:g} sustained TFLOP/s (--tflops){paper}."
    if plan.probes:
        yield (
            f"The crossed design adds {plan.probes:,} probes (about a CPU second each for a small task) on hidden states that are "
            f"read {plan.hidden_states} times."
        )
    if any(run.size != "measured" for run in plan.runs):
        yield "~ marks an estimate from the study file; ≤ marks the size before comments are removed."


def _cells(runs: Sequence[PlannedRun]) -> list[str]:
    tokens, disk, hours = (_sum(getattr(run, name) for run in runs) for name in ("tokens", "disk_bytes", "gpu_hours"))
    return [
        str(len(runs)),
        str(sum(run.on_disk for run in runs)),
        _trainset_rows(runs),
        UNKNOWN if tokens is None else metric(tokens, precision=2),
        UNKNOWN if disk is None else naturalsize(disk),
        UNKNOWN if hours is None else f"{hours:,.1f}" if hours >= 0.1 else f"{hours:.2g}",
    ]


def _sum(values: Iterable[float | None]) -> float | None:
    values = list(values)
    return None if None in values else sum(values)


def _trainset_rows(runs: Sequence[PlannedRun]) -> str:
    """The fewest and the most rows, with the sign of the least certain size."""
    rows, sizes = [run.trainset_rows for run in runs], {run.size for run in runs}
    if None in rows:
        return UNKNOWN
    sign = "≤ " if "at most" in sizes else "" if sizes == {"measured"} else "~ "
    return f"{sign}{min(rows):,}" + (f"–{max(rows):,}" if max(rows) > min(rows) else "")
