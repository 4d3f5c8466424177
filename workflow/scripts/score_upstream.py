"""Measure the upstream bias of a model with every measure of the tasks that it has runs in."""

from biastransfer.engine import parquet_files
from biastransfer.engine.job import job

with job(snakemake):
    from pathlib import Path

    from biastransfer.checkpoints.load import load_masked_lm
    from biastransfer.checkpoints.tokenizer import load_tokenizer
    from biastransfer.common import registry
    from biastransfer.engine.side_cars import check_weights, read_json, scored_with, write_json
    from biastransfer.training.device import start_torch
    from biastransfer.upstream.templates import read_templates, surfaces

    params, files, written = snakemake.params, snakemake.input, snakemake.output
    check_weights(files.intervention)
    device = start_torch(snakemake.config["device"])
    weights = Path(files.intervention).with_name("model.safetensors")
    model, tokenizer = load_masked_lm(weights.parent, device, head=params.head), load_tokenizer(weights.parent)
    for (measure, given), templates, task, table, provenance in zip(
        params.measures.items(), files.templates, files.tasks, written.scores, written.provenance, strict=True
    ):
        scores = registry.load(registry.upstream_measures()[measure].module).score(
            model,
            tokenizer,
            read_templates(templates, measure, given["settings"].get("compare", ())),
            surfaces(read_json(task)["targets"], given["surface_forms"]),
            **given["settings"],
        )
        parquet_files.write(scores, measure, table)
        read = (weights, templates, *(files.classifier if given["settings"].get("classifier") else ()))
        write_json(scored_with(device.type, params.code[measure], read), provenance)
