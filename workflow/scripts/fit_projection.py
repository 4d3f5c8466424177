"""Find the bias subspace that an intervention removes, from sentences and their gender-swapped counterparts."""

from biastransfer.job import job

with job(snakemake):
    from pathlib import Path

    import pandas as pd

    from biastransfer import tables
    from biastransfer.models.counterparts import represent, sentence_pairs
    from biastransfer.registry import MODEL_INTERVENTIONS, entry
    from biastransfer.tasks.sources import read_sentences
    from biastransfer.tasks.word_pairs import read_pairs
    from biastransfer.training.load import load_masked_lm, load_tokenizer, start_torch

    base = Path(snakemake.input[0]).parent
    texts = read_sentences(snakemake.input.sentences, snakemake.params.column, "bias_subspace.sentences")
    versions = sentence_pairs(
        texts, read_pairs(snakemake.input.pairs), limit=snakemake.params.max_sentences, seed=snakemake.params.seed
    )
    print(f"{len(versions[0])} of {len(texts)} sentences have a counterpart")
    model = load_masked_lm(base, start_torch(snakemake.config.get("device", "auto")), head="any")
    first, second = (
        represent(model, load_tokenizer(base), version, site=snakemake.params.site) for version in versions
    )
    projection, facts = entry(MODEL_INTERVENTIONS, snakemake.wildcards.intervention).fit(
        first, second, **snakemake.params.settings
    )
    print(facts)
    parts = [("left", vector) for vector in projection.left.T] + [("right", vector) for vector in projection.right]
    parts.append(("offset", projection.offset))
    table = pd.DataFrame(parts, columns=["part", "values"])
    tables.write(table, "projection", snakemake.output[0])
