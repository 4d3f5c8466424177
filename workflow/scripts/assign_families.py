"""Write down which family each target of a task belongs to."""

from biastransfer.engine.job import job

with job(snakemake):
    from biastransfer.common.families import family_of
    from biastransfer.common.yaml_files import read_yaml
    from biastransfer.engine.side_cars import read_json, write_json

    families, key = snakemake.params.families, f"tasks.{snakemake.wildcards.task}.families"
    if snakemake.input.families:
        key = str(snakemake.input.families)
        families, _ = read_yaml(key, "file of families")
    found = family_of(families, read_json(snakemake.input.task)["targets"], key)
    write_json(found, snakemake.output[0])
