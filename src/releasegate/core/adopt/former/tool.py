"""A tool that bumped the version so far, as its configuration describes it, and how such a configuration is read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from releasegate.core.adopt.claims.claim import Files, decoded
from releasegate.core.config.version_file_types import VersionFile
from releasegate.core.errors import ReleasegateError
from releasegate.core.toml.lines import read_toml
from releasegate.core.version_files.kind import Spelling


@dataclass(frozen=True)
class Search:
    """Where a tool changes the version: in files by *pattern*, which may be a glob, but for those of *excluded*.

    ``text`` is what it looks for, with ``{current_version}`` in it; ``None`` is the version itself. ``lines`` is a
    regular expression of the only lines that it changes. ``spelling`` is how much of the version it writes.
    """

    pattern: str
    text: str | None = None
    lines: str | None = None
    excluded: tuple[str, ...] = ()
    spelling: Spelling = "pep440"


@dataclass(frozen=True)
class FormerTool:
    """A tool's name, the version that it keeps, where it keeps it, what it was told of, and its tags' beginning."""

    name: str
    version: str | None
    own: VersionFile | None = None
    files: tuple[VersionFile, ...] = ()
    searches: tuple[Search, ...] = ()
    tag: str | None = None

    @property
    def tag_prefix(self) -> str | None:
        """What stands before the version in the tool's tags, where it says so."""
        if self.tag is None:
            return None
        match = re.fullmatch(
            r"([^{}$]*)(?:\{[\w:]+\}|\$\{?version\}?|\$\{?major\}?\.\$\{?minor\}?\.\$\{?patch\}?.*)", self.tag
        )
        return match[1] if match is not None else None


_TAG = re.compile(r"([^{}$]*)(?:\{[\w:]+\}|\$\{?version\}?|\$\{?major\}?\.\$\{?minor\}?\.\$\{?patch\}?.*)")
_TWO = re.compile(r"\{major\}\.\{minor\}")


def spelling_in(template: Any) -> Spelling:
    """Return how a tool's template, or the first of several, writes the version: ``{major}.{minor}`` is a part of it.

    One that writes more of it, or is not there, writes it whole.
    """
    first = next(iter(template), "") if isinstance(template, list) else template
    return "major.minor" if isinstance(first, str) and _TWO.fullmatch(first.strip()) else "pep440"


def text_or_none(value: Any) -> str | None:
    """Return *value* where it is text."""
    return value if isinstance(value, str) else None


def rows(value: Any) -> list[dict[str, Any]]:
    """Return the tables of a list; nothing of anything else."""
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def paths(*names: str) -> Iterable[PurePosixPath]:
    """Return the *names* as paths."""
    return map(PurePosixPath, names)


def toml_of(files: Files, path: PurePosixPath) -> Mapping[str, Any]:
    """Return what a TOML file says; nothing of what is none, or is not there."""
    try:
        return read_toml(decoded(files.get(path, b"")), where=str(path)).values
    except ReleasegateError:
        return {}


def json_of(files: Files, path: PurePosixPath) -> Any:
    """Return what a JSON file says; nothing of what is none, or is not there."""
    try:
        return json.loads(decoded(files.get(path, b"{}")).removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        return {}


def yaml_of(files: Files, path: PurePosixPath) -> Any:
    """Return what a YAML file says, every value as text; nothing of what is none, or is not there."""
    import yaml  # noqa: PLC0415 - slow to load, and few repositories have such a file

    try:
        return yaml.load(decoded(files.get(path, b"")), Loader=yaml.BaseLoader)  # noqa: S506 - makes texts alone
    except (yaml.YAMLError, ValueError, RecursionError):
        return {}
