"""Record of the head ``convex_probe``."""

from biastransfer.common.records import Head

RECORD = Head(
    name="convex_probe",
    module="biastransfer.finetune.convex_probe",
    texts="biastransfer.finetune.plain_texts",
    label="convex probe",
    description="penalised logistic regression, solved to convergence, on standardised mean states of a frozen encoder",
    trains_encoder=False,
    solved=True,
    order=25,
)
