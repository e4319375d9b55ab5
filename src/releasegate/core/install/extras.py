"""Which extra of a package brings a module: one that the package imports and does not always install."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

_FOR_WORK = frozenset({"all", "dev", "docs", "test", "tests"})
"""Extras that bring no module of their name: what they are for is the project's own work, or everything."""


def offered(requires: Sequence[str], extras: Collection[str]) -> dict[str, frozenset[str]]:
    """Return the normalized names of what each of *extras* installs, by the extra, as core metadata says it."""
    return {extra: frozenset(_installed(requires, extra) - _installed(requires, "")) for extra in extras}


def _installed(requires: Sequence[str], extra: str) -> set[str]:
    found = set[str]()
    for text in requires:
        try:
            wanted = Requirement(text)
        except InvalidRequirement:
            continue
        if wanted.marker is None or wanted.marker.evaluate({"extra": extra}):
            found.add(canonicalize_name(wanted.name))
    return found


def brings(module: str, installed: Collection[str]) -> bool:
    """Whether one of the distributions *installed* is called as a top *module*, or nearly: ``PyYAML`` has ``yaml``."""
    name = canonicalize_name(module)
    return bool(name) and not {name, f"py{name}", f"python-{name}", f"{name}-python"}.isdisjoint(installed)


def extras_for(modules: Iterable[str], extras: Mapping[str, Collection[str]]) -> dict[str, str]:
    """Return the extra that brings each of the *modules* that one does: the one that installs the least.

    Where none is known to, it is the one that is called as the module, unless that is for the project's own work.
    """
    smallest = sorted(extras, key=lambda extra: (len(extras[extra]), extra))
    found = {}
    for module in modules:
        bringing = (each for each in smallest if brings(module, extras[each]))
        extra = next(bringing, None) or named(module, extras.keys() - _FOR_WORK)
        if extra:
            found[module] = extra
    return found


def named(name: str, extras: Iterable[str]) -> str:
    """Return the one of *extras* that is called so; empty where none is."""
    return next((each for each in extras if canonicalize_name(each) == canonicalize_name(name)), "")
