"""What every change does by full fine-tuning of the corners of a crossed design, beside the same by their probes, on the same texts."""

from biastransfer.engine import parquet_files
from biastransfer.engine.job import job

with job(snakemake):
    from biastransfer.analysis.crossed.analyze import Design, analyze
    from biastransfer.analysis.crossed.corners import fine_tuned_effects
    from biastransfer.common import registry
    from biastransfer.downstream.text_scores import of_predictions, of_texts
    from biastransfer.engine.side_cars import read_json
    from biastransfer.engine.testsets import read_testsets

    params, files, settings = snakemake.params, snakemake.input, snakemake.params.settings
    task = read_json(files.task)
    rates = registry.load(registry.task_kinds()[settings["kind"]].part("rates"))
    test = read_testsets(params.testsets, files.texts)
    scores = {
        "probes": (of_texts(parquet_files.read(path), test) for path in files.scores),
        "fine_tuned": (
            of_texts(of_predictions(parquet_files.read(path), task["classes"], rates.FLAGGED), test)
            for path in files.predictions
        ),
    }
    tables = {
        fit: analyze(
            found,
            test,
            lambda rows: rates.compared_texts(rows, task["targets"], settings["compare"]),
            Design(**settings[fit]),
            fewest=settings["min_cell"],
        )
        for fit, found in scores.items()
    }
    for fit, found in tables.items():
        print(fit, found["crossed_performance"].groupby("testset")["accuracy"].mean().round(4).to_dict())
    table = fine_tuned_effects(**tables)
    parquet_files.write(table, "fine_tuned_effects", snakemake.output[0])
