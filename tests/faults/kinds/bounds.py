"""What every fault of one input has in common: it is understood, left out, or refused with a sentence."""

from __future__ import annotations

from collections.abc import Callable

from releasegate.core.errors import ReleasegateError
from tests.faults.fault import SURVIVED, Verdict, marked


def understood(ask: Callable[[], object]) -> Verdict:
    """Ask; a refusal is a good answer where it has its two sentences. Any other error is the caller's to find."""
    try:
        ask()
    except ReleasegateError as error:
        if not error.problem.strip() or not error.hint.strip():
            return marked("traceback", f"a refusal without a sentence: {error!r}")
    return SURVIVED


def refused(ask: Callable[[], object], what: str) -> Verdict:
    """Ask for what must be refused."""
    try:
        ask()
    except ReleasegateError:
        return SURVIVED
    return marked("green", f"{what} is taken")
