"""Collect the pre-training corpus from files, or draw it from the worlds of the simulated tasks."""

from biastransfer.job import job

with job(snakemake):
    import pandas as pd

    from biastransfer import tables
    from biastransfer.problems import Problem
    from biastransfer.registry import SIMULATED_TASKS, entry
    from biastransfer.tasks.sources import read_table

    settings = snakemake.params.corpus
    if settings["type"] == "simulated":
        tasks = snakemake.params.tasks.values()
        share = settings["sentences"] // len(tasks)
        texts = [
            text
            for task in tasks
            for text in entry(SIMULATED_TASKS, task["kind"]).corpus(task["source"], share, task["seed"])
        ]
    else:
        column = settings["column"]
        texts = [
            text for path in snakemake.input.files for text in read_table(path, "base.corpus.files", [column])[column]
        ]
    odd = sum(not isinstance(text, str) for text in texts)
    if odd:
        raise Problem(f"base.corpus.column: {odd} of {len(texts)} rows of {settings['column']!r} are empty or no text.")
    corpus = pd.DataFrame({"text": texts})
    print(f"{len(corpus)} texts")
    tables.write(corpus, "corpus", snakemake.output[0])
