"""What a failure says: the contract that broke, in one sentence, and the side that most plausibly broke it."""

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass

import requests

from words import unwrapped

PLUGIN = "the plugin"
BACKEND = "the backend"
PAIR = "one of the pair"
STACK = "the stack, not the candidate"
# What no answer of a candidate's makes these checks raise: they are at fault, or the machine that they run on.
OWN_FAULTS = (ImportError, NameError, MemoryError, OSError, subprocess.SubprocessError)


def side_of(role: str) -> str:
    """Return the side of a role's packages, as a verdict names it; without a role it is the stack's."""
    return f"the {role}" if role else STACK


class BrokenContract(AssertionError):
    """A promise of what is under test was not kept."""

    def __init__(self, sentence: str, *, side: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.side = side


@dataclass(frozen=True)
class Contract:
    """The name that a check carries, who answers for it, and what must hold before it can be judged."""

    name: str
    side: str = PAIR
    needs: tuple[str, ...] = ()

    def sentence(self, error: BaseException) -> str:
        """Return the first line of the failure, whatever was raised."""
        words = unwrapped(error.sentence if isinstance(error, BrokenContract) else str(error))
        first = (words.strip().splitlines() or [type(error).__name__])[0]
        if not isinstance(error, AssertionError):
            first = f"{type(error).__name__}: {first}"
        return f"contract {self.name} broke: {first}"

    def blamed(self, error: BaseException, crashed: Sequence[str] = ()) -> str:
        """Return the side that most plausibly broke it: what the error knows, else who crashed, else its owner."""
        if isinstance(error, OWN_FAULTS) and not isinstance(error, requests.RequestException):
            return STACK
        known = error.side if isinstance(error, BrokenContract) else ""
        sides = set(crashed)
        return known or (sides.pop() if len(sides) == 1 else self.side)
