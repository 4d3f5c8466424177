"""Write down the planted associations of a simulated task."""

from biastransfer.job import job

with job(snakemake):
    from biastransfer import tables
    from biastransfer.registry import SIMULATED_TASKS, entry

    task = snakemake.params.task
    planted = entry(SIMULATED_TASKS, task["kind"]).planted(task["source"], snakemake.params.seed)
    tables.write(planted, "planted", snakemake.output[0])
