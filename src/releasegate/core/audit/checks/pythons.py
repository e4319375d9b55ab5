"""Requires-Python is stated, and a gate tries the oldest Python that it admits."""

from __future__ import annotations

from collections.abc import Mapping

from packaging.specifiers import SpecifierSet

from releasegate.core.audit.problem import Problem, Problems
from releasegate.core.audit.subject import Subject
from releasegate.core.dists.wheel import identity, wheel_metadata

_OLDEST = (3, 7)
"""The oldest Python that environments are made for."""
_MINORS = ("2.7", *(f"3.{minor}" for minor in range(31)))


def oldest_tried(subject: Subject) -> Problems:
    """The wheel states Requires-Python, and ``pythons`` has the oldest minor version that it admits."""
    tried = subject.package.pythons
    stated = identity(wheel_metadata(subject.wheel), where=subject.wheel.filename).requires_python
    if not stated:
        return (
            Problem(
                f"The wheel states no Requires-Python, so every Python installs it: {_where(subject.tree, tried[0])}, "
                "or the oldest that it runs on.",
                about="unstated",
                key="allowed",
            ),
        )
    admitted = SpecifierSet(stated)
    oldest = next((m for m in _MINORS if any(admitted.contains(f"{m}.{patch}") for patch in range(31))), tried[0])
    if _number(oldest) >= _number(tried[0]):
        return ()
    cure = f"put {oldest} into pythons, or raise Requires-Python"
    if _number(oldest) < _OLDEST:
        cure = f"raise Requires-Python, as no gate can try {oldest}"
    sentence = f"Requires-Python {stated!r} admits Python {oldest}, and the oldest that is tried is {tried[0]}: {cure}."
    return (Problem(sentence, about=oldest, key="allowed"),)


def _where(tree: Mapping[str, bytes], oldest: str) -> str:
    """Return what to write, and where this package's build reads it."""
    tables = {line.strip() for line in tree.get("pyproject.toml", b"").decode(errors="replace").splitlines()}
    if "[project]" not in tables and "[tool.poetry.dependencies]" in tables:
        return f'write python = ">={oldest}" into [tool.poetry.dependencies]'
    if "[project]" in tables or not tree.keys() & {"setup.py", "setup.cfg"}:
        return f'write requires-python = ">={oldest}" into [project]'
    if b"[options]" in tree.get("setup.cfg", b""):
        return f"write python_requires = >={oldest} below [options] of setup.cfg"
    return f'write python_requires=">={oldest}" into the call of setup in setup.py'


def _number(minor: str) -> tuple[int, ...]:
    return tuple(int(part) for part in minor.split("."))
