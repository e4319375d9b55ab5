"""A wheel installs its own import packages for everybody, and no folder that happened to lie beside them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

from packaging.utils import canonicalize_name

from releasegate.core.audit.named_packages import named_packages
from releasegate.core.audit.problem import Problem, Problems
from releasegate.core.audit.subject import Subject
from releasegate.core.dists.wheel import installed

_EVERYBODYS = frozenset(
    """bench benchmark benchmarks bin build ci conf config configs contrib demo demos dev dist doc docs etc example
    examples fixtures integration_tests lib misc notebooks samples sample scripts script src static templates test
    testing tests tmp tool tools unit_tests util utils""".split()  # noqa: SIM905 - names, as one reads them
)
"""Folders that half of all projects have: nobody's import package."""

_SOURCES = frozenset({"lib", "src"})
_EXTENSION = re.compile(r"\.(?:[\w-]+\.)?(?:so|pyd)$")


def own_names(subject: Subject) -> Problems:
    """Every name at the wheel's top is an import package of this project.

    One is where it has the project's name, is the only one, was in the previous wheel, lies in ``src``, or is named by
    the project's own files. What every project has (``tests``, ``docs``) is none, unless the project is named so.
    """
    tops = sorted({_bare(path) for path in subject.held})
    known = {_bare(path) for path in installed(subject.previous or {})}
    told = named_packages(subject.tree)
    homes = subject.origins.homes
    apt = [top for top in tops if top.lower() not in _EVERYBODYS]
    kept = [top for top in apt if top in known | told or not _SOURCES.isdisjoint(homes.get(top, "").split("/")[:-1])]
    named = [top for top in tops if _named_for(top, subject.package.name)]
    # Where nothing tells, the largest is what the project is about.
    own = sorted({*named, *kept}) or [top for top, _ in _counted(subject.held).most_common() if top in apt][:1]
    folders = {_bare(path) for path in subject.held if "/" in path}
    strangers = [top for top in tops if top not in own and not _beside(top, own)]
    return tuple(
        Problem(
            f"The wheel installs a top-level {'package' if top in folders else 'file'} {top!r} for everybody, beside "
            f"{', '.join(own) or 'nothing of its own'}: leave it out of the wheel, or say that it is meant.",
            about=top,
            key="allowed",
        )
        for top in strangers
    )


def _bare(path: str) -> str:
    """Return the import name at the top of a path, or the file's name where it is no module."""
    first, slash, _ = path.partition("/")
    if slash:
        return first.removesuffix("-stubs")
    return first.removesuffix(".py") if first.endswith(".py") else _EXTENSION.sub("", first)


def _named_for(top: str, project: str) -> bool:
    """Whether *top* has the project's name, or is the namespace that the name begins with."""
    name = canonicalize_name(top.lstrip("_"))
    return bool(name) and (project == name or project.startswith(f"{name}-") or name.startswith(f"{project}-"))


def _beside(top: str, own: list[str]) -> bool:
    """Whether *top* is a helper of an own package: its compiled part, or what a compiler puts beside it."""
    return top.endswith("__mypyc") or any(top.lstrip("_").startswith(name) for name in own if top.startswith("_"))


def _counted(held: Mapping[str, bytes]) -> Counter[str]:
    """Return how many files each name at the top has, in order of the names."""
    return Counter(_bare(path) for path in sorted(held))
