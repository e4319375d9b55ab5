"""What a repository tells of its package: where its version stands, its Pythons, and what a gate must know."""

from __future__ import annotations

import ast
import re
import tomllib
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import InvalidName, canonicalize_name

from releasegate.core.config import LockPlace, Place, PythonPlace, TomlPlace
from releasegate.core.errors import ConfigurationError, ReleasegateError
from releasegate.core.places import find

Files = Mapping[PurePosixPath, bytes]
"""The tracked files of a repository, by path."""

PYTHONS = tuple(f"3.{minor}" for minor in range(9, 15))
"""The minor versions that a package may say it supports."""

_PROJECT = PurePosixPath("pyproject.toml")
_LOCK = PurePosixPath("uv.lock")
_NAMES = frozenset({"__version__", "VERSION", "version"})
_ELSEWHERE = frozenset({"test", "tests", "docs", "doc", "examples", "example", "scripts", "build", "benchmarks"})
_FROM_GIT = ("setuptools_scm", "setuptools-scm", "hatch-vcs", "versioningit", "dunamai", "poetry-dynamic-versioning")
_UNSAID = ("3.12", "3.13")
"""What a package is tried on that says nothing: the two that most people have."""
_SETUP_PYTHON = re.compile(rb"python_requires\s*=\s*[\"']?([^\"'\n]+)")
_SETUP_NAME = re.compile(rb"(?:^|[\s(,])name\s*=\s*[\"']?([A-Za-z0-9._-]+)", re.MULTILINE)
_MIGRATION = re.compile(r"(^|/)migrations/[0-9]\w*\.py$")


@dataclass(frozen=True)
class Adopted:
    """What was found; ``module`` is the package's import folder, ``hosted`` says that it imports only inside of NetBox.

    ``frozen`` are glob patterns of its migrations.
    """

    name: str
    version: str
    places: tuple[Place, ...]
    pythons: tuple[str, ...]
    module: PurePosixPath | None
    frozen: tuple[str, ...] = ()
    hosted: bool = False


def look(files: Files) -> Adopted:
    """Return what the repository says of its package; every place was found by reading its file.

    Raises:
        ConfigurationError: it names no package, or states no version where it could be changed; what to do is said.
    """
    project = _toml(files)
    name = _name(project, files)
    modules = sorted(_modules(files), key=lambda m: (canonicalize_name(m.name) != name, len(m.parts), m))
    module = modules[0] if modules else None
    places = tuple(_places(project, files, modules, name))
    if not places:
        raise _nowhere(project, files)
    version = find(places[0], files[places[0].path], package=name).version
    migrations = [path for path in files if _MIGRATION.search(str(path)) and module in path.parents]
    return Adopted(
        name=name,
        version=version,
        places=places,
        pythons=_pythons(project, files),
        module=module,
        frozen=tuple(sorted({f"{path.parent}/[0-9]*.py" for path in migrations})),
        hosted=module is not None and _hosted(files.get(module / "__init__.py", b"")),
    )


def _toml(files: Files) -> Mapping[str, Any]:
    try:
        return tomllib.loads(files.get(_PROJECT, b"").decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"pyproject.toml cannot be read: {error}.", hint="Correct it first") from error


def _table(body: Any, *keys: str) -> Any:
    """Return what stands under *keys*, or an empty table."""
    for key in keys:
        body = body.get(key) if isinstance(body, dict) else None
    return {} if body is None else body


def _name(project: Mapping[str, Any], files: Files) -> str:
    said = _table(project, "project", "name") or _table(project, "tool", "poetry", "name")
    if not isinstance(said, str):
        for path in ("setup.cfg", "setup.py"):
            match = _SETUP_NAME.search(files.get(PurePosixPath(path), b""))
            if match is not None:
                said = match[1].decode()
                break
    try:
        return canonicalize_name(said, validate=True)
    except (InvalidName, TypeError):
        raise ConfigurationError(
            "The repository names no package.", hint='Write name = "..." into [project] of its pyproject.toml'
        ) from None


def _modules(files: Files) -> Iterator[PurePosixPath]:
    """Yield the import packages at the top of the repository, or of its src folder."""
    for path in files:
        folder = path.parent
        top = folder.parts[1:] if folder.parts[:1] == ("src",) else folder.parts
        if path.name == "__init__.py" and len(top) == 1 and folder.name.lower() not in _ELSEWHERE:
            yield folder


def _places(project: Mapping[str, Any], files: Files, modules: list[PurePosixPath], name: str) -> Iterator[Place]:
    """Yield every place that states the version, the leading one first."""
    stated: str | None = None
    for place in _candidates(project, files, modules):
        content = files.get(place.path)
        try:
            seen = find(place, content, package=name).version if content is not None else None
        except ReleasegateError:
            continue
        if seen is not None and stated in {None, seen}:
            stated = seen
            yield place


