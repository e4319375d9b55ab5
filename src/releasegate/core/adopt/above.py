"""What lies above a package's folder in its repository, and states its version: read by its build, or kept by a tool.

A package in a folder of its own may share a ``VERSION`` with others, and the tool that bumps it is most often told at
the repository's top.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import PurePosixPath
from posixpath import normpath
from typing import Any

from releasegate.core.adopt.claims import of_files
from releasegate.core.adopt.claims.claim import Claim, Files, decoded, same, texts, under
from releasegate.core.adopt.code import SETUP, setup_cfg
from releasegate.core.adopt.former import told
from releasegate.core.adopt.former.tool import FormerTool
from releasegate.core.config.version_file_types import LockVersionFile

_PACKAGES = frozenset({"pyproject.toml", "setup.py", "package.json", "Cargo.toml"})
_DEEPEST = len(("docs", "source", "conf.py"))
_QUOTED = re.compile(r"""["']([^"'\n]+)["']""")


@dataclass(frozen=True)
class Above:
    """The repository's tracked *files*, by path from its top, and the package's *folder* in it.

    Where the package is at the top there are none. *siblings* are the other packages.
    """

    files: Files = field(default_factory=dict)
    folder: PurePosixPath = field(default_factory=PurePosixPath)
    siblings: frozenset[str] = frozenset()

    @cached_property
    def tools(self) -> tuple[FormerTool, ...]:
        """The tools that the top configures for this package: each was told of a file in its folder."""
        tools = told.former_tools(self.files) if self.files else ()
        return tuple(t for t in tools if any(self.folder in path.parents for path in told.paths_of(t, self.files)))

    def seen_from(self, path: PurePosixPath) -> PurePosixPath:
        """Return a path of the repository as the package's folder sees it: ``../VERSION``."""
        pairs = zip(path.parts, self.folder.parts, strict=False)
        same_folders = len(tuple(itertools.takewhile(lambda pair: pair[0] == pair[1], pairs)))
        return PurePosixPath(*[".."] * (len(self.folder.parts) - same_folders), *path.parts[same_folders:])

    def found(self, path: PurePosixPath) -> PurePosixPath | None:
        """Return the file of the repository that *path* leads to from the package's folder, where it lies above."""
        end = PurePosixPath(normpath(self.folder / path))
        return end if end in self.files and self.folder not in end.parents else None

    def of_others(self, path: PurePosixPath) -> bool:
        """Whether a file of the repository lies in another package's folder."""
        return self.folder not in path.parents and not self._packages.isdisjoint(path.parents)

    @cached_property
    def _packages(self) -> frozenset[PurePosixPath]:
        return frozenset(each.parent for each in self.files if each.name in _PACKAGES) - {PurePosixPath(), self.folder}


NOTHING = Above()
"""Nothing lies above a package at the repository's top."""


def read_by_build(
    project: Mapping[str, Any], files: Files, above: Above, links: Mapping[PurePosixPath, PurePosixPath]
) -> tuple[dict[PurePosixPath, bytes], dict[PurePosixPath, PurePosixPath]]:
    """Return the files above that the package's build names as where the version is, by path from its folder.

    Beside them come those that it reaches through one of the *links*, each with where that leads to.
    """
    tables = (("hatch", "version", "path"), ("pdm", "version", "path"), ("setuptools", "dynamic", "version", "file"))
    named = [text for keys in tables for text in texts(under(project, "tool", *keys))]
    named += setup_cfg(files).get("version", "").removeprefix("file:").split(",")
    paths = [PurePosixPath(each.strip()) for each in named if each.strip()]
    # setup.py puts the path together: from a folder above, and a name.
    words = _QUOTED.findall(decoded(files.get(SETUP, b"")))
    ups = [PurePosixPath("/".join([".."] * n)) for n in range(1, len(above.folder.parts) + 1)]
    paths += [up / word.lstrip("/") for word in words for up in ups if not word.startswith("..")]
    paths += [PurePosixPath(word) for word in words if word.startswith("..")]
    ends = dict.fromkeys(end for path in paths if (end := above.found(path)) is not None and not above.of_others(end))
    found = {above.seen_from(end): above.files[end] for end in ends}
    led = {path: end for path in paths if (end := _through(path, links)) is not None}
    for path, end in led.items():
        content = files.get(end) if (over := above.found(end)) is None else above.files[over]
        found |= {path: content, end: content} if content is not None else {}
    return found, {path: end for path, end in led.items() if path in found}


def _through(path: PurePosixPath, links: Mapping[PurePosixPath, PurePosixPath]) -> PurePosixPath | None:
    """Return where a path leads to that goes through a link to a folder."""
    link = next((each for each in path.parents if each in links), None)
    return PurePosixPath(normpath(links[link] / path.relative_to(link))) if link is not None else None


def kept_by_tools(above: Above, version: str) -> Iterator[Claim]:
    """Yield what the tools of the repository's top keep in step with *version*.

    One that keeps another is another package's, as is what lies in the folder of such a one.
    """
    for tool in above.tools:
        if tool.version is None or same(tool.version, version):
            yield from _from_here(above, tuple(told.claims([tool], above.files, version)))


def beside(above: Above, version: str, *, name: str) -> Iterator[Claim]:
    """Yield what states *version* above a package that is the only one of its repository: its citation, its documents.

    Whose such a file is in a repository of several, nothing says.
    """
    if above.siblings:
        return
    near = (path for path in above.files if len(path.parts) <= _DEEPEST and above.folder not in path.parents)
    outside = {path: above.files[path] for path in near}
    yield from _from_here(above, tuple(of_files.claims(outside, version, name=name)))


def locks(above: Above) -> Iterator[Claim]:
    """Yield the locks elsewhere in the repository: one of an application beside has the package by its folder."""
    for path in above.files:
        if of_files.is_followed(path) and above.folder not in path.parents:
            yield Claim(LockVersionFile(above.seen_from(path)), "usual")


def _from_here(above: Above, claims: Collection[Claim]) -> Iterator[Claim]:
    for claim in claims:
        path = claim.version_file.path
        if not above.of_others(path):
            yield replace(claim, version_file=replace(claim.version_file, path=above.seen_from(path)))
