"""Score a run: its downstream bias and performance from its predictions, and what the upstream measures see afterwards.

The upstream measures read the run's encoder with its model's language-model head.
"""

from biastransfer.engine import parquet_files
from biastransfer.engine.job import job

with job(snakemake):
    from pathlib import Path

    import pandas as pd

    from biastransfer.checkpoints.fine_tuned_encoder import load_intermediate
    from biastransfer.checkpoints.tokenizer import load_tokenizer
    from biastransfer.common import registry
    from biastransfer.downstream.decisions import decide
    from biastransfer.downstream.performance import performance
    from biastransfer.engine import table_schemas
    from biastransfer.engine.side_cars import check_weights, read_json, scored_with, write_json
    from biastransfer.training.device import start_torch
    from biastransfer.upstream.templates import read_templates, surfaces

    params, files, written = snakemake.params, snakemake.input, snakemake.output

    downstream = registry.load(registry.task_kinds()[params.kind].part("rates"))
    task = read_json(files.task)
    classes = task["classes"]
    data = pd.concat([parquet_files.read(files[testset]).assign(testset=testset) for testset in params.testsets])
    parts = {"rates": [], "bias": [], "runs": []}
    for name, thresholds, predictions in decide(parquet_files.read(files.predictions), classes, downstream.FLAGGED):
        rates = downstream.rates(predictions, data, task["targets"], params.compare)
        bias = downstream.bias(rates, predictions, data, classes, params.compare, **params.settings)
        runs = performance(predictions, classes, downstream.FLAGGED)
        runs = runs.merge(downstream.summaries(rates, bias), on="testset", how="left", validate="one_to_one")
        runs["threshold"] = runs["testset"].map(thresholds).astype(float)
        for table, rows in (("rates", rates), ("bias", bias), ("runs", runs)):
            parts[table].append(rows.assign(decision=name))
    for table, rows in parts.items():
        whole = pd.concat(rows, ignore_index=True).reindex(columns=table_schemas.SCHEMAS[table].names)
        parquet_files.write(whole, table, written[table])

    if params.measures:
        check_weights(files.intervention)
        device = start_torch(snakemake.config["device"])
        weights = Path(files.intervention).with_name("model.safetensors")
        model = load_intermediate(weights.parent, Path(files.run).parent, params.decoder, device, head=params.head)
        tokenizer = load_tokenizer(weights.parent)
    for (measure, given), templates, table, provenance in zip(
        params.measures.items(), files.templates, written.intermediate, written.provenance, strict=True
    ):
        scores = registry.load(registry.upstream_measures()[measure].module).score(
            model,
            tokenizer,
            read_templates(templates, measure, given["settings"].get("compare", ())),
            surfaces(task["targets"], given["surface_forms"]),
            **given["settings"],
        )
        parquet_files.write(scores, measure, table)
        read = (weights, files.run, templates, *(files.classifier if given["settings"].get("classifier") else ()))
        write_json(scored_with(device.type, params.code[measure], read), provenance)
