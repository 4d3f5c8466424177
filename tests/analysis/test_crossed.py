"""Estimators of the crossed design against explicit loops over pairs of replicates and of texts, and against simulation."""

from dataclasses import replace
from itertools import permutations

import numpy as np
import pandas as pd
import pytest

from biastransfer.analysis.crossed.bias import CrossedBias
from biastransfer.analysis.crossed.causes import COLUMNS, causes
from biastransfer.analysis.crossed.changes import IN_TOTAL, PER_TARGET, changes, effects_of_change
from biastransfer.analysis.crossed.contrasts import pairs
from biastransfer.analysis.crossed.intervals import Square, interval, p_value, variance
from biastransfer.analysis.crossed.products import products
from biastransfer.analysis.crossed.sources import PARTS, SOURCES, Design, effective_rank, of_parts, parts, sources

TARGETS, MODELS, TRAINSETS, REPLICATES, TEXTS = 3, 4, 3, 4, 7
CONDITIONS = ("a", "a", "b", "b")


def named(values: np.ndarray, covariance: np.ndarray, conditions: tuple[str, ...] = CONDITIONS) -> CrossedBias:
    """A table with made-up names."""
    targets, models, trainsets = (
        tuple(f"{kind}{number}" for number in range(size)) for kind, size in zip("tmd", values.shape, strict=False)
    )
    return CrossedBias(values, covariance, targets, models, conditions, trainsets)


@pytest.fixture(scope="module")
def texts() -> np.ndarray:
    """A score of every text in every cell: (targets, models, trainsets, replicates, texts)."""
    random = np.random.default_rng(5)
    shape = (TARGETS, MODELS, TRAINSETS, REPLICATES, TEXTS)
    of_texts = random.normal(size=(TARGETS, MODELS, 1, 1, TEXTS)) + 0.5 * random.normal(size=shape)
    return random.normal(size=shape[:4])[..., None] + random.normal(size=(TARGETS, MODELS, TRAINSETS, 1, 1)) + of_texts


@pytest.fixture(scope="module")
def bias(texts) -> CrossedBias:
    """Means over texts, and their covariance as the texts give it."""
    flat = texts.reshape(TARGETS, -1, TEXTS)
    covariance = np.stack([np.cov(rows) / TEXTS for rows in flat])
    return named(texts.mean(4), covariance)


def over_pairs(first: np.ndarray, second: np.ndarray, *, same_replicate: bool = False) -> float:
    """Mean product over all pairs of different texts and of different replicates (or the same); (targets, replicates, texts)."""
    found = []
    for target in range(len(first)):
        for one in range(first.shape[1]):
            for other in range(first.shape[1]):
                if (one == other) == same_replicate:
                    found += [
                        first[target, one, i] * second[target, other, j] for i, j in permutations(range(TEXTS), 2)
                    ]
    return float(np.mean(found))


def effects(texts: np.ndarray) -> dict[str, np.ndarray]:
    """What the texts' scores are made of, by explicit means; each of the shape of the scores."""
    grouped = np.empty_like(texts)
    for place, name in enumerate(CONDITIONS):
        members = [number for number, other in enumerate(CONDITIONS) if other == name]
        grouped[:, place] = texts[:, members].mean(1)
    shared = texts.mean((1, 2), keepdims=True)
    over_data = texts.mean(2, keepdims=True)
    between = grouped.mean(2, keepdims=True) - shared
    within = over_data - grouped.mean(2, keepdims=True)
    data = texts.mean(1, keepdims=True) - shared
    made = {"shared": shared, "between": between, "within": within, "data": data}
    made = {name: np.broadcast_to(effect, texts.shape) for name, effect in made.items()}
    return made | {"interaction": texts - sum(made.values())}


def mean_square(effect: np.ndarray, **same) -> float:
    """Mean over cells of the products over pairs."""
    return float(
        np.mean([over_pairs(effect[:, m, d], effect[:, m, d], **same) for m in range(MODELS) for d in range(TRAINSETS)])
    )


