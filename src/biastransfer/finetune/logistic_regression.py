"""Penalised multinomial logistic regression on standardised states, solved to convergence.

The objective is that of scikit-learn's ``LogisticRegression`` on standardised states:

    C · Σ weight · log loss  +  ‖coefficients‖² / 2

The sum runs over texts, and intercepts have no penalty. With two classes, scikit-learn fits one row w of coefficients
instead of two. Here the rows are −w/2 and +w/2, which have the same probabilities. The pair's penalty is doubled, so it
is ‖w‖² / 2 again.

The solver is Newton's method with conjugate gradients (Nocedal and Wright 2006, "Numerical Optimization", algorithm
7.1). Its preconditioner treats a text's class probabilities as independent of its states. The eigenvectors of the
states' covariance then diagonalise each class's Hessian. Gradients are float64. Products with the Hessian are float32,
because a step need not be exact. Nothing is random.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch

TOLERANCE = 3e-4
"""The Euclidean norm of the gradient at the end, at most. The penalty bounds the coefficients' error by about that."""
MOST_STEPS = 100
"""Newton steps at most; most fits need fewer than ten."""
MOST_PRODUCTS = 500
"""Products with the Hessian in a step, at most."""
ABSENT = 1e-6
"""The probability of a class without texts, at most, for any text."""

Solver = Callable[[torch.Tensor], torch.Tensor]


@dataclass(frozen=True, kw_only=True)
class Optimum:
    """A regression on raw states, whose logits are ``states @ weight.T + bias``.

    Attributes
    ----------
    weight : shape (classes, width), float64.
    bias : shape (classes,), float64.
    steps : Newton steps.
    loss : mean log loss of the texts, by their weights, without the penalty.
    """

    weight: torch.Tensor
    bias: torch.Tensor
    steps: int
    loss: float


def fit(
    states: np.ndarray | torch.Tensor,
    labels: np.ndarray | torch.Tensor,
    classes: int,
    *,
    inverse_penalty: float,
    weights: np.ndarray | torch.Tensor | None = None,
    start: tuple[torch.Tensor, torch.Tensor] | None = None,
) -> tuple[torch.Tensor, torch.Tensor]:
    """Weight and bias of :func:`optimum`."""
    found = optimum(states, labels, classes, inverse_penalty=inverse_penalty, weights=weights, start=start)
    return found.weight, found.bias


def optimum(
    states: np.ndarray | torch.Tensor,
    labels: np.ndarray | torch.Tensor,
    classes: int,
    *,
    inverse_penalty: float,
    weights: np.ndarray | torch.Tensor | None = None,
    start: tuple[torch.Tensor, torch.Tensor] | None = None,
) -> Optimum:
    """Fit the regression on the CPU.

    The states are standardised by their weighted mean and standard deviation; a constant column keeps scale 1. The
    result is on raw states. The fit is scikit-learn's on the texts with positive weight.

    A class without such a text has no finite optimum, because its intercept falls without end. It gets zero
    coefficients, and an intercept that keeps its probability below ``ABSENT`` for any text. The other classes'
    coefficients sum to zero. So the logarithm of their summed exponentials is never below their mean intercept plus the
    logarithm of their number.

    Parameters
    ----------
    states : shape (n, width).
    labels : class numbers, shape (n,).
    classes : how many classes there are.
    inverse_penalty : C of the objective.
    weights : not negative, shape (n,), for example how often a bootstrap sample has a text; 1 each if not given.
    start : weight and bias of a similar fit, with which the solver starts; zero coefficients if not given.

    Raises
    ------
    ValueError : no text has a positive weight, a weight is negative or not finite, or a label is not a class number.
    FloatingPointError : the states are not finite, or the solver does not converge.
    """
    given = _tensor(states)
    x, y = given.to("cpu", torch.float64), _tensor(labels).to("cpu", torch.int64)
    w = torch.ones(len(y), dtype=torch.float64) if weights is None else _tensor(weights).to("cpu", torch.float64)
    if not bool((w.isfinite() & (w >= 0)).all()):
        raise ValueError("each text needs a weight that is finite and not negative")
    kept = w > 0
    if not bool(kept.any()):
        raise ValueError("a regression needs a text with positive weight")
    if not bool(kept.all()):
        x, y, w = x[kept], y[kept], w[kept]
    if int(y.min()) < 0 or int(y.max()) >= classes:
        raise ValueError(f"labels must be class numbers from 0 to {classes - 1}")

    present, y = y.unique(return_inverse=True)
    z, mean, scale = _standardised(x, w, torch.finfo(given.dtype).eps)
    problem = _Problem(z, y, w, len(present), inverse_penalty)
    if start is None:
        coefficients = torch.zeros(z.shape[1] + 1, len(present), dtype=torch.float64)
        coefficients[-1] = problem.shares.log()
    else:
        weight, bias = (part.detach().to("cpu", torch.float64)[present] for part in start)
        coefficients = torch.cat([(weight * scale).T, (bias + weight @ mean)[None]])
    coefficients, steps, loss = _newton(problem, coefficients)
    coefficients -= coefficients.mean(1, keepdim=True)

    weight = torch.zeros(classes, x.shape[1], dtype=torch.float64)
    weight[present] = coefficients[:-1].T / scale
    bias = torch.empty(classes, dtype=torch.float64)
    bias[present] = coefficients[-1] - weight[present] @ mean
    lowest = float(bias[present].mean()) + math.log(len(present)) + math.log(ABSENT)
    bias[[code for code in range(classes) if code not in set(present.tolist())]] = lowest
    return Optimum(weight=weight, bias=bias, steps=steps, loss=loss)


