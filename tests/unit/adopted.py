"""Repositories as text, and what is found in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import PurePosixPath

from releasegate.adapters.kit_folders import known_hosts
from releasegate.core.adopt.detect import ALONE, Detected, Surroundings, detect
from releasegate.core.config.version_file_types import VersionFile

STATIC = '[project]\nname = "quay-lamp"\nversion = "1.4.0"\nrequires-python = ">=3.12"\n'
DYNAMIC = '[project]\nname = "quay-lamp"\ndynamic = ["version"]\nrequires-python = ">=3.12"\n'
INIT = "quay_lamp/__init__.py"


def look(files: Mapping[str, str | bytes], around: Surroundings = ALONE) -> Detected:
    """Return what is found in *files*, by path."""
    contents = {p: c if isinstance(c, bytes) else c.encode() for p, c in files.items()}
    sought = {PurePosixPath(path): contents[path] for path in sorted(contents)}
    return detect(sought, replace(around, hosts=known_hosts()))


def stated(found: Detected) -> tuple[VersionFile, ...]:
    """Return the version files that are proposed."""
    return tuple(each.version_file for each in found.version_files)


def shown(found: Detected) -> list[str]:
    """Return the version files that are proposed, each as its place: file, then key, attribute or pattern."""
    places = []
    for each in stated(found):
        keys = [str(v) for n, v in vars(each).items() if n not in {"path", "spelling"} and v is not None]
        places.append(" ".join([str(each.path), *keys]))
    return places
