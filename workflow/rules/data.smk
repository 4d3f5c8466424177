# Needs the sources of the tasks; makes prepared splits, trainsets, dataset bias and tokens.


localrules:
    download_task,


rule download_task:
    output:
        expand(
            "results/{{study}}/downloads/{{task}}/{file}",
            file=["train.parquet", "dev.parquet", "test.parquet"],
        ),
    log:
        "results/{study}/logs/download_task/{task}.log",
    conda:
        "../../envs/cpu.yaml"
    params:
        source=lambda w: task_of(w).source.model_dump(
            mode="json",
            include={
                "type",
                "dataset",
                "revision",
                "comments",
                "annotations",
                "sha256",
            },
        ),
        lock=LOCK,
        code=code("download_task.py"),
    message:
        "Download the data of {wildcards.task}"
    script:
        "../scripts/download_task.py"


rule check_task:
    input:
        files=source_files,
        downloads=downloaded_files,
    output:
        "results/{study}/checks/{task}.source.json",
    log:
        "results/{study}/logs/check_task/{task}.log",
    conda:
        "../../envs/cpu.yaml"
    params:
        task=source_settings,
        seed=lambda w: grid.derive_seed(study.seed, w.task, "data"),
        code=lambda w: code("prepare_task.py", *source_modules(w)),
    message:
        "Check the data of {wildcards.task}"
    script:
        "../scripts/prepare_task.py"


rule prepare_task:
    input:
        "results/{study}/checks/{task}.source.json",
        files=source_files,
        downloads=downloaded_files,
    output:
        train="results/{study}/data/{task}/train.parquet",
        dev="results/{study}/data/{task}/dev.parquet",
        test="results/{study}/data/{task}/test.parquet",
        phrases="results/{study}/data/{task}/phrases.parquet",
        task="results/{study}/data/{task}/task.json",
    log:
        "results/{study}/logs/prepare_task/{task}.log",
    conda:
        "../../envs/cpu.yaml"
    params:
        task=source_settings,
        seed=lambda w: grid.derive_seed(study.seed, w.task, "data"),
        code=lambda w: code(
            "prepare_task.py", *source_modules(w), writes=[task_of(w).kind]
        ),
    message:
        "Prepare and split the data of {wildcards.task}"
    script:
        "../scripts/prepare_task.py"


rule check_comparison:
    input:
        train="results/{study}/data/{task}/train.parquet",
        test="results/{study}/data/{task}/test.parquet",
    output:
        "results/{study}/checks/{task}.json",
    log:
        "results/{study}/logs/check_comparison/{task}.log",
    priority: 10
    conda:
        "../../envs/cpu.yaml"
    params:
        kind=lambda w: task_of(w).kind,
        compare=lambda w: list(task_of(w).compare or []),
        min_cell=lambda w: task_of(w).min_cell,
        code=lambda w: code("check_comparison.py", DATASET_BIAS[task_of(w).kind]),
    message:
        "Check the groups that are compared in {wildcards.task}"
    script:
        "../scripts/check_comparison.py"


rule plant_associations:
    output:
        "results/{study}/data/{task}/planted.parquet",
    log:
        "results/{study}/logs/plant_associations/{task}.log",
    conda:
        "../../envs/cpu.yaml"
    params:
        task=source_settings,
        seed=lambda w: grid.derive_seed(study.seed, w.task, "data"),
        code=lambda w: code(
            "plant_associations.py", *source_modules(w), writes=["planted"]
        ),
    message:
        "Write down what was planted in {wildcards.task}"
    script:
        "../scripts/plant_associations.py"


rule score_proxy_words:
    input:
        expand("results/{{study}}/base/{file}", file=CHECKPOINT),
        train="results/{study}/data/{task}/train.parquet",
        task="results/{study}/data/{task}/task.json",
        pairs=study.bias_subspace.pairs,
        vectors=vectors_file,
    output:
        "results/{study}/proxy_words/{task}.parquet",
    log:
        "results/{study}/logs/score_proxy_words/{task}.log",
    conda:
        "../../envs/cpu.yaml"
    params:
        compare=lambda w: list(task_of(w).compare),
        surface_forms=lambda w: task_of(w).surface_forms,
        score=lambda w: study.interventions.proxies_scrubbed.score,
        min_count=lambda w: study.interventions.proxies_scrubbed.min_count,
        code=code("score_proxy_words.py", writes=["proxy_words"]),
    message:
        "Score the words of {wildcards.task} on the gender direction"
    script:
        "../scripts/score_proxy_words.py"


