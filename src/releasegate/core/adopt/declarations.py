"""Where a repository states its version: what its build reads, and code that says the same."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from packaging.utils import canonicalize_name

from releasegate.core.adopt.refusals import Files, not_found, refusal, setup_call, setup_cfg
from releasegate.core.config.toml_lines import read_toml
from releasegate.core.config.version_file_types import LockVersionFile, PythonVersionFile, TomlVersionFile, VersionFile
from releasegate.core.errors import ReleasegateError
from releasegate.core.version_files.occurrences import bump, find

PROJECT, SETUP = PurePosixPath("pyproject.toml"), PurePosixPath("setup.py")
TESTS = frozenset({"test", "tests", "docs", "doc"})
_LOCK = PurePosixPath("uv.lock")
_NAMES = ("__version__", "VERSION", "version")
_ANOTHER = "99999.0"
"""A version that nothing states: every version file is tried with it before it is proposed."""


@dataclass(frozen=True)
class Declared:
    """The version and every version file, the leading one first; ``guessed`` are found by their value alone."""

    version: str
    version_files: tuple[VersionFile, ...]
    guessed: tuple[VersionFile, ...] = ()


def under(body: Any, *keys: str) -> Any:
    """Return what stands under *keys*, or an empty table."""
    for key in keys:
        body = body.get(key) if isinstance(body, dict) else None
    return {} if body is None else body


def find_version_files(
    project: Mapping[str, Any], files: Files, modules: Sequence[PurePosixPath], *, name: str
) -> Declared:
    """Return where the version stands; each version file was read, and changed in memory.

    Raises:
        ConfigurationError: the build takes the version from where it cannot be changed; what to do is said.
    """
    unfit = refusal(project, files)
    if unfit is not None:
        raise unfit
    declared = list(_declared(project, files, modules, name))
    assigned = list(_assigned(files, modules, name))
    version, changed = None, dict(files)
    found: list[VersionFile] = []
    for version_file in dict.fromkeys((*declared, *assigned, LockVersionFile(_LOCK))):
        try:
            stated = find(version_file, changed[version_file.path], package=name).version
            after = bump(version_file, changed[version_file.path], package=name, version=_ANOTHER)
        except (KeyError, ReleasegateError):
            continue
        # A lock file that lags behind is a version file all the same: the gate of the versions says so.
        if stated == (version or stated) or (isinstance(version_file, LockVersionFile) and found):
            version = version or stated
            changed[version_file.path] = after
            found.append(version_file)
    if version is None or isinstance(found[0], LockVersionFile):
        raise not_found(files)
    sure = {version_file for version_file in assigned if version_file.attribute == "__version__"}.union(declared)
    guessed = tuple(p for p in found if isinstance(p, PythonVersionFile) and p not in sure)
    return Declared(version, tuple(found), guessed)


def read_project(files: Files) -> Mapping[str, Any]:
    """Return what ``pyproject.toml`` says, nothing where there is none; raises ``ConfigurationError`` with the line."""
    return read_toml(files.get(PROJECT, b"").decode(errors="replace"), where=str(PROJECT)).values


def _declared(
    project: Mapping[str, Any], files: Files, modules: Sequence[PurePosixPath], name: str
) -> Iterator[TomlVersionFile | PythonVersionFile]:
    """Yield the version files that the build reads the version from."""
    for key in ("project.version", "tool.poetry.version"):
        if isinstance(under(project, *key.split(".")), str):
            yield TomlVersionFile(PROJECT, key)
    path = under(project, "tool", "hatch", "version", "path")
    if isinstance(path, str):
        pattern = under(project, "tool", "hatch", "version", "pattern")
        yield from _in_hatch(PurePosixPath(path), files, pattern if isinstance(pattern, str) else None)
    path = under(project, "tool", "pdm", "version", "path")
    if isinstance(path, str):
        yield PythonVersionFile(PurePosixPath(path), "__version__")
    dotted = [under(project, "tool", "setuptools", "dynamic", "version", "attr")]
    said = setup_cfg(files).get("version", "")
    dotted += [said.removeprefix("attr:").strip()] if said.startswith("attr:") else []
    if "flit" in str(under(project, "build-system", "build-backend")):
        named = under(project, "tool", "flit", "module", "name") or name.replace("-", "_")
        dotted += [f"{m}.__version__" for m in (named, *(m.name for m in modules[:1]))]
    for each in dotted:
        if isinstance(each, str):
            yield from _of_attribute(each, files)
    variable = setup_call(files).get("version")
    if isinstance(variable, ast.Name):
        yield PythonVersionFile(SETUP, variable.id)


def _in_hatch(path: PurePosixPath, files: Files, pattern: str | None) -> Iterator[PythonVersionFile]:
    """Yield the assignments that hatchling's regular expression means."""
    if pattern is None:
        yield from (PythonVersionFile(path, name) for name in _NAMES)
        return
    content = files.get(path, b"")
    try:
        match = re.search(pattern, content.decode(errors="replace"), re.MULTILINE)
        version = match["version"] if match is not None else None
    except (re.error, IndexError):
        return
    for attribute, value in _strings(content):
        if value == version:
            yield PythonVersionFile(path, attribute)


def _of_attribute(dotted: str, files: Files) -> Iterator[PythonVersionFile]:
    """Yield the file and the name of ``package.module.attribute``."""
    *parts, attribute = dotted.split(".")
    stem = PurePosixPath(*parts)
    for root in (PurePosixPath(), PurePosixPath("src")):
        for path in (root / f"{stem}.py", root / stem / "__init__.py"):
            if path in files:
                yield PythonVersionFile(path, attribute)


def _assigned(files: Files, modules: Sequence[PurePosixPath], name: str) -> Iterator[PythonVersionFile]:
    """Yield the assignments of the package's own code that look like its version, the likeliest first."""

    def own(path: PurePosixPath) -> bool:
        single = path.parent in {PurePosixPath(), PurePosixPath("src")} and canonicalize_name(path.stem) == name
        inside = any(m in path.parents and TESTS.isdisjoint(path.relative_to(m).parts) for m in modules)
        return path.suffix == ".py" and (single or inside)

    paths = sorted(filter(own, files), key=lambda p: (len(p.parts), p.name != "__init__.py", p))
    found = [PythonVersionFile(path, attribute) for path in paths for attribute, _ in _strings(files[path])]
    usual = [version_file for version_file in found if version_file.attribute.rpartition(".")[2] in _NAMES]
    yield from sorted(
        usual, key=lambda version_file: ("." in version_file.attribute, version_file.attribute != "__version__")
    )


def _strings(content: bytes) -> Iterator[tuple[str, str]]:
    """Yield every name of a module, and attribute of a class in it, that is assigned a text."""
    if b"version" not in content.lower():
        return
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the code's own, of escapes and the like
            tree = ast.parse(content)
    except (SyntaxError, ValueError, RecursionError):
        return
    scopes = [("", tree.body), *((f"{n.name}.", n.body) for n in tree.body if isinstance(n, ast.ClassDef))]
    for before, body in scopes:
        for node in body:
            targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
            value = getattr(node, "value", None)
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                yield from ((f"{before}{t.id}", value.value) for t in targets if isinstance(t, ast.Name))
