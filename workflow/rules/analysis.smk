# Needs the scores of all runs; makes bias.parquet and the analysis.


def run_facts(run):
    """What a run's rows in bias.parquet say about it."""
    model, task = MODELS[run.model], study.tasks[run.task]
    return {
        "task": run.task,
        "model": run.model,
        "trainset": run.trainset,
        "replicate": run.replicate,
        "intervention": model.intervention,
        "level": model.level,
        "trial": model.trial,
        "groups": list(run.groups),
        "kind": task.kind,
        "testset": task.testsets[0],
        "min_cell": task.min_cell,
        "measures": list(task.upstream),
    }


def analysis_tables():
    names = ("coefficients", "regressions", "correlations", "performance")
    return [f"results/{study.study}/analysis/{name}.parquet" for name in names]


rule collect:
    input:
        scores(),
    output:
        bias="results/{study}/bias.parquet",
        performance="results/{study}/analysis/performance.parquet",
    log:
        "results/{study}/logs/collect.log",
    benchmark:
        "results/{study}/benchmarks/collect.tsv"
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
    benchmark:
        "results/{study}/benchmarks/analyze.tsv"
    conda:
        "../../envs/cpu.yaml"
    params:
        code=code("analyze.py", writes=["coefficients", "regressions", "correlations"]),
    message:
        "Regress and correlate"
    script:
        "../scripts/analyze.py"
