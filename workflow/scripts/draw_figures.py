"""Draw the figures of the report as SVG and PNG."""

from biastransfer.job import job

with job(snakemake):
    from pathlib import Path

    from biastransfer import tables
    from biastransfer.report import figures

    bias = tables.read(snakemake.input.bias)
    planted = dict(zip(snakemake.params.tasks, snakemake.input.planted, strict=True))
    folder = Path(snakemake.output[0]).parent
    for name in snakemake.params.figures:
        kind, _, rest = name.partition("-")
        task, _, measure = rest.partition("-")
        rows = bias[bias["task"] == task]
        rows = rows[rows["upstream_measure"] == (measure or rows["upstream_measure"].min())]
        if kind == "effects":
            figure = figures.effects(tables.read(snakemake.input.coefficients))
        elif kind == "planted":
            figure = figures.planted(rows, tables.read(planted[task]), measure)
        elif kind == "transfer":
            figure = figures.transfer(rows, measure)
        else:
            figure = figures.targets(rows)
        figures.save(figure, folder / name)
