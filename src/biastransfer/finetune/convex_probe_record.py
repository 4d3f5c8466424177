"""Record of the head ``convex_probe``."""

from biastransfer.common.records import Head

RECORD = Head(
    name="convex_probe",
    module="biastransfer.finetune.convex_probe",
    texts="biastransfer.finetune.plain_texts",
    label="convex probe",
    description="penalised logistic regression on the standardised mean of the last hidden states, solved to convergence, with the encoder frozen",
    trains_encoder=False,
    order=25,
)
