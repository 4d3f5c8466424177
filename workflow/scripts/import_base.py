"""Check a base model from a folder or the hub, or bring it into the study."""

from biastransfer.engine.job import job

with job(snakemake, network=snakemake.rule == "check_base" and snakemake.params.source["revision"] is not None):
    from dataclasses import replace
    from pathlib import Path

    from biastransfer.checkpoints.load import open_base, save_checkpoint
    from biastransfer.checkpoints.tokenizer import load_tokenizer
    from biastransfer.engine.downloads.hub import FETCH, Repository, checkpoint
    from biastransfer.engine.downloads.lock import Lock
    from biastransfer.engine.downloads.locked import get_checkpoint
    from biastransfer.engine.side_cars import read_json, write_json
    from biastransfer.interventions.model.weight_changes import weight_hash
    from biastransfer.training.device import start_torch

    source = snakemake.params.source
    path, revision = source["path"], source["revision"]
    checking = snakemake.rule == "check_base"
    if revision:
        repository = Repository(path, revision, source["key"], source["instead"])
        if checking:
            path = get_checkpoint(Lock(source["lock"]), repository)
        else:
            commit, fetch = read_json(snakemake.input[0])["commit"], f"delete {snakemake.input[0]} and {FETCH}"
            path = checkpoint(replace(repository, commit=commit, fetch=fetch), cached=True).parent
    start_torch("cpu")
    model = open_base(path, source["key"])
    if checking:
        facts = {"path": source["path"], "revision": revision, "sha256": weight_hash(model)}
        write_json(facts | {"commit": path.name if revision else None}, snakemake.output[0])
    else:
        folder = Path(snakemake.output[0]).parent
        load_tokenizer(path).save_pretrained(folder)
        save_checkpoint(model, folder, folder)
