"""Claims about the control: what goes with its biases over targets."""

from collections.abc import Iterator

import numpy as np

from biastransfer.analysis.claims.arrays import FEWEST_TARGETS, of_control
from biastransfer.analysis.claims.findings import Finding, Margins, above_zero, correlation, jackknife, slopes
from biastransfer.analysis.claims.runs import Runs


def upstream_correlates(runs: Runs, margins: Margins) -> Iterator[Finding]:
    """Correlation of upstream and downstream bias over the control's targets."""
    kept, (bias, upstream) = of_control(runs, runs.bias, runs.upstream)
    if kept >= FEWEST_TARGETS and upstream.std() > 0:
        value, error = correlation(upstream, bias)
        region = above_zero(np.arctanh(margins.smallest), np.arctanh(0.5))
        printed = 0.43 if runs.log else 0.59
        yield Finding("", value, error, kept - 1, region, "correlation", printed)


def data_explain(
    runs: Runs, margins: Margins, outcome: str = "bias", printed: tuple[float, float] = (0.111, np.nan)
) -> Iterator[Finding]:
    """How much of upstream bias's slope goes when prevalence enters the control's regression, in units of its slope.

    The sign is that of the slope without prevalence.
    """
    kept, (bias, upstream, prevalence) = of_control(runs, getattr(runs, outcome), runs.upstream, runs.prevalence)
    if kept < FEWEST_TARGETS or min(bias.std(), upstream.std(), prevalence.std()) == 0:
        return
    sign = np.sign(slopes(bias, upstream)[0]) or 1.0

    def change(these: np.ndarray) -> float:
        alone, beside = (
            slopes(bias[these], upstream[these])[0],
            slopes(bias[these], upstream[these], prevalence[these])[0],
        )
        return sign * (alone - beside)

    value, error = jackknife(change, kept)
    unit = bias.std() / upstream.std()
    region = above_zero(margins.smallest * unit, 0.5 * unit)
    yield Finding("", value, error, kept - 1, region, printed=printed[0] if runs.log else printed[1])


def data_outweigh(runs: Runs, margins: Margins) -> Iterator[Finding]:
    """Standardised slope of prevalence less that of upstream bias, in size, in the control.

    Two slopes and a mean cost three degrees of freedom, so the error is √(G / (G − 3)) times the jackknife's. Without this, a claim that is false
    holds in about 6 % of draws.
    """
    kept, (bias, upstream, prevalence) = of_control(runs, runs.bias, runs.upstream, runs.prevalence)
    if kept < FEWEST_TARGETS or min(bias.std(), upstream.std(), prevalence.std()) == 0:
        return
    signs = np.sign(slopes(bias, upstream, prevalence))

    def difference(these: np.ndarray) -> float:
        units = np.array([upstream[these].std(), prevalence[these].std()]) / bias[these].std()
        model, dataset = signs * units * slopes(bias[these], upstream[these], prevalence[these])
        return dataset - model

    value, error = jackknife(difference, kept)
    error *= float(np.sqrt(kept / (kept - 3)))
    yield Finding("", value, error, kept - 1, above_zero(-margins.smallest, 0.5))


def acts_through_intermediate(runs: Runs, margins: Margins) -> Iterator[Finding]:
    """Indirect effect of upstream on downstream bias through bias after fine-tuning (MacKinnon et al. 2000), standardised, given prevalence."""
    kept, values = of_control(runs, runs.bias, runs.upstream, runs.prevalence, runs.intermediate)
    bias, upstream, prevalence, intermediate = values
    if kept < FEWEST_TARGETS or min(each.std() for each in values) == 0:
        return
    unit = upstream.std() / bias.std()

    def indirect(these: np.ndarray) -> float:
        first = slopes(intermediate[these], upstream[these], prevalence[these])[0]
        return unit * first * slopes(bias[these], intermediate[these], upstream[these], prevalence[these])[0]

    value, error = jackknife(indirect, kept)
    yield Finding("", value, error, kept - 1, above_zero(margins.smallest, 0.5))
