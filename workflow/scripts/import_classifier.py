"""Bring the sentiment classifier into the study, from a folder or from the hub."""

from biastransfer.job import job

with job(snakemake, network=snakemake.params.revision is not None):
    from pathlib import Path

    from biastransfer.models.proof import weight_hash
    from biastransfer.provenance import write_json
    from biastransfer.training.load import download_checkpoint, load_tokenizer, save_checkpoint, start_torch
    from biastransfer.upstream.sentiment import WEIGHTS, Classifier

    path, revision = snakemake.params.path, snakemake.params.revision
    if revision:
        path = download_checkpoint(path, revision, key="classifier.model", weights=WEIGHTS)
    found = Path(path)
    classifier = Classifier(found, snakemake.params.negative, start_torch("cpu"))
    folder = Path(snakemake.output.lock).parent
    load_tokenizer(found).save_pretrained(folder)
    save_checkpoint(classifier.model, folder, folder)
    lock = {"path": snakemake.params.path, "revision": revision, "commit": found.name if revision else None}
    write_json(lock | {"sha256": weight_hash(classifier.model)}, snakemake.output.lock)
