# Shared by all stages: the nodes of the study as paths, code fingerprints, and whether there is a GPU.
import os
import re
import shutil
import time
from pathlib import Path

from biastransfer.engine.fingerprints import PACKAGE, code_fingerprint, files_fingerprint
from biastransfer.study.registry import (
    DATA_INTERVENTIONS,
    DATASET_BIAS,
    DOWNSTREAM_RATES,
    HEADS,
    MODEL_INTERVENTIONS,
    PROJECTIONS,
    SIMULATED_TASKS,
    TASK_KINDS,
    TEXTS,
    UPSTREAM_MEASURES,
)
from biastransfer.report import catalogue

HEAD = HEADS[study.fine_tuning.head]
LOCK = f"locks/{study.study}.json"
STARTED = time.time() - 1
SCRIPTS = Path(workflow.basedir) / "workflow" / "scripts"
TOKENIZER = ["tokenizer.json", "tokenizer_config.json"]
CHECKPOINT = ["config.json", "model.safetensors", *TOKENIZER]
RUNS = grid.runs(study)
NODES = grid.models(study)
MODELS = {run.model: NODES[run.model] for run in RUNS}
TRAINSETS = {
    (task, slug): trainset
    for task in study.tasks
    for slug, trainset in grid.trainsets(study, task).items()
}
MEASURE_TASK = {
    measure: name for name, task in study.tasks.items() for measure in task.upstream
}
SCORED = dict.fromkeys(
    (measure, run.model) for run in RUNS for measure in study.tasks[run.task].upstream
)
SIMULATED = {
    name: task for name, task in study.tasks.items() if task.source.type == "simulated"
}
INTERVENE_SWITCHES = ("site", "tie_decoder")
REPORT_FILES = tuple(sorted((PACKAGE / "report").glob("**/*.html")))
REPORT_FILES += tuple(sorted((PACKAGE / "analysis").glob("**/*.csv")))
ANALYSIS_TABLES = [
    "coefficients",
    "regressions",
    "diagnostics",
    "influence",
    "contributions",
    "correlations",
    "verdicts",
    "multiverse",
]


wildcard_constraints:
    study=re.escape(study.study),
    task="|".join(map(re.escape, study.tasks)),
    model="|".join(map(re.escape, MODELS)),
    measure="|".join(map(re.escape, MEASURE_TASK)),
    trainset="|".join(sorted({re.escape(slug) for _, slug in TRAINSETS})),
    intervention="|".join(PROJECTIONS),
    replicate=r"\d+",


def gpu_visible():
    """Whether this machine shows a GPU; `device: cuda` says that the machines that run the jobs have one."""
    if study.device != "auto":
        return study.device == "cuda"
    given = os.environ.get("GPU_POOL", os.environ.get("CUDA_VISIBLE_DEVICES", "all"))
    return shutil.which("nvidia-smi") is not None and given != ""


GPU = int(gpu_visible())
if not GPU and study.device == "auto" and workflow.is_main_process:
    print(
        "device: auto, and no GPU is visible here: models are trained and scored on the CPU.",
        file=sys.stderr,
    )


def code(script, *entries, writes=()):
    """Fingerprint of everything that a script computes with (biastransfer.engine.fingerprints)."""
    return code_fingerprint(SCRIPTS / script, tuple(entries), tuple(writes))


def task_of(wildcards):
    return study.tasks[wildcards.task]


def kind_of(wildcards):
    return TASK_KINDS[task_of(wildcards).kind]


def checks():
    tasks = expand(f"results/{study.study}/checks/{{task}}.json", task=study.tasks)
    if HEAD.texts == "prompted":
        tasks += expand(
            f"results/{study.study}/checks/prompt/{{task}}.json", task=study.tasks
        )
    return tasks + expand(
        f"results/{study.study}/checks/{{part}}/{{measure}}.json",
        part=("templates", "sentences"),
        measure=MEASURE_TASK,
    )


def checkpoints():
    models = [
        f"results/{study.study}/models/{model}/{file}"
        for model in MODELS
        for file in CHECKPOINT
    ]
    runs = [f"results/{study.study}/runs/{run.path}/model.safetensors" for run in RUNS]
    return models + runs


def scores():
    upstream = [
        f"results/{study.study}/upstream/{measure}/{model}.parquet"
        for measure, model in SCORED
    ]
    intermediate = [
        f"results/{study.study}/intermediate/{measure}/{run.path}.parquet"
        for run in RUNS
        for measure in study.tasks[run.task].upstream
        if study.intermediate_decoder != "none"
    ]
    downstream = [
        f"results/{study.study}/downstream/{table}/{run.path}.parquet"
        for run in RUNS
        for table in ("rates", "bias", "runs")
    ]
    bias = [
        f"results/{study.study}/dataset_bias/{task}/{trainset}.parquet"
        for task, trainset in TRAINSETS
    ]
    return upstream + intermediate + downstream + bias


def tell_problems():
    """Repeat the sentences of failed jobs at the very end of Snakemake's output."""
    for file in sorted(Path("results", study.study, "logs", "problems").glob("*.log")):
        if file.stat().st_mtime >= STARTED:
            print(f"\n{file.read_text(encoding='utf-8').strip()}", file=sys.stderr)


def tell_report():
    """Say where the report lies, if this run has written it."""
    file = Path("results", study.study, "report.html")
    if file.is_file() and file.stat().st_mtime >= STARTED:
        print(f"\nReport: {file}", file=sys.stderr)


def run_facts(run):
    """What a run's rows in bias.parquet say about it."""
    model, task = MODELS[run.model], study.tasks[run.task]
    changed = TRAINSETS[run.task, run.trainset]
    done = model if changed.intervention == "original" else changed
    return {
        "task": run.task,
        "model": run.model,
        "trainset": run.trainset,
        "replicate": run.replicate,
        "intervention": done.intervention,
        "level": done.level,
        "trial": model.trial,
        "groups": list(run.groups),
        "kind": task.kind,
        "testset": task.testsets[0],
        "decision": task.decision,
        "min_cell": task.min_cell,
        "measures": list(task.upstream),
        "intermediate": study.intermediate_decoder != "none",
    }


FIGURES = catalogue.figure_names(
    catalogue.of_runs([run_facts(run) for run in RUNS], SIMULATED)
)
GROUPED = [name for name, task in study.tasks.items() if task.kind == "label_by_group"]
REPORT_TABLES = catalogue.table_names(MEASURE_TASK, grouped=bool(GROUPED))
FIGURE_FILES = [
    f"results/{{study}}/figures/{name}.{kind}"
    for name in FIGURES
    for kind in ("svg", "png")
]


def analysis_tables():
    names = (*ANALYSIS_TABLES, "performance")
    return [f"results/{study.study}/analysis/{name}.parquet" for name in names]


def figures():
    return expand(FIGURE_FILES, study=study.study)
