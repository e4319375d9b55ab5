"""What the project itself keeps out of its wheel, and what its build writes into it: exemptions of the audit."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from releasegate.core.adopt.claims.claim import Files, decoded, texts, under
from releasegate.core.adopt.code import setup_call, setup_cfg
from releasegate.core.audit.checks.tracked import GITS_OWN
from releasegate.core.config.strings import plain
from releasegate.core.errors import ReleasegateError
from releasegate.core.globs import matching

_MANIFEST = PurePosixPath("MANIFEST.in")
_FINDING = frozenset({"find_packages", "find_namespace_packages"})


def omitted(project: Mapping[str, Any], files: Files, module: PurePosixPath | None) -> tuple[tuple[str, str], ...]:
    """Return patterns of the package's tracked files that the project keeps out of the wheel, each with who does."""
    if module is None:
        return ()
    mine = [str(path) for path in files if module in path.parents and path.name not in GITS_OWN]
    found: dict[str, str] = {}
    left = set(mine)
    for pattern, by, modules_too in _excluded(project, files, module):
        try:
            out = {path for path in matching(plain(pattern), mine) if modules_too or not path.endswith(".py")}
        except (ValueError, ReleasegateError):
            continue
        if out & left:
            left -= out
            found[pattern] = f"kept out by {by}"
    return tuple(found.items())


def matched(patterns: Collection[str], files: Files) -> set[PurePosixPath]:
    """Return those of *files* that one of the *patterns* means."""
    paths = [str(path) for path in files]
    return {PurePosixPath(path) for pattern in patterns for path in matching(pattern, paths)}


def _excluded(project: Mapping[str, Any], files: Files, module: PurePosixPath) -> Iterator[tuple[str, str, bool]]:
    """Yield a pattern, who excludes it, and whether that holds for modules as well as for data."""
    tool = under(project, "tool")
    for keys in (("hatch", "build", "exclude"), ("hatch", "build", "targets", "wheel", "exclude")):
        yield from ((each, f"tool.{'.'.join(keys)}", True) for each in texts(under(tool, *keys)))
    yield from ((each, "tool.pdm.build.excludes", True) for each in texts(under(tool, "pdm", "build", "excludes")))
    poetry = under(tool, "poetry", "exclude")
    for each in poetry if isinstance(poetry, list) else []:
        yield from ((path, "tool.poetry.exclude", True) for path in texts(under(each, "path") or each))
    for key in ("wheel-exclude", "source-exclude"):
        said = texts(under(tool, "uv", "build-backend", key))
        yield from ((each, f"tool.uv.build-backend.{key}", True) for each in said)
    yield from _by_setuptools(tool, files, module)
    yield from ((f"{folder}/**", "the list of packages", True) for folder in _unlisted(tool, files, module))
    yield from _by_manifest(files)


def _by_setuptools(tool: Any, files: Files, module: PurePosixPath) -> Iterator[tuple[str, str, bool]]:
    packages = [
        *texts(under(tool, "setuptools", "packages", "find", "exclude")),
        *setup_cfg(files, "options.packages.find").get("exclude", "").replace(",", "\n").split(),
        *_found_without(files),
    ]
    for package in packages:
        path = package.removesuffix("*").removesuffix(".").replace(".", "/")
        if path and path != "*":
            yield f"{module.parent / path}/**" if "*" not in path else f"{path}/**", "packages.find.exclude", True
    data = under(tool, "setuptools", "exclude-package-data")
    # Modules of a folder that is not among packages that are listed are data, too.
    listed = isinstance(under(tool, "setuptools", "packages"), list)
    rows = (data if isinstance(data, dict) and data else setup_cfg(files, "options.exclude_package_data")).items()
    for package, patterns in rows:
        folder = module if package == "*" else module.parent / package.replace(".", "/")
        said = texts(patterns) if not isinstance(patterns, str) else patterns.replace(",", "\n").split()
        deep = "**/" if package == "*" else ""
        yield from ((f"{folder}/{deep}{each}", "exclude-package-data", listed) for each in said)


def _unlisted(tool: Any, files: Files, module: PurePosixPath) -> Iterator[PurePosixPath]:
    """Yield the folders with modules that are not among the packages that setuptools is given one by one."""
    called = setup_call(files).get("packages")
    listed = {
        *texts(under(tool, "setuptools", "packages")),
        *setup_cfg(files, "options").get("packages", "").replace(",", "\n").split(),
        *(each.value if isinstance(each, ast.Constant) else ... for each in getattr(called, "elts", ())),
    }
    if module.name not in listed or ... in listed:  # of which a part is computed
        return
    out: set[PurePosixPath] = set()
    for folder in sorted({path.parent for path in files if path.suffix == ".py" and module in path.parent.parents}):
        name = ".".join(folder.relative_to(module.parent).parts)
        within = any(each == name or str(each).startswith(f"{name}.") for each in listed)
        if not within and out.isdisjoint(folder.parents):
            out.add(folder)
            yield folder


def _found_without(files: Files) -> Iterator[str]:
    """Yield the packages that setup.py leaves out of those that it finds: ``find_packages(exclude=["lamp.tests"])``."""
    called = setup_call(files).get("packages")
    if isinstance(called, ast.Call) and getattr(called.func, "id", getattr(called.func, "attr", "")) in _FINDING:
        for word in called.keywords:
            if word.arg == "exclude":
                constants = [each.value for each in ast.walk(word.value) if isinstance(each, ast.Constant)]
                yield from (each for each in constants if isinstance(each, str))


def _by_manifest(files: Files) -> Iterator[tuple[str, str, bool]]:
    """Yield what MANIFEST.in excludes: setuptools takes modules all the same."""
    for line in decoded(files.get(_MANIFEST, b"")).splitlines():
        match line.split("#")[0].split():
            case ["prune", *folders]:
                yield from ((f"/{folder.strip('/')}/**", "MANIFEST.in", False) for folder in folders)
            case ["exclude", *patterns]:
                yield from ((f"/{pattern}", "MANIFEST.in", False) for pattern in patterns)
            case ["global-exclude", *patterns]:
                yield from ((pattern, "MANIFEST.in", False) for pattern in patterns)
            case ["recursive-exclude", folder, *patterns]:
                yield from ((f"/{folder.strip('/')}/**/{pattern}", "MANIFEST.in", False) for pattern in patterns)