def test_mean_squares_are_products_over_pairs_of_replicates_and_texts(texts, bias) -> None:
    made = effects(texts)
    expected = {name: mean_square(made[name]) for name in PARTS}
    # Two conditions of two seeds: one degree of freedom between them, two within.
    expected |= {"model": expected["between"] - expected["within"] / 2, "seed": 1.5 * expected["within"]}
    expected["replicate"] = mean_square(texts, same_replicate=True) - mean_square(texts)
    observed = float((texts.mean(4) ** 2).mean())
    expected["texts"] = observed - mean_square(texts, same_replicate=True)
    found = sources(bias)
    together = found[found["target"] == "(all)"].set_index("source")
    for name in SOURCES:
        assert together.loc[name, "mean_square"] == pytest.approx(expected[name], abs=1e-10), name
        assert together.loc[name, "share"] == pytest.approx(expected[name] / observed, abs=1e-10), name
    assert together["mean_square"].sum() == pytest.approx(observed, abs=1e-10)
    each = found[found["target"] != "(all)"].groupby("source")["mean_square"].mean()
    np.testing.assert_allclose(each[list(SOURCES)], together.loc[list(SOURCES), "mean_square"], atol=1e-10)


def test_products_over_pairs_of_texts_are_the_mean_over_disjoint_halves() -> None:
    random = np.random.default_rng(1)
    scores = random.normal(size=(1, 2, 6))
    halves = [list(order[:3]) for order in permutations(range(6))]
    products_of_halves = []
    for half in halves:
        rest = [text for text in range(6) if text not in half]
        products_of_halves.append(scores[0, 0, half].mean() * scores[0, 1, rest].mean())
    over = np.mean([scores[0, 0, i] * scores[0, 1, j] for i, j in permutations(range(6), 2)])
    assert np.mean(products_of_halves) == pytest.approx(over, abs=1e-12)
    covariance = np.cov(scores[0])[0, 1] / 6
    assert scores.mean(2)[0].prod() - covariance == pytest.approx(over, abs=1e-12)


def test_sizes_of_changes_are_roots_of_products_over_pairs(texts, bias) -> None:
    found = effects_of_change(bias)
    counts = {"seed": 2, "model": 4, "data": 3, "interaction": 3, "replicate": 1}
    assert found["cause"].value_counts().to_dict() == counts
    for row in found.itertuples():
        if row.cause == "replicate":
            square = 2 * (mean_square(texts, same_replicate=True) - mean_square(texts))
            gaps = [
                np.abs(bias.values[..., r] - bias.values[..., s]).mean() for r, s in permutations(range(REPLICATES), 2)
            ]
            assert row.mean_absolute == pytest.approx(np.mean(gaps))
        elif row.cause == "interaction":
            (first, _, second, _, one), (*_, other) = row.first.split(), row.second.split()
            change = texts[:, :, bias.trainsets.index(second)] - texts[:, :, bias.trainsets.index(first)]
            one, other = (change[:, [name == condition for condition in CONDITIONS]].mean(1) for name in (one, other))
            square = over_pairs(other - one, other - one)
        else:
            axis, names = (2, bias.trainsets) if row.cause == "data" else (1, bias.models)
            one, two = (texts.take(names.index(name), axis).mean(1) for name in (row.first, row.second))
            square = over_pairs(two - one, two - one)
            before, both, after = over_pairs(one, one), over_pairs(one, two), over_pairs(two, two)
            assert row.mean_absolute == pytest.approx(np.abs((two - one).mean((1, 2))).mean())
            if np.isfinite(row.common_factor):
                left = after - both**2 / before
                assert row.common_factor == pytest.approx(both / before)
                assert row.reordering == pytest.approx(np.sign(left) * np.sqrt(abs(left)))
            if np.isfinite(row.correlation):
                assert row.correlation == pytest.approx(both / np.sqrt(before * after))
        assert row.size == pytest.approx(np.sign(square) * np.sqrt(abs(square)))
    assert found["common_factor"].notna().any()
    assert found["correlation"].notna().any()


