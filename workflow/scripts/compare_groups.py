"""Compare all groups of a task in the control's predictions."""

from biastransfer.job import job

with job(snakemake):
    from biastransfer import tables
    from biastransfer.downstream.group_gaps import group_gaps
    from biastransfer.provenance import read_json

    gaps = group_gaps(
        tables.read(snakemake.input.predictions),
        tables.read(snakemake.input.test).assign(testset="test"),
        read_json(snakemake.input.task)["targets"],
    )
    tables.write(gaps, "group_gaps", snakemake.output[0])
