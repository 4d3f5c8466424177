"""Write the report page, and the tables beside it as CSV."""

from biastransfer.job import job

with job(snakemake):
    from pathlib import Path

    from biastransfer import tables
    from biastransfer.provenance import read_json
    from biastransfer.report import page
    from biastransfer.report.answer import answer, lexicon_sentence, pretraining_sentence
    from biastransfer.report.texts import figure_text, run_facts

    params = snakemake.params
    bias = tables.read(snakemake.input.bias)
    names = [Path(path).stem for path in snakemake.output.tables]
    found = {name: tables.read(snakemake.input[name]) for name in names}
    for name, path in zip(names, snakemake.output.tables, strict=True):
        found[name].to_csv(path, index=False)
    described = {task: read_json(path) for task, path in zip(params.tasks, snakemake.input.tasks, strict=True)}
    answers = [
        answer(
            task,
            measure,
            found["coefficients"],
            found["regressions"],
            found["correlations"],
            found["performance"],
            len(described[task]["targets"]),
            checks,
        )
        for task, (measure, *checks) in params.measures.items()
    ]
    notes = []
    if params.base["type"] == "pretrain":
        notes.append(pretraining_sentence(tables.read(snakemake.input.pretraining)))
    for path in snakemake.input.negative_sentiment:
        notes += filter(None, [lexicon_sentence(tables.read(path))])
    figures = [
        {**figure_text(name), "source": page.image(path)}
        for name, path in zip(params.figures, snakemake.input.figures[::2], strict=True)
    ]
    performance = page.table(
        found["performance"],
        {
            "task": "task", "model": "model", "trainset": "trainset", "replicate": "replicate", "testset": "test set",
            "n": "texts", "accuracy": "accuracy", "macro_f1": "macro-F1", "average_precision": "average precision",
            "majority": "majority", "failed_to_learn": "failed to learn",
        },
    )  # fmt: skip
    correlations = page.table(
        found["correlations"],
        {
            "task": "task", "comparison": "comparison", "model": "model", "trainset": "trainset",
            "replicate": "replicate", "n": "targets", "pearson": "Pearson ρ", "pearson_low": "low",
            "pearson_high": "high", "kendall": "Kendall τ", "kendall_p": "p (τ)", "mean_shift": "mean shift",
        },
    )  # fmt: skip
    html = page.render(
        study=snakemake.wildcards.study,
        facts=run_facts(bias, described, params.sources, params.base, params.recipe, params.seed),
        answers=answers,
        notes=notes,
        figures=figures,
        tables=[
            {
                "title": "Regressions",
                "caption": "Eq. 4 of Steed et al. 2022 per treatment group, and the same on one row per target; HC3 errors. "
                "tables/coefficients.csv, tables/regressions.csv",
                "table": page.coefficient_table(found["coefficients"], found["regressions"]),
            },
            {
                "title": "Correlations over targets",
                "caption": "Each run against the control, and downstream bias against its possible causes. "
                "tables/correlations.csv",
                "table": correlations,
            },
            {
                "title": "Performance of every run",
                "caption": "tables/performance.csv",
                "table": performance,
            },
        ],
    )
    Path(snakemake.output.report).write_text(html, encoding="utf-8")
