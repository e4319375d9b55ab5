"""What the tool that bumped the version so far was told: its files become version files, its tags a prefix.

The formats, as of 2026: tbump (``tbump.toml`` or ``[tool.tbump]``), bump2version and bump-my-version
(``.bumpversion.cfg``, ``setup.cfg``, ``.bumpversion.toml``, ``[tool.bumpversion]``), commitizen (``[tool.commitizen]``,
``.cz.toml``, ``cz.toml``, ``.cz.json``), python-semantic-release (``[tool.semantic_release]``), bumpver
(``[tool.bumpver]``, ``bumpver.toml``) and release-please (its configuration and its manifest).
"""

from __future__ import annotations

import configparser
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from releasegate.core.adopt.claims.claim import Claim, Files, by_line, decoded, text_file, texts, under
from releasegate.core.config.toml_lines import join_key, read_toml, split_key
from releasegate.core.config.version_file_types import (
    IniVersionFile,
    JsonVersionFile,
    PythonVersionFile,
    TomlVersionFile,
    VersionFile,
)
from releasegate.core.errors import ReleasegateError

_CURRENT = re.compile(r"\{(?:current_version|pep440_version|version|new_version)\}")
_PROJECT = PurePosixPath("pyproject.toml")
_MANIFEST, _RELEASE_PLEASE = PurePosixPath(".release-please-manifest.json"), PurePosixPath("release-please-config.json")


@dataclass(frozen=True)
class FormerTool:
    """A tool's name, the version that it keeps, where it keeps it, the files it was told of, and its tags' beginning.

    ``searches`` are what it looks for in a file, with ``{current_version}`` in it; ``None`` is the version itself.
    """

    name: str
    version: str | None
    own: VersionFile | None = None
    files: tuple[VersionFile, ...] = ()
    searches: tuple[tuple[PurePosixPath, str | None], ...] = ()
    tag: str | None = None

    @property
    def tag_prefix(self) -> str | None:
        """What stands before the version in the tool's tags, where it says so."""
        if self.tag is None:
            return None
        match = re.fullmatch(r"([^{}$]*)(?:\{[\w:]+\}|\$\{?version\}?)", self.tag)
        return match[1] if match is not None else None


def former_tools(files: Files) -> tuple[FormerTool, ...]:
    """Return every tool that the repository configures."""
    project = _toml(files, _PROJECT)
    found: list[FormerTool | None] = []
    found += [_tbump(_PROJECT, under(project, "tool", "tbump"), ("tool", "tbump"))]
    found += [_tbump(path, _toml(files, path), ()) for path in _paths("tbump.toml")]
    found += [_bump_my_version(path, _toml(files, path)) for path in _paths("pyproject.toml", ".bumpversion.toml")]
    found += [_bump2version(path, files) for path in _paths(".bumpversion.cfg", "setup.cfg")]
    for path in _paths("pyproject.toml", ".cz.toml", "cz.toml"):
        body = under(_toml(files, path), "tool", "commitizen")
        found += [_commitizen(body, TomlVersionFile(path, "tool.commitizen.version"))]
    for path in _paths(".cz.json", "cz.json"):
        body = under(_json(files, path), "commitizen")
        found += [_commitizen(body, JsonVersionFile(path, "commitizen.version"))]
    found += [_semantic_release(under(project, "tool", "semantic_release"))]
    found += [_bumpver(_PROJECT, under(project, "tool", "bumpver"), ("tool", "bumpver"))]
    found += [_bumpver(path, under(_toml(files, path), "bumpver"), ("bumpver",)) for path in _paths("bumpver.toml")]
    found += [_bumpver_cfg(path, files) for path in _paths("setup.cfg", "bumpver.cfg")]
    found += [_release_please(files)]
    return tuple(tool for tool in found if tool is not None)


