# Needs the scores of all runs; makes bias.parquet and the analysis.


rule collect:
    input:
        scores(),
    output:
        bias="results/{study}/bias.parquet",
        performance="results/{study}/analysis/performance.parquet",
    log:
        "results/{study}/logs/collect.log",
    conda:
        "../../envs/cpu.yaml"
    params:
        runs=[run_facts(run) for run in RUNS],
        code=code("collect.py", writes=["bias_transfer", "performance"]),
    message:
        "Collect the scores of all runs"
    script:
        "../scripts/collect.py"


rule analyze:
    input:
        "results/{study}/bias.parquet",
    output:
        **{
            name: f"results/{{study}}/analysis/{name}.parquet"
            for name in ANALYSIS_TABLES
        },
    log:
        "results/{study}/logs/analyze.log",
    conda:
        "../../envs/cpu.yaml"
    params:
        settings=analysis_settings(),
        code=code("analyze.py", writes=ANALYSIS_TABLES),
    message:
        "Regress, correlate and judge"
    script:
        "../scripts/analyze.py"