def test_a_bias_that_may_be_zero_divides_nothing(bias) -> None:
    noise = replace(bias, values=bias.values - bias.values.mean(3, keepdims=True))
    found = effects_of_change(noise)
    assert found[["common_factor", "reordering", "correlation"]].isna().all(axis=None)


def test_a_target_changes_by_its_mean_over_replicates_and_the_held_factor(bias) -> None:
    found = changes(bias)
    assert list(found) == PER_TARGET
    assert len(found) == 12 * TARGETS
    row = found.query("cause == 'data' and target == 't1'").iloc[0]
    of_replicates = bias.values[1, :, 1].mean(0) - bias.values[1, :, 0].mean(0)
    weights = np.zeros((MODELS, TRAINSETS))
    weights[:, 0], weights[:, 1] = -1 / MODELS, 1 / MODELS
    across = []
    for r, s in permutations(range(REPLICATES), 2):
        left, right = np.zeros((2, MODELS, TRAINSETS, REPLICATES))
        left[..., r], right[..., s] = weights, weights
        across.append(left.ravel() @ bias.text_covariance[1] @ right.ravel())
    assert row["change"] == pytest.approx(of_replicates.mean())
    middle, half = (row["low"] + row["high"]) / 2, (row["high"] - row["low"]) / 2
    assert middle == pytest.approx(row["change"])
    error = np.sqrt(of_replicates.var(ddof=1) / REPLICATES + max(np.mean(across), 0))
    assert 1.96 * error < half < 3.2 * error
    assert np.isnan(row["p"])


def test_parts_split_the_mean_square_of_a_cell() -> None:
    for conditions in (CONDITIONS, ("a", "b", "c", "c"), ("a", "a", "a", "b"), ("a",) * 4, ("a", "b", "c", "d")):
        table = named(np.zeros((1, 4, 3, 2)), np.zeros((1, 24, 24)), conditions)
        contrasts = np.hstack(parts(table))
        np.testing.assert_allclose(contrasts @ contrasts.T, np.eye(12) / 12, atol=1e-12)


def test_squares_between_unequal_conditions_have_no_seeds_in_them() -> None:
    """A condition with one seed and another with three: seeds alone leave the model's square at zero on average."""
    random = np.random.default_rng(2)
    values = random.normal(size=(4000, 4, 1, 1)) + np.zeros((4000, 4, 2, 2))
    found = sources(named(values, np.zeros((4000, 16, 16)), ("a", "b", "b", "b")), each=False).set_index("source")
    assert found.loc["model", "mean_square"] == pytest.approx(0, abs=0.04)
    assert found.loc["seed", "mean_square"] == pytest.approx(3 / 4, abs=0.04)


def simulated(draws: int, replicates: int, seed: int, size: float, *, resampled: bool = False) -> list[CrossedBias]:
    """Tables of ten targets with a common noise of the texts and replicates that models share in part.

    ``resampled``: all replicates of a table share one more noise of the same kind, which is that of its sample of training texts.
    """
    random = np.random.default_rng(seed)
    fixed = np.random.default_rng(0).normal(size=(10, 4, 2, 1)) * size
    shape = 0.04 * (
        0.5 + 0.3 * np.kron(np.eye(4), np.ones((2 * replicates, 2 * replicates))) + 0.2 * np.eye(8 * replicates)
    )
    root = np.linalg.cholesky(shape)
    tables = []
    for _ in range(draws):
        count = replicates + resampled
        noise = 0.3 * random.normal(size=(10, 4, 2, count)) + 0.3 * random.normal(size=(10, 1, 1, count))
        if resampled:
            noise = noise[..., :1] + noise[..., 1:]
        of_texts = (random.normal(size=(10, len(root))) @ root.T).reshape(noise.shape)
        table = named(fixed + noise + of_texts, np.broadcast_to(shape, (10, *shape.shape)))
        tables.append(replace(table, resampled=resampled))
    return tables