def _candidates(project: Mapping[str, Any], files: Files, modules: list[PurePosixPath]) -> Iterator[Place]:
    for key in ("project.version", "tool.poetry.version"):
        if isinstance(_table(project, *key.split(".")), str):
            yield TomlPlace(_PROJECT, key)
    seen: set[Place] = set()
    for place in (*_declared(project, files, modules), *_assigned(files, modules)):
        if place not in seen:
            seen.add(place)
            yield place
    if _LOCK in files:
        yield LockPlace(_LOCK)


def _declared(project: Mapping[str, Any], files: Files, modules: list[PurePosixPath]) -> Iterator[Place]:
    """Yield the places that a build backend is told to read the version from."""
    paths = [_table(project, "tool", "hatch", "version", "path"), _table(project, "tool", "pdm", "version", "path")]
    for path in paths:
        if isinstance(path, str):
            yield from (
                PythonPlace(PurePosixPath(path), attribute) for attribute in ("__version__", "VERSION", "version")
            )
    attributes = [_table(project, "tool", "setuptools", "dynamic", "version", "attr")]
    match = re.search(rb"^version\s*=\s*attr:\s*([\w.]+)", files.get(PurePosixPath("setup.cfg"), b""), re.MULTILINE)
    attributes += [match[1].decode()] if match is not None else []
    for dotted in attributes:
        if isinstance(dotted, str):
            yield from _of_attribute(dotted, files)
    if modules and "flit" in str(_table(project, "build-system", "build-backend")):
        yield PythonPlace(modules[0] / "__init__.py", "__version__")


def _of_attribute(dotted: str, files: Files) -> Iterator[Place]:
    """Yield the file and the name of ``package.module.attribute``."""
    *parts, attribute = dotted.split(".")
    stem = PurePosixPath(*parts)
    for root in (PurePosixPath(), PurePosixPath("src")):
        for path in (root / stem.with_suffix(".py"), root / stem / "__init__.py"):
            if path in files:
                yield PythonPlace(path, attribute)


def _assigned(files: Files, modules: list[PurePosixPath]) -> Iterator[Place]:
    """Yield the assignments of the package's own code that look like its version."""
    own = sorted(p for p in files if p.suffix == ".py" and any(m in p.parents for m in modules))
    for path in sorted(own, key=lambda p: (len(p.parts), p.name != "__init__.py", p)):
        content = files[path]
        if not any(name.encode() in content for name in _NAMES):
            continue
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # the code's own, of escapes and the like
                tree = ast.parse(content)
        except (SyntaxError, ValueError, RecursionError):
            continue
        yield from (PythonPlace(path, attribute) for attribute in _attributes(tree.body))


def _attributes(body: list[ast.stmt], before: str = "") -> Iterator[str]:
    for node in body:
        if isinstance(node, ast.ClassDef) and not before:
            yield from _attributes(node.body, f"{node.name}.")
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        value = getattr(node, "value", None)
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            yield from (f"{before}{t.id}" for t in targets if isinstance(t, ast.Name) and t.id in _NAMES)


def _nowhere(project: Mapping[str, Any], files: Files) -> ConfigurationError:
    build = str(_table(project, "build-system", "requires")) + str(_table(project, "tool"))
    setup = files.get(PurePosixPath("setup.py"), b"").decode(errors="replace")
    if any(tool in build or tool in setup for tool in _FROM_GIT):
        return ConfigurationError(
            "The version is taken from Git's tags, so no file states it.",
            hint='Write it down, e.g. version = "1.2.3" in [project], and take the plugin out of the build',
        )
    if PurePosixPath("setup.py") in files or PurePosixPath("setup.cfg") in files:
        return ConfigurationError(
            "The version stands in setup.py or setup.cfg, where it cannot be changed safely.",
            hint='Move it to [project] in pyproject.toml, or to __version__ = "..." in the package',
        )
    return ConfigurationError(
        "No file states the version.", hint='Write version = "1.2.3" into [project] of pyproject.toml'
    )


def _pythons(project: Mapping[str, Any], files: Files) -> tuple[str, ...]:
    """Return the Pythons of the classifiers that requires-python allows, else all that it allows."""
    wanted = _table(project, "project", "requires-python") or _table(
        project, "tool", "poetry", "dependencies", "python"
    )
    setups = b"".join(files.get(PurePosixPath(name), b"") for name in ("setup.cfg", "setup.py"))
    match = _SETUP_PYTHON.search(setups)
    said = wanted if isinstance(wanted, str) else match[1].decode() if match is not None else ""
    if not said:
        return _UNSAID
    try:
        allowed = SpecifierSet(said)
    except InvalidSpecifier:
        return _UNSAID
    fitting = tuple(minor for minor in PYTHONS if allowed.contains(f"{minor}.99"))
    classifiers = str(_table(project, "project", "classifiers") or _table(project, "tool", "poetry", "classifiers"))
    named = tuple(minor for minor in fitting if f"Python :: {minor}'" in classifiers)
    return named or fitting or _UNSAID


def _hosted(content: bytes) -> bool:
    """Whether a package imports NetBox at its top, so that it imports only inside of NetBox."""
    return re.search(rb"^from (netbox|extras)\.plugins import|^from netbox", content, re.MULTILINE) is not None
