"""Interventions on the weights of the pre-trained model."""
