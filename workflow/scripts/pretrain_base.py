"""Pre-train the base model on the study's corpus."""

from biastransfer.job import job

with job(snakemake):
    from pathlib import Path

    from biastransfer import provenance, tables
    from biastransfer.models.pretrain import pretrain
    from biastransfer.training.load import save_checkpoint, start_torch

    device = start_torch(snakemake.config.get("device", "auto"))
    folder = Path(snakemake.output.pretraining).parent
    model, history = pretrain(
        tables.read(snakemake.input.corpus)["text"].tolist(),
        vocabulary=snakemake.params.vocabulary,
        lowercase=snakemake.params.lowercase,
        architecture=snakemake.params.architecture,
        **snakemake.params.training,
        seed=snakemake.params.seed,
        device=device,
        folder=folder,
    )
    last = history.iloc[-1]
    print(f"held-out masked loss {last['held_out_loss']:.3f}, unigram loss {last['unigram_loss']:.3f} nats a token")
    save_checkpoint(model, folder, folder)
    tables.write(history, "pretraining", snakemake.output.pretraining)
    provenance.write_json(provenance.facts() | {"device": device.type}, snakemake.output.provenance)
