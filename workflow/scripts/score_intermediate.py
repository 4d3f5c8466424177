"""Measure what an upstream measure sees after fine-tuning: the run's encoder with its model's language-model head."""

from biastransfer.engine import parquet_files
from biastransfer.engine.job import job

with job(snakemake):
    from pathlib import Path

    from biastransfer.checkpoints.fine_tuned_encoder import load_intermediate
    from biastransfer.checkpoints.tokenizer import load_tokenizer
    from biastransfer.engine.side_cars import check_weights, read_json, scored_with, write_json
    from biastransfer.study.registry import UPSTREAM_MEASURES, entry
    from biastransfer.training.device import start_torch
    from biastransfer.upstream.templates import read_templates, surfaces

    check_weights(snakemake.input.intervention)
    device = start_torch(snakemake.config.get("device", "auto"))
    measure, settings = snakemake.wildcards.measure, snakemake.params.settings
    model, run = Path(snakemake.input[0]).with_name("model.safetensors"), Path(snakemake.input.run)
    scores = entry(UPSTREAM_MEASURES, measure).score(
        load_intermediate(
            model.parent, run.parent, snakemake.params.decoder, device, head=UPSTREAM_MEASURES[measure].head
        ),
        load_tokenizer(model.parent),
        read_templates(snakemake.input.templates, measure, settings.get("compare", ())),
        surfaces(read_json(snakemake.input.task)["targets"], snakemake.params.surface_forms),
        **settings,
    )
    parquet_files.write(scores, measure, snakemake.output.scores)
    read = (model, run, snakemake.input.templates, *snakemake.input.classifier)
    write_json(scored_with(device.type, snakemake.params.code, read), snakemake.output.provenance)
