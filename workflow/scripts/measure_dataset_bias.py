"""Measure the dataset bias of a trainset."""

from biastransfer.job import job

with job(snakemake):
    from biastransfer import tables
    from biastransfer.provenance import read_json
    from biastransfer.registry import DATASET_BIAS, entry

    bias = entry(DATASET_BIAS, snakemake.params.kind).dataset_bias(
        tables.read(snakemake.input.trainset), read_json(snakemake.input.task)["targets"], snakemake.params.compare
    )
    tables.write(bias, "dataset_bias", snakemake.output[0])
