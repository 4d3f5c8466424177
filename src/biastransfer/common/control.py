"""Names of the control: the unchanged model and the unchanged training data, as interventions, as nodes and as a condition."""

CONTROL, ORIGINAL = "pretrained", "original"
