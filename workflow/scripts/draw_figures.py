"""Draw the figures of the report as SVG and PNG."""

from biastransfer.engine import parquet_files
from biastransfer.engine.job import job

with job(snakemake):
    from pathlib import Path

    from biastransfer.engine.written_files import delete_earlier
    from biastransfer.report.catalogue import CROSSED_TABLES, FigureName
    from biastransfer.report.crossed import by_task
    from biastransfer.report.figures.draw import draw
    from biastransfer.report.figures.style import save

    tasks, simulated = snakemake.params.tasks, snakemake.params.simulated
    sources = {
        "bias": parquet_files.read(snakemake.input.bias),
        "tables": {name: parquet_files.read(snakemake.input[name]) for name in ("coefficients", "multiverse")},
        "planted": dict(zip(simulated, map(parquet_files.read, snakemake.input.planted), strict=True)),
        "dataset": dict(zip(tasks, map(parquet_files.read, snakemake.input.dataset), strict=True)),
    }
    names = CROSSED_TABLES if snakemake.params.crossed else ()
    crossed = {name: [parquet_files.read(path) for path in snakemake.input[name]] for name in names}
    sources["crossed"] = by_task(snakemake.params.crossed, crossed)
    folder = Path(snakemake.output[0]).parent
    for parts in snakemake.params.figures:
        figure = FigureName(**parts)
        save(draw(figure, **sources), folder / figure.name)
    delete_earlier(folder, [Path(file).name for file in snakemake.output])
