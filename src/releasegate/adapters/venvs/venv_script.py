"""Runs inside an environment, by its own Python, and imports what is installed there.

Only the standard library is here, and results go to a file: what is imported may print what it likes.

    python -I venv_script.py RESULT          (a JSON list of modules, or module:attribute, on standard input)
"""

from __future__ import annotations

import importlib
import json
import os
import sys


def import_all(result: str, names: list[str]) -> None:
    """Import every module, and look up the attribute that is named.

    A line is written before each and one after, so that a crash has a name.
    """
    with open(result, "w", encoding="utf-8", buffering=1) as stream:  # noqa: PTH123 - as plain as it can be
        for name in names:
            stream.write(json.dumps([name, "begun"]) + "\n")
            stream.write(json.dumps([name, _error(name)]) + "\n")
    # A module may have started threads that never end; everything is written.
    os._exit(0)


def _error(name: str) -> str | None:
    try:
        module, _, attribute = name.partition(":")
        found = importlib.import_module(module)
        for part in attribute.split(".") if attribute else ():
            found = getattr(found, part)
    except BaseException as error:  # noqa: BLE001 - an import may raise anything, SystemExit too
        return f"{type(error).__name__}: {error}{_missing_below(error)}"
    return None


def _missing_below(error: BaseException) -> str:
    """Return which module was not found, where it is told of in other words."""
    below = error.__cause__ or error.__context__
    found = not isinstance(error, ModuleNotFoundError) and isinstance(below, ModuleNotFoundError)
    return f" ({type(below).__name__}: {below})" if found else ""


if __name__ == "__main__":
    import_all(sys.argv[1], json.load(sys.stdin))
