"""Fill a task's prompt and its classes' words, and write what tokenising and fine-tuning need to know of them."""

from biastransfer.engine.job import job

with job(snakemake):
    from pathlib import Path

    from biastransfer.engine.side_cars import read_json, write_json
    from biastransfer.finetune.prompt_check import check_prompt
    from biastransfer.upstream.templates import surfaces

    classes = read_json(snakemake.input.task)["classes"]
    prompt = check_prompt(
        snakemake.wildcards.task,
        snakemake.params.prompt,
        classes,
        Path(snakemake.input[0]).parent,
        names=surfaces(classes, snakemake.params.surface_forms) if snakemake.params.named else {},
        max_length=snakemake.params.max_length,
    )
    print(f"{prompt['texts']['template']!r}: {prompt['words']}")
    write_json(prompt, snakemake.output[0])
