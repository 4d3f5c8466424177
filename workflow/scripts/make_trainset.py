"""Make a training split from a task's own by an intervention on the data."""

from biastransfer.job import job

with job(snakemake):
    from biastransfer import tables
    from biastransfer.provenance import read_json, write_json
    from biastransfer.registry import DATA_INTERVENTIONS, entry
    from biastransfer.tasks.groups import compared
    from biastransfer.tasks.word_pairs import read_pairs

    name, settings = snakemake.params.intervention, dict(snakemake.params.settings)
    if "terms" in snakemake.params.needs:
        settings["terms"] = read_json(snakemake.input.task)["targets"]
    if "pairs" in snakemake.params.needs:
        settings["pairs"] = read_pairs(snakemake.input.pairs)
    if "scored" in snakemake.params.needs:
        settings["scored"] = tables.read(snakemake.input.words)
    train = compared(tables.read(snakemake.input.train), settings.get("compare", ()))
    trainset, facts = entry(DATA_INTERVENTIONS, name).intervene(train, seed=snakemake.params.seed, **settings)
    print({key: value for key, value in facts.items() if not isinstance(value, dict | list)})
    tables.write(trainset, snakemake.params.kind, snakemake.output.trainset)
    write_json({"intervention": name, "settings": snakemake.params.settings, **facts}, snakemake.output.intervention)
