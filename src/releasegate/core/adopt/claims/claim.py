"""A version file that something in the repository speaks for, and what came of looking into it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any, Literal

from releasegate.core.config.strings import in_repository, pattern
from releasegate.core.config.version_file_types import TextVersionFile, VersionFile
from releasegate.core.errors import ReleasegateError
from releasegate.core.release.versions import parse_version
from releasegate.core.version_files import text
from releasegate.core.version_files.kind import Spelling
from releasegate.core.version_files.leftovers import lines_with

Files = Mapping[PurePosixPath, bytes]
"""The tracked files of a repository, by path from the package's folder."""

Rank = Literal["build", "tool", "usual", "named", "like", "value"]
"""Who speaks for a version file: what builds the package, the tool that bumped it so far, custom, or its value alone.

The last three must state the package's version to be proposed. What is *named* as usual, in a file that is not, and
what is *like* one is asked about where it states another.
"""

_TOKEN = re.compile(rf"(?<![\w.!+])v?({text.VERSION})(?![\w!+]|\.[0-9])")
_AROUND = 60
_MOST = 20


@dataclass(frozen=True)
class Source:
    """What is looked into: a package's *project* file, all its *files*, its import folders, the likeliest first.

    ``links`` are those of the files that only lead to another of them, ``single`` the modules that are a file alone.
    """

    name: str
    project: Mapping[str, Any]
    files: Files
    modules: tuple[PurePosixPath, ...]
    links: Mapping[PurePosixPath, PurePosixPath] = field(default_factory=dict)
    single: frozenset[PurePosixPath] = frozenset()


@dataclass(frozen=True)
class Claim:
    """A version file, and who speaks for it."""

    version_file: VersionFile
    rank: Rank
    by: str = ""


def under(body: Any, *keys: str) -> Any:
    """Return what stands under *keys*, or an empty table."""
    for key in keys:
        body = body.get(key) if isinstance(body, dict) else None
    return {} if body is None else body


def texts(value: Any) -> tuple[str, ...]:
    """Return the texts of a list, or the text itself as the only one; nothing of anything else."""
    listed = value if isinstance(value, list) else [value]
    return tuple(each for each in listed if isinstance(each, str))


def same(text: str, version: str) -> bool:
    """Whether *text* spells *version*: ``2026.01.3`` is ``2026.1.3``, and ``1.4`` is not ``1.4.0``, though equal."""
    one, other = parse_version(text), parse_version(version)
    return text == version if one is None or other is None else str(one) == str(other)


def placeholder(text: str) -> bool:
    """Whether *text* is a version that is meant to be none: ``0.0.0``, ``0+unknown``."""
    version = parse_version(text)
    return version is not None and (not any(version.release) or version.local is not None)


def spelling_of(text: str, version: str) -> Spelling:
    """Return how *text* spells *version*: ``1.4`` has the first two numbers of ``1.4.0``."""
    numbers, all_numbers = parse_version(text), parse_version(version)
    if numbers is None or all_numbers is None:
        return "pep440"
    two = str(numbers) == f"{numbers.major}.{numbers.minor}"
    return "major.minor" if two and len(all_numbers.release) > len(numbers.release) else "pep440"


def decoded(content: bytes) -> str:
    """Return *content* as text, whatever it is: it is only looked through."""
    return content.decode(errors="replace")


def by_line(
    path: PurePosixPath,
    content: bytes,
    version: str,
    *,
    lines: re.Pattern[str] | None = None,
    spelling: Spelling = "pep440",
) -> Iterator[VersionFile]:
    """Yield text version files for every place where *content* holds *version*, each with what stands around it.

    Only *lines* that have that pattern are looked at, where one is given.
    """
    found = (
        text_around(path, line, match, spelling=spelling)
        for _, line, match in lines_with(content, version)
        if lines is None or lines.search(line)
    )
    yield from list(dict.fromkeys(each for each in found if each is not None))[:_MOST]


def text_around(
    path: PurePosixPath, line: str, match: re.Match[str], *, spelling: Spelling = "pep440"
) -> VersionFile | None:
    """Return the version file of a version's place in a line; ``None`` where it cannot be written down."""
    start, end = match.span(1)
    tokens = [m for m in _TOKEN.finditer(line) if m.span() != match.span()]
    left = max([m.end() for m in tokens if m.end() <= start], default=0)
    right = min([m.start() for m in tokens if m.start() >= end], default=len(line))
    left, right = max(left, start - _AROUND), min(right, end + _AROUND)
    before, after = line[left:start], line[end:right]
    # A pattern fits whole words alone.
    if re.match(r"[\w.-]", line[left - 1 : left]):
        before = re.sub(r"^[\w.-]+", "", before)
    if re.match(r"\w", line[right : right + 1]):
        after = re.sub(r"\w+$", "", after)
    before = re.split(r"[\x00-\x1f\x7f-\x9f]", before)[-1].lstrip()
    after = re.split(r"[\x00-\x1f\x7f-\x9f]", after)[0].rstrip()
    return text_file(path, f"{before}{{version}}{after}", spelling=spelling)


def fits_once(version_file: TextVersionFile, content: bytes) -> bool:
    """Whether a pattern leads to one version."""
    try:
        text.find(version_file, content, "")
    except ReleasegateError:
        return False
    return True


def text_file(path: PurePosixPath, around: str, *, spelling: Spelling = "pep440") -> TextVersionFile | None:
    """Return a text version file, or ``None`` where the configuration would not take it."""
    try:
        return TextVersionFile(in_repository(str(path)), pattern(around), spelling)
    except ValueError:
        return None
