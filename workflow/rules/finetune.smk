# Needs models and tokens; makes fine-tuned checkpoints and their predictions.


rule fine_tune:
    input:
        expand("<results>/models/{{model}}/{file}", file=CHECKPOINT),
        intervention="<results>/models/{model}/intervention.json",
        train="<results>/tokens/{task}/train/{trainset}.parquet",
        testsets="<results>/tokens/{task}/testsets.parquet",
        task="<results>/data/{task}/task.json",
        prompt=lambda w: wiring.data.prompt_file(w.task),
    output:
        expand(
            "<results>/runs/{{task}}/{{model}}/{{trainset}}/{{replicate}}/{file}",
            file=CHECKPOINT,
        ),
        predictions="<results>/runs/{task}/{model}/{trainset}/{replicate}/predictions.parquet",
        training="<results>/runs/{task}/{model}/{trainset}/{replicate}/training.parquet",
        provenance="<results>/runs/{task}/{model}/{trainset}/{replicate}/training.provenance.json",
    log:
        "<logs>/fine_tune/{task}/{model}/{trainset}/{replicate}.log",
    conda:
        GPU_ENVIRONMENT
    resources:
        gpu=GPU,
    params:
        recipe=wiring.models.recipe(),
        seed=lambda w: wiring.models.run_seed(w.task, int(w.replicate)),
        code=code(
            "fine_tune.py",
            wiring.models.head_module,
            writes=["training", "predictions"],
        ),
    message:
        "Fine-tune {wildcards.model} on {wildcards.task}/{wildcards.trainset}, replicate {wildcards.replicate}"
    script:
        "../scripts/fine_tune.py"
