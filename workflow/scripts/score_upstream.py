"""Measure the upstream bias of a model."""

from biastransfer.job import job

with job(snakemake):
    from pathlib import Path

    from biastransfer import tables
    from biastransfer.provenance import read_json
    from biastransfer.registry import UPSTREAM_MEASURES, entry
    from biastransfer.training.load import load_masked_lm, load_tokenizer, start_torch
    from biastransfer.upstream.templates import read_templates

    device = start_torch(snakemake.config.get("device", "auto"))
    measure = snakemake.wildcards.measure
    folder = Path(snakemake.input[0]).parent
    surface = snakemake.params.surface_forms
    targets = {
        target: surface.get(target, target.replace("_", " ")) for target in read_json(snakemake.input.task)["targets"]
    }
    scores = entry(UPSTREAM_MEASURES, measure).score(
        load_masked_lm(folder, device),
        load_tokenizer(folder),
        read_templates(snakemake.input.templates, measure, snakemake.params.settings.get("compare", ())),
        targets,
        **snakemake.params.settings,
    )
    tables.write(scores, measure, snakemake.output[0])
