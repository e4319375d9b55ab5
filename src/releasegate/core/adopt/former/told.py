"""What the tool that bumped the version so far was told: its files become version files, its tags a prefix.

The formats, as of 2026: tbump (``tbump.toml`` or ``[tool.tbump]``), bump2version and bump-my-version
(``.bumpversion.cfg``, ``setup.cfg``, ``.bumpversion.toml``, ``[tool.bumpversion]``), commitizen (``[tool.commitizen]``,
``.cz.toml``, ``.cz.json``, ``.cz.yaml`` and their like), python-semantic-release (``[tool.semantic_release]``,
``releaserc.toml``, ``releaserc.json``), bumpver
(``[tool.bumpver]``, ``bumpver.toml``) and release-please (its configuration and its manifest).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from releasegate.core.adopt.claims.claim import Claim, Files, by_line, decoded, fits_once, same, text_file
from releasegate.core.adopt.claims.of_files import is_followed
from releasegate.core.adopt.code import assigned
from releasegate.core.adopt.former import bumpers, releasers
from releasegate.core.adopt.former.tool import FormerTool, Search
from releasegate.core.config.version_file_types import LockVersionFile, PythonVersionFile, VersionFile
from releasegate.core.errors import ReleasegateError
from releasegate.core.globs import matching
from releasegate.core.version_files.kind import short
from releasegate.core.version_files.leftovers import is_lock

_CURRENT = re.compile(r"\{(?:current_version|pep440_version|version|new_version)\}")
_FILLED = re.compile(r"\{(?!now|utcnow)\w")
_GLOB = frozenset("*?[")


def former_tools(files: Files, *, folder: str = "") -> tuple[FormerTool, ...]:
    """Return every tool that the repository configures; *folder* is the package's own, where it is not the top."""
    return (*bumpers.configured(files), *releasers.configured(files, folder=folder))


def claims(tools: Iterable[FormerTool], files: Files, version: str) -> Iterator[Claim]:
    """Yield what the tools were told to keep in step with *version*, and where they keep the version themselves."""
    for tool in tools:
        if tool.own is not None:
            yield Claim(tool.own, "tool", tool.name)
        yield from (Claim(each, "tool", tool.name) for each in tool.files)
        for search in tool.searches:
            yield from (Claim(e, "tool", tool.name) for e in _found(search, files, tool.version or version))


def is_of_version(search: Search) -> bool:
    """Whether a search is about the version: one for ``Unreleased``, or for a year, is not."""
    return search.text is None or _FILLED.search(search.text) is not None


def paths_of(tool: FormerTool, files: Files) -> Iterator[PurePosixPath]:
    """Yield the files that a tool was told of."""
    yield from (each.path for each in tool.files)
    yield from (path for search in tool.searches for path in _meant(search, files))


def missed(tools: Iterable[FormerTool], files: Files, version: str) -> Iterator[str]:
    """Yield in words what a tool was told to keep in step, and where the version was not found."""
    for tool in tools:
        current = tool.version or version
        for search in filter(is_of_version, tool.searches):
            if next(_found(search, files, current), None) is None:
                yield (
                    f"{tool.name} was told of {search.pattern}, where {current} was not found as text: no bump follows "
                    "there"
                )


def _found(search: Search, files: Files, version: str) -> Iterator[VersionFile]:
    for path in _meant(search, files):
        yield from _in_file(path, files[path], search, version)


def _meant(search: Search, files: Files) -> tuple[PurePosixPath, ...]:
    """Return the files that a search is about."""
    path = PurePosixPath(search.pattern)
    if path in files:
        return (path,)
    there = [str(each) for each in files if ".." not in each.parts]
    try:
        # The tools' globs begin at the top, where a .gitignore's are of any depth.
        found = set(matching(f"/{search.pattern.removeprefix('./')}", there)) if _GLOB & set(search.pattern) else set()
        found -= {each for pattern in search.excluded for each in matching(f"/{pattern}", there)}
    except ReleasegateError:
        return ()
    return tuple(map(PurePosixPath, sorted(found)))


def _in_file(path: PurePosixPath, content: bytes, search: Search, version: str) -> Iterator[VersionFile]:
    """Yield the version files that a search in a file means, else every place in it where the version stands.

    A lock has one entry that is the package's own, whatever other entries say in the same words.
    """
    if is_lock(path):
        yield from [LockVersionFile(path)] if is_followed(path) else []
        return
    if not is_of_version(search):
        return
    mark = version[:1] if version[:1] in {"v", "V"} else ""  # as a part of the version, which bumpver has
    version = short(version) if search.spelling == "major.minor" else version.removeprefix(mark)
    around = _CURRENT.sub(f"{mark}{{version}}", search.text) if search.text is not None else ""
    # bumpver's ^ and $ are the ends of a line.
    around = around.removeprefix("^").removesuffix("$") if around.startswith("^") else around
    lines = _of_lines(search, version)
    if around.count("{version}") == 1 and around != f"{mark}{{version}}":
        literal = around.replace("{version}", version)
        made = text_file(path, around, spelling=search.spelling)
        if literal in decoded(content):
            if made is not None and fits_once(made, content):
                yield made
                return
            # A tool looks for a part of a word, too; a pattern is of whole ones, and of one line.
            line = next(each for each in literal.splitlines() if version in each)
            if decoded(content).count(line) != decoded(content).count(literal):
                return
            lines = re.compile(re.escape(line))
    found = tuple(by_line(path, content, version, lines=lines, spelling=search.spelling))
    yield from found
    if not found and path.suffix == ".py":  # a tuple, which a template has written
        stated = assigned(content).items()
        yield from (PythonVersionFile(path, name) for name, each in stated if same(each.version, version))


def _of_lines(search: Search, version: str) -> re.Pattern[str] | None:
    try:
        return None if search.lines is None else re.compile(_CURRENT.sub(lambda _: re.escape(version), search.lines))
    except (re.error, RecursionError):
        return None
