"""Proof that an intervention on the weights happened: hashes before and after, and the size of every change."""

import hashlib
from collections.abc import Callable

import torch


def weight_hash(model: torch.nn.Module) -> str:
    """SHA-256 over all parameters, by name; tied parameters count once."""
    digest = hashlib.sha256()
    for name, parameter in sorted(model.named_parameters()):
        digest.update(name.encode())
        digest.update(parameter.detach().cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()


def apply(
    model: torch.nn.Module, intervene: Callable[..., dict], level: float | None, seed: int, *, must_change: bool
) -> dict:
    """Run an intervention in place and record what it did.

    Parameters
    ----------
    model : the masked language model; changed in place.
    intervene : ``(model, level, seed) -> dict`` of facts about the intervention.
    level, seed : handed on.
    must_change : False for the control only.

    Returns
    -------
    dict with ``sha256_before, sha256_after``, ``change`` (parameter -> Frobenius norm of its change, only those that
    changed), and the intervention's own facts.

    Raises
    ------
    RuntimeError : nothing changed although it should have, or the control changed.
    """
    before = {name: parameter.detach().clone() for name, parameter in model.named_parameters()}
    hash_before = weight_hash(model)
    facts = intervene(model, level, seed)
    hash_after = weight_hash(model)
    if (hash_before != hash_after) != must_change:
        raise RuntimeError(
            f"{intervene.__module__} {'changed no weight' if must_change else 'changed the control'} (level {level})"
        )
    change = {
        name: float(torch.linalg.vector_norm(parameter.detach() - before[name]))
        for name, parameter in model.named_parameters()
    }
    return {
        "sha256_before": hash_before,
        "sha256_after": hash_after,
        "change": {name: size for name, size in sorted(change.items()) if size > 0},
        **facts,
    }
