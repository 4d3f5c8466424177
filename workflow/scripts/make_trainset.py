"""Make a training split from a task's own by an intervention on the data."""

from biastransfer.job import job

with job(snakemake):
    from biastransfer import tables
    from biastransfer.trainsets import original

    trainset = original.intervene(tables.read(snakemake.input.train))
    tables.write(trainset, snakemake.params.kind, snakemake.output[0])
