"""Fit a probe on the hidden states of a replicate's sample of training texts, and score the test texts with it."""

from biastransfer.engine import parquet_files
from biastransfer.engine.job import job

with job(snakemake):
    import numpy as np
    import pandas as pd
    from safetensors.numpy import save_file

    from biastransfer.common import registry
    from biastransfer.downstream.text_scores import text_scores
    from biastransfer.engine.side_cars import read_json
    from biastransfer.finetune.logistic_regression import fit
    from biastransfer.finetune.sample import occurrences
    from biastransfer.training.device import start_torch

    start_torch("cpu")
    params, files = snakemake.params, snakemake.input
    classes = read_json(files.task)["classes"]
    train = parquet_files.read(files.trainset, ["id", "label"])
    times = occurrences(train["id"], params.seed) if params.settings["resample"] else None
    weight, bias = fit(
        np.load(files.train),
        pd.Index(classes).get_indexer(train["label"]),
        len(classes),
        inverse_penalty=params.settings["inverse_penalty"],
        weights=times,
    )
    weight, bias = np.asarray(weight, np.float32), np.asarray(bias, np.float32)
    test = pd.concat(
        [
            parquet_files.read(path, ["id", "label"]).assign(testset=testset)
            for testset, path in zip(params.testsets, files.texts, strict=True)
        ],
        ignore_index=True,
    )
    logits = np.load(files.test).astype(float) @ weight.T.astype(float) + bias
    flagged = registry.load(params.rates).FLAGGED
    scores = text_scores(test, logits, classes, flagged)
    print(
        f"{len(train) if times is None else int(times.sum())} training texts, accuracy {scores['correct'].mean():.4f}"
    )
    parquet_files.write(scores, "text_scores", snakemake.output.scores)
    save_file({"head.weight": weight, "head.bias": bias}, snakemake.output.probe)
