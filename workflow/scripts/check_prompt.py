"""Fill a task's prompt and its classes' words, and write what tokenising and fine-tuning need to know of them."""

from biastransfer.job import job

with job(snakemake):
    from pathlib import Path

    from biastransfer.finetune.prompt_template import label_number
    from biastransfer.finetune.prompt_tokens import tokenize
    from biastransfer.finetune.verbalizer import class_tokens, class_words
    from biastransfer.problems import Problem
    from biastransfer.provenance import read_json, write_json
    from biastransfer.training.load import FRESH_HEAD, load_tokenizer
    from biastransfer.upstream.templates import surfaces

    key, prompt = f"fine_tuning.prompt.{snakemake.wildcards.task}", snakemake.params.prompt
    classes, template = read_json(snakemake.input.task)["classes"], prompt["template"]
    names = surfaces(classes, snakemake.params.surface_forms) if snakemake.params.named else {}
    if read_json(snakemake.input.config).get(FRESH_HEAD):
        raise Problem("fine_tuning.head: prompt trains the language-model head, and the base model has none.")
    tokenizer = load_tokenizer(Path(snakemake.input[0]).parent)
    if tokenizer.mask_token is None:
        raise Problem("fine_tuning.head: prompt needs a tokenizer with a mask token, and the base model's has none.")
    words = class_words(classes, names, prompt["labels"], key)
    texts = {"template": template, "mask": tokenizer.mask_token}
    alone = len(tokenize([""], snakemake.input[0], 10**6, **texts)[0])
    if alone >= snakemake.params.max_length:
        raise Problem(
            f"fine_tuning.max_length: {snakemake.params.max_length} tokens leave no room for a text; the prompt "
            f"{template!r} of {snakemake.wildcards.task} alone has {alone}."
        )
    model = {
        "template": template,
        "mask_id": tokenizer.mask_token_id,
        "label": label_number(template),
        "words": class_tokens(words, tokenizer, template, key),
    }
    print(f"{template!r}: {words}")
    write_json({"texts": texts, "model": model, "words": words}, snakemake.output[0])
