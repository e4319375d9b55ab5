"""Lists of pinned versions that a tool made of a lock, or of requirements: by which command, and what they pin."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from packaging.utils import canonicalize_name

from releasegate.core.errors import ReleasegateError
from releasegate.core.toml.lines import read_toml

NAMES = re.compile(r"(?:.*requirements.*|.*constraints.*)\.(?:txt|pip)|pylock(?:\.[^.]+)?\.toml", re.IGNORECASE)
"""What such files are called."""

# The first lines, as pip-tools and uv write them.
_HEADER = re.compile(r"^#\s+(uv export|uv pip compile|pip-compile)\b(.*)$", re.MULTILINE)
_PIN = re.compile(r"^\s*([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?\s*===?\s*([^\s;\\#]+)", re.MULTILINE)
_BEGINNING = 2000
_OUTPUT = ("-o", "--output-file")


@dataclass(frozen=True)
class MadeBy:
    """The tool that made a file, and its words, but for those that name the ``output``."""

    tool: str
    words: tuple[str, ...] = ()
    output: str = ""


def made_by(name: str, text: str) -> MadeBy | None:
    """Return what a file called *name* says of how it was made; ``None`` where it is no such list, or does not say."""
    match = _HEADER.search(text[:_BEGINNING])
    if match is None:
        return MadeBy("its tool") if name.endswith(".toml") else None
    try:
        words = shlex.split(match[2])
    except ValueError:
        words = []
    left, output = [], ""
    given = iter(words)
    for word in given:
        option, _, value = word.partition("=")
        if option in _OUTPUT:
            output = value or next(given, "")
        else:
            left.append(word)
    return MadeBy(match[1], tuple(left), output)


def folder_of(path: PurePosixPath, made: MadeBy) -> PurePosixPath | None:
    """Return the folder that the command ran in, where *path* says it; ``None`` for one that says another name."""
    output = PurePosixPath(made.output)
    if not made.output:
        return path.parent
    parts = len(output.parts)
    return PurePosixPath(*path.parts[:-parts]) if path.parts[-parts:] == output.parts else None


def pins(name: str, text: str) -> frozenset[tuple[str, str]]:
    """Return the normalized name and the version of all that is pinned in a file called *name*."""
    found = _locked(text) if name.endswith(".toml") else (match.groups() for match in _PIN.finditer(text))
    return frozenset((canonicalize_name(each), version) for each, version in found)


def _locked(text: str) -> Iterator[tuple[str, str]]:
    try:
        entries = read_toml(text, where="a lock").values.get("packages")
    except ReleasegateError:
        return
    for entry in entries if isinstance(entries, list) else []:
        name, version = (entry.get(key) for key in ("name", "version")) if isinstance(entry, dict) else (None, None)
        if isinstance(name, str) and isinstance(version, str):
            yield name, version
