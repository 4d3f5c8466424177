"""Make a training split from a task's own by an intervention on the data."""

from biastransfer.engine import parquet_files
from biastransfer.engine.job import job

with job(snakemake):
    import pandas as pd

    from biastransfer.common import registry
    from biastransfer.engine.side_cars import read_json, write_json
    from biastransfer.tasks.groups import compared
    from biastransfer.tasks.word_pairs import read_pairs

    name, settings = snakemake.params.intervention, dict(snakemake.params.settings)
    if "terms" in snakemake.params.needs:
        settings["terms"] = read_json(snakemake.input.task)["targets"]
    if "pairs" in snakemake.params.needs:
        settings["pairs"] = read_pairs(snakemake.input.pairs)
    if "scored" in snakemake.params.needs:
        settings["scored"] = parquet_files.read(snakemake.input.words)
    files = snakemake.input.train
    texts = pd.concat(map(parquet_files.read, [files] if isinstance(files, str) else files), ignore_index=True)
    train = compared(texts, settings.get("compare", ()))
    trainset, facts = registry.load(registry.data_interventions()[name].module).intervene(
        train, seed=snakemake.params.seed, **settings
    )
    print({key: value for key, value in facts.items() if not isinstance(value, dict | list)})
    parquet_files.write(trainset, snakemake.params.kind, snakemake.output.trainset)
    write_json({"intervention": name, "settings": snakemake.params.settings, **facts}, snakemake.output.intervention)
