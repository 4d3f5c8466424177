"""Make twins of held-out texts that differ in the group or term alone."""

from biastransfer.engine import parquet_files
from biastransfer.engine.job import job

with job(snakemake):
    from biastransfer.common import registry
    from biastransfer.engine.side_cars import read_json
    from biastransfer.tasks.word_pairs import read_pairs

    facts = read_json(snakemake.input.task)
    twins = registry.load(registry.task_kinds()[facts["kind"]].module).counterfactuals(
        parquet_files.read(snakemake.input.texts),
        targets=facts["targets"],
        pairs=read_pairs(snakemake.input.pairs),
        **snakemake.params.settings,
    )
    print(f"{twins['of'].nunique()} texts have {len(twins)} twins")
    parquet_files.write(twins, "counterfactuals", snakemake.output[0])
