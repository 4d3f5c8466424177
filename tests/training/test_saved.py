"""A training that is interrupted goes on from its last state, and its weights are those of one that was not."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from biastransfer.checkpoints.tokenizer import load_tokenizer
from biastransfer.common.problems import Problem
from biastransfer.finetune import classification, linear_probe
from biastransfer.pretraining.pretrain import PretrainingStep, pretrain
from biastransfer.simulate import biographies
from biastransfer.study.base import Architecture, PretrainingRecipe
from biastransfer.tasks.label_by_group_record import SimulatedBiographies
from biastransfer.training.progress import Step
from biastransfer.training.saved import SavedTraining

from support.checkpoints import make_checkpoint
from support.settings import recipe

CPU = torch.device("cpu")
LABELS = np.array([0, 1, 2] * 20)
STEPS = 24
"""Of 60 texts in batches of 8, three times over: epochs end after 8, 16 and 24."""

Trained = tuple[dict, list[Step] | list[PretrainingStep]]
"""The weights and the history of a training."""


class Killed(BaseException):
    """What a kill looks like to the code: nothing after it runs."""


class KilledAfter(SavedTraining):
    """Keeps the state after one step and is killed after another, counted from where this training began."""

    def __init__(self, file: Path, key: str, keep: int, die: int) -> None:
        super().__init__(file, key, 0)
        self.step, self.keep, self.die = 0, keep, die

    def due(self) -> bool:
        self.step += 1
        if self.step == self.die != self.keep:
            raise Killed
        return self.step == self.keep

    def write(self, state: dict) -> bool:
        kept = super().write(state)
        if self.die == self.keep:
            raise Killed
        return kept


def classify(checkpoint: Path, saved: SavedTraining | None) -> Trained:
    return tune(checkpoint, classification, 5e-3, saved)


def probe(checkpoint: Path, saved: SavedTraining | None) -> Trained:
    return tune(checkpoint, linear_probe, 5e-2, saved)


def tune(checkpoint: Path, head, rate: float, saved: SavedTraining | None) -> Trained:
    """Fine-tune with dropout, so that torch's own random numbers count."""
    texts = ["She is a nurse.", "He works as a software engineer.", "The attorney had a good day at work."] * 20
    tokens = load_tokenizer(checkpoint)(texts)["input_ids"]
    torch.manual_seed(np.random.default_rng().integers(1000))  # nothing may depend on what was drawn before
    model = head.load(checkpoint, ["a", "b", "c"], 3, CPU)
    for module in model.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.2
    how = recipe(3, rate, warmup_share=0.1, weight_decay=0.01)
    history = head.fine_tune(model, tokens, LABELS, how, saved=saved)
    return model.state_dict(), history


def masked(folder: Path, saved: SavedTraining | None) -> Trained:
    """Pre-train on 40 batches an epoch or so, with dropout and random masks."""
    texts = biographies.corpus(SimulatedBiographies(type="simulated").model_dump(), 400, 1)
    how = PretrainingRecipe(epochs=0.4, batch_tokens=100, learning_rate=5e-3, max_length=32).model_dump()
    size = Architecture(hidden_size=16, num_hidden_layers=1, intermediate_size=32, dropout=0.1).model_dump()
    model, history = pretrain(
        texts, vocabulary=800, architecture=size, lowercase=False, **how, seed=5, device=CPU, folder=folder,
        saved=saved,
    )  # fmt: skip
    return model.state_dict(), history


def assert_equal(found: Trained, expected: Trained) -> None:
    """Bit by bit."""
    assert found[0].keys() == expected[0].keys()
    for name, tensor in expected[0].items():
        assert torch.equal(found[0][name], tensor), name
    np.testing.assert_array_equal(found[1], expected[1])


