"""The checks that a mutant is judged by, in rounds: what is quick comes first, what takes minutes last."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.mutants.kept import CHECKS
from tests.mutants.mutant import Mutant

USUAL, WHOLE = "usual", "whole"
_NETBOX, _PAIR = CHECKS
_OF_THE_PLUGIN = (
    "test_3_plugin.py", "test_4_new.py", "test_4_pages.py",
    "test_4_people.py", "test_4_records.py", "test_4_widgets.py",
)  # fmt: skip
_TAKES_MINUTES = ("test_4_buttons.py", "test_6_routes.py")
_FIRST = ("test_1_*.py", "test_2_*.py")
"""What all others stand on."""


@dataclass(frozen=True)
class Round:
    """Some files of checks, and how deep they go."""

    files: tuple[Path, ...]
    depth: str = USUAL


def rounds(batch: Sequence[Mutant], depth: str, only: tuple[str, ...] = ()) -> Iterator[Round]:
    """Yield the rounds: the first that tells of a mutant that is alone is the last that is run.

    Where it is known which contract is due to tell of each, their files are asked first; of mutants that are planted
    together no other is, for what is not told of then is planted by itself.
    What is of NetBox and its plugin alone cannot tell of a backend; all can tell of a plugin. Without a defect both
    kinds of round are run: what is broken anyhow in either tells of no mutant.
    """
    sides = {mutant.side for mutant in batch}
    if only:
        yield Round(_files(only, CHECKS), depth)
        return
    if batch and all(mutant.by for mutant in batch):
        due = sorted({_file(mutant.by) for mutant in batch}, key=lambda file: file.name)
        folders = CHECKS if any(file.parent == _PAIR for file in due) else (_NETBOX,)
        yield Round((*_files(_FIRST, folders), *(file for file in due if file not in _files(_FIRST, folders))), depth)
        if len(batch) > 1:
            return
    if len(batch) <= 1 and sides <= {"plugin"}:
        yield Round(_files(("test_*.py",), (_NETBOX,)))
    left_out = (*_TAKES_MINUTES, *(_OF_THE_PLUGIN if sides == {"backend"} else ()))
    yield Round(tuple(file for file in _files(("test_*.py",), CHECKS) if file.name not in left_out))
    if depth == WHOLE:
        yield Round(_files(_TAKES_MINUTES, CHECKS), WHOLE)


def _file(contract: str) -> Path:
    """Return the file of checks that judges a contract."""
    every = {file: file.read_text(encoding="utf-8") for file in _files(("test_*.py",), CHECKS)}
    marks = (f'contract("{contract}"', f'"{contract}")')  # of one check, and of a check for several kinds
    return next(file for mark in marks for file, text in every.items() if mark in text)


def _files(names: tuple[str, ...], folders: tuple[Path, ...]) -> tuple[Path, ...]:
    return tuple(file for folder in folders for name in names for file in sorted(folder.glob(name)))
