"""A prompt and the words of its classes, against the classes that the data has and a model's tokenizer."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from biastransfer.checkpoints.load import has_own_head
from biastransfer.checkpoints.tokenizer import load_tokenizer
from biastransfer.common.problems import Problem
from biastransfer.finetune.prompt_template import label_number
from biastransfer.finetune.prompted_texts import tokenize
from biastransfer.finetune.verbalizer import class_tokens, class_words


def check_prompt(
    task: str,
    prompt: Mapping,
    classes: Sequence[str],
    folder: str | Path,
    *,
    names: Mapping[str, str],
    max_length: int,
) -> dict:
    """What tokenising (``texts``) and fine-tuning (``model``) need to know of a task's prompt, and its ``words``.

    Parameters
    ----------
    prompt : ``template`` and ``labels`` of the study file.
    classes : of the task.
    folder : with the tokenizer.
    names : how classes are written, where they have names.
    max_length : tokens of a text in its prompt.

    Raises
    ------
    Problem : the model has no language-model head of its own, there is no mask token, a class has no word, or the prompt leaves no room for a text.
    """
    key, template = f"fine_tuning.prompt.{task}", prompt["template"]
    if not has_own_head(folder):
        raise Problem("fine_tuning.head: prompt trains the language-model head, and the base model has none.")
    tokenizer = load_tokenizer(folder)
    if tokenizer.mask_token is None:
        raise Problem("fine_tuning.head: prompt needs a tokenizer with a mask token, and the base model's has none.")
    words = class_words(classes, names, prompt["labels"], key)
    texts = {"template": template, "mask": tokenizer.mask_token}
    alone = len(tokenize([""], Path(folder) / "tokenizer.json", 10**6, **texts)[0])
    if alone >= max_length:
        raise Problem(
            f"fine_tuning.max_length: {max_length} tokens leave no room for a text; the prompt {template!r} of {task} "
            f"alone has {alone}."
        )
    model = {
        "template": template,
        "mask_id": tokenizer.mask_token_id,
        "label": label_number(template),
        "words": class_tokens(words, tokenizer, template, key),
    }
    return {"texts": texts, "model": model, "words": words}
