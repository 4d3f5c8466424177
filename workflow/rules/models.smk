# Needs a checkpoint or a corpus; makes the base model and every model of the study.


if study.base.type == "pretrain":

    rule make_corpus:
        input:
            files=corpus_files,
        output:
            "results/{study}/base/corpus.parquet",
        log:
            "results/{study}/logs/make_corpus.log",
        conda:
            "../../envs/cpu.yaml"
        params:
            corpus=study.base.corpus.model_dump(mode="json"),
            tasks=(
                {
                    name: {
                        "kind": task.kind,
                        "source": task.source.model_dump(
                            mode="json", exclude={"examples"}
                        ),
                        "seed": grid.derive_seed(study.seed, name, "data"),
                    }
                    for name, task in SIMULATED.items()
                }
                if study.base.corpus.type == "simulated"
                else {}
            ),
            code=code(
                "make_corpus.py",
                *{SIMULATED_TASKS[t.kind] for t in SIMULATED.values()},
                writes=["corpus"],
            ),
        message:
            "Make the pre-training corpus"
        script:
            "../scripts/make_corpus.py"

    rule pretrain_base:
        input:
            corpus="results/{study}/base/corpus.parquet",
        output:
            expand("results/{{study}}/base/{file}", file=CHECKPOINT),
            pretraining="results/{study}/base/pretraining.parquet",
            provenance="results/{study}/base/pretraining.provenance.json",
        log:
            "results/{study}/logs/pretrain_base.log",
        conda:
            "../../envs/cpu.yaml"
        resources:
            gpu=GPU,
        params:
            vocabulary=study.base.vocabulary,
            lowercase=study.base.lowercase,
            architecture=study.base.architecture.model_dump(mode="json"),
            training=study.base.training.model_dump(mode="json"),
            seed=grid.derive_seed(study.seed, "base"),
            code=code("pretrain_base.py", writes=["pretraining"]),
        message:
            "Pre-train the base model"
        script:
            "../scripts/pretrain_base.py"

else:

    localrules:
        check_base,
        import_base,

    rule check_base:
        input:
            checkpoint_files(study.base),
        output:
            "results/{study}/checks/base.json",
        log:
            "results/{study}/logs/check_base.log",
        conda:
            "../../envs/cpu.yaml"
        params:
            **checkpoint_place("base", study.base),
            code=code("import_base.py"),
        message:
            "Check the base model"
        script:
            "../scripts/import_base.py"

    rule import_base:
        input:
            "results/{study}/checks/base.json",
            checkpoint_files(study.base),
        output:
            expand("results/{{study}}/base/{file}", file=CHECKPOINT),
        log:
            "results/{study}/logs/import_base.log",
        conda:
            "../../envs/cpu.yaml"
        params:
            **checkpoint_place("base", study.base),
            code=code("import_base.py"),
        message:
            "Import the base model"
        script:
            "../scripts/import_base.py"


rule fit_projection:
    input:
        expand("results/{{study}}/base/{file}", file=CHECKPOINT),
        pairs=study.bias_subspace.pairs,
        sentences=projection_sentences(),
    output:
        "results/{study}/projections/{intervention}.parquet",
    log:
        "results/{study}/logs/fit_projection/{intervention}.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        gpu=GPU,
    params:
        site=lambda w: study.intervention(w.intervention).site,
        settings=fit_settings,
        column=getattr(study.bias_subspace.sentences, "column", "text"),
        max_sentences=study.bias_subspace.max_sentences,
        seed=grid.derive_seed(study.seed, "bias_subspace"),
        code=lambda w: code(
            "fit_projection.py",
            MODEL_INTERVENTIONS[w.intervention].module,
            writes=["projection"],
        ),
    message:
        "Find the bias subspace that {wildcards.intervention} removes"
    script:
        "../scripts/fit_projection.py"


rule perturb_model:
    input:
        expand("results/{{study}}/base/{file}", file=CHECKPOINT),
        projection=projection_file,
    output:
        expand("results/{{study}}/models/{{model}}/{file}", file=CHECKPOINT),
        intervention="results/{study}/models/{model}/intervention.json",
    log:
        "results/{study}/logs/perturb_model/{model}.log",
    conda:
        "../../envs/cpu.yaml"
    params:
        intervention=lambda w: MODELS[w.model].intervention,
        level=lambda w: MODELS[w.model].level,
        settings=model_settings,
        seed=lambda w: MODELS[w.model].seed,
        code=lambda w: code(
            "perturb_model.py",
            MODEL_INTERVENTIONS[MODELS[w.model].intervention].module,
        ),
    message:
        "Make model {wildcards.model}"
    script:
        "../scripts/perturb_model.py"
