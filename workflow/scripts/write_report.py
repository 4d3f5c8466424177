"""Write the report page, and the tables beside it as CSV and LaTeX."""

from biastransfer.job import job

with job(snakemake):
    from pathlib import Path

    from biastransfer import tables
    from biastransfer.provenance import read_json
    from biastransfer.report import groups
    from biastransfer.report.build import build
    from biastransfer.report.contents import drawn
    from biastransfer.report.facts import run_facts
    from biastransfer.report.methods import paragraphs
    from biastransfer.report.warnings import lexicon_sentence, pretraining_sentence

    params, study = snakemake.params, snakemake.params.study
    bias = tables.read(snakemake.input.bias)
    found = {name: tables.read(snakemake.input[name]) for name in params.tables}
    described = {task: read_json(path) for task, path in zip(study["tasks"], snakemake.input.tasks, strict=True)}
    facts = run_facts(bias, described, study)
    if study["base"]["type"] == "pretrain":
        facts.append(("pre-training", pretraining_sentence(tables.read(snakemake.input.pretraining))))
    notes = [lexicon_sentence(tables.read(path)) for path in snakemake.input.negative_sentiment]
    smallest = study["analysis"]["smallest_effect"]
    gaps = {Path(path).stem: tables.read(path) for path in snakemake.input.group_gaps}
    fewest = {task: study["tasks"][task]["min_cell"] for task in gaps}
    html, files = build(
        snakemake.wildcards.study,
        bias,
        found,
        measures={name: list(task["upstream"]) for name, task in study["tasks"].items()},
        figures=[drawn(path, bias) for path in snakemake.input.figures if path.endswith(".svg")],
        facts=facts,
        methods=paragraphs(study, described, smallest),
        smallest=smallest,
        performance=tables.read(snakemake.input.performance),
        notes=[*params.left_out, *(note for note in notes if note)],
        compared=[groups.section(gaps, fewest)] if gaps else [],
    )
    for path in snakemake.output.tables:
        Path(path).write_text(files[Path(path).name], encoding="utf-8")
    Path(snakemake.output.report).write_text(html, encoding="utf-8")
