"""Which masked language models does the workflow take? A small random checkpoint of every architecture that transformers has.

    python evidence/architectures.py [--models bert roberta] [--minutes 60] [--jobs 1]

Each checkpoint goes through `biastransfer score`, `biastransfer validate` and a small study. The command appends the row of each finished
architecture to evidence/results/architectures.csv and continues there. Architectures that ``--models`` names run again. It writes
docs/architectures.md.
"""

import argparse
import contextlib
import io
import os
import re
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock
from typing import NamedTuple

import architectures_page
import numpy as np
import pandas as pd
import torch
import transformers
import yaml
from tiny_checkpoints import CLASSES, POSITIONS, build

from biastransfer.checkpoints.tokenizer import load_tokenizer
from biastransfer.commands.score import score_checkpoint
from biastransfer.commands.validate import validate
from biastransfer.common.problems import Problem

ROOT = Path(__file__).resolve().parent.parent
FILE = Path(__file__).with_name("results") / "architectures.csv"
COLUMNS = ["transformers", "model_type", "class", "validate", "score", "difference", "study", "reason"]
WORKFLOW = ("Snakefile", "config.yaml", "workflow", "profiles", "envs")
WORKS, REFUSED, FAILS, APART = "works", "refused", "fails", "apart"
TOLERANCE = 1e-3
"""Difference, in nats, above which a score is not that of the plain loop."""
PRONOUNS = {"she/her": "she", "he/him": "he"}
TARGETS = ("nurse", "software engineer", "attorney", "yoga teacher")
SENTENCES = ("{pronoun} is {article} {target}.", "{pronoun} works as {article} {target} in the city.")
WRITING = Lock()


class Outcome(NamedTuple):
    """What came of a step, with a sentence if it does not work, and the difference of its scores."""

    what: str
    why: str = ""
    difference: float = np.nan


