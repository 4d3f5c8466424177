"""Download a task's data, split by split."""

from biastransfer.engine.job import job

with job(snakemake, network=True):
    from pathlib import Path

    from biastransfer.engine.downloads.hub import Repository
    from biastransfer.engine.downloads.lock import Lock
    from biastransfer.engine.downloads.locked import get_dataset, get_file
    from biastransfer.tasks import downloads

    source, key = snakemake.params.source, f"tasks.{snakemake.wildcards.task}.source"
    lock = Lock(snakemake.params.lock)
    if source["type"] == "hub":
        instead = f"name local files: `{key.rpartition('.')[2]}: {{type: files, files: …}}`"
        repository = Repository(source["dataset"], source["revision"], f"{key}.dataset", instead, kind="dataset")
        splits = downloads.hub_dataset(get_dataset(lock, repository), repository.key)
    else:
        folder = Path(snakemake.output[0]).parent
        files = {name: folder / f"{name}.tsv" for name in ("comments", "annotations")}
        for name, file in files.items():
            get_file(lock, f"{key}.{name}", source[name], file, source["sha256"].get(name, "unverified"))
        splits = downloads.wikipedia_talk(files["comments"], files["annotations"], key)
    for file in snakemake.output:
        split = Path(file).stem
        splits[split].to_parquet(file, index=False)
        print(f"{split}: {len(splits[split])} rows")
