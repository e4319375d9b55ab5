"""Every entry point names a module that the wheel holds and, as far as its text tells, an object in it."""

from __future__ import annotations

import re

from releasegate.core.audit.code.definitions import Definitions
from releasegate.core.audit.problem import Problem, Problems
from releasegate.core.audit.subject import Subject
from releasegate.core.dists.wheel import entry_points

_TARGET = re.compile(r"([\w.]+)\s*(?::\s*([\w.]+)\s*)?(?:\[.*\]\s*)?")
_KINDS = {"console_scripts": "script", "gui_scripts": "gui-script"}


def dangling(subject: Subject) -> Problems:
    """Every entry point of every group that names one of the wheel's own packages can be loaded.

    What belongs to another project is loaded by the install check.
    """
    known = subject.definitions
    problems = []
    for group, points in entry_points(subject.wheel).items():
        for name, target in points.items():
            match = _TARGET.fullmatch(target.strip())
            flaw = _flaw(match[1], match[2], known=known) if match is not None else None
            if flaw is not None:
                about = f"{_KINDS.get(group, f'entry-point {group}')} {name}"
                problems.append(Problem(f"The {about} is {target}: {flaw}.", about=about, key="allowed"))
    return tuple(problems)


def _flaw(module: str, attribute: str | None, *, known: Definitions) -> str | None:
    missing = known.missing_module(module)
    if missing is not None:
        return f"the wheel does not hold {missing}"
    first = (attribute or "").partition(".")[0]
    return f"{module} does not define {first}" if first and known.lacks(module, first) else None
