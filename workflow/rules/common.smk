# Shared by all stages: the nodes of the study as paths, code fingerprints, and whether there is a GPU.
import os
import re
import shutil
import time
from pathlib import Path

from biastransfer.provenance import PACKAGE, code_fingerprint, files_fingerprint
from biastransfer.registry import (
    DATA_INTERVENTIONS,
    DATASET_BIAS,
    DOWNSTREAM_RATES,
    MODEL_INTERVENTIONS,
    PROJECTIONS,
    SIMULATED_TASKS,
    TASK_KINDS,
    UPSTREAM_MEASURES,
)

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
REPORT_FILES = tuple(sorted((PACKAGE / "report").glob("*.html")))
FIGURES = ["effects"] + [
    f"{kind}-{task}-{measure}"
    for measure, task in MEASURE_TASK.items()
    for kind in ("planted", "transfer")
    if kind != "planted" or study.tasks[task].source.type == "simulated"
]
FIGURES += [f"targets-{task}" for task in study.tasks]
FIGURE_FILES = [
    f"results/{{study}}/figures/{name}.{kind}"
    for name in FIGURES
    for kind in ("svg", "png")
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
    return (
        shutil.which("nvidia-smi") is not None
        and os.environ.get("CUDA_VISIBLE_DEVICES", "all") != ""
    )


GPU = int(gpu_visible())
if not GPU and study.device == "auto" and workflow.is_main_process:
    print(
        "device: auto, and no GPU is visible here: models are trained and scored on the CPU.",
        file=sys.stderr,
    )


def code(script, *entries, writes=()):
    """Fingerprint of everything that a script computes with (biastransfer.provenance)."""
    return code_fingerprint(SCRIPTS / script, tuple(entries), tuple(writes))


def task_of(wildcards):
    return study.tasks[wildcards.task]


def kind_of(wildcards):
    return TASK_KINDS[task_of(wildcards).kind]


def source_modules(wildcards):
    """Modules that a task's data comes from."""
    task = task_of(wildcards)
    simulated = [SIMULATED_TASKS[task.kind]] if task.source.type == "simulated" else []
    return [kind_of(wildcards), *simulated]


def source_files(wildcards):
    """Files of the user that a task's data comes from."""
    task = task_of(wildcards)
    source = task.source
    named = list(source.paths) if source.type == "files" else []
    if getattr(source, "phrases", None):
        named += source.phrases.files
    named += [
        path
        for path in (getattr(source, "label_names", None), task.terms)
        if isinstance(path, str)
    ]
    return [study.locate(path) for path in named]


def downloaded_files(wildcards):
    """Files that a task's data was downloaded to."""
    if task_of(wildcards).source.type not in ("hub", "wikipedia_talk"):
        return []
    return expand(
        f"results/{wildcards.study}/downloads/{wildcards.task}/{{split}}.parquet",
        split=("train", "dev", "test"),
    )


def source_settings(wildcards):
    """What decides a task's rows."""
    settings = task_of(wildcards).model_dump(
        mode="json", exclude={"source": {"expected"}}
    )
    return {key: settings[key] for key in ("kind", "source", "terms", "scrub", "split")}


def checks():
    tasks = expand(f"results/{study.study}/checks/{{task}}.json", task=study.tasks)
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


def trainset_of(wildcards):
    return TRAINSETS[wildcards.task, wildcards.trainset]


def trainset_needs(wildcards):
    return DATA_INTERVENTIONS[trainset_of(wildcards).intervention].needs


def trainset_settings(wildcards):
    """What an intervention on the data does, beyond the tables that it reads."""
    given = {}
    if "compare" in trainset_needs(wildcards):
        given["compare"] = list(task_of(wildcards).compare)
    return {**trainset_of(wildcards).settings, **given}


def trainset_words(wildcards):
    """The scored words that proxies are chosen from."""
    if "scored" not in trainset_needs(wildcards):
        return []
    return f"results/{wildcards.study}/proxy_words/{wildcards.task}.parquet"


def vectors_file(wildcards):
    """Word vectors that words are scored with in place of the base's embeddings."""
    vectors = study.interventions.proxies_scrubbed.vectors
    return [] if vectors is None else study.locate(vectors)


def trainset_pairs(wildcards):
    """The word pairs of an intervention."""
    if "pairs" not in trainset_needs(wildcards):
        return []
    return study.intervention(trainset_of(wildcards).intervention).pairs


def projection_file(wildcards):
    """The projection that an intervention on a model needs."""
    name = MODELS[wildcards.model].intervention
    if name not in PROJECTIONS:
        return []
    return f"results/{wildcards.study}/projections/{name}.parquet"


def projection_sentences():
    """The sentences that bias subspaces are found on."""
    sentences = study.bias_subspace.sentences
    if sentences is None:
        return [f"results/{study.study}/base/corpus.parquet"]
    return [study.locate(path) for path in sentences.files]


def fit_settings(wildcards):
    """The switches of an intervention that its ``fit`` takes."""
    switches = study.intervention(wildcards.intervention).switches()
    return {key: switches[key] for key in switches if key not in INTERVENE_SWITCHES}


def model_settings(wildcards):
    """The switches of an intervention that its ``intervene`` takes."""
    model = MODELS[wildcards.model]
    if model.intervention not in PROJECTIONS:
        return model.settings
    return {
        key: model.settings[key] for key in model.settings if key in INTERVENE_SWITCHES
    }


def tell_problems():
    """Repeat the sentences of failed jobs at the very end of Snakemake's output."""
    for file in sorted(Path("results", study.study, "logs", "problems").glob("*.log")):
        if file.stat().st_mtime >= STARTED:
            print(f"\n{file.read_text(encoding='utf-8').strip()}", file=sys.stderr)


def testset_files(wildcards):
    """Held-out files of a task by the name of their test set."""
    names = {"madlibs": "phrases", "comments": "test", "test": "test"}
    folder = f"results/{wildcards.study}/data/{wildcards.task}"
    return {
        testset: f"{folder}/{names[testset]}.parquet"
        for testset in task_of(wildcards).testsets
    }


def checkpoint_place(section):
    """Where a checkpoint comes from: a folder, or a model of the hub at a revision."""
    hub = section.type == "hub"
    return {
        "path": section.model if hub else study.locate(section.path),
        "revision": section.revision if hub else None,
    }


def checkpoint_files(section):
    """Every file of a local checkpoint that counts: weights, configuration, tokenizer."""
    if section.type == "hub":
        return []
    counted = (".json", ".safetensors", ".bin", ".txt", ".model")
    return sorted(
        str(file)
        for file in Path(study.locate(section.path)).iterdir()
        if file.suffix in counted
    )


def corpus_files(wildcards):
    if study.base.corpus.type == "simulated":
        return []
    return [study.locate(path) for path in study.base.corpus.files]


def template_file(wildcards):
    return (
        study.tasks[MEASURE_TASK[wildcards.measure]]
        .upstream[wildcards.measure]
        .templates
    )


def measure_settings(wildcards):
    """What a measure's function takes beyond models, templates and targets."""
    task = study.tasks[MEASURE_TASK[wildcards.measure]]
    section, measure = (
        task.upstream[wildcards.measure],
        UPSTREAM_MEASURES[wildcards.measure],
    )
    settings = {switch: getattr(section, switch) for switch in measure.switches}
    if "compare" in measure.needs:
        settings["compare"] = list(task.compare)
    if "classifier" in measure.needs and section.classifier.type != "vader":
        settings["classifier"] = {
            "folder": f"results/{wildcards.study}/sentiment",
            "negative": section.classifier.negative,
        }
    return settings


def surface_forms(wildcards):
    """How targets are written, where it is not by their names."""
    return study.tasks[MEASURE_TASK[wildcards.measure]].surface_forms


def measured_task(wildcards):
    return f"results/{wildcards.study}/data/{MEASURE_TASK[wildcards.measure]}/task.json"


def sentiment_classifier():
    """The section of the sentiment classifier that the study uses, if it does."""
    for measure, task in MEASURE_TASK.items():
        section = study.tasks[task].upstream[measure].classifier
        if section.type != "vader":
            return section
    return None


def classifier_files(wildcards):
    """The checkpoint of the sentiment classifier, where a measure has one."""
    if "classifier" not in measure_settings(wildcards):
        return []
    return expand(f"results/{wildcards.study}/sentiment/{{file}}", file=CHECKPOINT)


def downstream_settings(wildcards):
    """The switches of the downstream measures of a task's kind."""
    task = task_of(wildcards)
    settings = {
        "replicates": task.bootstrap,
        "seed": grid.derive_seed(study.seed, wildcards.task, "bootstrap"),
    }
    return settings | ({"zero": task.zero} if task.kind == "label_by_group" else {})


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


def analysis_tables():
    names = ("coefficients", "regressions", "correlations", "performance")
    return [f"results/{study.study}/analysis/{name}.parquet" for name in names]


def figures():
    return expand(FIGURE_FILES, study=study.study)


def planted_tables(wildcards):
    """What was planted, for the figures of simulated tasks."""
    return expand(
        f"results/{study.study}/data/{{task}}/planted.parquet", task=SIMULATED
    )


def pretraining_table(wildcards):
    return (
        f"results/{study.study}/base/pretraining.parquet"
        if study.base.type == "pretrain"
        else []
    )


def sentiment_tables(wildcards):
    """The control's negative sentiment, for the report's warning about its lexicon."""
    measures = [measure for measure in MEASURE_TASK if measure == "negative_sentiment"]
    return expand(
        f"results/{study.study}/upstream/{{measure}}/pretrained.parquet",
        measure=measures,
    )
