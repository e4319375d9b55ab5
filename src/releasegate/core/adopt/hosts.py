"""Modules that import only inside of a host, which no resolver installs: its plugins, its add-ons.

What a module imports when it is imported counts, through the package's own modules too; what it may do without (a
guarded import, one in a function, one for types) does not.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator, Mapping
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import Any

from packaging.utils import canonicalize_name

from releasegate.core.adopt.claims.claim import Files, texts, under
from releasegate.core.adopt.code import parsed, setup_call, setup_cfg
from releasegate.core.adopt.django import REASON, needs_settings
from releasegate.core.kits.host import Host, Hosts

_DJANGO = frozenset({"django", "djangorestframework"})
_TESTING = frozenset({"pytest", "hypothesis", "nose"})
_MOST = 16


def not_imported(
    files: Files, module: PurePosixPath | None, project: Mapping[str, Any], hosts: Hosts
) -> tuple[tuple[str, str], ...]:
    """Return patterns of the modules that cannot be imported by themselves, each with the reason.

    *hosts* are those that are known.
    """
    if module is None:
        return ()
    names = {_dotted(path, module): path for path in files if path.suffix == ".py" and module in path.parents}
    wanted = {name: tuple(dict.fromkeys(_wanted(files[path], name, path))) for name, path in names.items()}
    declared = dependencies(project, files)
    inside = [host for host in hosts if _belongs(wanted, host, declared, own=module.name)]
    missing = {top for host in inside for top in _brought(host, declared)}
    title = min((host.title for host in inside), default="")
    of_host = _stopped(wanted, missing)
    found = [(p, f"imports only inside of {title}") for p in _patterns(of_host, names, module.name)]
    unset = {name for name, path in names.items() if needs_settings(parsed(files[path]), wanted[name])}
    if _DJANGO & declared and unset - of_host:
        found += [(p, REASON) for p in _patterns(_stopped(wanted, missing, unset) - of_host, names, module.name)]
    for each in sorted(_TESTING - declared):
        stopped = _stopped(wanted, {each}) - of_host
        found += [(p, f"needs {each}, which is no dependency") for p in _patterns(stopped, names, module.name)]
    return tuple(dict(found).items())


def _belongs(wanted: Mapping[str, Collection[str]], host: Host, declared: Collection[str], *, own: str) -> bool:
    """Whether anything that is imported says that the package belongs into a host, and nothing installs that."""
    modules = [each for each in host.modules if canonicalize_name(each) not in declared and each != own]
    return any(name == each or name.startswith(f"{each}.") for name in _all(wanted) for each in modules)


def _brought(host: Host, declared: Collection[str]) -> set[str]:
    """Return what is there inside of a host alone, but for what the package declares."""
    tops = {each.partition(".")[0] for each in host.modules}
    return tops | {each for each in host.brings if canonicalize_name(each.replace("_", "-")) not in declared}


def frozen(files: Files, module: PurePosixPath | None, project: Mapping[str, Any], hosts: Hosts) -> Iterator[str]:
    """Yield patterns of the files that never change once they are published, as the hosts of a package have it."""
    if module is None:
        return
    code = {
        _dotted(p, module): tuple(_wanted(files[p], _dotted(p, module), p))
        for p in files
        if p.suffix == ".py" and module in p.parents
    }
    declared = dependencies(project, files)
    for host in hosts:
        if host.frozen and _belongs(code, host, declared, own=module.name):
            for pattern in host.frozen:
                if any(fnmatchcase(str(path), f"{module}/{pattern}") for path in files):
                    yield f"{module}/{pattern}"


def _all(wanted: Mapping[str, Collection[str]]) -> set[str]:
    return {each for names in wanted.values() for each in names}


def _dotted(path: PurePosixPath, module: PurePosixPath) -> str:
    parts = (*path.relative_to(module.parent).parts[:-1], path.stem)
    return ".".join(parts[:-1] if path.stem == "__init__" else parts)


def _wanted(content: bytes, name: str, path: PurePosixPath) -> Iterator[str]:
    """Yield the dotted names that a module cannot be imported without."""
    package = name.split(".") if path.name == "__init__.py" else name.split(".")[:-1]
    for node in _unconditional(parsed(content).body):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)


def _unconditional(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield the statements that run whenever a module is imported, those of its classes too."""
    for node in body:
        yield node
        if isinstance(node, (ast.ClassDef, ast.With)) or (isinstance(node, ast.Try) and not node.handlers):
            yield from _unconditional(node.body)


def _stopped(wanted: Mapping[str, Collection[str]], missing: Collection[str], seeds: Collection[str] = ()) -> set[str]:
    """Return the modules that cannot be imported where *missing* are not there, and *seeds*; through each other too."""
    stopped = set(seeds)
    while True:
        more = {
            name
            for name, needs in wanted.items()
            if name not in stopped
            and (
                any(each.partition(".")[0] in missing for each in needs)
                or any(each in stopped for each in needs)
                or any(parent in stopped for parent in _parents(name))
            )
        }
        if not more:
            return stopped
        stopped |= more


def _parents(name: str) -> Iterator[str]:
    parts = name.split(".")
    return (".".join(parts[:n]) for n in range(1, len(parts)))


def _patterns(stopped: set[str], names: Collection[str], top: str) -> tuple[str, ...]:
    """Return few patterns that mean exactly *stopped*, or the whole package where they would be many."""
    if top in stopped:
        return (f"{top}*",)
    found = []
    for name in sorted(stopped):
        if not any(parent in stopped for parent in _parents(name)):
            found.append(name)
            found += [f"{name}.*"] if any(each.startswith(f"{name}.") for each in names) else []
    return tuple(found) if len(found) <= _MOST else (f"{top}.*",)


def dependencies(project: Mapping[str, Any], files: Files) -> frozenset[str]:
    """Return the names of everything that is installed with the package, as far as it is written down."""
    said = [*texts(under(project, "project", "dependencies"))]
    poetry = under(project, "tool", "poetry", "dependencies")
    said += list(poetry) if isinstance(poetry, dict) else []
    said += setup_cfg(files, "options").get("install_requires", "").splitlines()
    called = setup_call(files).get("install_requires")
    constants = ast.walk(called) if called is not None else ()
    said += [node.value for node in constants if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return frozenset(canonicalize_name(re.split(r"[\s<>=!~\[;(@]", each.strip())[0]) for each in said)
