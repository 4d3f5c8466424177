"""How fast is masked-language-model scoring, compared with the loop of public code? On all 76,564 phrases of Dixon et al.

    python bench/scoring.py FOLDER [--model CHECKPOINT]

FOLDER holds wiki/madlibs_77k.parquet (Text, Template). Identity ranking scores every phrase: log P(term | phrase) and log P(term |
phrase with the attribute masked too). The loop tokenises a sentence, runs it alone, and takes the softmax of all its tokens, twice
per phrase. The command checks phrase by phrase that both give the same numbers. It prints the tables of docs/scoring.md.
"""

import argparse
import contextlib
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np
import pandas as pd
import torch
import transformers

from biastransfer.checkpoints.load import load_masked_lm
from biastransfer.checkpoints.tokenizer import load_tokenizer
from biastransfer.language_model import masked_lm
from biastransfer.language_model.encoding import Filled, encode
from biastransfer.report.markdown import table
from biastransfer.training.device import start_torch
from biastransfer.upstream import identity_ranking

ROOT = Path(__file__).resolve().parent.parent
SHAPES = {
    "name_adj": r".+ is an? (?P<attribute>\S+) (?P<target>.+)",
    "being_adj": r"Being (?P<target>.+) is (?P<attribute>\S+)\.",
    "you_are_adj": r"You are an? (?P<attribute>\S+) (?P<target>.+)",
    "you_occupation": r"You are an? (?P<attribute>\S+) (?P<target>.+)",
    "verb_adj": r"(?P<attribute>\S+) (?P<target>.+)",
    "am_hate_adj": r"i (?P<attribute>\S+) (?P<target>.+)",
}
"""Template of the phrases -> the places of its term and its attribute."""


def phrases(folder: Path) -> list[Filled]:
    """All phrases with the spans of their term and attribute."""
    table = pd.read_parquet(folder / "wiki" / "madlibs_77k.parquet", columns=["Text", "Template"])
    found = []
    for text, template in table.itertuples(index=False, name=None):
        match = re.fullmatch(SHAPES[template], text)
        found.append(Filled(text, {slot: match.span(slot) for slot in ("target", "attribute")}))
    return found


def batched(model: torch.nn.Module, tokenizer, filled: Iterator[Filled]) -> np.ndarray:
    """The library's way, shape (phrases, 2)."""
    asked = identity_ranking.reads(tokenizer, filled, prior_masks="token")
    return np.fromiter(masked_lm.log_likelihoods(model, asked), float).reshape(-1, 2)


@torch.no_grad()
def loop(model: torch.nn.Module, tokenizer, filled: list[Filled]) -> np.ndarray:
    """Two forward passes per phrase, shape (phrases, 2)."""
    found = []
    for phrase in filled:
        (encoded,) = encode(tokenizer, [phrase])
        term = encoded.places["target"]
        for hidden in (term, (*term, *encoded.places["attribute"])):
            ids = torch.tensor([encoded.ids])
            ids[0, list(hidden)] = tokenizer.mask_token_id
            logs = model(input_ids=ids).logits[0].log_softmax(-1)
            found.append(sum(float(logs[place, encoded.ids[place]]) for place in term))
    return np.array(found).reshape(-1, 2)


def timed(call, *arguments) -> tuple[np.ndarray, float]:
    """Call and time."""
    began = time.perf_counter()
    return call(*arguments), time.perf_counter() - began


def peak_memory(folder: Path, model: Path, count: int) -> float:
    """Peak memory in MiB of a process that scores ``count`` phrases and repeats those of the set as needed."""
    command = [sys.executable, __file__, str(folder), "--model", str(model), "--memory", str(count)]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()[-1])


def endless(filled: list[Filled]) -> Iterator[Filled]:
    """Repeat the phrases without end, each time with another word at the end, so that no two are the same."""
    turn = 0
    while True:
        for phrase in filled:
            yield Filled(phrase.sentence + (f" {turn}" if turn else ""), phrase.spans)
        turn += 1


def large(tokenizer) -> torch.nn.Module:
    """A model of roberta-base's size with random weights: as slow as the real one."""
    torch.manual_seed(0)
    config = transformers.RobertaConfig(
        vocab_size=50_265, max_position_embeddings=514, type_vocab_size=1, pad_token_id=tokenizer.pad_token_id
    )
    return transformers.RobertaForMaskedLM(config).eval()


def main(folder: Path, checkpoint: Path, sample: int) -> None:
    """Measure and print the tables."""
    with contextlib.redirect_stdout(sys.stderr):
        cpu = start_torch("cpu")
    tokenizer, filled = load_tokenizer(checkpoint), phrases(folder)
    small = load_masked_lm(checkpoint, cpu)
    asked = [read for reads in identity_ranking.reads(tokenizer, filled, prior_masks="token") for read in reads]
    distinct = len({read.hole.ids for read in asked})
    fast, seconds = timed(batched, small, tokenizer, iter(filled))
    slow, all_seconds = timed(loop, small, tokenizer, filled)
    rows = [{
        "model": "small", "phrases": f"{len(filled):,}", "s": f"{seconds:.1f}", "loop, s": f"{all_seconds:.0f}",
        "ratio": f"**{all_seconds / seconds:.0f}×**", "largest difference": f"{np.abs(fast - slow).max():.0e}",
    }]  # fmt: skip
    base = large(tokenizer)
    fast, seconds = timed(batched, base, tokenizer, iter(filled))
    chosen = np.linspace(0, len(filled) - 1, sample).astype(int)
    slow, some_seconds = timed(loop, base, tokenizer, [filled[place] for place in chosen])
    whole = some_seconds * len(filled) / sample
    rows.append({
        "model": "roberta-base", "phrases": f"{len(filled):,}", "s": f"{seconds:.0f}",
        "loop, s": f"{whole:,.0f} (estimated from {sample})", "ratio": f"**{whole / seconds:.0f}×**",
        "largest difference": f"{np.abs(fast[chosen] - slow).max():.0e}",
    })  # fmt: skip
    print(f"{len(filled):,} phrases, {2 * len(filled):,} sentences to score, {distinct:,} of them distinct.\n")
    print(table(pd.DataFrame(rows)), "\n")
    counts = [len(filled) // 16, len(filled) // 4, len(filled), 4 * len(filled)]
    memory = [
        {"phrases, no two the same": f"{count:,}", "MiB at most, libraries included": f"{peak_memory(folder, checkpoint, count):.0f}"}
        for count in counts
    ]  # fmt: skip
    print(table(pd.DataFrame(memory)))


def score_and_report(folder: Path, checkpoint: Path, count: int) -> None:
    """Score ``count`` phrases, keep only their number, and print the peak memory of this process in MiB."""
    with contextlib.redirect_stdout(sys.stderr):
        model = load_masked_lm(checkpoint, start_torch("cpu"))
    filled = islice(endless(phrases(folder)), count)
    asked = identity_ranking.reads(load_tokenizer(checkpoint), filled, prior_masks="token")
    scored = sum(1 for _ in masked_lm.log_likelihoods(model, asked))
    assert scored == 2 * count
    peak = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    print(int(peak[1]) / 1024)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--model", type=Path, default=ROOT / "results" / "local_files" / "base")
    parser.add_argument("--sample", type=int, default=400, help="phrases for the large model's loop")
    parser.add_argument("--memory", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.memory:
        score_and_report(given.folder, given.model, given.memory)
    else:
        main(given.folder, given.model, given.sample)
