"""Score how far the words of a task's training texts lie along the gender direction of word embeddings."""

from biastransfer.engine import parquet_files
from biastransfer.engine.job import job

with job(snakemake):
    from pathlib import Path

    from biastransfer.checkpoints.load import load_masked_lm
    from biastransfer.engine.side_cars import read_json
    from biastransfer.interventions.data.proxy_words import count_words, score_words
    from biastransfer.tasks.groups import compared
    from biastransfer.tasks.word_pairs import read_pairs
    from biastransfer.tasks.word_vectors import of_file, of_tokens
    from biastransfer.training.device import start_torch

    train, pairs = parquet_files.read(snakemake.input.train), read_pairs(snakemake.input.pairs)
    train = compared(train, snakemake.params.compare)
    names = read_json(snakemake.input.task)["targets"]
    written = [snakemake.params.surface_forms.get(name, name).replace("_", " ") for name in names]
    if snakemake.input.vectors:
        wanted = {word.lower() for pair in pairs for word in pair}.union(*count_words(train["text"]))
        embeddings = of_file(snakemake.input.vectors, wanted, "interventions.proxies_scrubbed.vectors")
    else:
        base = Path(snakemake.input[0]).parent
        matrix = load_masked_lm(base, start_torch("cpu"), head="any").get_input_embeddings().weight.detach().numpy()
        embeddings = of_tokens(matrix, base / "tokenizer.json")
    words = score_words(
        train,
        embeddings,
        pairs=pairs,
        compare=snakemake.params.compare,
        not_words=set().union(*count_words(written)),
        score=snakemake.params.score,
        min_count=snakemake.params.min_count,
    )
    print(f"{len(words)} words; correlation with log-odds {words['femaleness'].corr(words['log_odds']):.3f}")
    parquet_files.write(words, "proxy_words", snakemake.output[0])
