"""Record of the head ``linear_probe``."""

from biastransfer.common.records import Head

RECORD = Head(
    name="linear_probe",
    module="biastransfer.finetune.linear_probe",
    texts="biastransfer.finetune.plain_texts",
    label="linear probe",
    description="A linear probe on the mean of the last hidden states, the encoder frozen:",
    trains_encoder=False,
    learning_rate=1e-2,
    order=20,
)
