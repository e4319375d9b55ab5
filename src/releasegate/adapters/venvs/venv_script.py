"""Runs inside an environment, by its own Python: tells what is installed there and imports it.

Only the standard library is here, and results go to a file: what is imported may print what it likes.

    python -I venv_script.py describe RESULT NAME
    python -I venv_script.py import RESULT          (a JSON list of modules, or module:attribute, on standard input)
"""

from __future__ import annotations

import importlib
import importlib.metadata
import json
import os
import sys


def describe(result: str, name: str) -> None:
    """Write the distribution's version, files, entry points (group, name and value), requirements and extras."""
    distribution = importlib.metadata.distribution(name)
    points = [[entry.group, entry.name, entry.value] for entry in distribution.entry_points]
    files = [file.as_posix() for file in distribution.files or ()]
    with open(result, "w", encoding="utf-8") as stream:  # noqa: PTH123 - as plain as it can be
        json.dump(
            {
                "version": distribution.version,
                "files": files,
                "entry_points": points,
                "requires": distribution.requires or [],
                "extras": distribution.metadata.get_all("Provides-Extra") or [],
            },
            stream,
        )


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


def main(arguments: list[str]) -> None:
    """Do what the first argument says."""
    if arguments[0] == "describe":
        describe(arguments[1], arguments[2])
    else:
        import_all(arguments[1], json.load(sys.stdin))


if __name__ == "__main__":
    main(sys.argv[1:])
