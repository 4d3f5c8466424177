# Needs the predictions and the scores of all runs; makes bias.parquet, the analysis, and what every change does to bias.


rule collect:
    input:
        wiring.scores(),
        families=wiring.data.assigned_families(),
    output:
        bias="<results>/bias.parquet",
        performance="<results>/analysis/performance.parquet",
    log:
        "<logs>/collect.log",
    conda:
        CPU_ENVIRONMENT
    params:
        study=study.study,
        runs=[wiring.run_facts(run) for run in wiring.runs],
        code=code("collect.py", writes=["bias_transfer", "performance"]),
    message:
        "Collect the scores of all runs"
    script:
        "../scripts/collect.py"


rule analyze:
    input:
        "<results>/bias.parquet",
    output:
        **{name: f"<results>/analysis/{name}.parquet" for name in ANALYSIS_TABLES},
    log:
        "<logs>/analyze.log",
    conda:
        CPU_ENVIRONMENT
    params:
        settings=wiring.analysis_settings(),
        code=code("analyze.py", writes=ANALYSIS_TABLES),
    message:
        "Regress, correlate and judge"
    script:
        "../scripts/analyze.py"


rule measure_changes:
    input:
        "<results>/checks/{task}.json",
        texts=lambda w: list(wiring.data.testset_files(w.task).values()),
        predictions=lambda w: [
            f"{wiring.results}/runs/{run.path}/predictions.parquet"
            for run in wiring.runs_of(w.task)
        ],
        task="<results>/data/{task}/task.json",
    output:
        "<results>/changes_from_control/{task}.parquet",
    log:
        "<logs>/measure_changes/{task}.log",
    conda:
        CPU_ENVIRONMENT
    params:
        settings=lambda w: wiring.change_settings(w.task),
        testsets=lambda w: list(wiring.data.testset_files(w.task)),
        code=lambda w: code(
            "measure_changes.py",
            wiring.measures.downstream_module(w.task),
            writes=["changes_from_control"],
        ),
    message:
        "Measure what every change of {wildcards.task} does to bias"
    script:
        "../scripts/measure_changes.py"
