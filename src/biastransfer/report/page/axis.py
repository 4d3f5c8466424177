"""One scale for the effects of all answers on a report page."""

from collections.abc import Sequence

import numpy as np
from matplotlib.ticker import MaxNLocator

from biastransfer.report.page.parts import Answer


class Axis:
    """One scale for the effects of all answers, so that they can be compared; positions are per cent of the width."""

    margin = 5

    def __init__(self, answers: Sequence[Answer]) -> None:
        values = [
            value
            for answer in answers
            for effect in answer.effects
            for value in (effect.estimate, effect.low, effect.high)
        ]
        values += [sign * answer.smallest_effect for answer in answers if answer.smallest_effect for sign in (-1, 1)]
        finite = [0.0, *(float(value) for value in values if np.isfinite(value))]
        ticks = MaxNLocator(nbins=4, steps=[1, 2, 5, 10]).tick_values(min(finite), max(finite))
        self.ticks = [(self.number(tick), tick) for tick in ticks + 0.0]
        self.first, self.last = ticks[0], ticks[-1]

    @staticmethod
    def number(value: float) -> str:
        """A tick's label."""
        return f"{value:.10g}"

    def at(self, value: float) -> str:
        """The position of a value; a value outside the scale is at its edge."""
        share = (np.clip(value, self.first, self.last) - self.first) / (self.last - self.first)
        return f"{self.margin + (100 - 2 * self.margin) * share:.2f}%"

    def width(self, low: float, high: float) -> str:
        """The width between two values."""
        return f"{float(self.at(high)[:-1]) - float(self.at(low)[:-1]):.2f}%"
