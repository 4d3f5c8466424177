"""Measure the downstream bias and the performance of a run from its predictions."""

from biastransfer.job import job

with job(snakemake):
    import pandas as pd

    from biastransfer import tables
    from biastransfer.downstream.performance import performance
    from biastransfer.provenance import read_json
    from biastransfer.registry import DOWNSTREAM_RATES, entry

    measure = entry(DOWNSTREAM_RATES, snakemake.params.kind)
    task = read_json(snakemake.input.task)
    data = pd.concat(
        [tables.read(snakemake.input[testset]).assign(testset=testset) for testset in snakemake.params.testsets]
    )
    predictions = tables.read(snakemake.input.predictions)
    compare = snakemake.params.compare
    rates = measure.rates(predictions, data, task["targets"], compare)
    tables.write(rates, "rates", snakemake.output.rates)
    tables.write(measure.bias(rates, predictions, data, task["classes"], compare), "bias", snakemake.output.bias)
    tables.write(performance(predictions, task["classes"], measure.FLAGGED), "runs", snakemake.output.runs)
