"""What does a probe solved to convergence gain over one trained by AdamW? Accuracy and CPU seconds of the two heads.

    python bench/probe.py RESULTS FOLDER ENCODER

RESULTS holds an embedded study's results (results/embedded) with its base model and the tokens of its task bios. FOLDER
holds bios/train.parquet and bios/dev.parquet (hard_text, profession from 0). ENCODER is a checkpoint's folder, with or
without language-model head. The heads train on the same hidden states, which the encoder computes once. scikit-learn
then solves the same regression. The command writes docs/probes.md.
"""

import argparse
import contextlib
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from biastransfer.engine import side_cars
from biastransfer.finetune import convex_probe, linear_probe
from biastransfer.finetune.plain_texts import tokenize
from biastransfer.finetune.train import optimise
from biastransfer.report.markdown import filled, table
from biastransfer.training.device import start_torch
from biastransfer.training.loop import Recipe

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE = Path(__file__).with_name("pages") / "probes.md.jinja"
LONGEST = 96
EPOCHS = (3, 20)


@dataclass(frozen=True)
class Texts:
    """Tokens and class numbers of texts."""

    tokens: Sequence[Sequence[int]]
    labels: np.ndarray


@dataclass(frozen=True)
class Comparison:
    """What the heads did on one set of texts.

    Attributes
    ----------
    rows : accuracy and log loss on the test texts, and CPU seconds of training, per head.
    seconds : CPU seconds of the hidden states of all texts.
    difference : largest difference between a probability of ``convex_probe`` and of scikit-learn on the test texts.
    error : standard error of the accuracy of ``convex_probe`` over test texts.
    """

    rows: pd.DataFrame
    seconds: float
    difference: float
    error: float
    train: int
    test: int
    width: int
    classes: int


def simulated(results: Path) -> tuple[Path, list[str], Texts, Texts]:
    """The base, the classes, and the tokens of the embedded study's biographies."""
    frames = [
        pd.read_parquet(results / "tokens/bios" / name) for name in ("train/original.parquet", "testsets.parquet")
    ]
    train, test = (Texts(frame["tokens"].tolist(), frame["label"].to_numpy()) for frame in frames)
    return results / "models/pretrained", side_cars.read_json(results / "data/bios/task.json")["classes"], train, test


def real(folder: Path, encoder: Path) -> tuple[Path, list[str], Texts, Texts]:
    """The encoder, the classes, and tokens of all distinct biographies of both files, a fifth for the test."""
    both = pd.concat([pd.read_parquet(folder / "bios" / f"{split}.parquet") for split in ("train", "dev")])
    frame = both.drop_duplicates("hard_text").sample(frac=1, random_state=1)
    tokens = tokenize(frame["hard_text"].tolist(), encoder / "tokenizer.json", LONGEST)
    labels, tested = frame["profession"].to_numpy(), len(frame) // 5
    test, train = Texts(tokens[:tested], labels[:tested]), Texts(tokens[tested:], labels[tested:])
    return encoder, [str(code) for code in range(int(labels.max()) + 1)], train, test


def compare(folder: Path, classes: list[str], train: Texts, test: Texts) -> Comparison:
    """Train every head on the same states."""
    device = torch.device("cpu")
    probe = linear_probe.load(folder, classes, 0, device)
    began = time.process_time()
    seen, asked = (linear_probe.mean_states(probe, texts.tokens) for texts in (train, test))
    reading = time.process_time() - began
    lengths = np.array([len(sequence) for sequence in train.tokens])

    def adamw(epochs: int) -> np.ndarray:
        """The optimisation of ``linear_probe``, with its default learning rate and the embedded study's batches."""
        torch.nn.init.zeros_(probe.head.weight)
        torch.nn.init.zeros_(probe.head.bias)
        recipe = Recipe(epochs=epochs, min_steps=0, batch_size=32, learning_rate=1e-2, warmup_share=0, weight_decay=0,
                        max_gradient_norm=1, seed=1)  # fmt: skip
        optimise(
            probe.head, lambda rows: probe.classify(seen[torch.from_numpy(rows)]), lengths, train.labels, recipe, None
        )
        return predicted()

    def solved() -> np.ndarray:
        convex_probe.solve(probe, seen, train.labels)
        return predicted()

    @torch.no_grad()
    def predicted() -> np.ndarray:
        return probe.classify(asked).double().softmax(1).numpy()

    def scikit_learn() -> np.ndarray:
        scaler = StandardScaler().fit(seen.double())
        regression = LogisticRegression(C=convex_probe.INVERSE_PENALTY, tol=1e-8, max_iter=10_000)
        return regression.fit(scaler.transform(seen.double()), train.labels).predict_proba(
            scaler.transform(asked.double())
        )

    runs = {f"`linear_probe`, {epochs} epochs": lambda epochs=epochs: adamw(epochs) for epochs in EPOCHS}
    runs |= {"`convex_probe`": solved, "scikit-learn, tolerance 1e-8": scikit_learn}
    rows, found = [], {}
    for head, run in runs.items():
        began = time.process_time()
        found[head] = run()
        seconds = time.process_time() - began
        loss = -np.log(found[head][np.arange(len(test.labels)), test.labels]).mean()
        accuracy = (found[head].argmax(1) == test.labels).mean()
        rows.append({"head": head, "accuracy": f"{accuracy:.3f}", "log loss": f"{loss:.3f}", "CPU s": f"{seconds:.1f}"})
    convex = found["`convex_probe`"]
    difference = np.abs(convex - found["scikit-learn, tolerance 1e-8"]).max()
    error = (convex.argmax(1) == test.labels).std() / np.sqrt(len(test.labels))
    return Comparison(
        rows=pd.DataFrame(rows),
        seconds=reading,
        difference=float(difference),
        error=float(error),
        train=len(train.labels),
        test=len(test.labels),
        width=seen.shape[1],
        classes=len(classes),
    )


def facts(found: Comparison) -> dict[str, str]:
    """A comparison as the page writes it."""
    return {
        "table": table(found.rows),
        "seconds": f"{found.seconds:.0f}",
        "difference": f"{found.difference:.0e}",
        "error": f"{found.error:.3f}",
        "train": f"{found.train:,}",
        "test": f"{found.test:,}",
        "width": str(found.width),
        "classes": str(found.classes),
    }


def main(results: Path, folder: Path, encoder: Path) -> None:
    """Measure, and write the page."""
    with contextlib.redirect_stdout(sys.stderr):
        start_torch("cpu")
        of_simulated, of_real = compare(*simulated(results)), compare(*real(folder, encoder))
    page = filled(TEMPLATE, simulated=facts(of_simulated), real=facts(of_real), c=convex_probe.INVERSE_PENALTY)
    (ROOT / "docs" / "probes.md").write_text(page, encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("results", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("encoder", type=Path)
    given = parser.parse_args()
    main(given.results, given.folder, given.encoder)