@pytest.mark.parametrize("resampled", [False, True])
@pytest.mark.parametrize("size", [0.0, 0.5])
def test_variances_are_those_of_repeated_studies(size, resampled) -> None:
    tables = simulated(1500, 5, 3, size, resampled=resampled)
    found = [of_parts(table, each=False) for table in tables]
    for part, name in enumerate(PARTS):
        square = Square(np.eye(len(PARTS))[part], part)
        estimates = np.array([square.estimate(each)[0] for each in found])
        truth = np.full(1, estimates.mean() if size else 0.0)
        stated = np.mean([variance(square.noises(each), truth)[0][0] for each in found])
        assert stated == pytest.approx(estimates.var(), rel=0.15), name
        if not size:
            assert abs(estimates.mean()) < 4 * estimates.std() / np.sqrt(len(estimates)), name


def test_shares_hold_the_truth_where_replicates_resample_one_sample() -> None:
    """The shares of the sample of training texts and of all else, against the mean squares that made the tables."""
    tables = simulated(400, 6, 9, 0.5, resampled=True)
    fixed = np.random.default_rng(0).normal(size=(10, 4, 2)) * 0.5
    total = (fixed**2).mean() + 2 * 0.3**2 + 0.04
    truth = {
        "shared": (fixed.mean((1, 2)) ** 2).mean() / total,
        "data": ((fixed.mean(1) - fixed.mean((1, 2))[:, None]) ** 2).mean() / total,
        "replicate": 2 * 0.3**2 / total, "texts": 0.04 / total,
    }  # fmt: skip
    found = pd.concat([sources(table, each=False) for table in tables])
    for source, share in truth.items():
        rows = found[found["source"] == source]
        assert rows["mean_square"].mean() == pytest.approx(share * total, rel=0.1), source
        assert ((rows["low"] <= share) & (rows["high"] >= share)).mean() > 0.9, source


def test_the_traces_of_noise_are_unbiased() -> None:
    """tr(Γ)²/tr(Γ²) of ten equal targets is ten, of five pairs of equal ones five."""
    random = np.random.default_rng(4)
    noise = random.normal(size=(400, 10, 1, 1, 6))
    pairs_of = noise[:, :5].repeat(2, 1)
    for drawn, expected in ((noise, 10), (pairs_of, 5)):
        found = [
            products(named(values, np.zeros((10, 6, 6)), ("a",)), [np.ones((1, 1))], each=False) for values in drawn
        ]
        assert 1 / np.mean([each.trace_square[0, 0, 0] for each in found]) == pytest.approx(expected, rel=0.05)
        assert np.median([effective_rank(each, 0)[0] for each in found]) == pytest.approx(expected, rel=0.2)


def test_p_and_the_interval_agree() -> None:
    """The interval's lower end is zero where the one-sided p is 2.5 %."""
    checked = 0
    for table in simulated(150, 6, 5, 0.12):
        found = of_parts(table, each=False)
        square = Design.of(table).squares["data"]
        low, _ = interval(square.estimate(found), square.noises(found))
        p = p_value(square.estimate(found), square.noises(found))[0]
        if not 0.02 < p < 0.03:
            assert (low[0] > 0) == (p < 0.025)
            checked += 1
    assert checked > 100