rule make_trainset:
    input:
        train="results/{study}/data/{task}/train.parquet",
        task="results/{study}/data/{task}/task.json",
        words=trainset_words,
        pairs=trainset_pairs,
    output:
        trainset="results/{study}/trainsets/{task}/{trainset}.parquet",
        intervention="results/{study}/trainsets/{task}/{trainset}.json",
    log:
        "results/{study}/logs/make_trainset/{task}/{trainset}.log",
    conda:
        "../../envs/cpu.yaml"
    params:
        kind=lambda w: task_of(w).kind,
        intervention=lambda w: trainset_of(w).intervention,
        needs=lambda w: list(trainset_needs(w)),
        settings=trainset_settings,
        seed=lambda w: trainset_of(w).seed,
        code=lambda w: code(
            "make_trainset.py",
            DATA_INTERVENTIONS[trainset_of(w).intervention].module,
            writes=[task_of(w).kind],
        ),
    message:
        "Make trainset {wildcards.task}/{wildcards.trainset}"
    script:
        "../scripts/make_trainset.py"


rule measure_dataset_bias:
    input:
        "results/{study}/checks/{task}.json",
        trainset="results/{study}/trainsets/{task}/{trainset}.parquet",
        task="results/{study}/data/{task}/task.json",
    output:
        "results/{study}/dataset_bias/{task}/{trainset}.parquet",
    log:
        "results/{study}/logs/measure_dataset_bias/{task}/{trainset}.log",
    conda:
        "../../envs/cpu.yaml"
    params:
        kind=lambda w: task_of(w).kind,
        compare=lambda w: list(task_of(w).compare or []),
        code=lambda w: code(
            "measure_dataset_bias.py",
            DATASET_BIAS[task_of(w).kind],
            writes=["dataset_bias"],
        ),
    message:
        "Measure the dataset bias of {wildcards.task}/{wildcards.trainset}"
    script:
        "../scripts/measure_dataset_bias.py"


if HEAD.texts == "prompted":

    rule check_prompt:
        input:
            expand("results/{{study}}/base/{file}", file=TOKENIZER),
            config="results/{study}/base/config.json",
            task="results/{study}/data/{task}/task.json",
        output:
            "results/{study}/checks/prompt/{task}.json",
        log:
            "results/{study}/logs/check_prompt/{task}.log",
        priority: 10
        conda:
            "../../envs/cpu.yaml"
        params:
            prompt=lambda w: study.fine_tuning.prompt_of(w.task).model_dump(mode="json"),
            named=lambda w: task_of(w).kind == "label_by_group",
            surface_forms=lambda w: task_of(w).surface_forms,
            max_length=study.fine_tuning.max_length,
            code=code("check_prompt.py"),
        message:
            "Check the prompt of {wildcards.task}"
        script:
            "../scripts/check_prompt.py"


rule tokenize_trainset:
    input:
        train="results/{study}/trainsets/{task}/{trainset}.parquet",
        task="results/{study}/data/{task}/task.json",
        tokenizer="results/{study}/base/tokenizer.json",
        prompt=prompt_file,
    output:
        "results/{study}/tokens/{task}/train/{trainset}.parquet",
    log:
        "results/{study}/logs/tokenize/{task}/{trainset}.log",
    conda:
        "../../envs/cpu.yaml"
    params:
        testsets={"train": "train"},
        max_length=study.fine_tuning.max_length,
        texts=HEAD.texts,
        code=code("tokenize.py", TEXTS[HEAD.texts], writes=["tokens"]),
    message:
        "Tokenize trainset {wildcards.task}/{wildcards.trainset}"
    script:
        "../scripts/tokenize.py"


rule tokenize_testsets:
    input:
        unpack(testset_files),
        task="results/{study}/data/{task}/task.json",
        tokenizer="results/{study}/base/tokenizer.json",
        prompt=prompt_file,
    output:
        "results/{study}/tokens/{task}/testsets.parquet",
    log:
        "results/{study}/logs/tokenize/{task}.testsets.log",
    conda:
        "../../envs/cpu.yaml"
    params:
        testsets=lambda w: {testset: testset for testset in task_of(w).testsets},
        max_length=study.fine_tuning.max_length,
        texts=HEAD.texts,
        code=code("tokenize.py", TEXTS[HEAD.texts], writes=["tokens"]),
    message:
        "Tokenize the test sets of {wildcards.task}"
    script:
        "../scripts/tokenize.py"
