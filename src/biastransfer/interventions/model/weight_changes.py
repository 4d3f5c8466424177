"""Proof that an intervention on the weights happened: hashes before and after, and the size of every change."""

import hashlib
from collections.abc import Callable

import torch


def tensors(model: torch.nn.Module) -> dict[str, torch.Tensor]:
    """Everything that a checkpoint of the model holds, by name: parameters (tied ones once) and saved buffers."""
    saved = model.state_dict()
    buffers = {name: buffer for name, buffer in model.named_buffers() if name in saved}
    return dict(sorted({**dict(model.named_parameters()), **buffers}.items()))


def weight_hash(model: torch.nn.Module) -> str:
    """SHA-256 over the tensors of a model, by name."""
    digest = hashlib.sha256()
    for name, tensor in tensors(model).items():
        digest.update(name.encode())
        digest.update(tensor.detach().cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()


def apply(
    model: torch.nn.Module,
    intervene: Callable[..., tuple[torch.nn.Module, dict]],
    level: float | None,
    seed: int,
    *,
    must_change: bool,
    **settings,
) -> tuple[torch.nn.Module, dict]:
    """Run an intervention and record what it did.

    Parameters
    ----------
    model : the masked language model; may be changed in place.
    intervene : ``(model, level, seed, **settings) -> (model, facts)``.
    level, seed, settings : handed on.
    must_change : False for the control only.

    Returns
    -------
    The model after the intervention, and a dict with ``sha256_before, sha256_after``, ``change`` (tensor -> Frobenius norm
    of its change, only those that changed; a new tensor's change is its norm, none if it copies an old one), and the intervention's own facts.

    Raises
    ------
    RuntimeError : nothing changed although it should have, or the control changed.
    """
    before = {name: tensor.detach().clone() for name, tensor in tensors(model).items()}
    hash_before = weight_hash(model)
    changed, facts = intervene(model, level, seed, **settings)
    hash_after = weight_hash(changed)
    change = {}
    for name, tensor in tensors(changed).items():
        size = _change(tensor.detach(), before, name.removeprefix("inner."))
        if size > 0:
            change[name] = size
    if bool(change) != must_change:
        raise RuntimeError(
            f"{intervene.__module__} {'changed no weight' if must_change else 'changed the control'} (level {level})"
        )
    return changed, {"sha256_before": hash_before, "sha256_after": hash_after, "change": change, **facts}


def _change(tensor: torch.Tensor, before: dict[str, torch.Tensor], name: str) -> float:
    """Frobenius norm of a tensor's change; 0 for a new one that only copies an old one (a decoder that was tied), and for tables of
    whole numbers, which are no weights."""
    if not tensor.is_floating_point():
        return 0.0
    if name in before:
        return float(torch.linalg.vector_norm(tensor - before[name]))
    copied = any(old.shape == tensor.shape and torch.equal(old, tensor) for old in before.values())
    return 0.0 if copied else float(torch.linalg.vector_norm(tensor))
