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
        coefficients="results/{study}/analysis/coefficients.parquet",
        regressions="results/{study}/analysis/regressions.parquet",
        correlations="results/{study}/analysis/correlations.parquet",
    log:
        "results/{study}/logs/analyze.log",
    conda:
        "../../envs/cpu.yaml"
    params:
        code=code("analyze.py", writes=["coefficients", "regressions", "correlations"]),
    message:
        "Regress and correlate"
    script:
        "../scripts/analyze.py"
