"""Every entry point is a reference that can be loaded, as far as the wheel's own texts tell."""

from __future__ import annotations

import re

from packaging.utils import canonicalize_name

from releasegate.core.audit.problem import Problem, Problems
from releasegate.core.audit.subject import Subject
from releasegate.core.dists.wheel import entry_points, installed, requires, wheel_metadata

_TARGET = re.compile(r"([\w.]+)\s*(?::\s*([\w.]+)\s*)?(?:\[.*\]\s*)?")
_COMMANDS = {"console_scripts": "script", "gui_scripts": "gui-script"}


def dangling(subject: Subject) -> Problems:
    """Every entry point of every group names an object, a command's a function, that is there where it is our own.

    What belongs to another project is loaded by the install check.
    """
    problems = []
    for group, points in entry_points(subject.wheel).items():
        for name, target in points.items():
            flaw = _flaw(target, subject, runs=group in _COMMANDS)
            if flaw is not None:
                about = f"{_COMMANDS.get(group, f'entry-point {group}')} {name}"
                problems.append(Problem(f"The {about} is {target}: {flaw}.", about=about, key="allowed"))
    return tuple(problems)


def _flaw(target: str, subject: Subject, *, runs: bool) -> str | None:
    match, known = _TARGET.fullmatch(target.strip()), subject.definitions
    if match is None:
        return "that is no reference, such as package.module:function"
    module, attribute = match[1], match[2] or ""
    if runs and not attribute:
        return f"it names no function, such as {module}:main"
    missing = known.missing_module(module) or _lost(module.partition(".")[0], subject, runs=runs)
    if missing is not None:
        return f"the wheel does not hold {missing}"
    first, _, inner = attribute.partition(".")
    if first and known.lacks(module, first):
        return f"{module} does not define {first}"
    second = inner.partition(".")[0]
    return (
        f"{first} in {module} does not define {second}" if second and known.class_lacks(module, first, second) else None
    )


def _lost(top: str, subject: Subject, *, runs: bool) -> str | None:
    """Return *top* where it is certainly meant to be the wheel's own: it was, is spelt so, or nothing brings it."""
    if top in subject.definitions.kinds:
        return None
    own = {path.partition("/")[0].removesuffix(".py") for path in subject.held}
    before = {path.partition("/")[0].removesuffix(".py") for path in installed(subject.previous or {})}
    alike = next((each for each in sorted(own) if canonicalize_name(each) == canonicalize_name(top)), None)
    if alike is not None:
        return f"{top}, but {alike}"
    alone = runs and top not in subject.standard_library and not requires(wheel_metadata(subject.wheel))
    return top if top in before or alone else None
