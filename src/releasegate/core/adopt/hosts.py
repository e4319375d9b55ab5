"""Modules that import only inside of a host, which no resolver installs: NetBox's plugins, Blender's add-ons.

What a module imports when it is imported counts, through the package's own modules too; what it may do without (a
guarded import, one in a function, one for types) does not.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from packaging.utils import canonicalize_name

from releasegate.core.adopt.claims.claim import Files, texts, under
from releasegate.core.adopt.code import parsed, setup_call, setup_cfg
from releasegate.core.adopt.django import REASON, needs_settings

# fmt: off
HOSTS: Mapping[str, str] = {
    "netbox": "NetBox", "nautobot": "Nautobot", "homeassistant": "Home Assistant", "octoprint": "OctoPrint",
    "bpy": "Blender", "qgis": "QGIS", "hou": "Houdini", "maya": "Maya", "nuke": "Nuke", "unreal": "Unreal Engine",
    "pcbnew": "KiCad", "FreeCAD": "FreeCAD", "krita": "Krita", "gimpfu": "GIMP", "sublime": "Sublime Text",
    "sublime_plugin": "Sublime Text", "idaapi": "IDA", "binaryninja": "Binary Ninja", "lldb": "LLDB", "gdb": "GDB",
    "uno": "LibreOffice", "xbmc": "Kodi", "aqt": "Anki", "calibre": "calibre",
}
# fmt: on
"""The hosts that are known, by the name of their package."""

# What comes with NetBox, beside the package of that name.
_NETBOX = frozenset(
    [
        *("extras", "dcim", "ipam", "circuits", "tenancy", "utilities", "virtualization", "users", "wireless", "vpn"),
        *("core", "django", "rest_framework", "django_filters", "django_tables2", "drf_spectacular", "taggit", "mptt"),
        *("django_rq", "rq", "strawberry", "strawberry_django", "graphene", "graphene_django", "netaddr", "jinja2"),
    ]
)
_DJANGO = frozenset({"django", "djangorestframework"})
_TESTING = frozenset({"pytest", "hypothesis", "nose"})
_MOST = 16


def not_imported(files: Files, module: PurePosixPath | None, project: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Return patterns of the modules that cannot be imported by themselves, each with the reason."""
    if module is None:
        return ()
    names = {_dotted(path, module): path for path in files if path.suffix == ".py" and module in path.parents}
    wanted = {name: tuple(dict.fromkeys(_wanted(files[path], name, path))) for name, path in names.items()}
    declared = dependencies(project, files)
    tops = {each.partition(".")[0] for each in _all(wanted)} - {module.name}
    hosts = {top for top in tops & HOSTS.keys() if canonicalize_name(top) not in declared}
    hosts |= {"extras"} if any(each.startswith("extras.plugins") for each in _all(wanted)) else set()
    brought = {each for each in _NETBOX if canonicalize_name(each.replace("_", "-")) not in declared}
    missing = hosts | (brought if hosts & {"netbox", "extras"} else set())
    host = next((HOSTS.get(each, "NetBox") for each in sorted(hosts)), "")
    found = [(p, f"imports only inside of {host}") for p in _patterns(_stopped(wanted, missing), names, module.name)]
    of_host = _stopped(wanted, missing)
    unset = {name for name, path in names.items() if needs_settings(parsed(files[path]), wanted[name])}
    if _DJANGO & declared and unset - of_host:
        found += [(p, REASON) for p in _patterns(_stopped(wanted, missing, unset) - of_host, names, module.name)]
    for each in sorted(_TESTING - declared):
        stopped = _stopped(wanted, {each}) - of_host
        found += [(p, f"needs {each}, which is no dependency") for p in _patterns(stopped, names, module.name)]
    return tuple(dict(found).items())


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
