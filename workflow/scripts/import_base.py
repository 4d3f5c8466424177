"""Check a base model from a folder or the hub, or bring it into the study."""

from biastransfer.job import job

with job(snakemake, network=snakemake.rule == "check_base" and snakemake.params.revision is not None):
    from pathlib import Path

    from biastransfer.models.proof import weight_hash
    from biastransfer.provenance import read_json, write_json
    from biastransfer.training.load import (
        download_checkpoint,
        load_tokenizer,
        open_base,
        save_checkpoint,
        start_torch,
    )

    path, revision = snakemake.params.path, snakemake.params.revision
    if revision:
        checked = snakemake.rule == "import_base"
        path = download_checkpoint(
            path, read_json(snakemake.input[0])["commit"] if checked else revision, cached=checked
        )
    start_torch("cpu")
    model = open_base(path)
    if snakemake.rule == "check_base":
        lock = {"path": snakemake.params.path, "revision": revision, "sha256": weight_hash(model)}
        write_json(lock | {"commit": Path(path).name if revision else None}, snakemake.output[0])
    else:
        folder = Path(snakemake.output[0]).parent
        load_tokenizer(path).save_pretrained(folder)
        save_checkpoint(model, folder, folder)
