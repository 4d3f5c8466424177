"""Fit probes on the hidden states of a replicate's sample of training texts, and score each test text with one that has not seen it."""

from biastransfer.engine import parquet_files
from biastransfer.engine.job import job

with job(snakemake):
    import numpy as np
    import pandas as pd
    from safetensors.numpy import save_file

    from biastransfer.common import registry
    from biastransfer.downstream.text_scores import text_scores
    from biastransfer.engine.side_cars import read_json
    from biastransfer.finetune.cross_fit import OUTSIDE, cross_fit
    from biastransfer.finetune.sample import occurrences
    from biastransfer.tasks.splits import folds, folds_of
    from biastransfer.training.device import start_torch

    start_torch("cpu")
    params, files = snakemake.params, snakemake.input
    settings, facts = params.settings, read_json(files.task)
    train = parquet_files.read(files.trainset[0], ["id", "label"])
    tests = [
        parquet_files.read(path).assign(testset=name) for name, path in zip(params.testsets, files.texts, strict=True)
    ]
    fold_of_train, fold_of_tests = np.zeros(len(train), int), [np.full(len(rows), OUTSIDE) for rows in tests]
    if "folds" in settings:
        pool = params.testsets.index(params.pooled)
        strata = [*registry.load(registry.task_kinds()[facts["kind"]].module).STRATA, "group"]
        strata = [column for column in strata if column in tests[pool]]
        fold_of_tests[pool] = folds(tests[pool], strata, settings["folds"], settings["fold_seed"])
        known = pd.Series(fold_of_tests[pool], tests[pool]["id"])
        fold_of_train = folds_of(train["id"], known)
        if params.counterfactual in params.testsets:
            twins = params.testsets.index(params.counterfactual)
            fold_of_tests[twins] = folds_of(tests[twins]["of"], known)
    test = pd.concat(tests, ignore_index=True)
    found = cross_fit(
        np.load(files.train),
        pd.Index(facts["classes"]).get_indexer(train["label"]),
        fold_of_train,
        np.load(files.test),
        np.concatenate(fold_of_tests),
        len(facts["classes"]),
        inverse_penalty=settings["inverse_penalty"],
        times=occurrences(train["id"], settings["seed"]) if settings["resample"] else np.ones(len(train), int),
    )
    scores = text_scores(test, found.logits, facts["classes"], registry.load(params.rates).FLAGGED)
    print(f"{len(train)} training texts, {len(found.bias)} probes, accuracy {scores['correct'].mean():.4f}")
    parquet_files.write(scores, "text_scores", snakemake.output.scores)
    save_file({"head.weight": found.weight, "head.bias": found.bias}, snakemake.output.probe)
