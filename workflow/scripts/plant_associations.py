"""Write down the planted associations of a simulated task."""

from biastransfer.engine import parquet_files
from biastransfer.engine.job import job

with job(snakemake):
    from biastransfer.common import registry

    task = snakemake.params.task
    planted = registry.load(registry.task_kinds()[task["kind"]].simulation).planted(
        task["source"], snakemake.params.seed
    )
    parquet_files.write(planted, "planted", snakemake.output[0])
