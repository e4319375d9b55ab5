"""What every task of the command line begins with: a screen, errors as messages, and a question where one is due."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from invoke.exceptions import Exit

from releasegate.core.errors import ReleasegateError
from releasegate.frontends.console import Screen, clean_up_when_ended


@contextmanager
def shown() -> Iterator[Screen]:
    """Yield the screen; an error that has a message becomes that message and its exit code."""
    screen = Screen()
    clean_up_when_ended()
    try:
        yield screen
    except ReleasegateError as error:
        screen.error(error)
        raise Exit(code=error.exit_code) from None


def asked(screen: Screen, question: str) -> bool:
    """Ask a person; where nobody can be asked, the answer is no."""
    if not screen.console.is_terminal:
        return False
    try:
        return screen.console.input(f"{question} [y/N] ").strip().lower() in {"y", "yes"}
    except EOFError:
        return False
