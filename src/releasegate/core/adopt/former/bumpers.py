"""Tools that write a version into files: tbump, bump2version, bump-my-version and bumpver, and what they were told."""

from __future__ import annotations

import configparser
import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from releasegate.core.adopt.claims.claim import Files, decoded, texts, under
from releasegate.core.adopt.former.tool import FormerTool, Search, paths, rows, spelling_in, text_or_none, toml_of
from releasegate.core.config.version_file_types import IniVersionFile, TomlVersionFile, VersionFile
from releasegate.core.toml.lines import BOM, join_key, split_key

_PROJECT = PurePosixPath("pyproject.toml")


def configured(files: Files) -> Iterator[FormerTool]:
    """Yield every such tool that the repository configures."""
    project = toml_of(files, _PROJECT)
    yield from _tbump(_PROJECT, under(project, "tool", "tbump"), ("tool", "tbump"))
    for path in paths("tbump.toml"):
        yield from _tbump(path, toml_of(files, path), ())
    for path in paths("pyproject.toml", ".bumpversion.toml"):
        yield from _bump_my_version(path, toml_of(files, path))
    for path in paths(".bumpversion.cfg", "setup.cfg"):
        yield from _bump2version(path, files)
    yield from _bumpver(_PROJECT, under(project, "tool", "bumpver"), ("tool", "bumpver"))
    for path in paths("bumpver.toml"):
        yield from _bumpver(path, under(toml_of(files, path), "bumpver"), ("bumpver",))
    for path in paths("setup.cfg", "bumpver.cfg"):
        yield from _bumpver_cfg(path, files)


def _tbump(path: PurePosixPath, table: Any, keys: tuple[str, ...]) -> Iterator[FormerTool]:
    version, tag = under(table, "version", "current"), under(table, "git", "tag_template")
    if not isinstance(version, str):
        return
    searches = [
        Search(src, text_or_none(row.get("search")), spelling=spelling_in(row.get("version_template")))
        for row in rows(under(table, "file"))
        for src in texts(row.get("src"))
    ]
    own = TomlVersionFile(path, join_key((*keys, "version", "current")))
    yield FormerTool("tbump", version, own, searches=tuple(searches), tag=text_or_none(tag))


def _bump_my_version(path: PurePosixPath, body: Any) -> Iterator[FormerTool]:
    table = under(body, "tool", "bumpversion")
    version = text_or_none(under(table, "current_version"))
    if not table:
        return
    found: list[VersionFile] = []
    searches: list[Search] = []
    for row in rows(under(table, "files")):
        text, key = row.get("search", under(table, "search") or None), row.get("key_path")
        names = (*texts(row.get("filename")), *texts(row.get("glob")))
        if isinstance(key, str) and split_key(key):
            found += [TomlVersionFile(PurePosixPath(name), key) for name in names]
            continue
        plain, regex = (None, text_or_none(text)) if row.get("regex") else (text_or_none(text), None)
        if regex is not None and "version}" not in regex:
            continue  # it is about a date, say
        spelling = spelling_in(row.get("serialize"))
        searches += [Search(name, plain, regex, texts(row.get("glob_exclude")), spelling) for name in names]
    own = TomlVersionFile(path, "tool.bumpversion.current_version") if version is not None else None
    tag = text_or_none(under(table, "tag_name"))
    yield FormerTool("bump-my-version", version, own, tuple(found), tuple(searches), tag=tag)


def _bump2version(path: PurePosixPath, files: Files) -> Iterator[FormerTool]:
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(decoded(files.get(path, b"")).removeprefix(BOM))
    except configparser.Error:
        return
    version = parser.get("bumpversion", "current_version", fallback=None)
    if version is None:
        return
    searches = []
    for section in parser.sections():
        match = re.fullmatch(r"bumpversion:(?:file|glob)(?:\s*\([^)]*\))?\s*:(.+)", section)
        if match is not None:
            text = parser.get(section, "search", fallback=None)
            spelling = spelling_in(parser.get(section, "serialize", fallback="").strip().splitlines())
            searches.append(Search(match[1].strip(), text, spelling=spelling))
    tag = parser.get("bumpversion", "tag_name", fallback=None)
    own = IniVersionFile(path, "bumpversion.current_version")
    yield FormerTool("bump2version", version, own, searches=tuple(searches), tag=tag)


def _bumpver(path: PurePosixPath, table: Any, keys: tuple[str, ...]) -> Iterator[FormerTool]:
    version, patterns = under(table, "current_version"), under(table, "file_patterns")
    if not isinstance(version, str) or not isinstance(patterns, dict):
        return
    searches = [
        _bumpver_search(name, text)
        for name, listed in patterns.items()
        if PurePosixPath(name) != path
        for text in texts(listed)
    ]
    own = TomlVersionFile(path, join_key((*keys, "current_version")))
    yield FormerTool("bumpver", version, own, searches=tuple(searches))


def _bumpver_search(name: str, text: str) -> Search:
    """Return the search of a pattern, which may name the parts of a version: ``series MAJOR.MINOR``."""
    whole = text.replace("MAJOR.MINOR.PATCH", "{version}")
    if "MAJOR.MINOR" in whole:
        return Search(name, whole.replace("MAJOR.MINOR", "{version}"), spelling="major.minor")
    # Of other parts that are joined, YYYY.BUILD, every place of the version is meant; YYYY alone is a year.
    return Search(name, None if re.search(r"[A-Z]\.[A-Z0]", whole) and "version}" not in whole else whole)


class _OfPaths(configparser.RawConfigParser):
    """A parser for sections whose keys are paths, which have capital letters."""

    def optionxform(self, optionstr: str) -> str:
        """Return the key as it is."""
        return optionstr


def _bumpver_cfg(path: PurePosixPath, files: Files) -> Iterator[FormerTool]:
    """Read bumpver's older form, an INI file whose values are in quotes."""
    parser = _OfPaths(strict=False)
    try:
        parser.read_string(decoded(files.get(path, b"")).removeprefix(BOM))
    except configparser.Error:
        return
    version = parser.get("bumpver", "current_version", fallback="").strip("\"' ")
    if not version or not parser.has_section("bumpver:file_patterns"):
        return
    searches = [
        _bumpver_search(name, text.strip())
        for name, listed in parser["bumpver:file_patterns"].items()
        for text in listed.splitlines()
        if text.strip()
    ]
    yield FormerTool("bumpver", version, None, searches=tuple(searches))
