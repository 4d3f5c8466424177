"""Whether two result folders of a study hold the same numbers: ``python tests/support/equal_results.py BEFORE AFTER``.

The command compares tables (Parquet, CSV) and checkpoints (safetensors) of equal relative paths bit by bit. It exits with 1
on a difference.
"""

import argparse
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as parquet
from safetensors.torch import load_file

FLOAT = re.compile(r"-?(?:\d+\.\d*(?:e[-+]?\d+)?|\d+e[-+]?\d+)")
EQUAL, NEAR, DIFFERENT = "equal", "near", "different"


class Values(NamedTuple):
    """A column or a tensor: its type, its floats in their order, and everything else about it, such as shape and texts."""

    kind: str
    floats: np.ndarray
    rest: tuple


def of_arrow(array: pa.Array) -> Values:
    """A column of a Parquet table."""
    kind, missing = str(array.type), array.is_null().to_pylist()
    if pa.types.is_list(array.type):
        inner = of_arrow(array.flatten())
        return Values(kind, inner.floats, (array.value_lengths().to_pylist(), *inner.rest))
    if pa.types.is_floating(array.type):
        return Values(kind, array.fill_null(0.0).to_numpy(zero_copy_only=False), (missing,))
    return Values(kind, np.empty(0), (array.to_pylist(),))


def of_text(cells: list[str]) -> Values:
    """A column of a CSV table; a whole number counts as text."""
    numbers = [bool(FLOAT.fullmatch(cell)) for cell in cells]
    floats = [float(cell) for cell, number in zip(cells, numbers, strict=True) if number]
    rest = tuple("" if number else cell for cell, number in zip(cells, numbers, strict=True))
    return Values("text", np.array(floats), rest)


def of_tensor(tensor) -> Values:
    """A tensor of a checkpoint."""
    kind, shape = str(tensor.dtype), tuple(tensor.shape)
    if not tensor.is_floating_point():
        return Values(kind, np.empty(0), (shape, tensor.flatten().tolist()))
    exact = tensor if tensor.element_size() >= 4 else tensor.float()  # NumPy has no bfloat16
    return Values(kind, exact.numpy().ravel(), (shape,))


def contents(path: Path) -> dict[str, Values]:
    """The columns of a table or the tensors of a checkpoint."""
    if path.suffix == ".parquet":
        table = parquet.read_table(path)
        return {name: of_arrow(table.column(name).combine_chunks()) for name in table.column_names}
    if path.suffix == ".csv":
        if not path.stat().st_size:
            return {}
        table = pd.read_csv(path, dtype=str, keep_default_na=False)
        return {name: of_text(table[name].tolist()) for name in table.columns}
    return {name: of_tensor(tensor) for name, tensor in load_file(path).items()}


def relative_difference(before: Values, after: Values) -> float | None:
    """The largest difference of two floats, relative to the larger; infinite where more differs, None where no bit does."""
    if before.kind != after.kind or before.rest != after.rest or before.floats.shape != after.floats.shape:
        return np.inf
    bits = f"u{before.floats.itemsize}"
    changed = before.floats.view(bits) != after.floats.view(bits)
    if not changed.any():
        return None
    a, b = before.floats[changed].astype(float), after.floats[changed].astype(float)
    if (np.isnan(a) != np.isnan(b)).any() or (np.isinf(a) | np.isinf(b)).any():
        return np.inf
    size = np.maximum(np.abs(a), np.abs(b))
    return float(np.max(np.abs(a - b)[size > 0] / size[size > 0], initial=0.0, where=~np.isnan(a[size > 0])))


def differences(before: Path, after: Path, tolerance: float) -> Iterator[tuple[str, str]]:
    """What differs between two files: how much it matters, and a sentence."""
    old, new = contents(before), contents(after)
    part = "tensor" if before.suffix == ".safetensors" else "column"
    for name in old.keys() - new.keys():
        yield DIFFERENT, f"{part} {name!r} is in BEFORE only"
    for name in new.keys() - old.keys():
        yield EQUAL if part == "column" else DIFFERENT, f"{part} {name!r} is in AFTER only"
    for name in old.keys() & new.keys():
        found = relative_difference(old[name], new[name])
        if found is None:
            continue
        if old[name].kind != new[name].kind:
            yield DIFFERENT, f"{part} {name!r} changes its type from {old[name].kind} to {new[name].kind}"
            continue
        if np.isinf(found):
            yield DIFFERENT, f"{part} {name!r} differs in more than rounding"
            continue
        accepted = found <= tolerance
        verb = "is accepted" if accepted else "differs"
        yield NEAR if accepted else DIFFERENT, f"{part} {name!r} {verb}: largest relative difference {found:.2g}"


def files(folder: Path) -> set[str]:
    """Relative paths of what is compared."""
    kinds = {".parquet", ".csv", ".safetensors"}
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.suffix in kinds}


def compare(before: Path, after: Path, tolerance: float = -1.0) -> tuple[list[str], bool]:
    """One line for everything that differs, then a summary; and whether the folders are equal.

    A file or a column that only BEFORE has is a difference, one that only AFTER has is not.
    """
    old, new = files(before), files(after)
    lines = [f"{name}: is in BEFORE only" for name in sorted(old - new)]
    lines += [f"{name}: is in AFTER only" for name in sorted(new - old)]
    count: Counter[str] = Counter()
    for name in sorted(old & new):
        found = sorted(differences(before / name, after / name, tolerance))
        lines += [f"{name}: {sentence}" for _, sentence in found]
        kinds = {kind for kind, _ in found}
        count[next((kind for kind in (DIFFERENT, NEAR) if kind in kinds), EQUAL)] += 1
    lines.append(
        f"{len(old & new)} files compared: {count[EQUAL]} equal bit by bit, {count[NEAR]} within the tolerance, "
        f"{count[DIFFERENT]} different; {len(old - new)} in BEFORE only, {len(new - old)} in AFTER only."
    )
    return lines, bool(old & new) and not count[DIFFERENT] and not old - new


def main(arguments: list[str] | None = None) -> int:
    """The command; returns its exit code."""
    parser = argparse.ArgumentParser(description="Compare two result folders of a study bit by bit.")
    parser.add_argument("before", type=Path, metavar="BEFORE")
    parser.add_argument("after", type=Path, metavar="AFTER")
    parser.add_argument("--tolerance", type=float, default=-1.0, help="relative difference of floats that is accepted")
    asked = parser.parse_args(arguments)
    for folder in (asked.before, asked.after):
        if not folder.is_dir():
            parser.error(f"{folder}: no such folder")
    lines, equal = compare(asked.before, asked.after, asked.tolerance)
    print("\n".join(lines))
    return 0 if equal else 1


if __name__ == "__main__":
    sys.exit(main())
