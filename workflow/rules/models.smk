# Needs a checkpoint or a corpus; makes the base model and every model of the study.


if wiring.models.pretrained_here:

    rule make_corpus:
        input:
            files=lambda w: wiring.models.corpus_files(w.base),
        output:
            "<results>/{base}/corpus.parquet",
        log:
            "<logs>/make_corpus/{base}.log",
        wildcard_constraints:
            base=one_of(wiring.models.pretrained_here),
        conda:
            CPU_ENVIRONMENT
        params:
            corpus=lambda w: wiring.models.corpus_settings(w.base),
            tasks=lambda w: wiring.models.corpus_tasks(w.base),
            key=lambda w: f"{wiring.models.bases[w.base].key}.corpus",
            code=lambda w: code(
                "make_corpus.py",
                *wiring.models.corpus_modules(),
                writes=["corpus"],
            ),
        message:
            "Make the pre-training corpus of {wildcards.base}"
        script:
            "../scripts/make_corpus.py"

    rule pretrain_base:
        input:
            corpus=lambda w: wiring.models.corpus(w.base),
        output:
            expand("<results>/{{base}}/{file}", file=CHECKPOINT),
            pretraining="<results>/{base}/pretraining.parquet",
            provenance="<results>/{base}/pretraining.provenance.json",
        log:
            "<logs>/pretrain_base/{base}.log",
        wildcard_constraints:
            base=one_of(wiring.models.pretrained_here),
        conda:
            GPU_ENVIRONMENT
        resources:
            gpu=GPU,
        params:
            pretraining=lambda w: wiring.models.pretraining(w.base),
            code=code("pretrain_base.py", writes=["pretraining"]),
        message:
            "Pre-train {wildcards.base}"
        script:
            "../scripts/pretrain_base.py"


if wiring.models.imported:

    localrules:
        check_base,
        import_base,

    rule check_base:
        input:
            lambda w: wiring.models.base_source_files(w.base),
        output:
            "<results>/checks/{base}.json",
        log:
            "<logs>/check_base/{base}.log",
        wildcard_constraints:
            base=one_of(wiring.models.imported),
        conda:
            CPU_ENVIRONMENT
        params:
            source=lambda w: wiring.models.base_source(w.base),
            code=code("import_base.py"),
        message:
            "Check {wildcards.base}"
        script:
            "../scripts/import_base.py"

    rule import_base:
        input:
            "<results>/checks/{base}.json",
            lambda w: wiring.models.base_source_files(w.base),
        output:
            expand("<results>/{{base}}/{file}", file=CHECKPOINT),
        log:
            "<logs>/import_base/{base}.log",
        wildcard_constraints:
            base=one_of(wiring.models.imported),
        conda:
            CPU_ENVIRONMENT
        params:
            source=lambda w: wiring.models.base_source(w.base),
            code=code("import_base.py"),
        message:
            "Import {wildcards.base}"
        script:
            "../scripts/import_base.py"


rule fit_projection:
    input:
        lambda w: wiring.models.projection_base(w.projection),
        pairs=study.bias_subspace.pairs,
        sentences=lambda w: wiring.models.projection_sentences(w.projection),
    output:
        "<results>/projections/{projection}.parquet",
    log:
        "<logs>/fit_projection/{projection}.log",
    conda:
        GPU_ENVIRONMENT
    resources:
        gpu=GPU,
    params:
        intervention=lambda w: wiring.models.fitted[w.projection][1],
        site=lambda w: study.intervention(wiring.models.fitted[w.projection][1]).site,
        settings=lambda w: wiring.models.fit_settings(
            wiring.models.fitted[w.projection][1]
        ),
        column=getattr(study.bias_subspace.sentences, "column", "text"),
        max_sentences=study.bias_subspace.max_sentences,
        seed=wiring.models.projection_seed,
        code=lambda w: code(
            "fit_projection.py",
            wiring.models.module(wiring.models.fitted[w.projection][1]),
            writes=["projection"],
        ),
    message:
        "Find the bias subspace that {wildcards.projection} removes"
    script:
        "../scripts/fit_projection.py"


rule perturb_model:
    input:
        lambda w: wiring.models.base_files(w.model),
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
