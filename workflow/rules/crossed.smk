# Needs models, trainsets and test sets; makes hidden states, probes on them, and what a change of a cause does to bias.


use rule make_trainset as make_pooled_trainset with:
    input:
        train=expand(
            "<results>/data/{{task}}/{split}.parquet", split=["train", "dev", "test"]
        ),
        task="<results>/data/{task}/task.json",
        words=lambda w: wiring.data.trainset_words(w.task, w.trainset),
        pairs=lambda w: wiring.data.trainset_pairs(w.task, w.trainset),
    output:
        trainset="<results>/pooled/{task}/{trainset}.parquet",
        intervention="<results>/pooled/{task}/{trainset}.json",
    log:
        "<logs>/make_pooled_trainset/{task}/{trainset}.log",
    message:
        "Make {wildcards.trainset} of all texts of {wildcards.task}"


rule make_counterfactuals:
    input:
        texts=lambda w: wiring.crossed.counterfactual_source(w.task),
        task="<results>/data/{task}/task.json",
        pairs=study.crossed.pairs if study.crossed else [],
    output:
        "<results>/counterfactuals/{task}.parquet",
    log:
        "<logs>/make_counterfactuals/{task}.log",
    conda:
        CPU_ENVIRONMENT
    params:
        settings=lambda w: wiring.crossed.counterfactual_settings(w.task),
        code=lambda w: code(
            "make_counterfactuals.py",
            wiring.data.kind(w.task).module,
            writes=["counterfactuals"],
        ),
    message:
        "Swap words in texts of {wildcards.task}"
    script:
        "../scripts/make_counterfactuals.py"


rule hidden_states:
    input:
        expand("<results>/models/{{model}}/{file}", file=CHECKPOINT),
        known=lambda w: wiring.crossed.states_at_hand(w.task, w.model, w.part),
        intervention="<results>/models/{model}/intervention.json",
        texts=lambda w: wiring.crossed.texts(w.task, w.part),
        task="<results>/data/{task}/task.json",
    output:
        "<results>/states/{task}/{model}/{part}.npy",
    log:
        "<logs>/hidden_states/{task}/{model}/{part}.log",
    group:
        "probe"
    conda:
        GPU_ENVIRONMENT
    resources:
        gpu=GPU,
    params:
        max_length=study.fine_tuning.max_length,
        code=code("hidden_states.py"),
    message:
        "Read the texts of {wildcards.task}/{wildcards.part} with {wildcards.model}"
    script:
        "../scripts/hidden_states.py"


rule fit_probe:
    input:
        train="<results>/states/{task}/{model}/{trainset}.npy",
        test=f"<results>/states/{{task}}/{{model}}/{TESTSETS}.npy",
        trainset=lambda w: wiring.crossed.texts(w.task, w.trainset),
        texts=lambda w: wiring.crossed.texts(w.task, TESTSETS),
        task="<results>/data/{task}/task.json",
    output:
        scores="<results>/probes/{task}/{model}/{trainset}/{replicate}.parquet",
        probe="<results>/probes/{task}/{model}/{trainset}/{replicate}.safetensors",
    log:
        "<logs>/fit_probe/{task}/{model}/{trainset}/{replicate}.log",
    group:
        "probe"
    conda:
        CPU_ENVIRONMENT
    params:
        settings=lambda w: wiring.crossed.probe_settings(w.task, int(w.replicate)),
        testsets=lambda w: list(wiring.crossed.predicted(w.task)),
        pooled=lambda w: wiring.crossed.pooled(w.task),
        counterfactual=COUNTERFACTUAL,
        rates=lambda w: wiring.crossed.rates_module(w.task),
        code=lambda w: code(
            "fit_probe.py",
            *wiring.crossed.probe_modules(w.task),
            writes=["text_scores"],
        ),
    message:
        "Fit a probe of {wildcards.task} on {wildcards.model} and {wildcards.trainset}, replicate {wildcards.replicate}"
    script:
        "../scripts/fit_probe.py"


rule analyze_crossed:
    input:
        "<results>/checks/{task}.json",
        texts=lambda w: wiring.crossed.texts(w.task, TESTSETS),
        scores=lambda w: wiring.crossed.scores(w.task),
        upstream=lambda w: wiring.crossed.upstream(w.task),
        task="<results>/data/{task}/task.json",
    output:
        **{
            name: f"<results>/crossed/{{task}}/{name}.parquet"
            for name in CROSSED_TABLES
        },
    log:
        "<logs>/analyze_crossed/{task}.log",
    conda:
        CPU_ENVIRONMENT
    params:
        settings=lambda w: wiring.crossed.analysis_settings(w.task),
        testsets=lambda w: list(wiring.crossed.predicted(w.task)),
        code=lambda w: code(
            "analyze_crossed.py",
            wiring.crossed.rates_module(w.task),
            writes=CROSSED_TABLES,
        ),
    message:
        "Find the sources of bias in {wildcards.task}"
    script:
        "../scripts/analyze_crossed.py"


rule compare_fine_tuned:
    input:
        "<results>/checks/{task}.json",
        texts=lambda w: list(wiring.data.testset_files(w.task).values()),
        scores=lambda w: wiring.crossed.corner_scores(w.task),
        predictions=lambda w: wiring.crossed.corner_predictions(w.task),
        task="<results>/data/{task}/task.json",
    output:
        f"<results>/crossed/{{task}}/{CORNERS}.parquet",
    log:
        "<logs>/compare_fine_tuned/{task}.log",
    conda:
        CPU_ENVIRONMENT
    params:
        settings=lambda w: wiring.crossed.corner_settings(w.task),
        testsets=lambda w: list(wiring.data.testset_files(w.task)),
        code=lambda w: code(
            "compare_fine_tuned.py",
            wiring.crossed.rates_module(w.task),
            writes=[CORNERS],
        ),
    message:
        "Compare probes of {wildcards.task} with full fine-tuning"
    script:
        "../scripts/compare_fine_tuned.py"
