"""Is a claim of the papers seldom found to hold where it is false? Tables of known truth, of the size of the paper's study.

    python evidence/claims_truth.py [--draws 1000]

Each claim has a world where it is true, and one where it is false but as near to true as a false claim can be. The command appends the
rows of each finished world to evidence/results/claims_truth.csv and continues there. It writes docs/claims_truth.md.
"""

import argparse
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from zlib import crc32

import claims_truth_page
import numpy as np
import pandas as pd

from biastransfer.analysis.claims.changes import SAME_ORDER, SAME_SCALE
from biastransfer.analysis.claims.claims import CLAIMS
from biastransfer.analysis.claims.findings import Margins
from biastransfer.analysis.claims.runs import Runs
from biastransfer.analysis.claims.scrubbing import UNRELATED

FILE = Path(__file__).with_name("results") / "claims_truth.csv"
MARGINS = Margins(0.1, 0.2)
SEED_NOISE = 0.3
"""Standard deviation, in sd of the control, of what a target's bias has from the seed of its run."""
SHIFT_NOISE = 0.05
"""That of what all biases of a run have in common from its seed."""
SHARES = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0]


@dataclass(frozen=True)
class World:
    """What acts in a simulated study. Bias has a standard deviation of one over the control's targets.

    Attributes
    ----------
    ratios : whether bias is a logarithm of ratios for 28 occupations, with the runs of the paper's study of biographies. Otherwise it is
        that of 50 terms.
    model, dataset, correlation : standardised slopes of the control's bias on upstream bias and prevalence, and the correlation of these.
    to_intermediate, dataset_to_intermediate, from_intermediate : slopes of bias after fine-tuning on both, and of bias on it.
    level, scale, order, worst : what changed runs have: another level, a ratio of spreads, a correlation of their biases without noise, and a
        change of the five most harmed targets.
    scrubbed_random, scrubbed_pretrained : levels after scrubbing without and with pre-training.
    scrubbed_order, few_order : correlation with the control, without pre-training, with no mention and with few.
    mentions : slope of bias on the share of mentions in scrubbed data.
    surgeons : logarithm of the ratio of the second group's rate to the first's.
    """

    ratios: bool = True
    model: float = 0.0
    dataset: float = 0.0
    correlation: float = 0.0
    to_intermediate: float = 0.0
    dataset_to_intermediate: float = 0.0
    from_intermediate: float = 0.0
    level: float = 0.0
    scale: float = 1.0
    order: float = 1.0
    worst: float = 0.0
    others: float = 0.0
    scrubbed_random: float = 0.0
    scrubbed_pretrained: float = 0.0
    scrubbed_order: float = 1.0
    few_order: float = 1.0
    mentions: float = 0.0
    surgeons: float = 0.0


def latent(observed: float, first: float, second: float = SEED_NOISE) -> float:
    """The correlation without noise that gives an observed one, if both sides have a standard deviation of one and these noises."""
    return observed * float(np.sqrt((1 + first**2) * (1 + second**2)))


