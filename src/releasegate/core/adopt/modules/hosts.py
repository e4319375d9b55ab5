"""Modules that import only inside of a host, which no resolver installs: its plugins, its add-ons."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import Any

from packaging.utils import canonicalize_name

from releasegate.core.adopt.claims.claim import Files
from releasegate.core.adopt.code import parsed
from releasegate.core.adopt.modules.django import REASON, needs_settings
from releasegate.core.adopt.modules.imports import imports_of, modules_of
from releasegate.core.adopt.modules.needed_extras import TESTING, dependencies
from releasegate.core.install.platforms import WINDOWS
from releasegate.core.stacks.host import Host, Hosts

_DJANGO = frozenset({"django", "djangorestframework"})
_MOST = 16


def not_imported(
    files: Files, module: PurePosixPath | None, project: Mapping[str, Any], hosts: Hosts
) -> tuple[tuple[str, str], ...]:
    """Return patterns of the modules that cannot be imported by themselves, each with the reason.

    *hosts* are those that are known.
    """
    if module is None:
        return ()
    names = modules_of(files, module)
    wanted = imports_of(files, names)
    declared = dependencies(project, files)
    inside = [host for host in hosts if _belongs(wanted, host, declared, own=module.name)]
    missing = {top for host in inside for top in _brought(host, declared)}
    title = min((host.title for host in inside), default="")
    of_host = _stopped(wanted, missing)
    found = [(p, f"imports only inside of {title}") for p in _patterns(of_host, names, module.name)]
    unset = {name for name, path in names.items() if needs_settings(parsed(files[path]), wanted[name])}
    if _DJANGO & declared and unset - of_host:
        found += [(p, REASON) for p in _patterns(_stopped(wanted, missing, unset) - of_host, names, module.name)]
    of_windows = _stopped(wanted, WINDOWS) - of_host
    found += [(p, "imports only on Windows") for p in _patterns(of_windows, names, module.name)]
    for each in sorted(TESTING - declared):
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


def frozen(files: Files, module: PurePosixPath, project: Mapping[str, Any], hosts: Hosts) -> Iterator[str]:
    """Yield patterns of the files that never change once they are published, as the hosts of a package have it."""
    code = imports_of(files, modules_of(files, module))
    declared = dependencies(project, files)
    for host in hosts:
        if host.frozen and _belongs(code, host, declared, own=module.name):
            for pattern in host.frozen:
                if any(fnmatchcase(str(path), f"{module}/{pattern}") for path in files):
                    yield f"{module}/{pattern}"


def _all(wanted: Mapping[str, Collection[str]]) -> set[str]:
    return {each for names in wanted.values() for each in names}


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
