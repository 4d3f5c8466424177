# Needs the analysis; makes figures and the report.


rule draw_figures:
    input:
        **wiring.crossed.tables_of_all_tasks(),
        bias="<results>/bias.parquet",
        coefficients="<results>/analysis/coefficients.parquet",
        multiverse="<results>/analysis/multiverse.parquet",
        planted=expand(
            "<results>/data/{task}/planted.parquet", task=wiring.data.simulated
        ),
        dataset=expand(
            "<results>/dataset_bias/{task}/original.parquet", task=study.tasks
        ),
    output:
        report(
            wiring.figure_files(), caption="../report/figure.rst", category="Figures"
        ),
    log:
        "<logs>/draw_figures.log",
    conda:
        CPU_ENVIRONMENT
    params:
        figures=wiring.figure_parts(),
        crossed=wiring.crossed.headline(),
        tasks=list(study.tasks),
        simulated=wiring.data.simulated,
        code=code("draw_figures.py", *wiring.record_modules()),
    message:
        "Draw the figures"
    script:
        "../scripts/draw_figures.py"


rule write_report:
    input:
        **{
            name: f"<results>/analysis/{name}.parquet"
            for name in [*ANALYSIS_TABLES, "performance"]
        },
        **wiring.crossed.tables_of_all_tasks(),
        bias="<results>/bias.parquet",
        changes_from_control=wiring.tables_of_changes(),
        fine_tuned_effects=wiring.crossed.corner_tables(),
        pretraining=wiring.models.pretraining_table(),
        negative_sentiment=wiring.measures.sentiment_tables(),
        group_gaps=expand(
            "<results>/group_gaps/{task}.parquet", task=wiring.data.grouped
        ),
        tasks=expand("<results>/data/{task}/task.json", task=study.tasks),
        heads=wiring.measures.checked_heads(),
        figures=wiring.figure_files(),
    output:
        report=report(
            "<results>/report.html",
            caption="../report/report.rst",
            category="Report",
            labels={"what": "the whole report"},
        ),
        tables=report(
            expand(
                "<results>/tables/{name}.{kind}",
                name=wiring.tables,
                kind=("csv", "tex"),
            ),
            caption="../report/table.rst",
            category="Tables",
        ),
    log:
        "<logs>/write_report.log",
    conda:
        CPU_ENVIRONMENT
    params:
        tables=list(ANALYSIS_TABLES),
        study=wiring.reported_study(),
        left_out=list(wiring.left_out),
        figures=wiring.figure_parts(),
        crossed=wiring.crossed.headline(),
        code=code("write_report.py", *wiring.record_modules()),
        files=files_fingerprint(REPORT_TEXTS + PRINTED_NUMBERS),
    message:
        "Write the report"
    script:
        "../scripts/write_report.py"
