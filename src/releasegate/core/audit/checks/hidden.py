"""No module of the wheel is hidden by another of the same name: Python takes one of them, and never the other."""

from __future__ import annotations

from collections.abc import Iterator

from releasegate.core.audit.problem import Problem, Problems
from releasegate.core.audit.subject import Subject
from releasegate.core.dists.wheel import module_name


def hidden(subject: Subject) -> Problems:
    """No ``x.py`` lies beside a package ``x``, and no folder of modules without ``__init__.py`` beside an ``x.py``.

    Nor has anything at the top the name of a module of the standard library.
    """
    held = subject.held
    found = (*_hidden(sorted(held), set(held)), *_by_python(subject))
    return tuple(Problem(sentence, about=path, key="allowed") for path, sentence in found)


def _by_python(subject: Subject) -> Iterator[tuple[str, str]]:
    tops = {name.partition(".")[0] for path in subject.held if (name := module_name(path)) is not None}
    for top in sorted(tops & subject.standard_library):
        yield top, f"{top} is hidden by the module of the standard library: no import finds it."


def _hidden(paths: list[str], held: set[str]) -> Iterator[tuple[str, str]]:
    for path in paths:
        folder, _, last = path.rpartition("/")
        if not last.endswith(".py") or module_name(path) is None:
            continue
        if f"{path.removesuffix('.py')}/__init__.py" in held:
            yield path, f"{path} is hidden by the package {path.removesuffix('.py')}: no import finds it."
        elif f"{folder}.py" in held and f"{folder}/__init__.py" not in held and module_name(f"{folder}.py"):
            yield path, f"{path} is hidden by {folder}.py, as its folder has no __init__.py: no import finds it."
