"""Interventions on the training data."""
