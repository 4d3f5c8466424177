"""Make a model of the study by an intervention on the base model's weights."""

from biastransfer.job import job

with job(snakemake):
    from pathlib import Path

    from biastransfer.models.proof import apply
    from biastransfer.provenance import write_json
    from biastransfer.registry import MODEL_INTERVENTIONS, entry
    from biastransfer.training.load import load_masked_lm, save_checkpoint, start_torch

    base = Path(snakemake.input[0]).parent
    model = load_masked_lm(base, start_torch("cpu"))
    name = snakemake.params.intervention
    proof = apply(
        model,
        entry(MODEL_INTERVENTIONS, name).intervene,
        snakemake.params.level,
        snakemake.params.seed,
        must_change=name != "pretrained",
    )
    save_checkpoint(model, base, Path(snakemake.output[0]).parent)
    facts = {"intervention": name, "level": snakemake.params.level, "seed": snakemake.params.seed, **proof}
    print(facts)
    write_json(facts, snakemake.output.intervention)
