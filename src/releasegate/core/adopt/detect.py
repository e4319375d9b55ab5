"""What a repository tells of its package: where its version stands, its Pythons, and what a gate must know."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import InvalidName, canonicalize_name

from releasegate.core.adopt.declarations import TESTS, find_version_files, read_project, under
from releasegate.core.adopt.refusals import Files, setup_call, setup_cfg
from releasegate.core.config.version_file_types import VersionFile
from releasegate.core.errors import ConfigurationError

PYTHONS = tuple(f"3.{minor}" for minor in range(9, 15))
"""The minor versions that a package may say it supports."""

_ELSEWHERE = TESTS | {"examples", "example", "scripts", "build", "benchmarks"}
_UNSAID = ("3.12", "3.13")
"""What a package is tried on that says nothing: the two that most people have."""
_SETUP_NAME = re.compile(rb"(?:^|[\s(,])name\s*=\s*[\"']?([A-Za-z0-9._-]+)", re.MULTILINE)
_SETUPS = tuple(PurePosixPath(name) for name in ("setup.cfg", "setup.py"))
_MIGRATION = re.compile(r"(^|/)migrations/[0-9]\w*\.py$")
_HOSTED = re.compile(rb"^[ \t]*(?:from|import)\s+(?:netbox|extras\.plugins)(?=[.\s])", re.MULTILINE)
_CARET = re.compile(r"\^\s*(\d+)(\.\d+)?[.\d]*")


@dataclass(frozen=True)
class Detected:
    """What was found; ``module`` is the package's import folder.

    ``needs_host`` says that it imports only inside of NetBox. ``frozen`` are glob patterns of its migrations, ``data``
    of the files that it reads. ``guessed`` are version files that were found by their value alone;
    ``pythons_assumed`` says that nothing names the Pythons.
    """

    name: str
    version: str
    version_files: tuple[VersionFile, ...]
    pythons: tuple[str, ...]
    module: PurePosixPath | None
    frozen: tuple[str, ...] = ()
    needs_host: bool = False
    data: tuple[str, ...] = ()
    guessed: tuple[VersionFile, ...] = ()
    pythons_assumed: bool = False


def detect(files: Files) -> Detected:
    """Return what the repository says of its package; every version file was found by reading its file.

    Raises:
        ConfigurationError: it names no package, or states no version where it could be changed; what to do is said.
    """
    project = read_project(files)
    name = _name(project, files)
    modules = sorted(_modules(files, name), key=lambda m: (canonicalize_name(m.name) != name, len(m.parts), m))
    module = modules[0] if modules else None
    found = find_version_files(project, files, modules, name=name)
    pythons = _pythons(project, files)
    migrations = [path for path in files if _MIGRATION.search(str(path)) and module in path.parents]
    return Detected(
        name=name,
        version=found.version,
        version_files=found.version_files,
        pythons=pythons or _UNSAID,
        module=module,
        frozen=tuple(sorted({f"{path.parent}/[0-9]*.py" for path in migrations})),
        needs_host=module is not None and _HOSTED.search(files.get(module / "__init__.py", b"")) is not None,
        data=_data(files, module),
        guessed=found.guessed,
        pythons_assumed=not pythons,
    )


def _name(project: Mapping[str, Any], files: Files) -> str:
    said = under(project, "project", "name") or under(project, "tool", "poetry", "name")
    if not isinstance(said, str):
        matches = (_SETUP_NAME.search(files.get(path, b"")) for path in _SETUPS)
        said = next((match[1].decode() for match in matches if match is not None), None)
    try:
        return canonicalize_name(said, validate=True)
    except (InvalidName, TypeError):
        raise ConfigurationError(
            "The repository names no package.", hint='Write name = "..." into [project] of its pyproject.toml'
        ) from None


def _modules(files: Files, name: str) -> Iterator[PurePosixPath]:
    """Yield the import packages at the top of the repository or of its src folder, and one in a namespace."""
    for path in files:
        folder = path.parent
        top = folder.parts[1:] if folder.parts[:1] == ("src",) else folder.parts
        apt = len(top) == 1 or (top and canonicalize_name("-".join(top)) == name)
        if path.name == "__init__.py" and apt and folder.name.lower() not in _ELSEWHERE:
            yield folder


def _pythons(project: Mapping[str, Any], files: Files) -> tuple[str, ...]:
    """Return the Pythons of the classifiers that requires-python allows, else all that it allows; none if unsaid."""
    wanted = under(project, "project", "requires-python") or under(project, "tool", "poetry", "dependencies", "python")
    said = wanted if isinstance(wanted, str) else _python_requires(files)
    try:
        allowed = SpecifierSet(_CARET.sub(lambda m: f">={m[1]}{m[2] or ''},<{int(m[1]) + 1}", said))
    except InvalidSpecifier:
        return ()
    fitting = tuple(minor for minor in PYTHONS if allowed.contains(f"{minor}.99"))
    classifiers = _classifiers(project, files)
    named = tuple(minor for minor in fitting if re.search(rf"Python :: {re.escape(minor)}(?!\d)", classifiers))
    return named or (fitting if said else ())


def _classifiers(project: Mapping[str, Any], files: Files) -> str:
    """Return the classifiers, wherever they stand, as one text."""
    told = under(project, "project", "classifiers") or under(project, "tool", "poetry", "classifiers")
    called = setup_call(files).get("classifiers")
    return f"{told} {setup_cfg(files).get('classifiers', '')} {ast.unparse(called) if called is not None else ''}"


def _python_requires(files: Files) -> str:
    """Return what ``setup.cfg`` or ``setup.py`` says of the Pythons, or nothing."""
    match = re.search(rb"python_requires\s*=\s*[\"']?([^\"'\n]+)", b"".join(files.get(path, b"") for path in _SETUPS))
    return match[1].decode() if match is not None else ""


def _data(files: Files, module: PurePosixPath | None) -> tuple[str, ...]:
    """Return glob patterns of the tracked templates, static files, JSON files and the mark of types."""
    found = set()
    for path in files:
        if module not in path.parents:
            continue
        folders = path.relative_to(str(module)).parts[:-1]
        kept = next((n for n, folder in enumerate(folders, start=1) if folder in {"templates", "static"}), None)
        if not TESTS.isdisjoint(folders) or path.suffix == ".py" or path.name.startswith("."):
            continue
        if kept is not None:
            found.add(f"{PurePosixPath(str(module), *folders[:kept])}/**")
        elif path.suffix == ".json":
            deep = f"{module}/{folders[0]}/**" if len(folders) > 1 else str(path.parent)
            found.add(f"{deep}/*.json")
        elif path.name == "py.typed":
            found.add(str(path))
    return tuple(sorted(found))
