# Needs models and tokens; makes fine-tuned checkpoints and their predictions.


rule fine_tune:
    input:
        expand("results/{{study}}/models/{{model}}/{file}", file=CHECKPOINT),
        intervention="results/{study}/models/{model}/intervention.json",
        train="results/{study}/tokens/{task}/train/{trainset}.parquet",
        testsets="results/{study}/tokens/{task}/testsets.parquet",
        task="results/{study}/data/{task}/task.json",
        prompt=prompt_file,
    output:
        expand(
            "results/{{study}}/runs/{{task}}/{{model}}/{{trainset}}/{{replicate}}/{file}",
            file=CHECKPOINT,
        ),
        predictions="results/{study}/runs/{task}/{model}/{trainset}/{replicate}/predictions.parquet",
        training="results/{study}/runs/{task}/{model}/{trainset}/{replicate}/training.parquet",
        provenance="results/{study}/runs/{task}/{model}/{trainset}/{replicate}/training.provenance.json",
    log:
        "results/{study}/logs/fine_tune/{task}/{model}/{trainset}/{replicate}.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        gpu=GPU,
    params:
        recipe=study.fine_tuning.model_dump(mode="json", exclude={"prompt"}),
        seed=lambda w: grid.run_seed(study, w.task, int(w.replicate)),
        code=code("fine_tune.py", HEAD.module, writes=["training", "predictions"]),
    message:
        "Fine-tune {wildcards.model} on {wildcards.task}/{wildcards.trainset}, replicate {wildcards.replicate}"
    script:
        "../scripts/fine_tune.py"