def _tensor(values: np.ndarray | torch.Tensor) -> torch.Tensor:
    """Values as a tensor; an array is copied, because torch shares no memory that is read-only."""
    return values.detach() if isinstance(values, torch.Tensor) else torch.tensor(np.asarray(values))


def _standardised(
    x: torch.Tensor, w: torch.Tensor, precision: float
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """States with weighted mean 0 and standard deviation 1, with that mean and deviation.

    A column is constant, and keeps its scale, where rounding alone explains its variance. This is scikit-learn's rule,
    but it also counts the rounding of the states themselves (``precision``, relative).
    """
    mean = w @ x / w.sum()
    z = x - mean
    variance = w @ z.square() / w.sum()
    rounding = max(len(x) * torch.finfo(torch.float64).eps, 4 * precision)
    constant = variance <= rounding * variance + (rounding * mean).square()
    scale = variance.sqrt().masked_fill(constant, 1.0)
    return z / scale, mean, scale


class _Problem:
    """The objective of a fit, its gradient, and products with its Hessian.

    Coefficients have the shape (width + 1, classes); the last row holds the intercepts.
    """

    def __init__(self, z: torch.Tensor, y: torch.Tensor, w: torch.Tensor, classes: int, inverse_penalty: float) -> None:
        self.z, self.y, self.w, self.total = z, y, w * inverse_penalty, float(w.sum()) * inverse_penalty
        self.penalty = 2.0 if classes == 2 else 1.0
        self.z_single, self.w_single = z.float(), self.w.float()[:, None]
        self.shares = torch.zeros(classes, dtype=torch.float64).index_add_(0, y, self.w) / self.total
        covariance = (self.z_single * self.w_single).T @ self.z_single / self.total
        self.variances, self.axes = torch.linalg.eigh(covariance.double())

    def value(self, coefficients: torch.Tensor) -> tuple[float, float, torch.Tensor]:
        """The objective, the mean log loss, and the logarithms of all class probabilities."""
        logs = torch.addmm(coefficients[-1], self.z, coefficients[:-1]).log_softmax(1)
        losses = -float(self.w @ logs.gather(1, self.y[:, None])[:, 0])
        return losses + self.penalty / 2 * float(coefficients[:-1].square().sum()), losses / self.total, logs

    def gradient(self, coefficients: torch.Tensor, probabilities: torch.Tensor) -> torch.Tensor:
        """The gradient of the objective."""
        residual = probabilities.scatter_add(1, self.y[:, None], torch.full_like(self.w, -1.0)[:, None])
        residual *= self.w[:, None]
        found = torch.cat([self.z.T @ residual, residual.sum(0)[None]])
        found[:-1] += self.penalty * coefficients[:-1]
        return found

    def hessian(self, probabilities: torch.Tensor) -> Solver:
        """Products with the Hessian, computed in float32."""
        p = probabilities.float()
        weighted = p * self.w_single

        def product(direction: torch.Tensor) -> torch.Tensor:
            single = direction.float()
            change = torch.addmm(single[-1], self.z_single, single[:-1])
            change -= (p * change).sum(1, keepdim=True)
            change *= weighted
            found = torch.cat([self.z_single.T @ change, change.sum(0)[None]]).double()
            found[:-1] += self.penalty * direction[:-1]
            return found

        return product

    def preconditioner(self, probabilities: torch.Tensor) -> Solver:
        """Solutions of a system with an approximation to the Hessian."""
        spread = self.w @ (probabilities * (1 - probabilities))
        spread = spread.clamp(min=1e-12 * self.total)
        inverse = 1 / (self.variances.clamp(min=0)[:, None] * spread + self.penalty)

        def solve(right: torch.Tensor) -> torch.Tensor:
            return torch.cat([self.axes @ (inverse * (self.axes.T @ right[:-1])), right[-1:] / spread])

        return solve


def _newton(problem: _Problem, coefficients: torch.Tensor) -> tuple[torch.Tensor, int, float]:
    """The optimum, with the number of steps and the mean log loss there."""
    value, loss, logs = problem.value(coefficients)
    for step in range(MOST_STEPS):
        probabilities = logs.exp()
        gradient = problem.gradient(coefficients, probabilities)
        norm = float(gradient.norm())
        if norm <= TOLERANCE:
            return coefficients, step, loss
        if not math.isfinite(norm):
            raise FloatingPointError("the states or the logits are not finite")
        change = _conjugate_gradients(problem.hessian(probabilities), problem.preconditioner(probabilities), -gradient)
        # halve the step until the objective falls by enough (Armijo); rounding may hide the fall of the last one
        slope, size = float((gradient * change).sum()), 1.0
        while True:
            tried = coefficients + size * change
            lower, loss, logs = problem.value(tried)
            if lower <= value + 1e-4 * size * slope + 1e-12 * abs(value) or size < 1e-8:
                break
            size /= 2
        coefficients, value = tried, lower
    raise FloatingPointError(f"the regression did not converge: gradient {norm:.1e} after {MOST_STEPS} steps")


def _conjugate_gradients(hessian: Solver, precondition: Solver, right: torch.Tensor) -> torch.Tensor:
    """Solve ``hessian(x) = right`` closely enough for a Newton step: the closer, the nearer the optimum is."""
    found, residual = torch.zeros_like(right), right
    direction = conditioned = precondition(residual)
    first = size = float((residual * conditioned).sum())
    enough = first * min(0.5, 0.3 * math.sqrt(first)) ** 2
    for _ in range(MOST_PRODUCTS):
        product = hessian(direction)
        length = size / float((direction * product).sum())
        found = found + length * direction
        residual = residual - length * product
        conditioned = precondition(residual)
        before, size = size, float((residual * conditioned).sum())
        if size <= enough or float(residual.norm()) <= TOLERANCE / 2:
            break
        direction = conditioned + (size / before) * direction
    return found
