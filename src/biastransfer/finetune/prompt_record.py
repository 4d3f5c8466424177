"""Record of the head ``prompt``."""

from biastransfer.common.records import Head

RECORD = Head(
    name="prompt",
    module="biastransfer.finetune.prompt",
    texts="biastransfer.finetune.prompted_texts",
    label="prompt",
    description="the language-model head at a mask of a prompt, with logits averaged over the tokens of each class's words "
    "(Schick and Schütze 2021; Ding et al. 2022)",
    prompted=True,
    trains_language_model_head=True,
    may_train_nothing=True,
    order=30,
)
