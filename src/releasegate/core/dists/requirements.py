"""What a wheel's metadata requires of others, and whether what an index has of them meets that.

Only the requirements themselves are looked at, each by itself: how they fit each other, an installer finds out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import cast

from packaging.markers import default_environment
from packaging.requirements import InvalidRequirement, Requirement
from packaging.version import Version


def required(said: Sequence[str], *, pythons: Sequence[str], extras: Sequence[str]) -> Iterator[Requirement]:
    """Yield what is installed with the package on any of *pythons*, and with *extras*; addresses are left out."""
    for text in said:
        try:
            requirement = Requirement(text)
        except InvalidRequirement:
            continue  # another check's
        if requirement.url is None and _applies(requirement, pythons, extras):
            yield requirement


def unmet(requirement: Requirement, versions: Collection[Version | None]) -> str | None:
    """Return why no file of an index meets a requirement; ``None`` where one does, or may: its version is not known.

    *versions* are those of all its files. Which of them a person would get is for an installer to say.
    """
    if not versions:
        return "has no such project"
    known = [version for version in versions if version is not None]
    fits = any(requirement.specifier.contains(version, prereleases=True) for version in known)
    return None if fits or len(known) < len(versions) else f"has none that fits: its newest is {max(known)}"


def _applies(requirement: Requirement, pythons: Sequence[str], extras: Sequence[str]) -> bool:
    if requirement.marker is None:
        return True
    here = cast("dict[str, str]", default_environment())
    numbered = ({"python_version": python, "python_full_version": f"{python}.0"} for python in pythons)
    places = [{**here, **python, "extra": extra} for python in numbered for extra in ("", *extras)]
    return any(requirement.marker.evaluate(place) for place in places)
