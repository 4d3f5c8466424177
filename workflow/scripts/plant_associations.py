"""Write down the planted associations of a simulated task."""

from biastransfer.engine import parquet_files
from biastransfer.engine.job import job

with job(snakemake):
    from biastransfer.study.registry import SIMULATED_TASKS, entry

    task = snakemake.params.task
    planted = entry(SIMULATED_TASKS, task["kind"]).planted(task["source"], snakemake.params.seed)
    parquet_files.write(planted, "planted", snakemake.output[0])
