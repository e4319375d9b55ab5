"""Which import packages a project's own files name: what its build backend is told to take, wherever that stands."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

_BACKENDS = ("flit", "hatch", "maturin", "pdm", "poetry", "scikit-build", "setuptools", "uv")
_KEYS = frozenset(
    """force-include include includes module-name name only-include package-dir packages py-modules sources
    only-packages""".split()  # noqa: SIM905 - keys, as one reads them
)
_NOT_FOR_WHEELS = frozenset({"exclude", "scripts", "sdist", "source-includes", "where"})
_CALLED = re.compile(r"\b(?:packages|py_modules)\s*=\s*\[([^\]]*)\]")
_LISTED = re.compile(r"^(?:packages|py_modules)\s*=((?:.*(?:\n[ \t]+.*)*))", re.MULTILINE)
_NAME = re.compile(r"\w+")


def named_packages(tree: Mapping[str, bytes]) -> frozenset[str]:
    """Return the names at which ``pyproject.toml``, ``setup.cfg`` or ``setup.py`` name packages; more, never fewer."""
    found: set[str] = set()
    for path, pattern in (("setup.py", _CALLED), ("setup.cfg", _LISTED)):
        for match in pattern.finditer(tree.get(path, b"").decode(errors="replace")):
            found.update(_NAME.findall(match[1]))
    try:
        project = tomllib.loads(tree.get("pyproject.toml", b"").decode(errors="replace"))
    except (ValueError, RecursionError):
        return frozenset(found)
    tool = project.get("tool")
    for backend in _BACKENDS:
        for text in _texts(tool.get(backend) if isinstance(tool, dict) else None):
            found.update(_NAME.findall(text))
    return frozenset(found)


def _texts(backend: Any) -> Iterator[str]:
    """Yield the texts that stand at keys which name packages; TOML nests as deep as it likes."""
    pending: list[tuple[Any, bool]] = [(backend, False)]
    while pending:
        value, apt = pending.pop()
        if isinstance(value, dict):
            if apt:
                yield from value  # force-include and package-dir name them as keys, too
            pending += [(v, apt or k in _KEYS) for k, v in value.items() if k not in _NOT_FOR_WHEELS]
        elif isinstance(value, list):
            pending += [(each, apt) for each in value]
        elif apt and isinstance(value, str):
            yield value
