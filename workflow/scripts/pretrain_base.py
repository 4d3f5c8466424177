"""Pre-train the base model on the study's corpus."""

from biastransfer.engine import parquet_files, side_cars
from biastransfer.engine.job import job, training_file

with job(snakemake):
    from pathlib import Path

    import pandas as pd

    from biastransfer.checkpoints.load import save_checkpoint
    from biastransfer.pretraining.pretrain import pretrain
    from biastransfer.training.device import start_torch
    from biastransfer.training.saved import SavedTraining

    device = start_torch(snakemake.config["device"])
    key = side_cars.recipe_hash(snakemake.params, [snakemake.input.corpus], device.type)
    saved = SavedTraining(training_file(snakemake), key, snakemake.config["save_training_every"])
    folder, settings = Path(snakemake.output.pretraining).parent, snakemake.params.pretraining
    model, history = pretrain(
        parquet_files.read(snakemake.input.corpus)["text"].tolist(),
        vocabulary=settings["vocabulary"],
        lowercase=settings["lowercase"],
        architecture=settings["architecture"],
        **settings["training"],
        seed=settings["seed"],
        device=device,
        folder=folder,
        saved=saved,
    )
    last = history[-1]
    print(f"held-out masked loss {last.held_out_loss:.3f}, unigram loss {last.unigram_loss:.3f} nats a token")
    save_checkpoint(model, folder, folder)
    parquet_files.write(pd.DataFrame(history), "pretraining", snakemake.output.pretraining)
    side_cars.write_json(side_cars.facts() | {"device": device.type}, snakemake.output.provenance)
    saved.remove()
