"""Collect the pre-training corpus from files, or draw it from the worlds of the simulated tasks."""

from biastransfer.engine import parquet_files
from biastransfer.engine.job import job

with job(snakemake):
    import pandas as pd

    from biastransfer.common import registry
    from biastransfer.tasks.sources import read_sentences

    settings = snakemake.params.corpus
    if settings["type"] == "simulated":
        tasks = snakemake.params.tasks.values()
        share = settings["sentences"] // len(tasks)
        texts = [
            text
            for task in tasks
            for text in registry.load(registry.task_kinds()[task["kind"]].simulation).corpus(
                task["source"], share, task["seed"]
            )
        ]
    else:
        texts = read_sentences(snakemake.input.files, settings["column"], snakemake.params.key)
    corpus = pd.DataFrame({"text": texts})
    print(f"{len(corpus)} texts")
    parquet_files.write(corpus, "corpus", snakemake.output[0])
