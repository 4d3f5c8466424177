"""A crossed table whose sources are known: models x trainsets x replicates, drawn from normal distributions."""

from dataclasses import dataclass

import numpy as np

from biastransfer.analysis.crossed.bias import CrossedBias

CONDITIONS, SEEDS, TRAINSETS = 2, 2, 3
SHARED, REPLICATE, TEXTS = 1.0, 0.4, 0.3
"""Standard deviations over targets of what all cells share, and of the two kinds of noise of one run. The noise of the sample of
training texts is drawn twice: once for the sample of the study, and for each replicate, which resamples it."""
COMMON = 0.5
"""Part of a replicate's variance that all its models and trainsets share."""
TEXT_PARTS = (0.5, 0.2, 0.3)
"""Parts of the texts' variance that all runs share, that the runs of a model share, and that belong to one run."""
UNEVEN = 0.3
"""Standard deviation of the logarithm of a target's noise."""
HEAVY = 5
"""Degrees of freedom of heavy-tailed noise."""
FAMILY, ALIKE = 7, 0.36
"""Targets in a family, and the correlation of their noise."""


@dataclass(frozen=True)
class World:
    """Standard deviations over targets of each source, in units of :data:`SHARED`.

    ``families``: what correlates at :data:`ALIKE` within families of targets: ``none``, ``noise`` (the effects of replicates and of
    seeds) or ``seeds`` (theirs alone). ``heavy``: replicates and seeds follow Student's t with 5 degrees of freedom.
    """

    targets: int
    replicates: int
    model: float = 0.0
    seed: float = 0.0
    data: float = 0.0
    interaction: float = 0.0
    families: str = "none"
    heavy: bool = False


@dataclass(frozen=True)
class Drawn:
    """A table, its bias without noise (targets, models, trainsets), and the mean square of each source and of all together."""

    bias: CrossedBias
    fixed: np.ndarray
    squares: dict[str, float]
    total: float


def centred(values: np.ndarray, axis: int) -> np.ndarray:
    """Deviations from the mean along an axis."""
    return values - values.mean(axis, keepdims=True)


def spread_over(random: np.random.Generator, count: int, size: int, axis: int) -> np.ndarray:
    """Effects of ``size`` conditions that add up to zero, with an expected mean square of one: (count, size, 1) or (count, 1, size)."""
    shape = (count, size, 1) if axis == 1 else (count, 1, size)
    return centred(random.normal(size=shape), axis) * np.sqrt(size / (size - 1))


def noise(
    random: np.random.Generator, world: World, shape: tuple[int, ...], scale: np.ndarray, *, alike: bool
) -> np.ndarray:
    """Noise of shape (targets, *shape), independent or alike within families."""

    def standard(count: int) -> np.ndarray:
        if world.heavy:
            return random.standard_t(HEAVY, size=(count, *shape)) * np.sqrt((HEAVY - 2) / HEAVY)
        return random.normal(size=(count, *shape))

    drawn = standard(world.targets)
    if alike:
        families = np.arange(world.targets) // FAMILY
        drawn = np.sqrt(ALIKE) * standard(families[-1] + 1)[families] + np.sqrt(1 - ALIKE) * drawn
    return drawn * scale.reshape(-1, *([1] * len(shape)))


def text_covariance(scale: np.ndarray, replicates: int) -> np.ndarray:
    """Covariance of the cells over test texts, shape (targets, cells, cells)."""
    models, runs = CONDITIONS * SEEDS, TRAINSETS * replicates
    everywhere, of_model, own = TEXT_PARTS
    shape = everywhere + np.kron(np.eye(models), np.full((runs, runs), of_model)) + own * np.eye(models * runs)
    return (TEXTS * scale)[:, None, None] ** 2 * shape


def draw(random: np.random.Generator, world: World, scale: np.ndarray) -> Drawn:
    """Draw a table. ``scale``: shape (targets,), the size of each target's noise."""
    count, models, replicates = world.targets, CONDITIONS * SEEDS, world.replicates
    conditions = world.model * spread_over(random, count, CONDITIONS, 1).repeat(SEEDS, 1)
    seeds = world.seed * noise(random, world, (models, 1), scale, alike=world.families != "none")
    data = world.data * spread_over(random, count, TRAINSETS, 2)
    both = world.interaction * centred(centred(random.normal(size=(count, models, TRAINSETS)), 1), 2)
    fixed = SHARED * random.normal(size=(count, 1, 1)) + conditions + seeds + data + both
    alike = world.families == "noise"
    # The first is the sample of the study, which all replicates resample.
    common = noise(random, world, (1, 1, 1 + replicates), scale, alike=alike)
    own = noise(random, world, (models, TRAINSETS, 1 + replicates), scale, alike=alike)
    samples = REPLICATE * (np.sqrt(COMMON) * common + np.sqrt(1 - COMMON) * own)
    sizes = (1, 1, 1), (models, 1, 1), (models, TRAINSETS, replicates)
    of_texts = sum(
        np.sqrt(part) * random.normal(size=(count, *size)) for part, size in zip(TEXT_PARTS, sizes, strict=True)
    )
    values = fixed[..., None] + samples[..., :1] + samples[..., 1:]
    values = values + TEXTS * scale.reshape(-1, 1, 1, 1) * of_texts
    targets, names, trainsets = (
        tuple(f"{kind}{number}" for number in range(size))
        for kind, size in (("target", count), ("model", models), ("trainset", TRAINSETS))
    )
    groups = tuple(f"condition{number // SEEDS}" for number in range(models))
    uneven_square = float((scale**2).mean())
    squares = {
        "shared": float((fixed.mean((1, 2)) ** 2).mean()), "model": float((conditions**2).mean()),
        "seed": world.seed**2 * uneven_square * (models - 1) / models, "data": float((data**2).mean()),
        "interaction": float((both**2).mean()), "replicate": REPLICATE**2 * uneven_square, "texts": TEXTS**2 * uneven_square,
    }  # fmt: skip
    total = float((fixed**2).mean()) + squares["replicate"] + squares["texts"]
    return Drawn(
        CrossedBias(values, text_covariance(scale, replicates), targets, names, groups, trainsets, resampled=True),
        fixed,
        squares,
        total,
    )


def uneven(targets: int) -> np.ndarray:
    """The size of each target's noise, the same in all tables, shape (targets,)."""
    return np.exp(UNEVEN * np.random.default_rng(targets).normal(size=targets))