ONE_RUN, TEN_RUNS = SEED_NOISE, SEED_NOISE / np.sqrt(10)
TERMS = World(ratios=False)
WORLDS: Mapping[str, tuple[World, World]] = {
    "upstream_correlates": (World(model=0.5), World(model=0.0)),
    "data_explain": (World(dataset=0.8, correlation=0.6), World(model=0.6, dataset=0.5)),
    "data_outweigh": (World(model=0.05, dataset=0.7, correlation=0.45), World(model=0.45, dataset=0.45, correlation=0.45)),
    "data_explain_intermediate": (
        World(dataset_to_intermediate=0.8, correlation=0.6), World(to_intermediate=0.6, dataset_to_intermediate=0.5),
    ),
    "acts_through_intermediate": (World(to_intermediate=0.7, from_intermediate=0.7), World(to_intermediate=0.7, model=0.5)),
    "models_same_level": (World(), World(level=MARGINS.equivalence)),
    "models_same_scale": (World(), World(scale=float(np.exp(SAME_SCALE)))),
    "models_same_order": (World(), World(order=latent(SAME_ORDER, ONE_RUN, TEN_RUNS))),
    "most_harmed_stay": (World(), World(worst=-MARGINS.equivalence)),
    "most_harmed_stay_more": (World(ratios=False, others=-0.6), World(ratios=False)),
    "rebalancing_same_level": (World(), World(level=MARGINS.equivalence)),
    "rebalancing_same_order": (World(), World(order=latent(SAME_ORDER, ONE_RUN))),
    "scrubbing_same_level": (TERMS, replace(TERMS, scrubbed_pretrained=-MARGINS.equivalence)),
    "scrubbing_reduces_without_pretraining": (replace(TERMS, scrubbed_random=-0.5), TERMS),
    "scrubbing_only_without_pretraining": (
        replace(TERMS, scrubbed_random=-0.6), replace(TERMS, scrubbed_random=-0.5, scrubbed_pretrained=-0.5),
    ),
    "scrubbed_is_unrelated": (replace(TERMS, scrubbed_order=0.0), replace(TERMS, scrubbed_order=latent(UNRELATED, ONE_RUN))),
    "few_mentions_suffice": (TERMS, replace(TERMS, few_order=latent(SAME_ORDER, ONE_RUN))),
    "upstream_effect": (World(model=-0.5), World(dataset=0.5)),
    "prevalence_effect": (World(dataset=0.5), World(model=0.5)),
    "mentions_effect": (replace(TERMS, mentions=0.5), replace(TERMS, dataset=0.5)),
    "surgeons": (World(surgeons=float(np.log(1.3))), World(surgeons=0.0)),
}  # fmt: skip
"""Claim -> a world where it is true, and one where it is false."""


def grid(*, ratios: bool) -> pd.DataFrame:
    """The runs of the paper's study of one task: a control and 43 to 70 others (studies/steed2022.yaml)."""
    rows = [("pretrained", "pretrained", "original", "", np.nan)]
    for name in ("random_init", "uniform_noise", "gaussian_noise"):
        rows += [(f"{name}-t{trial}", name, "original", "", np.nan) for trial in range(10)]
    if ratios:
        rows += [
            (f"sentdebias{gamma}", "sentdebias", "original", "", gamma)
            for gamma in (-50, -25, -10, -5, -2, -1, 1, 2, 5, 10, 25, 50)
        ]
        rows += [
            ("pretrained", "pretrained", "rebalanced", family, share)
            for family in ("over", "under")
            for share in (0.25, 0.5, 0.75, 1)
        ]
    else:
        models = (("pretrained", "pretrained"), ("random_init-t0", "random_init"))
        rows += [
            (*model, "scrubbed", family, share) for model in models for family in ("toxic", "all") for share in SHARES
        ]
    facts = pd.DataFrame(rows, columns=["model", "model_intervention", "data_intervention", "family", "level"])
    pretrained, original = facts["model_intervention"] != "random_init", facts["data_intervention"] == "original"
    scrubbed = facts["data_intervention"] == "scrubbed"
    groups = [
        [*(["all_pretrained"] if on else []), *(["scrubbed"] if on and data else [])]
        for on, data in zip(pretrained, scrubbed, strict=True)
    ]
    trainset = facts["data_intervention"] + facts["family"] + facts["level"].where(~original).astype(str)
    return facts.assign(trainset=trainset, replicate=0, groups=groups)


