"""Packages whose build takes the version from Git's tags: whether it does, what it writes, and how its tags begin."""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from releasegate.core.adopt.claims.claim import Files, texts, under
from releasegate.core.adopt.code import setup_call, setup_cfg
from releasegate.core.version_files.tags import TOOLS

_HATCH = frozenset({"vcs", "versioningit", "uv-dynamic-versioning", "scm"})
_REWRITTEN = (
    ("tool", "setuptools_scm", "version_file"),
    ("tool", "setuptools_scm", "write_to"),
    ("tool", "vcs-versioning", "version_file"),
    ("tool", "hatch", "build", "hooks", "vcs", "version-file"),
)
_GENERATED = (
    *_REWRITTEN,
    ("tool", "hatch", "build", "hooks", "version", "path"),
    ("tool", "pdm", "version", "write_to"),
    ("tool", "versioningit", "write", "file"),
    ("tool", "versioneer", "versionfile_source"),
)

_DIFFERING, _ALIKE = ("9.2.0", "9.2.1", "9.2.2", "10.0.2", "10.0.3", "10.0.4", "10.0.5"), ("10.1.1", "10.99")
"""Versions of setuptools-scm that write other modules in an sdist than in a tree, and newer ones that do not."""


def from_tags(project: Mapping[str, Any], files: Files) -> bool:
    """Whether the build takes the version from Git's tags, by its own configuration and requirements."""
    if under(project, "tool", "poetry-dynamic-versioning", "enable") is True:
        return True
    if under(project, "tool", "pdm", "version", "use_scm") is True:  # pdm-pep517, which pdm-backend came after
        return True
    if any(isinstance(under(project, *key.split(".")), str) for key in ("project.version", "tool.poetry.version")):
        return False
    hatch, pdm = (under(project, "tool", name, "version", "source") for name in ("hatch", "pdm"))
    return str(hatch) in _HATCH or pdm == "scm" or (not _in_a_file(project, files) and _reads_tags(project, files))


def _in_a_file(project: Mapping[str, Any], files: Files) -> bool:
    """Whether the build is told of a file, or of a text, that states the version."""
    tables = ("tool.hatch.version", "tool.pdm.version", "tool.setuptools.dynamic.version")
    named = (under(under(project, *key.split(".")), part) for key in tables for part in ("path", "attr", "file"))
    called = isinstance(setup_call(files).get("version"), ast.Constant)
    return called or bool(setup_cfg(files).get("version")) or any(isinstance(each, (str, list)) for each in named)


def _reads_tags(project: Mapping[str, Any], files: Files) -> bool:
    """Whether the build requires, or configures, a tool that reads tags."""
    called = setup_call(files)
    if "use_scm_version" in called or setup_cfg(files, "versioneer"):
        return True
    requires = " ".join((*texts(under(project, "build-system", "requires")), *map(ast.unparse, _required(called))))
    tables = under(project, "tool")
    return any(re.search(rf"\b{re.escape(tool)}\b", requires) for tool in TOOLS) or any(
        tool in tables for tool in TOOLS
    )


def _required(called: Mapping[str, ast.expr]) -> Iterator[ast.expr]:
    yield from (value for name, value in called.items() if name in {"setup_requires", "cmdclass"})


def generated(project: Mapping[str, Any], files: Files) -> tuple[PurePosixPath, ...]:
    """Return the modules that the build writes the version into."""
    found = [each for keys in _GENERATED for each in texts(under(project, *keys))]
    found += [setup_cfg(files, "versioneer").get("versionfile_source", "")]
    scm = setup_call(files).get("use_scm_version")
    if isinstance(scm, ast.Dict):
        pairs = {
            getattr(key, "value", None): getattr(value, "value", None)
            for key, value in zip(scm.keys, scm.values, strict=True)
        }
        found += [str(pairs[name]) for name in ("write_to", "version_file") if isinstance(pairs.get(name), str)]
    return tuple(dict.fromkeys(PurePosixPath(each) for each in found if each))


def rewritten(project: Mapping[str, Any], files: Files) -> Iterator[PurePosixPath]:
    """Yield the tracked modules that a build writes anew where they lie: each build then finds a changed tree."""
    named = [text for keys in _REWRITTEN for text in texts(under(project, *keys))]
    yield from dict.fromkeys(path for path in map(PurePosixPath, named) if path in files)


def differing(project: Mapping[str, Any], files: Files) -> tuple[PurePosixPath, ...]:
    """Return the modules that are others where they are built from the sdist.

    setuptools-scm, from 9.0 until 10.1, writes the commit's hash there, which it knows in Git's tree alone. A build
    takes the newest one that its requirement admits.
    """
    own = under(project, "tool", "setuptools_scm") or setup_call(files).get("use_scm_version")
    wanted = [each for text in texts(under(project, "build-system", "requires")) for each in _scm(text)]
    so = any(each.contains(number) for each in wanted for number in _DIFFERING)
    newer = any(each.contains(number) for each in wanted for number in _ALIKE)
    return generated(project, files) if own and so and not newer else ()


def _scm(requirement: str) -> Iterator[SpecifierSet]:
    """Yield which versions of setuptools-scm a requirement admits, if it is one of it."""
    try:
        read = Requirement(requirement)
    except InvalidRequirement:
        return
    if canonicalize_name(read.name) == "setuptools-scm":
        yield read.specifier


def tag_prefix(project: Mapping[str, Any]) -> str | None:
    """Return what stands before the version in a tag, where the build's own configuration says so."""
    tool = under(project, "tool")
    scm = (
        under(tool, "setuptools_scm") or under(tool, "hatch", "version", "raw-options") or under(tool, "vcs-versioning")
    )
    for regex in (
        under(scm, "tag_regex"),
        under(tool, "hatch", "version", "tag-pattern"),
        under(tool, "pdm", "version", "tag_regex"),
    ):
        found = _of_regex(regex)
        if found is not None:
            return found
    globs = [*texts(under(tool, "pdm", "version", "tag_filter")), *texts(under(tool, "versioningit", "vcs", "match"))]
    command = under(scm, "git_describe_command") or under(under(scm, "scm"), "git", "describe_command")
    words = command.split() if isinstance(command, str) else list(texts(command))
    globs += [following.strip("'\"") for word, following in itertools.pairwise(words) if word == "--match"]
    globs += [word.removeprefix("--match=").strip("'\"") for word in words if word.startswith("--match=")]
    for glob in globs:
        literal = re.match(r"[^*?\[\]]*", glob)
        # v* says v; *.* says nothing, and name-* does not say whether a v follows.
        if literal is not None and literal[0] and literal[0] != glob:
            return re.sub(r"\d+$", "", literal[0])
    for name in ("uv-dynamic-versioning", "poetry-dynamic-versioning"):
        said = under(tool, name, "tag-prefix") or under(tool, name, "pattern-prefix")
        if isinstance(said, str):
            return f"{said}v" if under(tool, name, "pattern-prefix") else said
    return None


def _of_regex(regex: Any) -> str | None:
    """Return the plain text before the version in a regular expression, or ``None`` where it is not plain."""
    if not isinstance(regex, str):
        return None
    match = re.match(r"\^?((?:[^\\.^$*+?{}\[\]|()]|\\[-._/@=+])*)(\(\?P<(?:version|base)>)?(\[vV\]\?|v\?)?", regex)
    if match is None or not match[2] or not match[1]:
        return None
    return re.sub(r"\\(.)", r"\1", match[1]) + ("v" if match[3] else "")
