"""Tokenize a trainset, or all test sets of a task."""

from biastransfer.job import job

with job(snakemake):
    from pathlib import Path

    import pandas as pd

    from biastransfer import tables
    from biastransfer.provenance import read_json
    from biastransfer.registry import TEXTS, entry
    from biastransfer.training.load import check_length

    check_length(Path(snakemake.input.tokenizer).parent, snakemake.params.max_length)
    classes = read_json(snakemake.input.task)["classes"]
    code = {name: number for number, name in enumerate(classes)}
    tokenize = entry(TEXTS, snakemake.params.texts).tokenize
    prompt = read_json(snakemake.input.prompt)["texts"] if snakemake.input.prompt else {}
    parts = []
    for testset, source in snakemake.params.testsets.items():
        rows = tables.read(snakemake.input[source], ["id", "text", "label"])
        rows["testset"] = testset
        rows["tokens"] = tokenize(rows["text"], snakemake.input.tokenizer, snakemake.params.max_length, **prompt)
        rows["label"] = rows["label"].map(code).astype("int64")
        parts.append(rows[["id", "testset", "label", "tokens"]])
        print(f"{testset}: {len(rows)} texts, {rows['tokens'].map(len).sum()} tokens")
    tables.write(pd.concat(parts, ignore_index=True), "tokens", snakemake.output[0])
