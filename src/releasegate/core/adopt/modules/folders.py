"""What of a repository is imported: packages at its top, in its src folder or in a namespace, and single modules."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from packaging.utils import canonicalize_name

from releasegate.core.adopt.claims.claim import Files, texts, under
from releasegate.core.adopt.claims.of_code import TESTS
from releasegate.core.adopt.code import setup_call, setup_cfg

_ELSEWHERE = TESTS | {"examples", "example", "scripts", "build", "benchmarks"}


def import_folders(files: Files, name: str) -> tuple[PurePosixPath, ...]:
    """Return the import packages of the package *name*, that which is called most like it first.

    Of those that are called alike the first is the one that is installed: ``legacy/quay_lamp`` is another's.
    """
    found: dict[str, PurePosixPath] = {}
    for module in sorted(set(_folders(files, name)), key=lambda m: (_unlike(m.name, name), len(m.parts), m)):
        found.setdefault(module.name, module)
    return tuple(found.values())


def root_of(module: PurePosixPath, name: str) -> PurePosixPath:
    """Return the folder from which an import package of the package *name* is installed: ``src``, say."""
    inside = _below_src(module)
    depth = len(inside) if canonicalize_name("-".join(inside)) == name else 1
    return PurePosixPath(*module.parts[:-depth])


def single_modules(name: str, project: Mapping[str, Any], files: Files) -> Iterator[PurePosixPath]:
    """Yield the modules that are a file alone, without its suffix: called as the package is, or named to the build."""
    listed = setup_call(files).get("py_modules")
    constants = (
        [each.value for each in ast.walk(listed) if isinstance(each, ast.Constant)] if listed is not None else []
    )
    named = {
        name.replace("-", "_"),
        *texts(under(project, "tool", "flit", "module", "name")),
        *texts(under(project, "tool", "setuptools", "py-modules")),
        *setup_cfg(files, "options").get("py_modules", "").replace(",", "\n").split(),
        *(each for each in constants if isinstance(each, str)),
        *(path.stem for each in _included(project) if (path := PurePosixPath(each)).suffix == ".py"),
    }
    for path in sorted(files):
        if path.suffix == ".py" and path.stem in named and path.parent in {PurePosixPath(), PurePosixPath("src")}:
            yield path.with_suffix("")


def installed(modules: Sequence[PurePosixPath], project: Mapping[str, Any]) -> tuple[PurePosixPath, ...]:
    """Return those of *modules* that are certainly in the wheel: the likeliest, what it is told to take, what runs."""
    named = {PurePosixPath(each).name for each in _included(project)}
    for table in ("scripts", "gui-scripts"):
        for under_what in ("project", "tool.poetry"):
            commands = under(project, *under_what.split("."), table)
            targets = commands.values() if isinstance(commands, dict) else ()
            named |= {each.partition(":")[0].partition(".")[0] for each in targets if isinstance(each, str)}
    return (*modules[:1], *(each for each in modules[1:] if each.name in named))


def _included(project: Mapping[str, Any]) -> Iterator[str]:
    """Yield what hatchling, poetry-core and pdm-backend are told to take into the wheel, folders and patterns too."""
    hatch = under(project, "tool", "hatch", "build")
    for table in (hatch, under(hatch, "targets", "wheel")):
        for key in ("packages", "only-include", "include"):
            yield from texts(under(table, key))
        sources = under(table, "force-include")
        yield from map(str, sources if isinstance(sources, dict) else ())
    listed = under(project, "tool", "poetry", "packages")
    yield from (str(under(each, "include")) for each in (listed if isinstance(listed, list) else ()))
    yield from texts(under(project, "tool", "pdm", "build", "includes"))


def _folders(files: Files, name: str) -> Iterator[PurePosixPath]:
    for path in files:
        folder = path.parent
        top, called = _below_src(folder), canonicalize_name(folder.name) == name
        apt = len(top) == 1 or (top and canonicalize_name("-".join(top)) == name) or (called and _at_top(folder, files))
        # A package may be called as a usual folder is: build, say.
        aside = folder.name.lower() in _ELSEWHERE and canonicalize_name(folder.name) != name
        if path.name == "__init__.py" and apt and not aside:
            yield folder


def _below_src(folder: PurePosixPath) -> tuple[str, ...]:
    return folder.parts[1:] if folder.parts[:1] == ("src",) else folder.parts


def _at_top(folder: PurePosixPath, files: Files) -> bool:
    """Whether a folder is in no package, and in no folder that is about something else: ``lib/quay_lamp``."""
    return _ELSEWHERE.isdisjoint(folder.parent.parts) and folder.parent / "__init__.py" not in files


def _unlike(module: str, name: str) -> int:
    """Return how little an import folder is called as the package is: ``taggit`` is much like ``django-taggit``."""
    called = canonicalize_name(module)
    if called == name:
        return 0
    words = set(name.split("-"))
    return 1 if set(called.split("-")) <= words else 2 if words <= set(called.split("-")) else 3
