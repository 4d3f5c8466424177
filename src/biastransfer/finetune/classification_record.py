"""Record of the head ``classification``."""

from biastransfer.common.records import Head

RECORD = Head(
    name="classification",
    module="biastransfer.finetune.classification",
    texts="biastransfer.finetune.plain_texts",
    label="classification",
    description="the architecture's own sequence-classification head",
    order=10,
)
