"""The range of host versions that a plugin accepts, as the plugins of its host state it.

Format: two class attributes of a subclass of a class of the host's, as literals or as names of constants in any module
of the same package.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass

from packaging.version import Version

from releasegate.core.audit.code.trees import assignments, last_name, parse
from releasegate.core.release.versions import parse_version
from releasegate.core.stacks.host import Host, Hosts


@dataclass(frozen=True)
class HostRange:
    """The oldest and the newest host version that is accepted; ``None`` where nothing is stated."""

    oldest: str | None = None
    newest: str | None = None

    def holds(self, version: Version) -> bool:
        """Whether a host of *version* is accepted; a bound that is no version keeps none out."""
        oldest, newest = parse_version(self.oldest), parse_version(self.newest)
        return (oldest is None or version >= oldest) and (newest is None or version <= newest)


def host_range(sources: Mapping[str, bytes], hosts: Hosts) -> HostRange:
    """Return the range that a plugin's top-level ``__init__.py`` states; an empty one where nothing is a plugin."""
    for path in sorted(sources):
        if path.count("/") == 1 and path.endswith("/__init__.py"):
            for node in _body(sources[path]):
                host = _host_of(node, hosts)
                if isinstance(node, ast.ClassDef) and host is not None:
                    stated = assignments(node.body)
                    names = _constants(sources, package=path.removesuffix("__init__.py"))
                    return HostRange(
                        oldest=_resolve(stated.get(host.oldest), names),
                        newest=_resolve(stated.get(host.newest), names),
                    )
    return HostRange()


def _host_of(node: ast.stmt, hosts: Hosts) -> Host | None:
    """Return the host whose class a class of the plugin is made from."""
    bases = set(map(last_name, node.bases)) if isinstance(node, ast.ClassDef) else set()
    return next((host for host in hosts if host.oldest and bases & set(host.classes)), None)


def _body(source: bytes) -> list[ast.stmt]:
    """Return a module's statements; none where this Python cannot parse it."""
    tree = parse(source)
    return tree.body if tree is not None else []


def _constants(sources: Mapping[str, bytes], *, package: str) -> dict[str, ast.expr]:
    found: dict[str, ast.expr] = {}
    for path in sorted(sources):
        if path.startswith(package) and path.count("/") == 1:
            found = assignments(_body(sources[path])) | found
    return found


def _resolve(value: ast.expr | None, names: Mapping[str, ast.expr]) -> str | None:
    """Follow a name to its text, through at most as many names as there are."""
    for _ in range(len(names) + 1):
        if not isinstance(value, ast.Name):
            break
        value = names.get(value.id)
    return value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else None
