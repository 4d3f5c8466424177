"""How a verdict is reached, in words; :func:`biastransfer.analysis.verdict.rule.judge` decides."""

from biastransfer.analysis.verdict.controls import FLAT, SMALL_FAMILY
from biastransfer.report.text.prose import Prose

PROSE = Prose.beside(__file__)


def rule(smallest_effect: float) -> list[str]:
    """The rule, point by point."""
    return PROSE.texts("rule", smallest_effect=f"{smallest_effect:g}", flat=f"{FLAT:g}", small_family=SMALL_FAMILY)
