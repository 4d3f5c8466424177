"""Download a task's data, split by split."""

from biastransfer.job import job

with job(snakemake, network=True):
    from pathlib import Path

    from biastransfer.provenance import write_json
    from biastransfer.tasks import downloads

    source, key = snakemake.params.source, f"tasks.{snakemake.wildcards.task}.source"
    lock = {name: source[name] for name in ("dataset", "revision", "comments", "annotations") if name in source}
    if source["type"] == "hub":
        lock["commit"] = downloads.resolve(source["dataset"], source["revision"])
        splits = downloads.hub_dataset(source["dataset"], lock["commit"], f"{key}.dataset")
    else:
        folder = Path(snakemake.output.lock).parent
        files = {}
        for name in ("comments", "annotations"):
            files[name] = folder / f"{name}.tsv"
            lock[f"{name}.sha256"] = downloads.fetch(
                source[name], files[name], source["sha256"].get(name, "unverified"), f"{key}.{name}"
            )
        splits = downloads.wikipedia_talk(files["comments"], files["annotations"], key)
    for file in snakemake.output[:3]:
        split = Path(file).stem
        splits[split].to_parquet(file, index=False)
        lock[f"{split}.rows"] = len(splits[split])
    print(lock)
    write_json(lock, snakemake.output.lock)
