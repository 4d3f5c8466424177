"""Measure the dataset bias of a trainset."""

from biastransfer.engine import parquet_files
from biastransfer.engine.job import job

with job(snakemake):
    from biastransfer.common import registry
    from biastransfer.engine.side_cars import read_json

    bias = registry.load(registry.task_kinds()[snakemake.params.kind].part("dataset_bias")).dataset_bias(
        parquet_files.read(snakemake.input.trainset),
        read_json(snakemake.input.task)["targets"],
        snakemake.params.compare,
    )
    parquet_files.write(bias, "dataset_bias", snakemake.output[0])
