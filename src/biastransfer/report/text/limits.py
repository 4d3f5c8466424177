"""What no study of this kind can say."""

from biastransfer.report.text.prose import Prose

PROSE = Prose.beside(__file__)


def limits() -> list[str]:
    """The limits, point by point."""
    return PROSE.texts("limits")
