"""Measure the dataset bias of a trainset."""

from biastransfer.engine import parquet_files
from biastransfer.engine.job import job

with job(snakemake):
    from biastransfer.engine.side_cars import read_json
    from biastransfer.study.registry import DATASET_BIAS, entry

    bias = entry(DATASET_BIAS, snakemake.params.kind).dataset_bias(
        parquet_files.read(snakemake.input.trainset),
        read_json(snakemake.input.task)["targets"],
        snakemake.params.compare,
    )
    parquet_files.write(bias, "dataset_bias", snakemake.output[0])