def claims(tools: Iterable[FormerTool], files: Files, version: str) -> Iterator[Claim]:
    """Yield what the tools were told to keep in step with *version*, and where they keep the version themselves."""
    for tool in tools:
        if tool.own is not None:
            yield Claim(tool.own, "tool", tool.name)
        yield from (Claim(each, "tool", tool.name) for each in tool.files)
        for path, search in tool.searches:
            current = tool.version or version
            yield from (Claim(e, "tool", tool.name) for e in _found(path, files.get(path), search, current))


def _found(path: PurePosixPath, content: bytes | None, search: str | None, version: str) -> Iterator[VersionFile]:
    """Yield the version files that a search in a file means, else every place in it where the version stands."""
    if content is None:
        return
    around = _CURRENT.sub("{version}", search) if search is not None else ""
    made = text_file(path, around) if around.count("{version}") == 1 and around != "{version}" else None
    if made is not None and around.replace("{version}", version) in decoded(content):
        yield made
    else:
        yield from by_line(path, content, version)


def _paths(*names: str) -> Iterator[PurePosixPath]:
    return map(PurePosixPath, names)


def _tbump(path: PurePosixPath, table: Any, keys: tuple[str, ...]) -> FormerTool | None:
    version, listed = under(table, "version", "current"), under(table, "file")
    if not isinstance(version, str):
        return None
    rows = [row for row in listed if isinstance(row, dict)] if isinstance(listed, list) else []
    searches = [(PurePosixPath(src), row.get("search")) for row in rows for src in texts(row.get("src"))]
    tag = under(table, "git", "tag_template")
    own = TomlVersionFile(path, join_key((*keys, "version", "current")))
    return FormerTool("tbump", version, own, searches=_searches(searches), tag=tag if isinstance(tag, str) else None)


def _bump_my_version(path: PurePosixPath, body: Any) -> FormerTool | None:
    table = under(body, "tool", "bumpversion")
    version, listed, tag = (under(table, key) for key in ("current_version", "files", "tag_name"))
    if not table:
        return None
    rows = [row for row in listed if isinstance(row, dict)] if isinstance(listed, list) else []
    searches = [
        (PurePosixPath(name), None if row.get("regex") else row.get("search", under(table, "search") or None))
        for row in rows
        for name in texts(row.get("filename"))
    ]
    own = TomlVersionFile(path, "tool.bumpversion.current_version") if isinstance(version, str) else None
    said = version if isinstance(version, str) else None
    return FormerTool("bump-my-version", said, own, searches=_searches(searches), tag=_text(tag))


def _bump2version(path: PurePosixPath, files: Files) -> FormerTool | None:
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(decoded(files.get(path, b"")))
    except configparser.Error:
        return None
    version = parser.get("bumpversion", "current_version", fallback=None)
    if version is None:
        return None
    searches = []
    for section in parser.sections():
        match = re.fullmatch(r"bumpversion:file(?:\s*\([^)]*\))?\s*:(.+)", section)
        if match is not None:
            searches.append((PurePosixPath(match[1].strip()), parser.get(section, "search", fallback=None)))
    tag = parser.get("bumpversion", "tag_name", fallback=None)
    own = IniVersionFile(path, "bumpversion.current_version")
    return FormerTool("bump2version", version, own, searches=_searches(searches), tag=tag)


def _commitizen(body: Any, own: TomlVersionFile | JsonVersionFile) -> FormerTool | None:
    if not body:
        return None
    version = under(body, "version")
    said = version if isinstance(version, str) and version else None
    # "path" or "path:regex", and only lines that the regex finds are changed.
    searches = [(PurePosixPath(each.partition(":")[0]), None) for each in texts(under(body, "version_files"))]
    return FormerTool(
        "commitizen", said, own if said else None, searches=_searches(searches), tag=_text(under(body, "tag_format"))
    )


