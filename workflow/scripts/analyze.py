"""Regressions, correlations, diagnostics and verdicts."""

from biastransfer.engine import parquet_files
from biastransfer.engine.job import job

with job(snakemake):
    from biastransfer.analysis.analyze import Settings, analyze

    found = analyze(parquet_files.read(snakemake.input[0]), Settings(**snakemake.params.settings))
    for name, table in found.items():
        parquet_files.write(parquet_files.conform(table, name), name, snakemake.output[name])
    print(found["verdicts"][["task", "upstream_measure", "verdict"]].to_string(index=False))
