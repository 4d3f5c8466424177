# Needs models, fine-tuned runs and template files; makes upstream and intermediate scores.


rule check_templates:
    input:
        template_file,
    output:
        "results/{study}/checks/templates/{measure}.json",
    log:
        "results/{study}/logs/check_templates/{measure}.log",
    priority: 10
    conda:
        "../../envs/cpu.yaml"
    params:
        compare=lambda w: measure_settings(w).get("compare", []),
        code=code("check_templates.py"),
    message:
        "Check the templates of {wildcards.measure}"
    script:
        "../scripts/check_templates.py"


rule check_sentences:
    input:
        "results/{study}/checks/templates/{measure}.json",
        expand("results/{{study}}/base/{file}", file=TOKENIZER),
        config="results/{study}/base/config.json",
        templates=template_file,
        task=measured_task,
    output:
        "results/{study}/checks/sentences/{measure}.json",
    log:
        "results/{study}/logs/check_sentences/{measure}.log",
    priority: 10
    conda:
        "../../envs/cpu.yaml"
    params:
        settings=measure_settings,
        surface_forms=surface_forms,
        code=lambda w: code("check_sentences.py", UPSTREAM_MEASURES[w.measure].module),
    message:
        "Fill the templates of {wildcards.measure} with its targets"
    script:
        "../scripts/check_sentences.py"


if sentiment_classifier():

    localrules:
        import_classifier,

    rule import_classifier:
        input:
            checkpoint_files(sentiment_classifier()[1]),
        output:
            expand("results/{{study}}/sentiment/{file}", file=CHECKPOINT),
        log:
            "results/{study}/logs/import_classifier.log",
        conda:
            "../../envs/cpu.yaml"
        params:
            **checkpoint_place(*sentiment_classifier()),
            negative=sentiment_classifier()[1].negative,
            code=code("import_classifier.py"),
        message:
            "Import the sentiment classifier"
        script:
            "../scripts/import_classifier.py"


rule score_upstream:
    input:
        expand("results/{{study}}/models/{{model}}/{file}", file=CHECKPOINT),
        "results/{study}/checks/sentences/{measure}.json",
        intervention="results/{study}/models/{model}/intervention.json",
        classifier=classifier_files,
        templates=template_file,
        task=measured_task,
    output:
        scores="results/{study}/upstream/{measure}/{model}.parquet",
        provenance="results/{study}/upstream/{measure}/{model}.provenance.json",
    log:
        "results/{study}/logs/score_upstream/{measure}/{model}.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        gpu=GPU,
    params:
        settings=measure_settings,
        surface_forms=surface_forms,
        code=lambda w: code(
            "score_upstream.py",
            UPSTREAM_MEASURES[w.measure].module,
            writes=[w.measure],
        ),
    message:
        "Score {wildcards.measure} of {wildcards.model}"
    script:
        "../scripts/score_upstream.py"


rule score_intermediate:
    input:
        expand("results/{{study}}/models/{{model}}/{file}", file=CHECKPOINT),
        "results/{study}/checks/sentences/{measure}.json",
        intervention="results/{study}/models/{model}/intervention.json",
        classifier=classifier_files,
        run="results/{study}/runs/{task}/{model}/{trainset}/{replicate}/model.safetensors",
        templates=template_file,
        task=measured_task,
    output:
        scores="results/{study}/intermediate/{measure}/{task}/{model}/{trainset}/{replicate}.parquet",
        provenance="results/{study}/intermediate/{measure}/{task}/{model}/{trainset}/{replicate}.provenance.json",
    log:
        "results/{study}/logs/score_intermediate/{measure}/{task}/{model}/{trainset}/{replicate}.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        gpu=GPU,
    params:
        settings=measure_settings,
        surface_forms=surface_forms,
        decoder=study.intermediate_decoder,
        code=lambda w: code(
            "score_intermediate.py",
            UPSTREAM_MEASURES[w.measure].module,
            writes=[w.measure],
        ),
    message:
        "Score {wildcards.measure} of {wildcards.model} after {wildcards.task}/{wildcards.trainset}, replicate {wildcards.replicate}"
    script:
        "../scripts/score_intermediate.py"
