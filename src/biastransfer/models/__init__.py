"""The base model and the interventions on its weights."""