def _semantic_release(body: Any) -> FormerTool | None:
    if not body:
        return None
    found: list[VersionFile] = []
    for each in texts(under(body, "version_toml")):
        path, _, key = each.partition(":")
        found += (
            [TomlVersionFile(PurePosixPath(path), key.partition(":")[0])] if split_key(key.partition(":")[0]) else []
        )
    variables = (*texts(under(body, "version_variables")), *texts(under(body, "version_variable")))
    for each in variables:
        path, _, name = each.partition(":")
        name = name.partition(":")[0]
        if path.endswith(".py") and name.isidentifier():
            found.append(PythonVersionFile(PurePosixPath(path), name))
    others = [
        (PurePosixPath(each.partition(":")[0]), None)
        for each in variables
        if not each.partition(":")[0].endswith(".py")
    ]
    return FormerTool(
        "python-semantic-release", None, None, tuple(found), _searches(others), tag=_text(under(body, "tag_format"))
    )


def _bumpver(path: PurePosixPath, table: Any, keys: tuple[str, ...]) -> FormerTool | None:
    version, patterns = under(table, "current_version"), under(table, "file_patterns")
    if not isinstance(version, str) or not isinstance(patterns, dict):
        return None
    searches = [
        (PurePosixPath(name), search)
        for name, listed in patterns.items()
        if PurePosixPath(name) != path
        for search in texts(listed)
    ]
    own = TomlVersionFile(path, join_key((*keys, "current_version")))
    return FormerTool("bumpver", version, own, searches=_searches(searches))


class _OfPaths(configparser.RawConfigParser):
    """A parser for sections whose keys are paths, which have capital letters."""

    def optionxform(self, optionstr: str) -> str:
        """Return the key as it is."""
        return optionstr


def _bumpver_cfg(path: PurePosixPath, files: Files) -> FormerTool | None:
    """Read bumpver's older form, an INI file whose values are in quotes."""
    parser = _OfPaths(strict=False)
    try:
        parser.read_string(decoded(files.get(path, b"")))
    except configparser.Error:
        return None
    version = parser.get("bumpver", "current_version", fallback="").strip("\"' ")
    if not version or not parser.has_section("bumpver:file_patterns"):
        return None
    searches = [
        (PurePosixPath(name), search.strip())
        for name, listed in parser["bumpver:file_patterns"].items()
        for search in listed.splitlines()
        if search.strip()
    ]
    return FormerTool("bumpver", version, None, searches=_searches(searches))


def _release_please(files: Files) -> FormerTool | None:
    manifest, settings = _json(files, _MANIFEST), _json(files, _RELEASE_PLEASE)
    version = under(manifest, ".")
    if not isinstance(version, str):
        return None
    package = under(settings, "packages", ".")
    found: list[VersionFile] = []
    searches: list[tuple[PurePosixPath, Any]] = []
    listed = under(package, "extra-files") or under(settings, "extra-files")
    for extra in listed if isinstance(listed, list) else []:
        path, kind, jsonpath = (under(extra, key) for key in ("path", "type", "jsonpath"))
        key = jsonpath.removeprefix("$.") if isinstance(jsonpath, str) else ""
        if isinstance(path, str) and kind in {"json", "toml"} and split_key(key):
            made = JsonVersionFile if kind == "json" else TomlVersionFile
            found.append(made(PurePosixPath(path.lstrip("/")), key))
        else:
            searches += [(PurePosixPath(each.lstrip("/")), None) for each in texts(path or extra)]
    mark = "" if under(package, "include-v-in-tag") is False or under(settings, "include-v-in-tag") is False else "v"
    own = JsonVersionFile(_MANIFEST, '"."')
    return FormerTool("release-please", version, own, tuple(found), _searches(searches), tag=f"{mark}{{version}}")


def _searches(found: Iterable[tuple[PurePosixPath, Any]]) -> tuple[tuple[PurePosixPath, str | None], ...]:
    return tuple((path, search if isinstance(search, str) else None) for path, search in found)


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _toml(files: Files, path: PurePosixPath) -> Mapping[str, Any]:
    try:
        return read_toml(decoded(files.get(path, b"")), where=str(path)).values
    except ReleasegateError:
        return {}


def _json(files: Files, path: PurePosixPath) -> Any:
    try:
        return json.loads(decoded(files.get(path, b"{}")).removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        return {}
