"""Regress and correlate."""

from biastransfer.job import job

with job(snakemake):
    from biastransfer import tables
    from biastransfer.analysis.tables import correlations, regressions

    bias = tables.read(snakemake.input[0])
    coefficients, numbers = regressions(bias)
    tables.write(coefficients, "coefficients", snakemake.output.coefficients)
    tables.write(numbers, "regressions", snakemake.output.regressions)
    tables.write(
        correlations(bias)[tables.SCHEMAS["correlations"].names], "correlations", snakemake.output.correlations
    )
