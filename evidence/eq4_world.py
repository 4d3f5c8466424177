"""A world in which Eq. 4 of Steed et al. 2022 holds with known slopes: upstream bias, prevalence and noise.

Upstream bias u of model m, target y, template t, and bias b of run r, which fine-tunes model m(r):

    u(m, y, t) = p(y) + q(m, y) + r(y, t) + s(t)
    b(r, y)    = c(r) + β1 · mean over t of u(m(r), y, t) + β2 · π(y) + a(y) + e(r, y)

The parts of u are normal with standard deviations 1 (p), .5 (q), .7 (r) and .5 (s), c has .3; prevalence π is uniform on .08 to .92.
"""

from dataclasses import dataclass

import numpy as np
from scipy import stats

OWN, BY_MODEL, BY_TEMPLATE, TEMPLATE = 1.0, 0.5, 0.7, 0.5
LOWEST, WIDTH = 0.08, 0.84
PREVALENCE = WIDTH / np.sqrt(12)
"""Standard deviation of prevalence."""
LATENT = np.sqrt(3 / np.pi)
"""Correlation of a normal variable with its uniform distribution function."""
SHAPES = ("normal", "t4", "skewed", "heteroscedastic")


@dataclass(frozen=True)
class World:
    """One draw: ``upstream`` (models, targets, templates) and ``association`` p + q (models, targets), ``prevalence`` (targets,); of the
    runs ``level`` c (runs, 1), ``shared`` a (targets,) and ``rest`` e (runs, targets). The first runs are replicates of the first model,
    then one of each further model.
    """

    upstream: np.ndarray
    association: np.ndarray
    prevalence: np.ndarray
    level: np.ndarray
    shared: np.ndarray
    rest: np.ndarray

    @property
    def models(self) -> np.ndarray:
        """Which model each run fine-tunes."""
        replicates = len(self.rest) - len(self.upstream) + 1
        return np.maximum(np.arange(len(self.rest)) - replicates + 1, 0)

    def systematic(self, transfer: float, data: float, *, hidden: bool = False) -> np.ndarray:
        """Bias (runs, targets) without a and e, whose means are zero whatever the regressors.

        Parameters
        ----------
        transfer, data : β1 and β2.
        hidden : the association p + q transfers, and not the mean of the templates, which are noisy readings of it.
        """
        cause = self.association if hidden else self.upstream.mean(2)
        return self.level + transfer * cause[self.models] + data * self.prevalence

    def bias(self, transfer: float, data: float, *, hidden: bool = False) -> np.ndarray:
        """Bias after fine-tuning (runs, targets)."""
        return self.systematic(transfer, data, hidden=hidden) + self.shared + self.rest


def draw(
    random: np.random.Generator,
    targets: int,
    templates: int,
    models: int,
    *,
    replicates: int = 1,
    latent: float = 0.46,
    shape: str = "normal",
    shared: float = 0.2,
    rest: float = 0.2,
) -> World:
    """Draw a world.

    Parameters
    ----------
    replicates : runs of the first model.
    latent : correlation of p with the normal variable whose distribution function is prevalence; .46 correlates p and prevalence at .45.
    shape : of a and e: ``normal``; ``t4``, Student's t with 4 degrees of freedom; ``skewed``, exponential; ``heteroscedastic``, normal with
        a variance that is .25 + 1.5 · prevalence times the average.
    shared, rest : standard deviations of a and e.
    """
    own = random.normal(0, OWN, targets)
    normal = latent * own + np.sqrt(1 - latent**2) * random.normal(size=targets)
    prevalence = LOWEST + WIDTH * stats.norm.cdf(normal)
    by_model = random.normal(0, BY_MODEL, (models, targets, 1))
    by_template = random.normal(0, BY_TEMPLATE, (1, targets, templates)) + random.normal(0, TEMPLATE, (1, 1, templates))
    level = random.normal(0, 0.3, (models + replicates - 1, 1))
    target_part = shared * noise(random, shape, prevalence, (targets,))
    run_part = rest * noise(random, shape, prevalence, (models + replicates - 1, targets))
    return World(
        own[:, None] + by_model + by_template, own + by_model[:, :, 0], prevalence, level, target_part, run_part
    )


def noise(random: np.random.Generator, shape: str, prevalence: np.ndarray, size: tuple[int, ...]) -> np.ndarray:
    """Noise of mean zero and variance one; the last axis of ``size`` is that of ``prevalence``."""
    if shape == "t4":
        return random.standard_t(4, size) / np.sqrt(2)
    if shape == "skewed":
        return random.exponential(size=size) - 1
    normal = random.normal(size=size)
    return normal * np.sqrt(0.25 + 1.5 * prevalence) if shape == "heteroscedastic" else normal


def spread(templates: int) -> float:
    """Standard deviation over targets of a model's upstream bias, the mean over templates."""
    return float(np.sqrt(OWN**2 + BY_MODEL**2 + BY_TEMPLATE**2 / templates))


def latent_for(correlation: float, templates: int) -> float:
    """The ``latent`` with which a model's upstream bias, the mean over templates, correlates so with prevalence."""
    return correlation * spread(templates) / LATENT
