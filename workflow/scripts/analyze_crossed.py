"""Where bias comes from in a crossed design: shares of its sources, and what a change of each cause does."""

from biastransfer.engine import parquet_files
from biastransfer.engine.job import job

with job(snakemake):
    import pandas as pd

    from biastransfer.analysis.crossed.analyze import Design, analyze
    from biastransfer.common import registry
    from biastransfer.engine.side_cars import read_json
    from biastransfer.engine.testsets import read_testsets
    from biastransfer.tasks.counterfactuals import compared_twins

    settings = snakemake.params.settings
    targets = read_json(snakemake.input.task)["targets"]
    rates = registry.load(registry.task_kinds()[settings["kind"]].part("rates"))
    test = read_testsets(snakemake.params.testsets, snakemake.input.texts)

    each = (parquet_files.read(path, ["target", "score"]) for path in snakemake.input.upstream)
    upstream = {
        measure: pd.DataFrame(
            {model: next(each).groupby("target")["score"].mean() for model in settings["design"]["models"]}
        )
        for measure in settings["measures"]
    }

    def compared_texts(rows: pd.DataFrame):
        if rows["testset"].iloc[0] == settings["counterfactual"]:
            return compared_twins(rows, targets, settings["compare"])
        return rates.compared_texts(rows, targets, settings["compare"])

    tables = analyze(
        map(parquet_files.read, snakemake.input.scores),
        test,
        compared_texts,
        Design(**settings["design"]),
        fewest=settings["min_cell"],
        upstream=upstream,
    )
    for name, table in tables.items():
        parquet_files.write(parquet_files.conform(table, name), name, snakemake.output[name])
    print(tables["causes"].to_string(index=False))
