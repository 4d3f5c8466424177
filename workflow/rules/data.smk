# Needs the sources of the tasks; makes prepared splits, trainsets, dataset bias and tokens.


localrules:
    download_task,


rule download_task:
    output:
        expand(
            "<results>/downloads/{{task}}/{file}",
            file=["train.parquet", "dev.parquet", "test.parquet"],
        ),
    log:
        "<logs>/download_task/{task}.log",
    conda:
        CPU_ENVIRONMENT
    params:
        source=lambda w: wiring.data.download_settings(w.task),
        lock=wiring.models.lock,
        code=code("download_task.py"),
    message:
        "Download the data of {wildcards.task}"
    script:
        "../scripts/download_task.py"


rule check_task:
    input:
        files=lambda w: wiring.data.source_files(w.task),
        downloads=lambda w: wiring.data.downloads(w.task),
    output:
        "<results>/checks/{task}.source.json",
    log:
        "<logs>/check_task/{task}.log",
    conda:
        CPU_ENVIRONMENT
    params:
        task=lambda w: study.tasks[w.task].source_settings(),
        seed=lambda w: wiring.data.seed(w.task),
        code=lambda w: code("prepare_task.py", *wiring.data.source_modules(w.task)),
    message:
        "Check the data of {wildcards.task}"
    script:
        "../scripts/prepare_task.py"


rule prepare_task:
    input:
        "<results>/checks/{task}.source.json",
        files=lambda w: wiring.data.source_files(w.task),
        downloads=lambda w: wiring.data.downloads(w.task),
    output:
        train="<results>/data/{task}/train.parquet",
        dev="<results>/data/{task}/dev.parquet",
        test="<results>/data/{task}/test.parquet",
        phrases="<results>/data/{task}/phrases.parquet",
        task="<results>/data/{task}/task.json",
    log:
        "<logs>/prepare_task/{task}.log",
    conda:
        CPU_ENVIRONMENT
    params:
        task=lambda w: study.tasks[w.task].source_settings(),
        seed=lambda w: wiring.data.seed(w.task),
        code=lambda w: code(
            "prepare_task.py",
            *wiring.data.source_modules(w.task),
            writes=[study.tasks[w.task].kind],
        ),
    message:
        "Prepare and split the data of {wildcards.task}"
    script:
        "../scripts/prepare_task.py"


rule check_comparison:
    input:
        train="<results>/data/{task}/train.parquet",
        test="<results>/data/{task}/test.parquet",
    output:
        "<results>/checks/{task}.json",
    log:
        "<logs>/check_comparison/{task}.log",
    priority: 10
    conda:
        CPU_ENVIRONMENT
    params:
        kind=lambda w: study.tasks[w.task].kind,
        compare=lambda w: wiring.data.compare(w.task),
        min_cell=lambda w: study.tasks[w.task].min_cell,
        code=lambda w: code(
            "check_comparison.py", wiring.measures.dataset_bias_module(w.task)
        ),
    message:
        "Check the groups that are compared in {wildcards.task}"
    script:
        "../scripts/check_comparison.py"


rule assign_families:
    input:
        task="<results>/data/{task}/task.json",
        families=lambda w: wiring.data.families_file(w.task),
    output:
        "<results>/checks/families/{task}.json",
    log:
        "<logs>/assign_families/{task}.log",
    priority: 10
    conda:
        CPU_ENVIRONMENT
    params:
        families=lambda w: study.tasks[w.task].families,
        code=code("assign_families.py"),
    message:
        "Assign the targets of {wildcards.task} to families"
    script:
        "../scripts/assign_families.py"


rule plant_associations:
    output:
        "<results>/data/{task}/planted.parquet",
    log:
        "<logs>/plant_associations/{task}.log",
    conda:
        CPU_ENVIRONMENT
    params:
        task=lambda w: study.tasks[w.task].source_settings(),
        seed=lambda w: wiring.data.seed(w.task),
        code=lambda w: code(
            "plant_associations.py",
            *wiring.data.source_modules(w.task),
            writes=["planted"],
        ),
    message:
        "Write down what was planted in {wildcards.task}"
    script:
        "../scripts/plant_associations.py"


rule score_proxy_words:
    input:
        expand("<results>/base/{file}", file=CHECKPOINT),
        train="<results>/data/{task}/train.parquet",
        task="<results>/data/{task}/task.json",
        pairs=study.bias_subspace.pairs,
        vectors=lambda w: wiring.data.word_vectors(),
    output:
        "<results>/proxy_words/{task}.parquet",
    log:
        "<logs>/score_proxy_words/{task}.log",
    conda:
        CPU_ENVIRONMENT
    params:
        compare=lambda w: wiring.data.compare(w.task),
        surface_forms=lambda w: study.tasks[w.task].surface_forms,
        score=lambda w: study.interventions.proxies_scrubbed.score,
        min_count=lambda w: study.interventions.proxies_scrubbed.min_count,
        code=code("score_proxy_words.py", writes=["proxy_words"]),
    message:
        "Score the words of {wildcards.task} on the gender direction"
    script:
        "../scripts/score_proxy_words.py"


