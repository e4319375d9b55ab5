"""Runs twine with less around it than a person's command has, by the Python that runs here.

As a script: ``python -I twine_script.py [--no-keyring] WORDS``; the words are those of ``python -m twine``.
"""

from __future__ import annotations

import atexit
import gc
import sys

_NO_KEYRING = "--no-keyring"
_ALLOCATIONS = 20_000
"""After how many new objects Python looks for those that only hold each other: by itself, after 700."""


def command(*words: str, keyring: bool = False) -> list[str]:
    """Return the command that runs twine; only where it is to ask a *keyring*, one is looked for and loaded."""
    return [sys.executable, "-I", "-X", "utf8", __file__, *(() if keyring else (_NO_KEYRING,)), *words]


def main(words: list[str]) -> None:
    """Run twine, and end as it does."""
    # What is loaded stays: a look for garbage finds none of it, least of all at the end.
    gc.set_threshold(_ALLOCATIONS, *gc.get_threshold()[1:])
    atexit.register(gc.freeze)
    if words[0] == _NO_KEYRING:
        # For twine, it is then not installed.
        sys.modules["keyring"] = None  # type: ignore[assignment]
        words = words[1:]
    from twine.__main__ import main as twine

    sys.argv[1:] = words
    sys.exit(twine())


if __name__ == "__main__":
    main(sys.argv[1:])
