# Needs the analysis; makes figures and the report.


rule draw_figures:
    input:
        bias="results/{study}/bias.parquet",
        coefficients="results/{study}/analysis/coefficients.parquet",
        planted=planted_tables,
        dataset=expand(
            "results/{{study}}/dataset_bias/{task}/original.parquet", task=study.tasks
        ),
    output:
        FIGURE_FILES,
    log:
        "results/{study}/logs/draw_figures.log",
    conda:
        "../../envs/cpu.yaml"
    params:
        figures=FIGURES,
        tasks=list(study.tasks),
        simulated=list(SIMULATED),
        code=code("draw_figures.py"),
    message:
        "Draw the figures"
    script:
        "../scripts/draw_figures.py"


rule write_report:
    input:
        bias="results/{study}/bias.parquet",
        coefficients="results/{study}/analysis/coefficients.parquet",
        regressions="results/{study}/analysis/regressions.parquet",
        correlations="results/{study}/analysis/correlations.parquet",
        performance="results/{study}/analysis/performance.parquet",
        pretraining=pretraining_table,
        negative_sentiment=sentiment_tables,
        tasks=expand("results/{{study}}/data/{task}/task.json", task=study.tasks),
        figures=FIGURE_FILES,
    output:
        report="results/{study}/report.html",
        tables=expand(
            "results/{{study}}/tables/{name}.csv",
            name=["coefficients", "regressions", "correlations", "performance"],
        ),
    log:
        "results/{study}/logs/write_report.log",
    conda:
        "../../envs/cpu.yaml"
    params:
        figures=FIGURES,
        tasks=list(study.tasks),
        measures={name: list(task.upstream) for name, task in study.tasks.items()},
        seed=study.seed,
        recipe=study.fine_tuning.model_dump(mode="json"),
        base=study.base.model_dump(mode="json"),
        sources={name: task.source.type for name, task in study.tasks.items()},
        code=code("write_report.py"),
        page=files_fingerprint(REPORT_FILES),
    message:
        "Write the report"
    script:
        "../scripts/write_report.py"