rule make_trainset:
    input:
        train="<results>/data/{task}/train.parquet",
        task="<results>/data/{task}/task.json",
        words=lambda w: wiring.data.trainset_words(w.task, w.trainset),
        pairs=lambda w: wiring.data.trainset_pairs(w.task, w.trainset),
    output:
        trainset="<results>/trainsets/{task}/{trainset}.parquet",
        intervention="<results>/trainsets/{task}/{trainset}.json",
    log:
        "<logs>/make_trainset/{task}/{trainset}.log",
    conda:
        CPU_ENVIRONMENT
    params:
        kind=lambda w: study.tasks[w.task].kind,
        intervention=lambda w: wiring.data.trainsets[w.task, w.trainset].intervention,
        needs=lambda w: list(wiring.data.trainset_needs(w.task, w.trainset)),
        settings=lambda w: wiring.data.trainset_settings(w.task, w.trainset),
        seed=lambda w: wiring.data.trainsets[w.task, w.trainset].seed,
        code=lambda w: code(
            "make_trainset.py",
            wiring.data.trainset_module(w.task, w.trainset),
            writes=[study.tasks[w.task].kind],
        ),
    message:
        "Make trainset {wildcards.task}/{wildcards.trainset}"
    script:
        "../scripts/make_trainset.py"


rule measure_dataset_bias:
    input:
        "<results>/checks/{task}.json",
        trainset="<results>/trainsets/{task}/{trainset}.parquet",
        task="<results>/data/{task}/task.json",
    output:
        "<results>/dataset_bias/{task}/{trainset}.parquet",
    log:
        "<logs>/measure_dataset_bias/{task}/{trainset}.log",
    conda:
        CPU_ENVIRONMENT
    params:
        kind=lambda w: study.tasks[w.task].kind,
        compare=lambda w: wiring.data.compare(w.task),
        code=lambda w: code(
            "measure_dataset_bias.py",
            wiring.measures.dataset_bias_module(w.task),
            writes=["dataset_bias"],
        ),
    message:
        "Measure the dataset bias of {wildcards.task}/{wildcards.trainset}"
    script:
        "../scripts/measure_dataset_bias.py"


if wiring.data.prompted:

    rule check_prompt:
        input:
            expand("<results>/base/{file}", file=TOKENIZER),
            config="<results>/base/config.json",
            task="<results>/data/{task}/task.json",
        output:
            "<results>/checks/prompt/{task}.json",
        log:
            "<logs>/check_prompt/{task}.log",
        priority: 10
        conda:
            CPU_ENVIRONMENT
        params:
            prompt=lambda w: study.fine_tuning.prompt_of(w.task).model_dump(mode="json"),
            named=lambda w: wiring.data.kind(w.task).compares_groups,
            surface_forms=lambda w: study.tasks[w.task].surface_forms,
            max_length=study.fine_tuning.max_length,
            code=code("check_prompt.py"),
        message:
            "Check the prompt of {wildcards.task}"
        script:
            "../scripts/check_prompt.py"


rule tokenize_trainset:
    input:
        train="<results>/trainsets/{task}/{trainset}.parquet",
        task="<results>/data/{task}/task.json",
        tokenizer="<results>/base/tokenizer.json",
        prompt=lambda w: wiring.data.prompt_file(w.task),
    output:
        "<results>/tokens/{task}/train/{trainset}.parquet",
    log:
        "<logs>/tokenize/{task}/{trainset}.log",
    conda:
        CPU_ENVIRONMENT
    params:
        testsets={"train": "train"},
        max_length=study.fine_tuning.max_length,
        texts=wiring.data.texts_module,
        code=code("tokenize_texts.py", wiring.data.texts_module, writes=["tokens"]),
    message:
        "Tokenize trainset {wildcards.task}/{wildcards.trainset}"
    script:
        "../scripts/tokenize_texts.py"


rule tokenize_testsets:
    input:
        unpack(lambda w: wiring.data.testset_files(w.task)),
        task="<results>/data/{task}/task.json",
        tokenizer="<results>/base/tokenizer.json",
        prompt=lambda w: wiring.data.prompt_file(w.task),
    output:
        "<results>/tokens/{task}/testsets.parquet",
    log:
        "<logs>/tokenize/{task}.testsets.log",
    conda:
        CPU_ENVIRONMENT
    params:
        testsets=lambda w: {
            testset: testset for testset in study.tasks[w.task].testsets
        },
        max_length=study.fine_tuning.max_length,
        texts=wiring.data.texts_module,
        code=code("tokenize_texts.py", wiring.data.texts_module, writes=["tokens"]),
    message:
        "Tokenize the test sets of {wildcards.task}"
    script:
        "../scripts/tokenize_texts.py"