def test_causes_follow_the_rule() -> None:
    random = np.random.default_rng(6)
    noise = 0.3 * random.normal(size=(28, 4, 3, 6))
    of_condition = random.normal(size=(28, 2, 1, 1)).repeat(2, 1)
    of_data = random.normal(size=(28, 1, 3, 1))
    covariance = np.zeros((28, 72, 72))
    for added, expected in ((0, (False, False)), (of_condition, (True, False)), (of_data, (False, True))):
        found = causes(named(noise + added, covariance))
        assert list(found) == COLUMNS
        assert list(found["cause"]) == ["model", "data"]
        assert tuple(found["is_cause"]) == expected
        assert ((found["difference_low"] > 0) == found["is_cause"]).all()
        squares = found[["size", "floor", "difference"]].map(lambda root: np.sign(root) * root**2)
        np.testing.assert_allclose(squares["size"], squares["floor"] + squares["difference"], atol=1e-12)
    # The model's change over the seeds': what two conditions differ in.
    change = effects_of_change(named(noise + of_condition, covariance)).query("cause == 'model'")["size"]
    model = causes(named(noise + of_condition, covariance)).iloc[0]
    assert model["size"] == pytest.approx(np.sqrt((change**2).mean()))


def test_seeds_alone_do_not_make_the_model_a_cause() -> None:
    random = np.random.default_rng(7)
    named_as_cause = 0
    for _ in range(100):
        values = random.normal(size=(28, 4, 1, 1)) + 0.3 * random.normal(size=(28, 4, 3, 6))
        named_as_cause += causes(named(values, np.zeros((28, 72, 72))))["is_cause"].iloc[0]
    assert named_as_cause <= 8


@pytest.mark.parametrize("replicates", [1, 2, 3, 5])
def test_few_replicates_give_sizes_without_a_test(bias, replicates) -> None:
    runs = MODELS * TRAINSETS
    few = replace(
        bias, values=np.resize(bias.values, (TARGETS, MODELS, TRAINSETS, replicates)),
        text_covariance=np.broadcast_to(0.01 * np.eye(runs * replicates), (TARGETS, runs * replicates, runs * replicates)),
    )  # fmt: skip
    judged, sizes, shares = causes(few), effects_of_change(few), sources(few)
    assert [answer is None for answer in judged["is_cause"]] == [True, True]
    assert judged["reason"].str.contains("too few").all()
    assert judged["p"].isna().all()
    assert sizes["p"].isna().all()
    assert list(sizes) == IN_TOTAL
    known = sizes["size"].notna() | (sizes["cause"] == "")
    assert known.all() if replicates > 1 else not known.any()
    assert len(shares) == (TARGETS + 1) * len(SOURCES)
    assert shares["low"].notna().any() == (replicates >= 3)
    assert len(changes(few)) == 12 * TARGETS


def test_designs_that_lack_a_comparison_say_so(bias) -> None:
    no_twins = causes(replace(bias, conditions=("a", "b", "c", "d"))).set_index("cause")
    assert no_twins.loc["model", "is_cause"] is None
    assert "two seeds of one corpus, or two random twins" in no_twins.loc["model", "reason"]
    assert sources(replace(bias, conditions=("a", "b", "c", "d"))).query("source == 'seed'")["share"].isna().all()
    one_condition = causes(replace(bias, conditions=("a",) * 4)).set_index("cause")
    assert "one condition" in one_condition.loc["model", "reason"]
    single = named(bias.values[:, :1, :1], bias.text_covariance[:, :REPLICATES, :REPLICATES], ("a",))
    assert "one trainset" in causes(single).set_index("cause").loc["data", "reason"]
    assert not list(pairs(single))
    assert list(changes(single)) == PER_TARGET
    assert list(effects_of_change(single)["cause"]) == ["replicate"]


def test_shapes_are_checked(bias) -> None:
    with pytest.raises(ValueError, match="text_covariance has shape"):
        replace(bias, text_covariance=bias.text_covariance[:, 1:])
    with pytest.raises(ValueError, match="3 conditions for 4 models"):
        replace(bias, conditions=("a", "a", "b"))
    with pytest.raises(ValueError, match="values have shape"):
        replace(bias, values=bias.values[:, 1:])
