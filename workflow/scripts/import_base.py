"""Check a base model from a folder, or bring it into the study."""

from biastransfer.job import job

with job(snakemake):
    from pathlib import Path

    from biastransfer.models.proof import weight_hash
    from biastransfer.provenance import write_json
    from biastransfer.training.load import check_tokenizer, load_masked_lm, load_tokenizer, save_checkpoint, start_torch

    model = load_masked_lm(snakemake.params.path, start_torch("cpu"))
    check_tokenizer(snakemake.params.path, model)
    if snakemake.rule == "check_base":
        write_json({"path": snakemake.params.path, "sha256": weight_hash(model)}, snakemake.output[0])
    else:
        folder = Path(snakemake.output[0]).parent
        load_tokenizer(snakemake.params.path).save_pretrained(folder)
        save_checkpoint(model, folder, folder)
