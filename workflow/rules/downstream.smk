# Needs predictions, fine-tuned models and template files; makes rates, bias and performance of every run, and what the
# upstream measures see after fine-tuning.


# One rule per task: its measures are what a job makes.
for task in study.tasks:
    measures = wiring.measures.after_fine_tuning(task)
    run_path = f"{task}/{{model}}/{{trainset}}/{{replicate}}"

    rule:
        name:
            f"score_run_{task}"
        input:
            f"<results>/checks/{task}.json",
            **wiring.data.testset_files(task),
            **wiring.measures.files(measures),
            predictions=f"<results>/runs/{run_path}/predictions.parquet",
            task=f"<results>/data/{task}/task.json",
            model=(
                expand("<results>/models/{{model}}/{file}", file=CHECKPOINT)
                if measures
                else []
            ),
            intervention=(
                "<results>/models/{model}/intervention.json" if measures else []
            ),
            run=f"<results>/runs/{run_path}/model.safetensors" if measures else [],
        output:
            **{
                table: f"<results>/downstream/{table}/{run_path}.parquet"
                for table in DOWNSTREAM_TABLES
            },
            intermediate=[
                f"<results>/intermediate/{measure}/{run_path}.parquet"
                for measure in measures
            ],
            provenance=[
                f"<results>/intermediate/{measure}/{run_path}.provenance.json"
                for measure in measures
            ],
        log:
            f"<logs>/score_run/{run_path}.log",
        group:
            "train"
        conda:
            GPU_ENVIRONMENT if measures else CPU_ENVIRONMENT
        resources:
            gpu=GPU if measures else 0,
        params:
            kind=study.tasks[task].kind,
            testsets=study.tasks[task].testsets,
            compare=wiring.data.compare(task),
            settings=wiring.measures.downstream_settings(task),
            measures=wiring.measures.all_settings(measures),
            head=wiring.measures.head(measures),
            decoder=study.intermediate_decoder,
            code={
                "downstream": code(
                    "score_run.py",
                    wiring.measures.downstream_module(task),
                    writes=DOWNSTREAM_TABLES,
                ),
                **measure_codes("score_run.py", measures),
            },
        message:
            "Score {wildcards.model} after {wildcards.trainset}, replicate {wildcards.replicate}"
        script:
            "../scripts/score_run.py"


rule compare_groups:
    input:
        predictions="<results>/runs/{task}/pretrained/original/0/predictions.parquet",
        test="<results>/data/{task}/test.parquet",
        task="<results>/data/{task}/task.json",
    output:
        "<results>/group_gaps/{task}.parquet",
    log:
        "<logs>/compare_groups/{task}.log",
    conda:
        CPU_ENVIRONMENT
    params:
        code=code("compare_groups.py", writes=["group_gaps"]),
    message:
        "Compare all groups of {wildcards.task}"
    script:
        "../scripts/compare_groups.py"
