"""Regress and correlate."""

from biastransfer.job import job

with job(snakemake):
    from biastransfer import tables
    from biastransfer.analysis.tables import correlations, regressions

    bias = tables.read(snakemake.input[0])
    coefficients, numbers = regressions(bias)
    found = {"coefficients": coefficients, "regressions": numbers, "correlations": correlations(bias)}
    for name, table in found.items():
        tables.write(table.reindex(columns=tables.SCHEMAS[name].names), name, snakemake.output[name])
