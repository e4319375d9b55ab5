"""Versions that no version file can state: taken from Git's tags, or standing where they cannot be changed safely."""

from __future__ import annotations

import ast
import configparser
import warnings
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from releasegate.core.errors import ConfigurationError

Files = Mapping[PurePosixPath, bytes]
"""The tracked files of a repository, by path."""

_SETUP, _CFG = PurePosixPath("setup.py"), PurePosixPath("setup.cfg")
_FROM_GIT = (
    *("setuptools_scm", "setuptools-scm", "use_scm_version", "setuptools-git-versioning", "hatch-vcs", "flit_scm"),
    *("flit-scm", "versioningit", "dunamai", "versioneer", "uv-dynamic-versioning"),
)


def refusal(project: Mapping[str, Any], files: Files) -> ConfigurationError | None:
    """Return why the version cannot be adopted, with what to do; ``None`` where nothing speaks against it."""
    tool = _table(project.get("tool"))
    hatch, pdm = (_table(_table(tool.get(key)).get("version")) for key in ("hatch", "pdm"))
    scheme = hatch.get("source") == "vcs" or pdm.get("source") == "scm"
    if scheme or _table(tool.get("poetry-dynamic-versioning")).get("enable"):
        return None if _static(project, "project") and scheme else _from_git()
    if _static(project, "project") or _static(tool, "poetry"):
        return None
    dynamic, said = _table(_table(_table(tool.get("setuptools")).get("dynamic")).get("version")), _said(files)
    plain = [p for p in (hatch.get("path"), pdm.get("path")) if isinstance(p, str) and not p.endswith(".py")]
    named = dynamic.get("file")
    plain += [str(each) for each in (named if isinstance(named, list) else [named]) if each]
    plain += [said.removeprefix("file:").strip()] if said.startswith("file:") else []
    if plain:
        return _in_plain_file(plain[0])
    if dynamic or said.startswith("attr:") or hatch.get("path") or pdm.get("path"):
        return None
    literal = isinstance(setup_call(files).get("version"), ast.Constant)
    return _from_git() if _reads_git_tags(project, files) else _in_setup() if said or literal else None


def _static(table: Mapping[str, Any], key: str) -> bool:
    return isinstance(_table(table.get(key)).get("version"), str)


def _said(files: Files) -> str:
    return setup_cfg(files).get("version", "")


def not_found(files: Files) -> ConfigurationError:
    """Return the error for a version that was found nowhere."""
    if _SETUP in files or _CFG in files:
        return _in_setup()
    return ConfigurationError(
        "No file states the version.", hint='Write version = "1.2.3" into [project] of pyproject.toml'
    )


def setup_cfg(files: Files) -> Mapping[str, str]:
    """Return ``[metadata]`` of ``setup.cfg``; nothing where there is none, or it cannot be read."""
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(files.get(_CFG, b"").decode(errors="replace"))
    except configparser.Error:
        return {}
    return dict(parser["metadata"]) if parser.has_section("metadata") else {}


def setup_call(files: Files) -> Mapping[str, ast.expr]:
    """Return the named arguments of the call of ``setup`` in ``setup.py``; nothing is run."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(files.get(_SETUP, b""))
    except (SyntaxError, ValueError, RecursionError):
        return {}
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    named = [c for c in calls if getattr(c.func, "id", getattr(c.func, "attr", "")) == "setup"]
    return {word.arg: word.value for call in named for word in call.keywords if word.arg is not None}


def _table(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _reads_git_tags(project: Mapping[str, Any], files: Files) -> bool:
    """Whether the build's own requirements or configuration name a tool that reads Git's tags."""
    requires = str(_table(project.get("build-system")).get("requires", ""))
    setups = b"".join(files.get(path, b"") for path in (_SETUP, _CFG)).decode(errors="replace")
    return any(tool in text for tool in _FROM_GIT for text in (requires, setups, _table(project.get("tool"))))


def _from_git() -> ConfigurationError:
    return ConfigurationError(
        "The version is taken from Git's tags, so no file states it.",
        hint='Write it down, e.g. version = "1.2.3" in [project], and take the plugin out of the build',
    )


def _in_plain_file(path: str) -> ConfigurationError:
    return ConfigurationError(
        f"The version stands in {path}, a plain file that is no version file.",
        hint='Move it to version = "1.2.3" in [project], or to __version__ = "1.2.3" in the package, for the build too',
    )


def _in_setup() -> ConfigurationError:
    return ConfigurationError(
        "The version stands in setup.py or setup.cfg, where it cannot be changed safely.",
        hint='Move it to [project] in pyproject.toml, or to __version__ = "1.2.3" in the package, and read it there',
    )
