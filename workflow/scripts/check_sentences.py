"""Fill the templates of a measure with the task's targets and see that the base model's tokenizer and head can serve it."""

from biastransfer.engine.job import job

with job(snakemake):
    from pathlib import Path

    from biastransfer.checkpoints.tokenizer import load_tokenizer
    from biastransfer.common import registry
    from biastransfer.engine.side_cars import read_json, write_json
    from biastransfer.upstream.templates import numbers_as_words, read_templates, surfaces

    measure, settings = snakemake.wildcards.measure, snakemake.params.settings
    base = Path(snakemake.input.config).parent
    targets = surfaces(read_json(snakemake.input.task)["targets"], snakemake.params.surface_forms)
    print(*numbers_as_words(targets), sep="\n")
    templates = read_templates(snakemake.input.templates, measure, settings.get("compare", ()))
    tokenizer = load_tokenizer(base)
    queries = sum(
        1
        for _ in registry.load(registry.upstream_measures()[measure].module).queries(
            tokenizer, templates, targets, **settings
        )
    )
    print(f"{len(templates.templates)} templates, {len(targets)} targets, {queries} queries")
    facts = {"templates": len(templates.templates), "targets": len(targets), "queries": queries}
    if snakemake.params.head == "own":
        from biastransfer.language_model.head_loss import checked_head_loss
        from biastransfer.training.device import start_torch
        from biastransfer.upstream.example_sentences import example_sentences

        sentences = example_sentences(tokenizer, templates, targets)
        loss, doubts = checked_head_loss(base, measure, sentences, start_torch("cpu"))
        facts |= {"loss": loss.loss, "chance": loss.chance, "predicts": loss.predicts}
        print(*doubts, sep="\n")
    write_json(facts, snakemake.output[0])
