# Needs models and template files; makes upstream scores.


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


rule score_upstream:
    input:
        expand("results/{{study}}/models/{{model}}/{file}", file=CHECKPOINT),
        templates=template_file,
        checked="results/{study}/checks/templates/{measure}.json",
        task=lambda w: f"results/{w.study}/data/{MEASURE_TASK[w.measure]}/task.json",
    output:
        "results/{study}/upstream/{measure}/{model}.parquet",
    log:
        "results/{study}/logs/score_upstream/{measure}/{model}.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        gpu=GPU,
    params:
        settings=measure_settings,
        surface_forms=lambda w: study.tasks[MEASURE_TASK[w.measure]].surface_forms,
        code=lambda w: code(
            "score_upstream.py", UPSTREAM_MEASURES[w.measure], writes=[w.measure]
        ),
    message:
        "Score {wildcards.measure} of {wildcards.model}"
    script:
        "../scripts/score_upstream.py"
