# Needs the scores of all runs; makes bias.parquet and the analysis.


rule collect:
    input:
        wiring.scores(),
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
