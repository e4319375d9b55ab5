"""Begins pip, in whichever environment, with fewer looks for garbage than Python takes by itself.

As a script: ``python pip_script.py RUNNER WORDS``. RUNNER is pip's file for environments that pip is not installed in,
empty for the pip of the Python that runs this; the words are those of ``python -m pip``.
"""

from __future__ import annotations

import os
import sys

if sys.path[:1] == [os.path.dirname(__file__)]:  # noqa: PTH120 - it loads nothing
    del sys.path[0]  # what lies beside this file is no module of pip's

import atexit
import gc
import runpy

_ALLOCATIONS = 20_000
"""After how many new objects Python looks for those that only hold each other: by itself, after 700."""


def words(runner: str = "") -> tuple[str, ...]:
    """Return what a Python is given, before pip's own words, to run pip."""
    return __file__, runner


def main(runner: str) -> None:
    """Run pip, and end as it does."""
    # What is loaded stays: a look for garbage finds none of it, least of all at the end.
    gc.set_threshold(_ALLOCATIONS, *gc.get_threshold()[1:])
    atexit.register(gc.freeze)
    if runner:
        runpy.run_path(runner, run_name="__main__")
    else:
        runpy.run_module("pip", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main(sys.argv.pop(1))
