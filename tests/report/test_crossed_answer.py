"""The answer and the figure of a crossed design."""

from dataclasses import replace

import matplotlib as mpl
import pytest

from biastransfer.report.figures import changes
from biastransfer.report.figures.style import STYLE
from biastransfer.report.text.crossed_answer import crossed_answer

from support.crossed import made_up_crossed


@pytest.mark.parametrize(
    ("model", "data", "verdict"),
    [(0.1, 0, "model"), (0, 0.1, "dataset"), (0.1, 0.1, "both"), (0, 0, "neither detected")],
)
def test_the_answer_names_the_causes_that_act(model: float, data: float, verdict: str) -> None:
    crossed = made_up_crossed(model=model, data=data)
    answer = crossed_answer("bios", crossed)
    assert answer.verdict == verdict
    assert answer.headline.startswith("In bios, ")
    dose = dict(answer.evidence)["What was changed"]
    assert "The model: pretrained, random_init-t0 and random_init-t1. The data: original and scrubbed-all-1." in dose
    sizes = {effect.label: effect for effect in answer.effects}
    for name, size in (("another pre-trained model", model), ("other fine-tuning data", data)):
        # Both sizes contain the noise floor, of about 1 or 2 points.
        assert sizes[name].estimate == pytest.approx(100 * size, abs=2.5)
        assert sizes[name].unit == "points"


def test_the_answer_tells_whether_bias_changes_where_upstream_bias_does() -> None:
    crossed = made_up_crossed(model=0.1, data=0)
    texts = dict(crossed_answer("bios", crossed).evidence)
    assert texts["Pronoun ranking bias"].endswith("The interval of the slope includes zero.")
    slopes = crossed.tables["upstream_slopes"].assign(correlation=0.8, low=0.01)
    texts = dict(
        crossed_answer("bios", replace(crossed, tables={**crossed.tables, "upstream_slopes": slopes})).evidence
    )
    assert "at +0.80." in texts["Pronoun ranking bias"]
    assert texts["Pronoun ranking bias"].endswith("bias changes where upstream bias does.")


def test_three_replicates_give_sizes_and_no_test() -> None:
    answer = crossed_answer("bios", made_up_crossed(model=0.1, data=0, replicates=3))
    assert answer.verdict == "inconclusive"
    assert "3 replicates are too few" in " ".join(text for _, text in answer.evidence)


def test_the_figure_has_a_row_for_every_change_and_a_bar_for_every_source() -> None:
    crossed = made_up_crossed(model=0.1, data=0)
    with mpl.rc_context(STYLE):
        left, right = changes.changes(crossed).axes
    rows = changes.shown(crossed.headline("effects_of_change"))
    assert list(rows["cause"]) == ["model", "model", "seed", "data", "replicate"]
    assert len(left.get_yticklabels()) == len(rows)
    assert len(right.get_yticklabels()) == len(changes.SOURCES)
    for words in ("pretrained", "scrubbed-all-1", "points"):
        assert words in changes.alternative(crossed)
