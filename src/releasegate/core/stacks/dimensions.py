"""A value of a dimension, as a person writes it and as it is known: ``4.7.3`` becomes ``pypi:4.7.3``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from packaging.version import Version

from releasegate.core.stacks.stack_keys import Dimension, VersionOrigin

NEWEST, NEXT = "newest", "next"
"""Words for a version of the host's project: the newest that a package accepts, and the newest that there is."""

_VERSION = re.compile(r"(?:(?P<origin>[A-Za-z][\w-]*):)?v?(?P<version>[0-9]+(?:\.[0-9]+){1,2})", re.ASCII)


@dataclass(frozen=True)
class Chosen:
    """One dimension's value in a cell: ``text`` is what the option takes, ``bare`` what it is without its origin.

    ``title`` stands before it where it is the ground that all run on; ``fits`` are the words of a ``when``.
    An alias is a word for a version, of which nobody has found out yet which it is.
    """

    dimension: str
    text: str
    bare: str
    title: str = ""
    variables: Mapping[str, str] = field(default_factory=dict, compare=False)
    is_alias: bool = False

    @property
    def fits(self) -> frozenset[str]:
        """What a ``when`` may say of it."""
        return frozenset({self.text, self.text.partition(":")[0]})


def chosen(dimension: Dimension, text: str) -> Chosen:
    """Return the value that *text* names.

    Raises:
        ValueError: it names none; the words say what to write.
    """
    if dimension.values:
        return _of_values(dimension, text)
    if text in {NEWEST, NEXT} and dimension.project:
        return Chosen(dimension.name, text, text, dimension.title, is_alias=True)
    match = _VERSION.fullmatch(text)
    what = dimension.title or dimension.name
    if match is None or match["version"].count(".") != 2:  # noqa: PLR2004 - X.Y.Z
        raise ValueError(f"{text!r} is no {what}; write {dimension.meaning}")
    version, origins = match["version"], {each.name: each for each in dimension.origins}
    there = [each for each in dimension.origins if _has(each, version)]
    if match["origin"] is not None and match["origin"] not in origins:
        raise ValueError(f"{text!r} is no {what}; write {dimension.meaning}")
    named = origins[match["origin"]] if match["origin"] is not None else None
    if not there or (named is not None and named not in there):
        first = named or dimension.origins[0]
        instead = f'; write "{there[0].name}:{version}"' if there else ""
        raise ValueError(f"{what} {version} is not there from {first.name} (the first is {first.since}){instead}")
    return Chosen(dimension.name, f"{(named or there[0]).name}:{version}", version, dimension.title)


def _has(origin: VersionOrigin, version: str) -> bool:
    return origin.since is None or Version(version) >= Version(origin.since)


def _of_values(dimension: Dimension, text: str) -> Chosen:
    for value in dimension.values:
        if value.name == text:
            return Chosen(dimension.name, text, text, dimension.title, value.variables)
    known = ", ".join(value.name for value in dimension.values)
    raise ValueError(f"There is no {dimension.name} {text}; name one of: {known}")
