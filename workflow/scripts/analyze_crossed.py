"""Where bias comes from in a crossed design: shares of its sources, and what a change of each cause does."""

from biastransfer.engine import parquet_files
from biastransfer.engine.job import job

with job(snakemake):
    import pandas as pd

    from biastransfer.analysis.crossed.analyze import Design, analyze
    from biastransfer.common import registry
    from biastransfer.engine.side_cars import read_json

    settings = snakemake.params.settings
    rates = registry.load(registry.task_kinds()[settings["kind"]].part("rates"))
    test = pd.concat(
        [parquet_files.read(snakemake.input[name]).assign(testset=name) for name in settings["testsets"]],
        ignore_index=True,
    )
    tables = analyze(
        map(parquet_files.read, snakemake.input.scores),
        test,
        lambda rows: rates.compared_texts(rows, read_json(snakemake.input.task)["targets"], settings["compare"]),
        Design(**{key: settings[key] for key in ("models", "conditions", "trainsets", "replicates", "resampled")}),
        fewest=settings["min_cell"],
    )
    for name, table in tables.items():
        parquet_files.write(parquet_files.conform(table, name), name, snakemake.output[name])
    print(tables["causes"].to_string(index=False))
