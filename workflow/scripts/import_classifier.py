"""Bring the sentiment classifier into the study, from a folder or from the hub."""

from biastransfer.engine.job import job

with job(snakemake, network=snakemake.params.revision is not None):
    from pathlib import Path

    from biastransfer.checkpoints.load import save_checkpoint
    from biastransfer.checkpoints.tokenizer import load_tokenizer
    from biastransfer.engine.downloads.hub import Repository
    from biastransfer.engine.downloads.lock import Lock
    from biastransfer.engine.downloads.locked import get_checkpoint
    from biastransfer.training.device import start_torch
    from biastransfer.upstream.sentiment import WEIGHTS, Classifier

    path, revision = snakemake.params.path, snakemake.params.revision
    if revision:
        repository = Repository(path, revision, snakemake.params.key, snakemake.params.instead)
        path = get_checkpoint(Lock(snakemake.params.lock), repository, WEIGHTS)
    classifier = Classifier(path, snakemake.params.negative, start_torch("cpu"))
    folder = Path(snakemake.output[0]).parent
    load_tokenizer(path).save_pretrained(folder)
    save_checkpoint(classifier.model, folder, folder)
