"""Find the bias subspace that an intervention removes, from sentences and their gender-swapped counterparts."""

from biastransfer.engine import parquet_files
from biastransfer.engine.job import job

with job(snakemake):
    from pathlib import Path

    import pandas as pd

    from biastransfer.checkpoints.load import load_masked_lm
    from biastransfer.checkpoints.tokenizer import load_tokenizer
    from biastransfer.common import registry
    from biastransfer.interventions.model.counterparts import sentence_pairs
    from biastransfer.language_model.hidden_states import text_means
    from biastransfer.tasks.sources import read_sentences
    from biastransfer.tasks.word_pairs import read_pairs
    from biastransfer.training.device import start_torch

    base = Path(snakemake.input[0]).parent
    texts = read_sentences(snakemake.input.sentences, snakemake.params.column, "bias_subspace.sentences")
    versions = sentence_pairs(
        texts, read_pairs(snakemake.input.pairs), limit=snakemake.params.max_sentences, seed=snakemake.params.seed
    )
    print(f"{len(versions[0])} of {len(texts)} sentences have a counterpart")
    model = load_masked_lm(base, start_torch(snakemake.config["device"]), head="any")
    first, second = (
        text_means(model, load_tokenizer(base), version, site=snakemake.params.site) for version in versions
    )
    projection, facts = registry.load(registry.model_interventions()[snakemake.params.intervention].module).fit(
        first, second, **snakemake.params.settings
    )
    print(facts)
    parts = [("left", vector) for vector in projection.left.T] + [("right", vector) for vector in projection.right]
    parts.append(("offset", projection.offset))
    table = pd.DataFrame(parts, columns=["part", "values"])
    parquet_files.write(table, "projection", snakemake.output[0])
