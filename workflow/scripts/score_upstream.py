"""Measure the upstream bias of a model."""

from biastransfer.engine import parquet_files
from biastransfer.engine.job import job

with job(snakemake):
    from pathlib import Path

    from biastransfer.checkpoints.load import load_masked_lm
    from biastransfer.checkpoints.tokenizer import load_tokenizer
    from biastransfer.engine.side_cars import check_weights, read_json, scored_with, write_json
    from biastransfer.study.registry import UPSTREAM_MEASURES, entry
    from biastransfer.training.device import start_torch
    from biastransfer.upstream.templates import read_templates, surfaces

    check_weights(snakemake.input.intervention)
    device = start_torch(snakemake.config.get("device", "auto"))
    measure, settings = snakemake.wildcards.measure, snakemake.params.settings
    weights = Path(snakemake.input[0]).with_name("model.safetensors")
    scores = entry(UPSTREAM_MEASURES, measure).score(
        load_masked_lm(weights.parent, device, head=UPSTREAM_MEASURES[measure].head),
        load_tokenizer(weights.parent),
        read_templates(snakemake.input.templates, measure, settings.get("compare", ())),
        surfaces(read_json(snakemake.input.task)["targets"], snakemake.params.surface_forms),
        **settings,
    )
    parquet_files.write(scores, measure, snakemake.output.scores)
    read = (weights, snakemake.input.templates, *snakemake.input.classifier)
    write_json(scored_with(device.type, snakemake.params.code, read), snakemake.output.provenance)
