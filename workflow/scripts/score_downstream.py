"""Measure the downstream bias and the performance of a run from its predictions."""

from biastransfer.engine import parquet_files
from biastransfer.engine.job import job

with job(snakemake):
    import pandas as pd

    from biastransfer.downstream.decisions import decide
    from biastransfer.downstream.performance import performance
    from biastransfer.engine import table_schemas
    from biastransfer.engine.side_cars import read_json
    from biastransfer.study.registry import DOWNSTREAM_RATES, entry

    measure = entry(DOWNSTREAM_RATES, snakemake.params.kind)
    task = read_json(snakemake.input.task)
    data = pd.concat(
        [parquet_files.read(snakemake.input[testset]).assign(testset=testset) for testset in snakemake.params.testsets]
    )
    compare, settings, classes = snakemake.params.compare, snakemake.params.settings, task["classes"]
    found = {"rates": [], "bias": [], "runs": []}
    for name, thresholds, predictions in decide(
        parquet_files.read(snakemake.input.predictions), classes, measure.FLAGGED
    ):
        rates = measure.rates(predictions, data, task["targets"], compare)
        bias = measure.bias(rates, predictions, data, classes, compare, **settings)
        runs = performance(predictions, classes, measure.FLAGGED)
        runs = runs.merge(measure.summaries(rates, bias), on="testset", how="left", validate="one_to_one")
        runs["threshold"] = runs["testset"].map(thresholds).astype(float)
        for table, rows in (("rates", rates), ("bias", bias), ("runs", runs)):
            found[table].append(rows.assign(decision=name))
    for table, parts in found.items():
        whole = pd.concat(parts, ignore_index=True).reindex(columns=table_schemas.SCHEMAS[table].names)
        parquet_files.write(whole, table, snakemake.output[table])
