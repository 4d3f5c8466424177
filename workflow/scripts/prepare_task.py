"""Read or draw a task's data, check it, split it and write it; without data outputs only the check is made."""

from biastransfer.engine import parquet_files
from biastransfer.engine.job import job

with job(snakemake):
    from pathlib import Path

    from biastransfer.common import registry
    from biastransfer.engine.side_cars import write_json
    from biastransfer.tasks.prepare import load

    task = snakemake.params.task
    kind = registry.task_kinds()[task["kind"]]
    folder = Path(snakemake.config["data"]).expanduser()
    prepared = load(
        task,
        registry.load(kind.module),
        registry.load(kind.simulation) if kind.simulation else None,
        seed=snakemake.params.seed,
        key=f"tasks.{snakemake.wildcards.task}",
        locate=lambda path: str(folder / path),
        downloads={Path(path).stem: path for path in snakemake.input.downloads} or None,
    )
    facts = {
        "kind": task["kind"],
        "classes": prepared.classes,
        "targets": prepared.targets,
        "rows": {name: len(rows) for name, rows in prepared.splits.items()},
        "copies": prepared.copies,
    }
    print(facts, *prepared.doubts(), sep="\n")
    if snakemake.rule == "check_task":
        write_json(facts, snakemake.output[0])
    else:
        empty = prepared.splits["train"].iloc[:0]
        for name in ("train", "dev", "test", "phrases"):
            parquet_files.write(prepared.splits.get(name, empty), task["kind"], snakemake.output[name])
        write_json(facts, snakemake.output.task)
