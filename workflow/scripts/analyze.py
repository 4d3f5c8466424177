"""Regressions, correlations, diagnostics and verdicts."""

from biastransfer.job import job

with job(snakemake):
    from biastransfer import tables
    from biastransfer.analysis.tables import Settings, analyze

    found = analyze(tables.read(snakemake.input[0]), Settings(**snakemake.params.settings))
    for name, table in found.items():
        tables.write(tables.conform(table, name), name, snakemake.output[name])
    print(found["verdicts"][["task", "upstream_measure", "verdict"]].to_string(index=False))
