"""Regressions, correlations, diagnostics and verdicts."""

from biastransfer.engine import parquet_files
from biastransfer.engine.job import job

with job(snakemake):
    from biastransfer.analysis.analyze import Settings, analyze

    tables = analyze(parquet_files.read(snakemake.input[0]), Settings(**snakemake.params.settings))
    for name, table in tables.items():
        parquet_files.write(parquet_files.conform(table, name), name, snakemake.output[name])
    print(tables["verdicts"][["task", "upstream_measure", "verdict"]].to_string(index=False))