def draw(world: World, facts: pd.DataFrame, random: np.random.Generator) -> Runs:
    """Draw a study: the control's biases from their causes, those of changed runs from the control's, and the noise of every seed."""
    targets, count = (28 if world.ratios else 50), len(facts)
    z = random.normal(size=(5, targets))
    upstream = z[0]
    prevalence = world.correlation * z[0] + np.sqrt(1 - world.correlation**2) * z[1]
    after = _unit(world.to_intermediate * upstream + world.dataset_to_intermediate * prevalence, z[2])
    known = world.model * upstream + world.dataset * prevalence + world.from_intermediate * after
    control = _unit(known, z[3])
    mention_share = np.tile(np.exp(random.normal(size=targets)), (count, 1))
    model, data, level = facts["model_intervention"], facts["data_intervention"], facts["level"]
    bias = np.tile(control, (count, 1))
    changed = ((model != "pretrained") & (data == "original")) | (data == "rebalanced")
    for row in np.flatnonzero(changed):
        own = world.order * control + np.sqrt(max(1 - world.order**2, 0)) * z[4]
        bias[row] = world.scale * own + world.level + _on_worst(world, control)
    for row in np.flatnonzero(data == "scrubbed"):
        left = 1 - level[row]
        mention_share[row] *= left if facts["family"][row] == "all" else (1 + left) / 2
        without = model[row] == "random_init"
        bias[row] = control + (world.scrubbed_random if without else world.scrubbed_pretrained) * (1 - left)
        if without and facts["family"][row] == "all" and level[row] >= 0.9:
            r = world.scrubbed_order if level[row] == 1 else world.few_order
            bias[row] = r * control + np.sqrt(max(1 - r**2, 0)) * z[4] + world.scrubbed_random * (1 - left)
    if world.mentions:
        spread = mention_share[data == "scrubbed"]
        bias = bias + world.mentions * (mention_share - spread.mean(0)) / spread.std()
    if world.ratios:
        bias[:, -1] = -world.surgeons
        text_errors = np.full((count, targets), 0.08)
        bias[:, -1] += 0.08 * random.normal()
        noise = np.where(np.arange(targets) == targets - 1, 0.03, SEED_NOISE)
    else:
        text_errors, noise = np.full((count, targets), 0.02), np.full(targets, SEED_NOISE)
    bias = bias + noise * random.normal(size=bias.shape) + SHIFT_NOISE * random.normal(size=(count, 1))
    ups = np.where(
        (model == "random_init").to_numpy()[:, None],
        random.normal(size=(count, targets)),
        np.tile(upstream, (count, 1)),
    )
    names = np.array([f"t{number}" for number in range(targets - 1)] + ["surgeon"])
    rows = np.ones((count, 1))
    return Runs(
        facts, names, bias, ups, rows * after + 0.1 * random.normal(size=(count, targets)), rows * prevalence,
        mention_share if not world.ratios else np.full((count, targets), np.nan), text_errors, world.ratios,
    )  # fmt: skip


def _unit(known: np.ndarray, rest: np.ndarray) -> np.ndarray:
    """Something known and a rest, whose variances add up to one over many draws."""
    share = min(float(known.var()), 0.95)
    return known + np.sqrt(1 - share) * rest


def _on_worst(world: World, control: np.ndarray) -> np.ndarray:
    """The change of the five most harmed targets, and that of the others."""
    harm = -1.0 if world.ratios else 1.0
    change = np.full(len(control), harm * world.others)
    change[np.argsort(harm * control)[-5:]] = harm * world.worst
    return change


def simulate(name: str, true: bool, draws: int) -> pd.DataFrame:
    """How often the findings of a claim hold, fail or tell nothing, and the mean power that they state, by condition."""
    world = WORLDS[name][0 if true else 1]
    claim = next(each for each in CLAIMS if each.name == name)
    facts = grid(ratios=world.ratios)
    random = np.random.default_rng([crc32(name.encode()), int(true)])
    rows = [finding.row() for _ in range(draws) for finding in claim.find(draw(world, facts, random), MARGINS)]
    table = pd.DataFrame(rows)
    counts = (
        table.groupby("condition")["outcome"]
        .value_counts()
        .unstack(fill_value=0)
        .reindex(columns=["holds", "fails", "cannot tell"], fill_value=0)
    )
    power = table.groupby("condition")["power"].mean().round(3)
    return (
        counts.rename(columns={"cannot tell": "cannot_tell"})
        .assign(power=power)
        .reset_index()
        .assign(claim=name, true=true, draws=draws)
    )


def main(draws: int) -> None:
    """Run the worlds that have no rows yet, and write the page."""
    done = pd.read_csv(FILE, keep_default_na=False) if FILE.exists() else pd.DataFrame({"claim": [], "true": []})
    finished = set(zip(done["claim"], done["true"], strict=True))
    for name in WORLDS:
        for true in (True, False):
            if (name, true) not in finished:
                simulate(name, true, draws).to_csv(
                    FILE, mode="a", header=not FILE.exists(), index=False, lineterminator="\n"
                )
                print(name, true, flush=True)
    claims_truth_page.write(pd.read_csv(FILE, keep_default_na=False))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=1000)
    main(parser.parse_args().draws)
