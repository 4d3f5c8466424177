"""Record of the head ``linear_probe``."""

from biastransfer.common.records import Head

RECORD = Head(
    name="linear_probe",
    module="biastransfer.finetune.linear_probe",
    texts="biastransfer.finetune.plain_texts",
    label="linear probe",
    description="logistic regression on the mean of the last hidden states, with the encoder frozen (Alain and Bengio 2017)",
    trains_encoder=False,
    learning_rate=1e-2,
    order=20,
)
