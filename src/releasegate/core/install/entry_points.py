"""Which entry points of an installed distribution are loaded, and what they are called for people."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from packaging.utils import canonicalize_name

from releasegate.core.config.exemptions import Exemption

_VALUE = re.compile(r"([\w.]+)\s*(?::\s*([\w.]+)\s*)?(?:\[([^\]]*)\]\s*)?")


@dataclass(frozen=True)
class EntryPoint:
    """One line of ``entry_points.txt``; ``value`` is what stands behind the name."""

    group: str
    name: str
    value: str

    def __str__(self) -> str:
        return f"the entry point {self.name} of {self.group} ({self.value})"

    @property
    def module(self) -> str:
        """The module that is imported."""
        return self._part(1)

    @property
    def target(self) -> str:
        """What is loaded: ``module`` or ``module:attribute``; the value as it is where it is no such reference."""
        attribute = self._part(2)
        return f"{self.module}:{attribute}" if attribute else self.module

    @property
    def extras(self) -> frozenset[str]:
        """The extras without which it may not load."""
        return frozenset(canonicalize_name(each.strip()) for each in self._part(3).split(",") if each.strip())

    def _part(self, number: int) -> str:
        match = _VALUE.fullmatch(self.value.strip())
        return (match[number] or "") if match is not None else (self.value if number == 1 else "")


def to_load(
    points: Iterable[EntryPoint], *, extras: Collection[str], not_imported: Sequence[Exemption], run: Collection[str]
) -> tuple[EntryPoint, ...]:
    """Return the entry points that must load here.

    Left out are those of extras that are not installed, of modules that are not imported, and the console scripts that
    are *run* anyhow.
    """
    installed = {canonicalize_name(extra) for extra in extras}
    return tuple(
        point
        for point in points
        if point.extras <= installed
        and not (point.group == "console_scripts" and point.name in run)
        and not any(fnmatchcase(point.module, exemption.pattern) for exemption in not_imported)
    )
