"""Join the scores of all runs into bias.parquet."""

from biastransfer.engine import parquet_files
from biastransfer.engine.job import job

with job(snakemake):
    from pathlib import Path

    import pandas as pd

    from biastransfer.analysis.collect import join, run_rows
    from biastransfer.common import registry
    from biastransfer.engine import table_schemas
    from biastransfer.engine.side_cars import read_json

    root = Path(snakemake.output[0]).parent
    families = {Path(file).stem: read_json(file) for file in snakemake.input.families}
    parts, learnt = [], []
    for facts in snakemake.params.runs:
        place = "{task}/{model}/{trainset}/{replicate}.parquet".format(**facts)
        keys = ("task", "model", "trainset", "replicate", "intervention", "level", "trial", "kind", "model_intervention",
                "data_intervention", "condition", "family", "level_label")  # fmt: skip
        performance = parquet_files.read(root / "downstream" / "runs" / place)
        rows = run_rows(
            {"study": snakemake.params.study, **{key: facts[key] for key in keys}},
            upstream={
                measure: parquet_files.read(root / "upstream" / measure / f"{facts['model']}.parquet")
                for measure in facts["measures"]
            },
            intermediate={
                measure: parquet_files.read(root / "intermediate" / measure / place)
                for measure in facts["measures"]
                if facts["intermediate"]
            },
            bias=parquet_files.read(root / "downstream" / "bias" / place),
            performance=performance,
            dataset_bias=parquet_files.read(root / "dataset_bias" / facts["task"] / f"{facts['trainset']}.parquet"),
            testset=facts["testset"],
            decision=facts["decision"],
            headline=registry.task_kinds()[facts["kind"]].outcome.column,
            min_cell=facts["min_cell"],
            families=families.get(facts["task"], {}),
        )
        rows["groups"] = [facts["groups"]] * len(rows)
        rows["level_parts"] = [facts["level_parts"]] * len(rows)
        parts.append(rows)
        run = {key: facts[key] for key in ("task", "model", "trainset", "replicate")}
        headline = performance[performance["decision"] == facts["decision"]]
        learnt.append(headline.assign(**run)[table_schemas.SCHEMAS["performance"].names])
    table = join(parts, table_schemas.SCHEMAS["bias_transfer"].names)
    whole = ["n_min", "trial", "training_texts"]
    table[whole] = table[whole].astype("Int64")
    print(f"{len(table)} rows from {len(parts)} runs")
    parquet_files.write(table, "bias_transfer", snakemake.output.bias)
    parquet_files.write(pd.concat(learnt, ignore_index=True), "performance", snakemake.output.performance)
