# Needs the analysis; makes figures and the report.


rule draw_figures:
    input:
        bias="results/{study}/bias.parquet",
        coefficients="results/{study}/analysis/coefficients.parquet",
        multiverse="results/{study}/analysis/multiverse.parquet",
        planted=planted_tables,
        dataset=expand(
            "results/{{study}}/dataset_bias/{task}/original.parquet", task=study.tasks
        ),
    output:
        report(FIGURE_FILES, caption="../report/figure.rst", category="Figures"),
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
        **{
            name: f"results/{{study}}/analysis/{name}.parquet"
            for name in [*ANALYSIS_TABLES, "performance"]
        },
        bias="results/{study}/bias.parquet",
        pretraining=pretraining_table,
        negative_sentiment=sentiment_tables,
        group_gaps=expand("results/{{study}}/group_gaps/{task}.parquet", task=GROUPED),
        tasks=expand("results/{{study}}/data/{task}/task.json", task=study.tasks),
        figures=FIGURE_FILES,
    output:
        report=report(
            "results/{study}/report.html",
            caption="../report/report.rst",
            category="Report",
            labels={"what": "the whole report"},
        ),
        tables=report(
            expand(
                "results/{{study}}/tables/{name}.{kind}",
                name=REPORT_TABLES,
                kind=("csv", "tex"),
            ),
            caption="../report/table.rst",
            category="Tables",
        ),
    log:
        "results/{study}/logs/write_report.log",
    conda:
        "../../envs/cpu.yaml"
    params:
        tables=ANALYSIS_TABLES,
        study=reported_study(),
        left_out=left_out,
        code=code("write_report.py"),
        files=files_fingerprint(REPORT_FILES),
    message:
        "Write the report"
    script:
        "../scripts/write_report.py"
