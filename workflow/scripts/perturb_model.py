"""Make a model of the study by an intervention on the base model's weights."""

from biastransfer.job import job

with job(snakemake):
    from pathlib import Path

    import numpy as np

    from biastransfer import tables
    from biastransfer.models.projection import Projection
    from biastransfer.models.proof import apply
    from biastransfer.provenance import file_hash, write_json
    from biastransfer.registry import MODEL_INTERVENTIONS, entry
    from biastransfer.training.load import load_masked_lm, save_checkpoint, start_torch

    base = Path(snakemake.input[0]).parent
    name, settings = snakemake.params.intervention, dict(snakemake.params.settings)
    if snakemake.input.projection:
        parts = tables.read(snakemake.input.projection).groupby("part")["values"].apply(np.stack)
        settings["projection"] = Projection(parts["left"].T, parts["right"], parts["offset"][0])
    model, proof = apply(
        load_masked_lm(base, start_torch("cpu"), head="any"),
        entry(MODEL_INTERVENTIONS, name).intervene,
        snakemake.params.level,
        snakemake.params.seed,
        must_change=name != "pretrained",
        **settings,
    )
    save_checkpoint(model, base, Path(snakemake.output[0]).parent)
    facts = {
        "intervention": name,
        "level": snakemake.params.level,
        "seed": snakemake.params.seed,
        "settings": snakemake.params.settings,
        **proof,
        "sha256_file": file_hash(Path(snakemake.output.intervention).with_name("model.safetensors")),
    }
    print(facts)
    write_json(facts, snakemake.output.intervention)
