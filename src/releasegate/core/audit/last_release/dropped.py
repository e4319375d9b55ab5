"""What the last release offered is still there, or is declared to be dropped."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from fnmatch import fnmatchcase

from packaging.specifiers import SpecifierSet

from releasegate.core.audit.code.meaning import meaning
from releasegate.core.audit.problem import Problem, Problems
from releasegate.core.audit.subject import Subject
from releasegate.core.dists.archive import Members
from releasegate.core.dists.wheel import entry_points, extras, identity, installed, modules, wheel_metadata

_SCRIPTS = {"console_scripts": "script", "gui_scripts": "gui-script"}
_TESTS = frozenset({"tests", "test", "conftest"})
_NEWEST = 30
"""The last minor version of Python 3 that is asked about."""


def dropped(subject: Subject) -> Problems:
    """Scripts, entry points, extras, modules, ``py.typed`` and Pythons of the previous wheel are in this one.

    What goes on purpose stands in ``wheel.dropped``, with a reason. Such an exemption outlives its release, but not
    the return of what it names.
    """
    if subject.previous is None:
        return ()
    before, now = _offers(subject.previous), _offers(subject.wheel)
    declared = subject.package.wheel.dropped
    lost = [name for name in before if name not in now and _promised(name, subject.previous)]
    gone = [name for name in lost if not _not_lost(name, subject)]
    undeclared = [name for name in gone if not any(fnmatchcase(name, each.pattern) for each in declared)]
    problems = [
        Problem(f"{name} is gone: {subject.previous.filename} {before[name]}.", about=name, key="dropped")
        for name in _outermost(undeclared)
    ]
    for exemption in declared:
        there = [name for name in now if fnmatchcase(name, exemption.pattern)]
        if there and not any(fnmatchcase(name, exemption.pattern) for name in gone):
            problems.append(
                Problem(f"wheel.dropped {exemption.pattern!r} names {there[0]}, which is there: remove it.")
            )
    return tuple(problems)


def _offers(wheel: Members) -> dict[str, str]:
    """Return what users of a wheel may rely on, by a name for each: what the wheel did."""
    found = {f"module {name}": "had it" for name in modules(installed(wheel)) if _public(name)}
    for group, points in entry_points(wheel).items():
        kind = _SCRIPTS.get(group, f"entry-point {group}")
        found |= {f"{kind} {name}": f"had it ({target})" for name, target in points.items()}
    found |= {f"script {path.rpartition('/')[2]}": "had it" for path in wheel if ".data/scripts/" in path}
    found |= {f"extra {name}": "had it" for name in extras(wheel_metadata(wheel))}
    found |= {f"file {path}": "had it" for path in installed(wheel) if path.endswith("/py.typed")}
    found |= {
        f"stubs {top}": "had them" for path in installed(wheel) if (top := path.partition("/")[0]).endswith("-stubs")
    }
    python = identity(wheel_metadata(wheel), where=wheel.filename).requires_python
    return found | {f"python {minor}": f"ran on it ({python!r})" for minor in _minors(python)}


def _promised(name: str, wheel: Members) -> bool:
    """Whether a wheel said that it offers this; one that states no Requires-Python promised no Python."""
    stated = identity(wheel_metadata(wheel), where=wheel.filename).requires_python
    return bool(stated) or not name.startswith("python ")


def _public(module: str) -> bool:
    parts = module.split(".")
    return not any(part.startswith("_") for part in parts) and _TESTS.isdisjoint(parts)


def _minors(requires_python: str) -> Iterator[str]:
    """Yield the minor versions of which any patch is admitted."""
    admitted = SpecifierSet(requires_python)
    for minor in range(_NEWEST + 1):
        if any(admitted.contains(f"3.{minor}.{patch}") for patch in range(31)):
            yield f"3.{minor}"


def _not_lost(name: str, subject: Subject) -> bool:
    """Whether another check tells of it, or it is as good as there.

    Told elsewhere are a post's Pythons, and published migrations where they are frozen; a folder is imported without
    its ``__init__.py``, too, and where that was empty nothing of it is lost.
    """
    if name.startswith("python "):
        return subject.version.is_postrelease
    if not name.startswith("module "):
        return False
    if _emptied(name.removeprefix("module ").replace(".", "/"), subject):
        return True
    return bool(subject.package.wheel.frozen) and ".migrations." in name


def _emptied(folder: str, subject: Subject) -> bool:
    """Whether a package is a folder now whose ``__init__.py`` held no code before."""
    path = f"{folder}/__init__.py"
    code = installed(subject.previous or {}).get(path)
    empty = code is not None and meaning(code, imported_from=True) == ()
    return empty and any(each.startswith(f"{folder}/") for each in subject.held)


def _outermost(names: Collection[str]) -> Iterator[str]:
    """Leave out the modules of a package that is gone as a whole, and of Pythons in a row all but the one that counts.

    That is the newest of those which are too old now, and the first of those to come.
    """
    gone = set(names)
    to_come = f"python 3.{_NEWEST}" in gone
    for name in names:
        kind, _, rest = name.partition(" ")
        if kind == "python":
            minor = int(rest.rpartition(".")[2])
            open_end = to_come and all(f"python 3.{n}" in gone for n in range(minor, _NEWEST + 1))
            counts = f"python 3.{minor - 1 if open_end else minor + 1}" not in gone
        else:
            counts = kind != "module" or name.rpartition(".")[0] not in gone
        if counts:
            yield name
