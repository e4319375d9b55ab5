"""Two tables about the same packages, in two repositories: what one says and the other does not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace

from releasegate.core.config.keys import Package, Settings
from releasegate.core.config.parse import parse_settings, table_elsewhere
from releasegate.core.errors import ConfigurationError

_COMMON = ("staging", "production", "dependencies", "stack")


def drift(ours: Settings, text: str, *, where: str) -> tuple[str, ...]:
    """Return what the table in *text* says otherwise of the packages that both name.

    Nothing is said of a file that has no table of its own, or one that cannot be read.
    """
    try:
        if table_elsewhere(text, where=where) is not None:
            return ()
        theirs = parse_settings(text, where=where)
    except ConfigurationError:
        return ()
    there = {package.name: package for package in theirs.packages}
    both = [package for package in ours.packages if package.name in there]
    if len(both) < 2:  # noqa: PLR2004 - a table of its own packages alone is no second one of the pair
        return ()
    found = [line for package in both for line in _differs(package, there[package.name], where)]
    return (*found, *(f"{key} differs in {where}" for key in _COMMON if getattr(ours, key) != getattr(theirs, key)))


def _differs(ours: Package, theirs: Package, where: str) -> Iterator[str]:
    """Yield the keys in which two tables of a package differ; where it lies is seen from another folder in each."""
    other = replace(theirs, path=ours.path)
    for each in fields(Package):
        if getattr(ours, each.name) != getattr(other, each.name):
            yield f"{ours.name}: {each.name.replace('_', '-')} differs in {where}"
