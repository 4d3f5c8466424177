"""Fine-tune a model on a trainset and predict the task's test sets."""

from biastransfer.engine import parquet_files, side_cars
from biastransfer.engine.job import job, training_file

with job(snakemake):
    from pathlib import Path

    import numpy as np
    import pandas as pd

    from biastransfer.checkpoints.load import save_checkpoint
    from biastransfer.common import registry
    from biastransfer.training.device import start_torch
    from biastransfer.training.loop import Recipe
    from biastransfer.training.progress import Step
    from biastransfer.training.saved import SavedTraining

    side_cars.check_weights(snakemake.input.intervention)
    device = start_torch(snakemake.config["device"])
    recipe, seed = snakemake.params.recipe, snakemake.params.seed
    classes = side_cars.read_json(snakemake.input.task)["classes"]
    folder = Path(snakemake.input[0]).parent
    train = parquet_files.read(snakemake.input.train)
    head = registry.load(registry.heads()[recipe["head"]].module)
    prompt = side_cars.read_json(snakemake.input.prompt)["model"] if snakemake.input.prompt else {}
    model = head.load(folder, classes, seed, device, **prompt)
    read = [snakemake.input[name] for name in ("intervention", "train", "task", "prompt") if snakemake.input[name]]
    key = side_cars.recipe_hash(snakemake.params, read, device.type)
    saved = SavedTraining(training_file(snakemake), key, snakemake.config["save_training_every"])
    print(f"{len(train)} training texts, {len(classes)} classes")
    history = head.fine_tune(
        model,
        train["tokens"].tolist(),
        train["label"].to_numpy(),
        Recipe(
            epochs=recipe["epochs"],
            min_steps=recipe["min_steps"],
            batch_size=recipe["batch_size"],
            learning_rate=recipe["learning_rate"],
            warmup_share=recipe["warmup_share"],
            weight_decay=recipe["weight_decay"],
            max_gradient_norm=recipe["max_gradient_norm"],
            seed=seed,
        ),
        saved=saved,
    )
    test = parquet_files.read(snakemake.input.testsets)
    probability = head.predict(model, test["tokens"].tolist(), batch_size=recipe["evaluation_batch_size"])
    names = np.array(classes, object)
    predicted = probability.argmax(1)
    print(f"test accuracy {float((predicted == test['label']).mean()):.4f} on {len(test)} texts")
    predictions = test[["id", "testset"]].assign(
        label=names[test["label"]], predicted=names[predicted], probability=list(probability)
    )
    save_checkpoint(model, folder, Path(snakemake.output.predictions).parent)
    parquet_files.write(predictions, "predictions", snakemake.output.predictions)
    parquet_files.write(pd.DataFrame(history, columns=list(Step._fields)), "training", snakemake.output.training)
    side_cars.write_json(side_cars.facts() | {"device": device.type}, snakemake.output.provenance)
    saved.remove()
