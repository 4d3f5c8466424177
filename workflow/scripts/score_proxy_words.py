"""Score how far the words of a task's training texts lie along the gender direction of word embeddings."""

from biastransfer.job import job

with job(snakemake):
    from pathlib import Path

    from tokenizers import Tokenizer

    from biastransfer import tables
    from biastransfer.provenance import read_json
    from biastransfer.tasks.word_pairs import read_pairs
    from biastransfer.tasks.word_vectors import read_vectors
    from biastransfer.training.load import load_masked_lm, start_torch
    from biastransfer.trainsets.proxy_words import count_words, score_words

    train, pairs = tables.read(snakemake.input.train), read_pairs(snakemake.input.pairs)
    names = read_json(snakemake.input.task)["targets"]
    written = [snakemake.params.surface_forms.get(name, name).replace("_", " ") for name in names]
    not_words = set().union(*count_words(written))
    if snakemake.input.vectors:
        wanted = set().union(*count_words(train["text"]))
        pairs = [(first.lower(), second.lower()) for first, second in pairs]
        known, matrix = read_vectors(
            snakemake.input.vectors,
            wanted | {word for pair in pairs for word in pair},
            "interventions.proxies_scrubbed.vectors",
        )
        place = {word: row for row, word in enumerate(known)}
        pairs = [pair for pair in pairs if place.keys() >= set(pair)]
        not_words |= wanted - place.keys()

        def encode(texts: list[str]) -> list[list[int]]:
            return [[place[text.strip()]] for text in texts]
    else:
        base = Path(snakemake.input[0]).parent
        matrix = load_masked_lm(base, start_torch("cpu")).get_input_embeddings().weight.detach().numpy()
        tokenizer = Tokenizer.from_file(str(base / "tokenizer.json"))
        tokenizer.no_padding()
        tokenizer.no_truncation()

        def encode(texts: list[str]) -> list[list[int]]:
            return [found.ids for found in tokenizer.encode_batch(texts, add_special_tokens=False)]

    words = score_words(
        train,
        encode,
        matrix,
        pairs=pairs,
        compare=snakemake.params.compare,
        not_words=not_words,
        score=snakemake.params.score,
        min_count=snakemake.params.min_count,
    )
    print(f"{len(words)} words; correlation with log-odds {words['femaleness'].corr(words['log_odds']):.3f}")
    tables.write(words, "proxy_words", snakemake.output[0])
