# Needs a checkpoint or a corpus; makes the base model and every model of the study.


if study.base.type == "pretrain":

    rule make_corpus:
        input:
            files=wiring.models.corpus_files(),
        output:
            "<results>/base/corpus.parquet",
        log:
            "<logs>/make_corpus.log",
        conda:
            CPU_ENVIRONMENT
        params:
            corpus=study.base.corpus.model_dump(mode="json"),
            tasks=wiring.models.corpus_tasks(),
            code=code(
                "make_corpus.py",
                *wiring.models.corpus_modules(),
                writes=["corpus"],
            ),
        message:
            "Make the pre-training corpus"
        script:
            "../scripts/make_corpus.py"

    rule pretrain_base:
        input:
            corpus="<results>/base/corpus.parquet",
        output:
            expand("<results>/base/{file}", file=CHECKPOINT),
            pretraining="<results>/base/pretraining.parquet",
            provenance="<results>/base/pretraining.provenance.json",
        log:
            "<logs>/pretrain_base.log",
        conda:
            GPU_ENVIRONMENT
        resources:
            gpu=GPU,
        params:
            vocabulary=study.base.vocabulary,
            lowercase=study.base.lowercase,
            architecture=study.base.architecture.model_dump(mode="json"),
            training=study.base.training.model_dump(mode="json"),
            seed=wiring.models.base_seed,
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
            wiring.models.checkpoint_files(study.base),
        output:
            "<results>/checks/base.json",
        log:
            "<logs>/check_base.log",
        conda:
            CPU_ENVIRONMENT
        params:
            **wiring.models.checkpoint_source("base", study.base),
            code=code("import_base.py"),
        message:
            "Check the base model"
        script:
            "../scripts/import_base.py"

    rule import_base:
        input:
            "<results>/checks/base.json",
            wiring.models.checkpoint_files(study.base),
        output:
            expand("<results>/base/{file}", file=CHECKPOINT),
        log:
            "<logs>/import_base.log",
        conda:
            CPU_ENVIRONMENT
        params:
            **wiring.models.checkpoint_source("base", study.base),
            code=code("import_base.py"),
        message:
            "Import the base model"
        script:
            "../scripts/import_base.py"


rule fit_projection:
    input:
        expand("<results>/base/{file}", file=CHECKPOINT),
        pairs=study.bias_subspace.pairs,
        sentences=wiring.models.projection_sentences(),
    output:
        "<results>/projections/{intervention}.parquet",
    log:
        "<logs>/fit_projection/{intervention}.log",
    conda:
        GPU_ENVIRONMENT
    resources:
        gpu=GPU,
    params:
        site=lambda w: study.intervention(w.intervention).site,
        settings=lambda w: wiring.models.fit_settings(w.intervention),
        column=getattr(study.bias_subspace.sentences, "column", "text"),
        max_sentences=study.bias_subspace.max_sentences,
        seed=wiring.models.projection_seed,
        code=lambda w: code(
            "fit_projection.py",
            wiring.models.module(w.intervention),
            writes=["projection"],
        ),
    message:
        "Find the bias subspace that {wildcards.intervention} removes"
    script:
        "../scripts/fit_projection.py"


rule perturb_model:
    input:
        expand("<results>/base/{file}", file=CHECKPOINT),
        projection=lambda w: wiring.models.projection_file(w.model),
    output:
        expand("<results>/models/{{model}}/{file}", file=CHECKPOINT),
        intervention="<results>/models/{model}/intervention.json",
    log:
        "<logs>/perturb_model/{model}.log",
    conda:
        CPU_ENVIRONMENT
    params:
        intervention=lambda w: wiring.models.nodes[w.model].intervention,
        level=lambda w: wiring.models.nodes[w.model].level.value,
        settings=lambda w: wiring.models.settings(w.model),
        seed=lambda w: wiring.models.nodes[w.model].seed,
        code=lambda w: code(
            "perturb_model.py",
            wiring.models.module(wiring.models.nodes[w.model].intervention),
        ),
    message:
        "Make model {wildcards.model}"
    script:
        "../scripts/perturb_model.py"
