"""Which nodes a study has, and that a node's name and seed do not depend on the others."""

import copy

from biastransfer.study import grid
from biastransfer.study.read import parse_study

from support.studies import EMBEDDED, edited


def test_slugs_and_runs_of_the_embedded_study() -> None:
    study = parse_study(EMBEDDED)
    assert list(grid.models(study)) == [
        "pretrained", "gaussian_noise-s0.5-t0", "gaussian_noise-s1-t0", "random_init-t0", "random_init-t1",
    ]  # fmt: skip
    runs = grid.runs(study)
    assert len(runs) == 12
    assert runs[0].path == "bios/pretrained/original/0"
    assert len({run.path for run in runs}) == 12


def test_the_control_is_in_the_groups_that_start_from_it() -> None:
    runs = {run.path: run.groups for run in grid.runs(parse_study(EMBEDDED))}
    assert runs["bios/pretrained/original/0"] == ("pretrained", "noise", "all_pretrained", "control_replicates")
    assert runs["bios/pretrained/original/1"] == ("control_replicates",)
    assert runs["bios/random_init-t1/original/0"] == ("random",)
    assert runs["wiki/gaussian_noise-s1-t0/original/0"] == ("noise", "all_pretrained")


def test_without_noise_there_is_no_noise_group() -> None:
    study = parse_study(edited(interventions={"random_init": {"trials": 1}}))
    assert "noise" not in {group for run in grid.runs(study) for group in run.groups}


def test_an_added_level_changes_no_other_node() -> None:
    few = parse_study(EMBEDDED)
    more = copy.deepcopy(EMBEDDED)
    more["interventions"]["gaussian_noise"]["levels"] = [0.25, 0.5, 1.0]
    models = grid.models(parse_study(more))
    for slug, model in grid.models(few).items():
        assert models[slug] == model


GRID = {
    "sentdebias": {"levels": [-1, 0, 1], "tasks": ["bios"]},
    "leace": {"levels": [1]},
    "random_init": {"trials": 1},
    "rebalanced": {"over": [0.5], "under": [1], "both": [[0.25, 0.75]]},
    "scrubbed": {"comments": ["all"], "shares": [0.1, 1], "models": ["pretrained", "random_init-t0"]},
    "proxies_scrubbed": {"words": [200], "thresholds": [0.3]},
    "swapped": {},
    "subsampled": {"rows": [140, 2800], "models": ["pretrained", "random_init-t0"]},
}


def test_slugs_of_every_intervention() -> None:
    study = parse_study(edited(interventions=GRID))
    assert list(grid.models(study)) == ["pretrained", "sentdebias-g-1", "sentdebias-g1", "leace-g1", "random_init-t0"]
    assert list(grid.trainsets(study, "bios")) == [
        "original", "rebalanced-over0.5", "rebalanced-under1", "rebalanced-over0.25-under0.75", "proxies_scrubbed-n200",
        "proxies_scrubbed-n200-random", "proxies_scrubbed-c0.3", "proxies_scrubbed-c0.3-random", "swapped-1",
        "subsampled-140", "subsampled-2800",
    ]  # fmt: skip
    assert list(grid.trainsets(study, "wiki")) == [
        "original", "scrubbed-all-0.1", "scrubbed-all-1", "subsampled-140", "subsampled-2800",
    ]  # fmt: skip


def test_groups_of_runs_on_changed_data() -> None:
    runs = {run.path: run.groups for run in grid.runs(parse_study(edited(interventions=GRID)))}
    assert runs["bios/pretrained/rebalanced-under1/0"] == ("balanced", "all_pretrained")
    assert runs["wiki/random_init-t0/scrubbed-all-1/0"] == ("scrubbed_random",)
    assert runs["wiki/pretrained/subsampled-140/0"] == ("subsampled", "all_pretrained")
    assert runs["bios/random_init-t0/subsampled-2800/0"] == ("subsampled_random",)
    assert runs["bios/sentdebias-g1/original/0"] == ("mitigated", "all_pretrained")
    assert runs["bios/pretrained/original/0"] == ("pretrained", "mitigated", "all_pretrained", "control_replicates")
    assert "wiki/sentdebias-g1/original/0" not in runs


def test_trainsets_of_an_intervention_share_a_seed() -> None:
    """So that what a low level removes, a higher one removes too."""
    study = parse_study(edited(interventions=GRID))
    seeds = {node.seed for node in grid.trainsets(study, "wiki").values() if node.intervention == "scrubbed"}
    assert len(seeds) == 1
    assert len({node.seed for node in grid.trainsets(study, "wiki").values() if node.intervention == "subsampled"}) == 1
    assert seeds != {node.seed for node in grid.trainsets(study, "bios").values()}


def test_seeds_are_what_they_were() -> None:
    """Derived seeds are part of the results: a change would silently make every study another one."""
    assert grid.derive_seed(1, "pretrained") == 1234655448
    study = parse_study(EMBEDDED)
    assert grid.run_seed(study, "bios", 0) != grid.run_seed(study, "bios", 1) != grid.run_seed(study, "wiki", 1)
