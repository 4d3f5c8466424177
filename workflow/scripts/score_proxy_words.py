"""Score how far the words of a task's training texts lie along the gender direction of the base model's embeddings."""

from biastransfer.job import job

with job(snakemake):
    from pathlib import Path

    from tokenizers import Tokenizer

    from biastransfer import tables
    from biastransfer.provenance import read_json
    from biastransfer.tasks.word_pairs import read_pairs
    from biastransfer.training.load import load_masked_lm, start_torch
    from biastransfer.trainsets.proxy_words import count_words, score_words

    base = Path(snakemake.input[0]).parent
    matrix = load_masked_lm(base, start_torch("cpu")).get_input_embeddings().weight.detach().numpy()
    tokenizer = Tokenizer.from_file(str(base / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    names = read_json(snakemake.input.task)["targets"]
    written = [snakemake.params.surface_forms.get(name, name).replace("_", " ") for name in names]
    words = score_words(
        tables.read(snakemake.input.train),
        lambda texts: [found.ids for found in tokenizer.encode_batch(texts, add_special_tokens=False)],
        matrix,
        pairs=read_pairs(snakemake.input.pairs),
        compare=snakemake.params.compare,
        not_words=set().union(*count_words(written)),
        score=snakemake.params.score,
        min_count=snakemake.params.min_count,
    )
    print(f"{len(words)} words; correlation with log-odds {words['femaleness'].corr(words['log_odds']):.3f}")
    tables.write(words, "proxy_words", snakemake.output[0])
