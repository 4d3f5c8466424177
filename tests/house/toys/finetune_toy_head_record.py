"""Record of the toy head."""

from biastransfer.common.records import Head

RECORD = Head(
    name="toy_head",
    module="biastransfer.finetune.toy_head",
    texts="biastransfer.finetune.plain_texts",
    label="toy head",
    description="A toy head (Toy et al. 1999), all weights trained:",
    learning_rate=0.005,
)
