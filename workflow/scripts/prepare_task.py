"""Read or draw a task's data, check it, split it and write it; without data outputs only the check is made."""

from biastransfer.job import job

with job(snakemake):
    from pathlib import Path

    from biastransfer import tables
    from biastransfer.provenance import write_json
    from biastransfer.registry import SIMULATED_TASKS, TASK_KINDS, entry
    from biastransfer.tasks.prepare import prepare, read_files
    from biastransfer.tasks.sources import TALK_COLUMNS, read_terms

    task = snakemake.params.task
    key = f"tasks.{snakemake.wildcards.task}"
    folder = snakemake.config.get("data", ".")
    kind = entry(TASK_KINDS, task["kind"])

    def locate(path: str) -> str:
        return str(Path(folder).expanduser() / path)

    terms = task["terms"] or []
    terms = read_terms(locate(terms) if isinstance(terms, str) else terms, f"{key}.terms")
    source = task["source"]
    if source["type"] in ("hub", "wikipedia_talk"):
        files = {Path(path).stem: [str(Path(path).resolve())] for path in snakemake.input.downloads}
        source = {**TALK_COLUMNS, **source, "files": files}
    if source["type"] == "simulated":
        simulated = entry(SIMULATED_TASKS, task["kind"])
        data = simulated.splits(source, snakemake.params.seed)
        terms = terms or simulated.TERMS
    else:
        data = read_files(source, task["kind"], f"{key}.source", locate)
    prepared = prepare(
        data, kind, terms=terms, scrub=task["scrub"], split=task["split"], seed=snakemake.params.seed, key=key
    )
    facts = {
        "kind": task["kind"],
        "classes": prepared.classes,
        "targets": prepared.targets,
        "rows": {name: len(rows) for name, rows in prepared.splits.items()},
    }
    print(facts)
    if snakemake.rule == "check_task":
        write_json(facts, snakemake.output[0])
    else:
        empty = prepared.splits["train"].iloc[:0]
        for name in ("train", "dev", "test", "phrases"):
            tables.write(prepared.splits.get(name, empty), task["kind"], snakemake.output[name])
        write_json(facts, snakemake.output.task)
