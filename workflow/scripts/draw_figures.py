"""Draw the figures of the report as SVG and PNG."""

from biastransfer.job import job

with job(snakemake):
    from pathlib import Path

    from biastransfer import tables
    from biastransfer.report.figures.draw import draw
    from biastransfer.report.figures.style import save

    tasks, simulated = snakemake.params.tasks, snakemake.params.simulated
    sources = {
        "bias": tables.read(snakemake.input.bias),
        "found": {name: tables.read(snakemake.input[name]) for name in ("coefficients", "multiverse")},
        "planted": dict(zip(simulated, map(tables.read, snakemake.input.planted), strict=True)),
        "dataset": dict(zip(tasks, map(tables.read, snakemake.input.dataset), strict=True)),
    }
    folder = Path(snakemake.output[0]).parent
    for name in snakemake.params.figures:
        save(draw(name, **sources), folder / name)
