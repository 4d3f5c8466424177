# Needs predictions and the data they were made for; makes rates, bias and performance of every run.


rule score_downstream:
    input:
        "results/{study}/checks/{task}.json",
        unpack(testset_files),
        predictions="results/{study}/runs/{task}/{model}/{trainset}/{replicate}/predictions.parquet",
        task="results/{study}/data/{task}/task.json",
    output:
        rates="results/{study}/downstream/rates/{task}/{model}/{trainset}/{replicate}.parquet",
        bias="results/{study}/downstream/bias/{task}/{model}/{trainset}/{replicate}.parquet",
        runs="results/{study}/downstream/runs/{task}/{model}/{trainset}/{replicate}.parquet",
    log:
        "results/{study}/logs/score_downstream/{task}/{model}/{trainset}/{replicate}.log",
    conda:
        "../../envs/cpu.yaml"
    params:
        kind=lambda w: task_of(w).kind,
        testsets=lambda w: task_of(w).testsets,
        compare=lambda w: list(task_of(w).compare or []),
        settings=downstream_settings,
        code=lambda w: code(
            "score_downstream.py",
            DOWNSTREAM_RATES[task_of(w).kind],
            writes=["rates", "bias", "runs"],
        ),
    message:
        "Score the bias of {wildcards.model} on {wildcards.task}/{wildcards.trainset}, replicate {wildcards.replicate}"
    script:
        "../scripts/score_downstream.py"


rule compare_groups:
    input:
        predictions="results/{study}/runs/{task}/pretrained/original/0/predictions.parquet",
        test="results/{study}/data/{task}/test.parquet",
        task="results/{study}/data/{task}/task.json",
    output:
        "results/{study}/group_gaps/{task}.parquet",
    log:
        "results/{study}/logs/compare_groups/{task}.log",
    conda:
        "../../envs/cpu.yaml"
    params:
        code=code("compare_groups.py", writes=["group_gaps"]),
    message:
        "Compare all groups of {wildcards.task}"
    script:
        "../scripts/compare_groups.py"
