"""Mean hidden states of texts under one model: of a trainset, or of all test sets of a task."""

from biastransfer.engine.job import job

with job(snakemake):
    from pathlib import Path

    import numpy as np
    import pandas as pd

    from biastransfer.checkpoints.tokenizer import check_length
    from biastransfer.engine import parquet_files, side_cars
    from biastransfer.finetune import linear_probe, plain_texts
    from biastransfer.finetune.known_states import fill, unknown_texts
    from biastransfer.training.device import start_torch

    side_cars.check_weights(snakemake.input.intervention)
    folder, longest = Path(snakemake.input[0]).parent, snakemake.params.max_length
    check_length(folder, longest)
    texts = pd.concat([parquet_files.read(path, ["text"]) for path in snakemake.input.texts])["text"].tolist()
    known: dict[str, np.ndarray] = {}
    if snakemake.input.known:
        earlier, states = snakemake.input.known
        known = dict(zip(parquet_files.read(earlier, ["text"])["text"], np.load(states), strict=True))
    wanted = unknown_texts(texts, known)
    classes = side_cars.read_json(snakemake.input.task)["classes"]
    model = linear_probe.load(folder, classes, 0, start_torch(snakemake.config["device"]))
    states = linear_probe.mean_states(model, plain_texts.tokenize(wanted, folder / "tokenizer.json", longest))
    print(f"{len(texts)} texts, of which {len(wanted)} are read")
    np.save(snakemake.output[0], fill(texts, known, wanted, states.cpu().numpy()))
