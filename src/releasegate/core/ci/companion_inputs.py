"""The answers of a dispatch that name companions' versions: one for the companion that all share, else one for each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from releasegate.core.config.keys import Package, Settings

if TYPE_CHECKING:
    from releasegate.core.release.companion import ByHand

_ONE = "companion"


def companion_inputs(packages: Iterable[Package]) -> Mapping[str, str]:
    """Return the inputs that a dispatch has for the companions of *packages*, each with its meaning for people."""
    names = list(dict.fromkeys(each.name for package in packages for each in package.companions))
    end = "; empty for what the variables or the configuration say"
    if len(names) == 1:
        return {_ONE: f"the companion's version{end}"}
    return {f"{_ONE}-{name}": f"the version of {name}{end}" for name in names}


def named_in(inputs: Mapping[str, str], settings: Settings) -> ByHand:
    """Return the versions that the answers of a dispatch name, by companion."""
    asked = {"": _ONE} | {name: f"{_ONE}-{name}" for _, name in settings.edges}
    return {name: inputs[key] for name, key in asked.items() if inputs.get(key)}
