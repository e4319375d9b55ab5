"""What the programs said that were run here (twine, pip, build, Compose, ...): handed to whoever keeps it.

Whoever starts a program knows nothing of a screen or of a log, and there is one of each in a process.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import field
from typing import Protocol

from releasegate.adapters.masking import secrets_of
from releasegate.core.frozen import dataclass

_APART = "--run-apart"
"""The word behind which, where a program is run apart, its own words begin."""


@dataclass(frozen=True)
class Said:
    """A program that has ended: its command line, its exit code, and all that it said.

    ``secrets`` are what its environment named as such: nobody is shown them, in its words or in its command line.
    """

    words: tuple[str, ...]
    exit_code: int | None
    text: str
    seconds: float = 0.0
    secrets: tuple[str, ...] = field(default=(), repr=False)


class Keeper(Protocol):
    """Keeps what programs said."""

    def hears(self, said: Said, /) -> None:
        """Keep it; called from whichever thread ran the program."""
        ...


_keepers: list[Keeper] = []


@contextmanager
def heard_by(keeper: Keeper) -> Iterator[None]:
    """Let *keeper* hear what every program says that ends within the block."""
    _keepers.append(keeper)
    try:
        yield
    finally:
        _keepers.remove(keeper)


def tell(
    words: Sequence[str], text: str, *, exit_code: int | None, seconds: float = 0.0, env: Mapping[str, str]
) -> None:
    """Tell the keepers what the program of *words* said, which was run with *env*."""
    own = words[words.index(_APART) + 1 :] if _APART in words else words
    # Whether anything can be run apart here is tried without a program, of which there is nothing to tell.
    if _keepers and own:
        said = Said(tuple(own), exit_code, text, seconds, secrets_of(env.items()))
        for keeper in tuple(_keepers):
            keeper.hears(said)
