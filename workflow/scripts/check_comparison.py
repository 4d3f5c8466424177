"""Check that the groups that a task compares are there, and often enough."""

from biastransfer.job import job

with job(snakemake):
    from biastransfer import tables
    from biastransfer.problems import Problem
    from biastransfer.provenance import write_json
    from biastransfer.registry import DATASET_BIAS, entry

    problems = entry(DATASET_BIAS, snakemake.params.kind).check_comparison(
        tables.read(snakemake.input.train),
        tables.read(snakemake.input.test),
        snakemake.params.compare,
        snakemake.params.min_cell,
    )
    if problems:
        raise Problem("\n".join(f"tasks.{snakemake.wildcards.task}.{problem}" for problem in problems))
    write_json({"problems": []}, snakemake.output[0])
