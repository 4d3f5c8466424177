# Needs models and template files; makes upstream scores.


rule check_templates:
    input:
        lambda w: wiring.measures.template_file(w.measure),
    output:
        "<results>/checks/templates/{measure}.json",
    log:
        "<logs>/check_templates/{measure}.log",
    priority: 10
    conda:
        CPU_ENVIRONMENT
    params:
        form=lambda w: wiring.measures.form(w.measure),
        compare=lambda w: wiring.measures.settings(w.measure).get("compare", []),
        code=code("check_templates.py"),
    message:
        "Check the templates of {wildcards.measure}"
    script:
        "../scripts/check_templates.py"


rule check_sentences:
    input:
        "<results>/checks/templates/{measure}.json",
        expand("<results>/base/{file}", file=TOKENIZER),
        config="<results>/base/config.json",
        templates=lambda w: wiring.measures.template_file(w.measure),
        task=lambda w: wiring.measures.task_file(w.measure),
        weights=lambda w: wiring.measures.checked_weights(w.measure),
    output:
        "<results>/checks/sentences/{measure}.json",
    log:
        "<logs>/check_sentences/{measure}.log",
    priority: 10
    conda:
        CPU_ENVIRONMENT
    params:
        form=lambda w: wiring.measures.form(w.measure),
        settings=lambda w: wiring.measures.settings(w.measure),
        head=lambda w: wiring.measures.head([w.measure]),
        surface_forms=lambda w: wiring.measures.surface_forms(w.measure),
        code=lambda w: code("check_sentences.py", wiring.measures.module(w.measure)),
    message:
        "Fill the templates of {wildcards.measure} with its targets"
    script:
        "../scripts/check_sentences.py"


if wiring.measures.classifier:

    localrules:
        import_classifier,

    rule import_classifier:
        input:
            wiring.models.checkpoint_files(wiring.measures.classifier[1]),
        output:
            expand("<results>/sentiment/{file}", file=CHECKPOINT),
        log:
            "<logs>/import_classifier.log",
        conda:
            CPU_ENVIRONMENT
        params:
            **wiring.models.checkpoint_source(*wiring.measures.classifier),
            negative=wiring.measures.classifier[1].negative,
            code=code("import_classifier.py"),
        message:
            "Import the sentiment classifier"
        script:
            "../scripts/import_classifier.py"


# One rule per set of tasks that models have runs in: these tasks' measures are what a job makes.
for tasks, models in wiring.measures.models_by_tasks().items():
    measures = wiring.measures.of_tasks(tasks)

    rule:
        name:
            wiring.measures.upstream_rule(tasks)
        input:
            expand("<results>/models/{{model}}/{file}", file=CHECKPOINT),
            **wiring.measures.files(measures),
            intervention="<results>/models/{model}/intervention.json",
        output:
            scores=expand(
                "<results>/upstream/{measure}/{{model}}.parquet", measure=measures
            ),
            provenance=expand(
                "<results>/upstream/{measure}/{{model}}.provenance.json",
                measure=measures,
            ),
        log:
            "<logs>/score_upstream/{model}.log",
        wildcard_constraints:
            model=one_of(models),
        group:
            "model"
        conda:
            GPU_ENVIRONMENT
        resources:
            gpu=GPU,
        params:
            measures=wiring.measures.all_settings(measures),
            head=wiring.measures.head(measures),
            code=measure_codes("score_upstream.py", measures),
        message:
            "Score the upstream bias of {wildcards.model}"
        script:
            "../scripts/score_upstream.py"
