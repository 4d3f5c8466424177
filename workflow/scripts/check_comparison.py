"""Check that the groups that a task compares are there, and often enough."""

from biastransfer.engine import parquet_files
from biastransfer.engine.job import job

with job(snakemake):
    from biastransfer.common import registry
    from biastransfer.common.problems import Problem
    from biastransfer.engine.side_cars import write_json

    problems = registry.load(registry.task_kinds()[snakemake.params.kind].part("dataset_bias")).check_comparison(
        parquet_files.read(snakemake.input.train),
        parquet_files.read(snakemake.input.test),
        snakemake.params.compare,
        snakemake.params.min_cell,
    )
    if problems:
        raise Problem("\n".join(f"tasks.{snakemake.wildcards.task}.{problem}" for problem in problems))
    write_json({"problems": []}, snakemake.output[0])
