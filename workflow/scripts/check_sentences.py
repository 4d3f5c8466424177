"""Fill the templates of a measure with the task's targets and see that the base model's tokenizer has tokens for them."""

from biastransfer.engine.job import job

with job(snakemake):
    from pathlib import Path

    from biastransfer.checkpoints.load import has_own_head
    from biastransfer.checkpoints.tokenizer import load_tokenizer
    from biastransfer.common import registry
    from biastransfer.common.problems import Problem
    from biastransfer.engine.side_cars import read_json, write_json
    from biastransfer.upstream.templates import read_templates, surfaces

    measure, settings = snakemake.wildcards.measure, snakemake.params.settings
    base = Path(snakemake.input.config).parent
    if snakemake.params.head == "own" and not has_own_head(base):
        raise Problem(
            f"base: the model has no masked-language-model head, which {measure} reads; what needs none is "
            "group_association (for label_by_group tasks) and term_association (for flag_by_mention)."
        )
    targets = surfaces(read_json(snakemake.input.task)["targets"], snakemake.params.surface_forms)
    templates = read_templates(snakemake.input.templates, measure, settings.get("compare", ()))
    tokenizer = load_tokenizer(base)
    queries = sum(
        1
        for _ in registry.load(registry.upstream_measures()[measure].module).queries(
            tokenizer, templates, targets, **settings
        )
    )
    print(f"{len(templates.templates)} templates, {len(targets)} targets, {queries} queries")
    write_json(
        {"templates": len(templates.templates), "targets": len(targets), "queries": queries}, snakemake.output[0]
    )
