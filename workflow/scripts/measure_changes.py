"""What every changed model and every changed trainset of a task does to bias, beside what another seed does."""

from biastransfer.engine import parquet_files
from biastransfer.engine.job import job

with job(snakemake):
    from biastransfer.analysis.changes_from_control import changes_from_control
    from biastransfer.common import registry
    from biastransfer.downstream.text_scores import of_predictions, of_texts
    from biastransfer.engine.side_cars import read_json
    from biastransfer.engine.testsets import read_testsets

    params, files, settings = snakemake.params, snakemake.input, snakemake.params.settings
    task = read_json(files.task)
    rates = registry.load(registry.task_kinds()[settings["kind"]].part("rates"))
    test = read_testsets(params.testsets, files.texts)
    table = changes_from_control(
        (
            of_texts(of_predictions(parquet_files.read(path), task["classes"], rates.FLAGGED), test)
            for path in files.predictions
        ),
        test,
        lambda rows: rates.compared_texts(rows, task["targets"], settings["compare"]),
        settings["runs"],
        fewest=settings["min_cell"],
    )
    parquet_files.write(table, "changes_from_control", snakemake.output[0])
