"""Check a base model from a folder or the hub, or bring it into the study."""

import os

os.environ["HF_HUB_OFFLINE"] = "0" if snakemake.params.revision else "1"

from biastransfer.job import job

with job(snakemake):
    from pathlib import Path

    from biastransfer.models.proof import weight_hash
    from biastransfer.provenance import write_json
    from biastransfer.training.load import (
        check_tokenizer,
        download_checkpoint,
        load_masked_lm,
        load_tokenizer,
        save_checkpoint,
        start_torch,
    )

    path = snakemake.params.path
    if snakemake.params.revision:
        path = download_checkpoint(path, snakemake.params.revision)
    model = load_masked_lm(path, start_torch("cpu"))
    check_tokenizer(path, model)
    if snakemake.rule == "check_base":
        write_json({"path": snakemake.params.path, "sha256": weight_hash(model)}, snakemake.output[0])
    else:
        folder = Path(snakemake.output[0]).parent
        load_tokenizer(path).save_pretrained(folder)
        save_checkpoint(model, folder, folder)
