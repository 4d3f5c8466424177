"""Tokenize a trainset, or all test sets of a task."""

from biastransfer.engine import parquet_files
from biastransfer.engine.job import job

with job(snakemake):
    from pathlib import Path

    import pandas as pd

    from biastransfer.checkpoints.tokenizer import check_length
    from biastransfer.common import registry
    from biastransfer.engine.side_cars import read_json

    check_length(Path(snakemake.input.tokenizer).parent, snakemake.params.max_length)
    classes = read_json(snakemake.input.task)["classes"]
    code = {name: number for number, name in enumerate(classes)}
    tokenize = registry.load(snakemake.params.texts).tokenize
    prompt = read_json(snakemake.input.prompt)["texts"] if snakemake.input.prompt else {}
    parts = []
    for testset, source in snakemake.params.testsets.items():
        rows = parquet_files.read(snakemake.input[source], ["id", "text", "label"])
        rows["testset"] = testset
        rows["tokens"] = tokenize(rows["text"], snakemake.input.tokenizer, snakemake.params.max_length, **prompt)
        rows["label"] = rows["label"].map(code).astype("int64")
        parts.append(rows[["id", "testset", "label", "tokens"]])
        print(f"{testset}: {len(rows)} texts, {rows['tokens'].map(len).sum()} tokens")
    parquet_files.write(pd.concat(parts, ignore_index=True), "tokens", snakemake.output[0])
