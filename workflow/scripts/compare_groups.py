"""Compare all groups of a task in the control's predictions."""

from biastransfer.engine import parquet_files
from biastransfer.engine.job import job

with job(snakemake):
    from biastransfer.downstream.group_gaps import group_gaps
    from biastransfer.engine.side_cars import read_json

    gaps = group_gaps(
        parquet_files.read(snakemake.input.predictions),
        parquet_files.read(snakemake.input.test).assign(testset="test"),
        read_json(snakemake.input.task)["targets"],
    )
    parquet_files.write(gaps, "group_gaps", snakemake.output[0])
