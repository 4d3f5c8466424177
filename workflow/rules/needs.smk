# What the rules of each stage read and are told: input functions and params.


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
    return downloads_of(wildcards.task)


def downloads_of(task):
    if study.tasks[task].source.type not in ("hub", "wikipedia_talk"):
        return []
    return expand(
        f"results/{study.study}/downloads/{task}/{{split}}.parquet",
        split=("train", "dev", "test"),
    )


def fetched_files():
    """What a study has from the network: all else is made of it offline."""
    files = [file for task in study.tasks for file in downloads_of(task)]
    if study.base.type == "hub":
        files += expand(f"results/{study.study}/base/{{file}}", file=CHECKPOINT)
    if sentiment_classifier() and sentiment_classifier()[1].type == "hub":
        files += expand(f"results/{study.study}/sentiment/{{file}}", file=CHECKPOINT)
    return files


def source_settings(wildcards):
    """What decides a task's rows."""
    return task_of(wildcards).source_settings()


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


def prompt_file(wildcards):
    """What was found of a task's prompt, where the head needs one."""
    if HEAD.texts != "prompted":
        return []
    return f"results/{wildcards.study}/checks/prompt/{wildcards.task}.json"


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


def testset_files(wildcards):
    """Held-out files of a task by the name of their test set."""
    names = {"madlibs": "phrases", "comments": "test", "test": "test"}
    folder = f"results/{wildcards.study}/data/{wildcards.task}"
    return {
        testset: f"{folder}/{names[testset]}.parquet"
        for testset in task_of(wildcards).testsets
    }


def checkpoint_place(key, section):
    """Where a checkpoint comes from: a folder, or a model of the hub at a revision, held to the study's lock."""
    if section.type == "path":
        return {"path": study.locate(section.path), "revision": None}
    name = key.rpartition(".")[2]
    return {
        "path": section.model,
        "revision": section.revision,
        "key": f"{key}.model",
        "instead": f"name a local folder: `{name}: {{type: path, path: FOLDER}}`",
        "lock": LOCK,
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
    return task.measure_settings(
        wildcards.measure, f"results/{wildcards.study}/sentiment"
    )


def surface_forms(wildcards):
    """How targets are written, where it is not by their names."""
    return study.tasks[MEASURE_TASK[wildcards.measure]].surface_forms


def measured_task(wildcards):
    return f"results/{wildcards.study}/data/{MEASURE_TASK[wildcards.measure]}/task.json"


def sentiment_classifier():
    """Key and section of the sentiment classifier that the study uses, if it does."""
    for measure, task in MEASURE_TASK.items():
        section = study.tasks[task].upstream[measure].classifier
        if section.type != "vader":
            return f"tasks.{task}.upstream.{measure}.classifier", section
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


def analysis_settings():
    """The switches of the analysis, and the seed of its resampling."""
    return {
        **study.analysis.model_dump(),
        "seed": grid.derive_seed(study.seed, "analysis"),
    }


def reported_study():
    """The study file with all defaults, as the report tells it; where things lie on this machine is not told."""
    return study.model_dump(
        mode="json",
        exclude={"device", "data", "save_training_every"},
        exclude_none=True,
    )
