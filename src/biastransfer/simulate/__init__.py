"""Generative worlds with planted associations: the embedded default, and the positive and negative control of the method.

Per target a world has an *upstream* association (in the pre-training corpus), a *prevalence* (the association in the
fine-tuning data) and a *frequency*. Upstream and prevalence are drawn orthogonal to each other, so that the analysis can
tell them apart.
"""
