"""``invoke adopt --table``: a package whose repository lies beside the one that has the table of both."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath

from packaging.utils import canonicalize_name

from releasegate.adapters.plain_file import read_plain
from releasegate.app.adopt.propose import Proposal, propose
from releasegate.core.config.parse import parse_settings
from releasegate.core.errors import ConfigurationError

_PROJECT = PurePosixPath("pyproject.toml")
_ROW = re.compile(r"^\[\[tool\.releasegate\.packages\]\]", re.MULTILINE)
_STACK = "[tool.releasegate.stack]"
_FURTHER = re.compile(r"\n(?=\[tool\.releasegate\.(?:indexes\.|stack\]))")
"""Where the tables begin that are not a package's own."""
_OWN = re.compile(r"^(\[\[tool\.releasegate\.packages\]\]\n(?:name = .*\n))", re.MULTILINE)


def propose_beside(folder: Path, table: Path, *, environ: Mapping[str, str]) -> Proposal:
    """Return what would be written into the repository in *folder*, and into the table in *table*, which holds there.

    The package comes before those that are in the table, for a companion is released first.

    Raises:
        ConfigurationError: one of them cannot be adopted so; what to do is said.
    """
    alone = propose(folder, environ=environ)
    there = table / _PROJECT
    held = read_plain(there).decode(errors="replace") if there.is_file() else ""
    first = _ROW.search(held)
    if first is None:
        raise ConfigurationError(
            f"{there} has no [[tool.releasegate.packages]].",
            hint=f"Adopt that repository first: releasegate adopt {table}",
        )
    if not alone.package:
        return alone
    if canonicalize_name(folder.name) != folder.name or folder.name != alone.package:
        raise ConfigurationError(
            f"{alone.package} is in a folder called {folder.name}, and both are laid out by their packages' names.",
            hint=f"Clone it to a folder called {alone.package}, beside {table.name}",
        )
    new, old = alone.files[_PROJECT][1], alone.files[_PROJECT][0]
    path = os.path.relpath(folder, table).replace(os.sep, "/")
    row = _OWN.sub(rf'\g<1>path = "{path}"\n', new[len(old) :].replace("\r\n", "\n").lstrip("\n"), count=1)
    own = _FURTHER.split(row)
    package, stack = own[0].rstrip("\n") + "\n\n", next((each for each in own[1:] if each.startswith(_STACK)), "")
    further = "" if not stack or _STACK in held else f"\n{stack.rstrip()}\n"
    ends = "\r\n" if "\r\n" in held else "\n"
    both = held[: first.start()] + package.replace("\n", ends) + held[first.start() :] + further.replace("\n", ends)
    parse_settings(both, where=str(there))
    up = os.path.relpath(table, folder).replace(os.sep, "/")
    gap = "" if not old.strip() or old.endswith("\n\n") else "\n" if old.endswith("\n") else "\n\n"
    named = f'{old}{gap}[tool.releasegate]\ntable = "{up}"\n'
    files = {path: each for path, each in alone.files.items() if path.parts[:1] != (".github",)}
    files |= {_PROJECT: (old, named), PurePosixPath(up) / _PROJECT: (held, both)}
    return replace(alone, files=files, alone=alone.files)
