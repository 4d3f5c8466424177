"""No pre-training: the same architecture with fresh weights (Steed et al. 2022, section 4)."""

import torch


def intervene(model: torch.nn.Module, level: None, seed: int) -> tuple[torch.nn.Module, dict]:
    """Replace every weight by a fresh draw of the architecture's own initialisation."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        fresh = type(model)(model.config)
    model.load_state_dict(fresh.state_dict())
    return model, {}
