# Needs models and template files; makes upstream scores.


def template_file(wildcards):
    return study.tasks[MEASURE_TASK[wildcards.measure]].upstream[wildcards.measure].templates


def measure_settings(wildcards):
    """The switches of a measure that its function takes."""
    task = study.tasks[MEASURE_TASK[wildcards.measure]]
    settings = task.upstream[wildcards.measure]
    if wildcards.measure == "pronoun_ranking":
        return {"compare": list(task.compare), "prior_masks": settings.prior_masks}
    return {"top_k": settings.top_k, "weight": settings.weight}


rule check_templates:
    input:
        template_file,
    output:
        "results/{study}/checks/templates/{measure}.json",
    log:
        "results/{study}/logs/check_templates/{measure}.log",
    benchmark:
        "results/{study}/benchmarks/check_templates/{measure}.tsv"
    conda:
        "../../envs/cpu.yaml"
    params:
        code=code("check_templates.py"),
    priority: 10
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
    benchmark:
        "results/{study}/benchmarks/score_upstream/{measure}/{model}.tsv"
    conda:
        "../../envs/cpu.yaml"
    params:
        settings=measure_settings,
        surface_forms=lambda w: study.tasks[MEASURE_TASK[w.measure]].surface_forms,
        code=lambda w: code("score_upstream.py", UPSTREAM_MEASURES[w.measure], writes=[w.measure]),
    resources:
        gpu=GPU,
    message:
        "Score {wildcards.measure} of {wildcards.model}"
    script:
        "../scripts/score_upstream.py"