def texts() -> pd.DataFrame:
    """Small biographies of two groups; every tenth is longer than any of the checkpoints takes."""
    rows = []
    for number in range(160):
        group, target = list(PRONOUNS)[number % 2], TARGETS[number // 2 % len(TARGETS)]
        article = "an" if target[0] in "aeiou" else "a"
        text = f"{PRONOUNS[group]} works as {article} {target} in the city and is {number % 7} years old."
        rows.append((f"p{number}", text if number % 10 else f"{text} " * POSITIONS, target, group))
    return pd.DataFrame(rows, columns=["id", "bio", "job", "who"])


def prepare(model_type: str, folder: Path) -> None:
    """Put the workflow, a checkpoint (``base``), texts, templates and a study of them into a folder."""
    for part in WORKFLOW:
        (folder / part).symlink_to(ROOT / part)
    people = texts()
    people.to_csv(folder / "people.csv", index=False)
    (folder / "base").mkdir()
    build(model_type, folder / "base", people["bio"].str.slice(stop=200).tolist())
    templates = [{"name": f"t{number}", "text": text} for number, text in enumerate(SENTENCES)]
    ranking = {"measure": "pronoun_ranking", "pronouns": PRONOUNS, "templates": templates}
    (folder / "ranking.yaml").write_text(yaml.safe_dump(ranking))
    (folder / "study.yaml").write_text(yaml.safe_dump(study(folder / "base"), sort_keys=False))


def study(base: Path) -> dict:
    """A study of the texts, whose texts are as long as the program allows for the base."""
    try:
        longest = min(POSITIONS, load_tokenizer(base).model_max_length)
    except Exception:  # the steps say what is wrong
        longest = POSITIONS
    task = {
        "kind": "label_by_group",
        "source": {
            "type": "files",
            "files": ["people.csv"],
            "columns": {"id": "id", "text": "bio", "label": "job", "group": "who"},
        },
        "compare": list(PRONOUNS),
        "split": "nested",
        "min_cell": 1,
        "bootstrap": 20,
        "upstream": {"pronoun_ranking": {"templates": "ranking.yaml", "probability": "pseudo_log_likelihood"}},
    }
    return {
        "study": "tiny",
        "device": "cpu",
        "tasks": {"people": task},
        "base": {"type": "path", "path": "base"},
        "control_replicates": 1,
        "interventions": {"random_init": {"trials": 1}},
        "fine_tuning": {"epochs": 1, "batch_size": 16, "learning_rate": 1e-3, "max_length": longest},
    }


def filled() -> Iterator[tuple[str, str, str]]:
    """Column of the score, target and sentence, in the order of the templates."""
    for text in SENTENCES:
        for target in TARGETS:
            for column, pronoun in zip(("first", "second"), PRONOUNS.values(), strict=True):
                article = "an" if target[0] in "aeiou" else "a"
                sentence = text.format(pronoun=pronoun, article=article, target=target)
                yield column, target, sentence[0].upper() + sentence[1:]


@torch.no_grad()
def plain_score(model: torch.nn.Module, tokenizer, sentence: str) -> float:
    """The sum over a sentence's tokens of log P(token | all the others), one masked at a time, by transformers alone."""
    inputs = tokenizer(sentence, return_tensors="pt")
    ids, total = inputs["input_ids"], 0.0
    for place, token in enumerate(ids[0].tolist()):
        if token not in tokenizer.all_special_ids:
            masked = ids.clone()
            masked[0, place] = tokenizer.mask_token_id
            logits = model(**{**inputs, "input_ids": masked}).logits[0, place]
            total += float(logits.double().log_softmax(-1)[token])
    return total


def plain_scores(folder: Path) -> np.ndarray:
    """The scores of all sentences by the plain loop."""
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    model = transformers.AutoModelForMaskedLM.from_pretrained(folder, dtype=torch.float32).eval()
    return np.array([plain_score(model, tokenizer, sentence) for _, _, sentence in filled()])


def outcome(step: Callable[[], Outcome]) -> Outcome:
    """What came of a step: a refusal is a Problem; everything else is a defect."""
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            return step()
    except Problem as problem:
        return Outcome(REFUSED, " ".join(str(problem).split()))
    except Exception as error:
        last = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{Path(last.filename).name}, {last.name}"
        return Outcome(FAILS, f"{type(error).__name__} in {place}: {' '.join(str(error).split())[:200]}")


def check_plain(base: Path) -> Outcome:
    """Whether transformers itself gives a logit per token from a text alone, and the same one each time."""
    try:
        first, second = plain_scores(base), plain_scores(base)
    except Exception as error:
        return Outcome(APART, f"transformers cannot score a text: {' '.join(str(error).split())[:200]}")
    apart = np.abs(first - second).max()
    if not apart < TOLERANCE:
        return Outcome(APART, f"transformers gives other scores each time, up to {apart:.2g} nats apart.")
    return Outcome(WORKS)


def check_score(folder: Path) -> Outcome:
    """Whether `biastransfer score` gives the scores of the plain loop."""
    switches = {"probability": "pseudo_log_likelihood"}
    _, found = score_checkpoint(
        "base", folder / "ranking.yaml", ",".join(TARGETS), compare=list(PRONOUNS), switches=switches, device="cpu"
    )
    wanted = plain_scores(folder / "base").reshape(-1, len(PRONOUNS))
    difference = float(np.abs(found[["first", "second"]].to_numpy() - wanted).max())
    if not difference < TOLERANCE:
        return Outcome(FAILS, "Scores differ from those of the plain loop.", difference)
    return Outcome(WORKS, difference=difference)


def check_validate() -> Outcome:
    """Whether validation of the study finds no mistake."""
    mistakes = validate("study.yaml").mistakes
    return Outcome(REFUSED, " ".join(mistake.sentence for mistake in mistakes)) if mistakes else Outcome(WORKS)


def check_study(folder: Path) -> Outcome:
    """Whether the workflow runs the study through to its report."""
    command = [sys.executable, "-m", "snakemake", "--cores", "1", "--quiet", "all", "--configfile", "study.yaml"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    results = folder / "results" / "tiny"
    if done.returncode == 0:
        bias = pd.read_parquet(results / "bias.parquet")
        missing = not bias[["upstream", "intermediate"]].notna().all(axis=None)
        return Outcome(FAILS, "bias.parquet lacks a bias.") if missing else Outcome(WORKS)
    problems = sorted((results / "logs" / "problems").glob("*.log"))
    if problems:
        return Outcome(REFUSED, " ".join(problems[0].read_text().split()))
    return Outcome(FAILS, defect(results / "logs")) if results.exists() else Outcome(REFUSED, last_line(done.stderr))


def defect(logs: Path) -> str:
    """The log and the error of a job that failed."""
    for log in sorted(logs.rglob("*.log")):
        text = log.read_text(errors="replace")
        if "Traceback" in text:
            errors = re.findall(r"^[\w.]*(?:Error|Exception)\b.*", text, re.M)
            return f"{log.relative_to(logs).with_suffix('')}: {(errors or [last_line(text)])[-1][:200]}"
    return "The run fails without a traceback."


def last_line(text: str) -> str:
    """The last line that is not empty, with single spaces."""
    return " ".join(next((line for line in reversed(text.splitlines()) if line.strip()), "").split())


def one(model_type: str) -> dict:
    """The row of an architecture, made in a folder of its own."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        steps = checked(model_type, folder)
        steps["study"] = check_study(folder) if steps["plain"].what == WORKS else steps["plain"]
    return row(model_type, steps)


def checked(model_type: str, folder: Path) -> dict[str, Outcome]:
    """What comes of all steps but the study; the working folder is ``folder`` meanwhile, so that sentences name no other."""
    prepare(model_type, folder)
    with WRITING, contextlib.chdir(folder):
        plain = check_plain(Path("base"))
        if plain.what != WORKS:
            return {"plain": plain, "validate": plain, "score": plain}
        return {
            "plain": plain,
            "validate": outcome(check_validate),
            "score": outcome(lambda: check_score(folder)),
        }


def row(model_type: str, steps: dict[str, Outcome]) -> dict:
    """A row of the table; its reason is the first sentence of a step that does not work."""
    whys = dict.fromkeys(steps[step].why for step in ("validate", "score", "study") if steps[step].why)
    return {
        "transformers": transformers.__version__,
        "model_type": model_type,
        "class": CLASSES[model_type],
        **{step: steps[step].what for step in ("validate", "score", "study")},
        "difference": f"{steps['score'].difference:.0e}" if steps["score"].difference >= 0 else "",
        "reason": " / ".join(whys),
    }


def write(found: dict) -> None:
    """Put a row into the table in place of an older one; rows are in the order of their names."""
    with WRITING:
        known = read()
        table = pd.concat([known[known["model_type"] != found["model_type"]], pd.DataFrame([found])])
        table[COLUMNS].sort_values("model_type").to_csv(FILE, index=False, lineterminator="\n")


def read() -> pd.DataFrame:
    """The table so far."""
    return architectures_page.read(FILE) if FILE.exists() else pd.DataFrame(columns=COLUMNS)


def main(models: list[str], minutes: float, jobs: int) -> None:
    """Check the architectures that are missing or named, as long as there is time, and write the page."""
    ends = time.monotonic() + 60 * minutes
    os.environ |= {"HF_HUB_OFFLINE": "1", "PYTHONWARNINGS": "ignore"}
    transformers.utils.logging.disable_progress_bar()
    current = read().query("transformers == @transformers.__version__")["model_type"]
    wanted = models or [name for name in CLASSES if name not in set(current)]

    def run(name: str) -> None:
        if time.monotonic() < ends:
            found = one(name)
            write(found)
            print(*(found[key] for key in COLUMNS[1:]), sep=", ", flush=True)

    with ThreadPoolExecutor(jobs) as pool:
        list(pool.map(run, wanted))
    architectures_page.write(FILE)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", nargs="+", choices=list(CLASSES), default=[], help="check these again")
    parser.add_argument("--minutes", type=float, default=60, help="begin no architecture after this many minutes")
    parser.add_argument("--jobs", type=int, default=1)
    given = parser.parse_args()
    main(given.models, given.minutes, given.jobs)
