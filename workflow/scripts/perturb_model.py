"""Make a model of the study by an intervention on the base model's weights."""

from biastransfer.engine import parquet_files
from biastransfer.engine.job import job

with job(snakemake):
    from pathlib import Path

    import numpy as np

    from biastransfer.checkpoints.load import load_masked_lm, save_checkpoint
    from biastransfer.common import registry
    from biastransfer.engine.side_cars import file_hash, write_json
    from biastransfer.interventions.model.projection import Projection
    from biastransfer.interventions.model.weight_changes import apply
    from biastransfer.training.device import start_torch

    base = Path(snakemake.input[0]).parent
    name, settings = snakemake.params.intervention, dict(snakemake.params.settings)
    if snakemake.input.projection:
        parts = parquet_files.read(snakemake.input.projection).groupby("part")["values"].apply(np.stack)
        settings["projection"] = Projection(parts["left"].T, parts["right"], parts["offset"][0])
    model, proof = apply(
        load_masked_lm(base, start_torch("cpu"), head="any"),
        registry.load(registry.model_interventions()[name].module).intervene,
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
