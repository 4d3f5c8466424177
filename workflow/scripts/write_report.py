"""Write the report page, and the tables beside it as CSV and LaTeX."""

from biastransfer.engine import parquet_files
from biastransfer.engine.job import job

with job(snakemake):
    from pathlib import Path

    import pandas as pd

    from biastransfer.engine.side_cars import read_json
    from biastransfer.engine.written_files import delete_earlier
    from biastransfer.report.catalogue import CORNERS, CROSSED_TABLES, FigureName
    from biastransfer.report.crossed import by_task
    from biastransfer.report.sections import drawn
    from biastransfer.report.tables import all_groups
    from biastransfer.report.text.cautions import lexicon_sentence, pretraining_sentence
    from biastransfer.report.text.methods import paragraphs
    from biastransfer.report.text.prose import Paragraph
    from biastransfer.report.text.study_facts import copies_facts, head_fact, run_facts
    from biastransfer.report.write import write_report

    params, study = snakemake.params, snakemake.params.study
    bias = parquet_files.read(snakemake.input.bias)
    analysed = {name: parquet_files.read(snakemake.input[name]) for name in params.tables}
    described = {task: read_json(path) for task, path in zip(study["tasks"], snakemake.input.tasks, strict=True)}
    facts = [*run_facts(bias, described, study), *copies_facts(described)]
    facts += [head_fact(Path(path).stem, read_json(path)) for path in snakemake.input.heads]
    if study["base"]["type"] == "pretrain":
        facts.append(Paragraph("pre-training", pretraining_sentence(parquet_files.read(snakemake.input.pretraining))))
    notes = [lexicon_sentence(parquet_files.read(path)) for path in snakemake.input.negative_sentiment]
    smallest = study["analysis"]["smallest_effect"]
    gaps = {Path(path).stem: parquet_files.read(path) for path in snakemake.input.group_gaps}
    fewest = {task: study["tasks"][task]["min_cell"] for task in gaps}
    folder, names = Path(snakemake.input.figures[0]).parent, CROSSED_TABLES if params.crossed else ()
    names = [*names, *((CORNERS,) if snakemake.input[CORNERS] else ())]
    tables = {name: [parquet_files.read(path) for path in snakemake.input[name]] for name in names}
    crossed = by_task(params.crossed, tables)
    report = write_report(
        study["study"],
        bias,
        analysed,
        measures={name: list(task["upstream"]) for name, task in study["tasks"].items()},
        figures=[drawn(folder, FigureName(**parts), bias, crossed) for parts in params.figures],
        facts=facts,
        methods=paragraphs(study, described, smallest),
        smallest_effect=smallest,
        performance=parquet_files.read(snakemake.input.performance),
        notes=[*params.left_out, *(note for note in notes if note)],
        crossed=crossed,
        changes=pd.concat(
            [
                parquet_files.read(path).assign(task=task)
                for task, path in zip(study["tasks"], snakemake.input.changes_from_control, strict=True)
            ],
            ignore_index=True,
        ),
        all_groups=all_groups.section(gaps, fewest) if gaps else None,
    )
    for path in snakemake.output.tables:
        Path(path).write_text(report.table_files[Path(path).name], encoding="utf-8")
    delete_earlier(Path(snakemake.output.tables[0]).parent, [Path(path).name for path in snakemake.output.tables])
    Path(snakemake.output.report).write_text(report.page, encoding="utf-8")