@pytest.fixture(scope="module")
def roberta(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_checkpoint("roberta-bpe", tmp_path_factory.mktemp("roberta"))


def test_architectures_go_on_alike(tmp_path: Path, checkpoint: Path) -> None:
    killed_and_resumed(tmp_path, lambda saved: classify(checkpoint, saved), 5, 7)


@pytest.mark.parametrize(("keep", "die"), [(1, 1), (5, 7), (8, 8), (8, 9), (15, 16), (23, 24), (24, 24)])
def test_a_killed_fine_tuning_ends_with_the_same_weights(
    tmp_path: Path, roberta: Path, keep: int, die: int, capsys: pytest.CaptureFixture[str]
) -> None:
    killed_and_resumed(tmp_path, lambda saved: classify(roberta, saved), keep, die)
    assert f"going on from step {keep}/{STEPS}" in capsys.readouterr().out


def test_a_killed_probe_ends_with_the_same_weights(tmp_path: Path, roberta: Path) -> None:
    killed_and_resumed(tmp_path, lambda saved: probe(roberta, saved), 11, 13)


@pytest.mark.parametrize("keep", [1, 9])
def test_a_killed_pretraining_ends_with_the_same_weights(tmp_path: Path, keep: int) -> None:
    killed_and_resumed(tmp_path, lambda saved: masked(tmp_path, saved), keep, keep + 1)


def killed_and_resumed(folder: Path, training: Callable, keep: int, die: int) -> None:
    expected = training(None)
    file = folder / "partial/state.pt"
    with pytest.raises(Killed):
        training(KilledAfter(file, "k", keep, die))
    saved = SavedTraining(file, "k", 3600)
    assert_equal(training(saved), expected)
    assert file.is_file()  # what follows the training may be interrupted too
    assert_equal(training(saved), expected)
    saved.remove()
    assert not list(file.parent.iterdir())


def test_killed_again_and_again(tmp_path: Path, roberta: Path) -> None:
    expected = classify(roberta, None)
    file = tmp_path / "state.pt"
    for _ in range(STEPS):
        with pytest.raises(Killed):
            classify(roberta, KilledAfter(file, "k", 1, 1))  # one step further each time
    assert_equal(classify(roberta, SavedTraining(file, "k", 0)), expected)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_told_to_stop_it_saves_first(
    tmp_path: Path, roberta: Path, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    expected = classify(roberta, None)
    saved = SavedTraining(tmp_path / "state.pt", "k", 0)
    steps = iter(range(STEPS))
    due = SavedTraining.due
    monkeypatch.setattr(
        SavedTraining, "due", lambda self: (next(steps) == 9 and os.kill(os.getpid(), number)) or due(self)
    )
    before = signal.getsignal(number)
    with pytest.raises(Problem, match=r"stopped on request after step 11 of 24; the next run continues there"):
        classify(roberta, saved)
    assert signal.getsignal(number) is before
    monkeypatch.undo()
    assert_equal(classify(roberta, saved), expected)


@pytest.mark.parametrize("what", ["torn", "empty", "pickle", "other key"])
def test_a_state_that_does_not_fit_is_not_used(
    tmp_path: Path, roberta: Path, what: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "state.pt"
    with pytest.raises(Killed):
        classify(roberta, KilledAfter(file, "k", 5, 6))
    whole = file.read_bytes()
    if what in ("torn", "empty"):
        file.write_bytes(whole[: len(whole) // 2 if what == "torn" else 0])
    elif what == "pickle":
        torch.save({"key": Path("a class that is not to be trusted")}, file)
    saved = SavedTraining(file, "another" if what == "other key" else "k", 0)
    assert_equal(classify(roberta, saved), classify(roberta, None))
    assert "not used" in capsys.readouterr().out


def test_a_disk_that_cannot_hold_the_state_does_not_end_the_training(
    tmp_path: Path, roberta: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "partial").touch()  # a file where the folder should be
    saved = SavedTraining(tmp_path / "partial" / "state.pt", "k", 1e-9)
    assert_equal(classify(roberta, saved), classify(roberta, None))
    assert "could not be kept" in capsys.readouterr().out


def test_how_often_it_is_kept(tmp_path: Path, roberta: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[int] = []
    monkeypatch.setattr(SavedTraining, "write", lambda self, state: written.append(state["step"]))
    for every, expected in ((0, []), (3600, []), (1e-9, list(range(1, STEPS + 1)))):
        classify(roberta, SavedTraining(tmp_path / "state.pt", "k", every))
        assert written == expected
        written.clear()
