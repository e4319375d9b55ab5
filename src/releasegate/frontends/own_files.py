"""What a repository's own noxfile.py and tasks.py call releasegate's sessions and tasks, told by their text alone.

No code of the repository is run. In doubt nothing there is releasegate's: the command ``releasegate`` has it all.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping

from releasegate.core.audit.code.trees import assignments, parse
from releasegate.frontends.options import GATES, TASKS

_SESSIONS = "releasegate.frontends.nox.sessions"
_TASKS = "releasegate.frontends.invoke.ns"


def sessions_of(noxfile: bytes) -> Mapping[str, str]:
    """Return the session's name there by each gate's; a gate whose session the repository replaced has none."""
    top = _Top(noxfile)
    prefix = next((each for each in map(_prefix, top.calls(_SESSIONS)) if each is not None), None)
    if prefix is None:
        return {}
    return {gate.name: f"{prefix}{gate.name}" for gate in GATES if f"{prefix}{gate.name}" not in top.own}


def tasks_of(tasks: bytes) -> Mapping[str, str]:
    """Return each task's name there by the name that it has here; one that the repository replaced has none."""
    top = _Top(tasks)
    before = _below(top)
    if before is None:
        return {}
    return {name: f"{before}{name}" for name in TASKS if before or name not in top.own}


def _prefix(call: ast.Call) -> str | None:
    """Return the prefix that is given to ``sessions``; ``None`` where only the run of the file would tell it."""
    given = next(iter([*call.args, *(each.value for each in call.keywords)]), None)
    return "" if given is None else _text(given)


def _below(top: _Top) -> str | None:
    """Return what stands before the name of every task: nothing, or a collection's name; ``None`` for no tasks."""
    values = top.values()
    roots = [values[name] for name in ("ns", "namespace") if name in values]
    if roots and roots[0] == _TASKS:
        return ""
    for statement in top.statements:
        nodes = [*ast.walk(statement)]
        if any(top.resolved(node) == f"{_TASKS}.tasks" for node in nodes):
            # Without a collection of its own, a module has every task that it names.
            takes = "add_task" if roots else "update"
            if any(isinstance(node, ast.Attribute) and node.attr == takes for node in nodes):
                return ""
        for name in (_collection(node, top) for node in nodes if isinstance(node, ast.Call)):
            if name:
                # As invoke spells it.
                return f"{name.replace('_', '-')}."
    return None


def _collection(call: ast.Call, top: _Top) -> str | None:
    """Return under which name a call takes in all tasks: ``add_collection(ns, "gate")``, ``Collection(gate=ns)``."""
    given = {each.arg: each.value for each in call.keywords if each.arg}
    if isinstance(call.func, ast.Attribute) and call.func.attr == "add_collection":
        name = call.args[1] if len(call.args) > 1 else given.get("name")
        return _text(name) if any(top.resolved(each) == _TASKS for each in call.args[:1]) else None
    return next((name for name, value in given.items() if top.resolved(value) == _TASKS), None)


def _text(node: ast.expr | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


class _Top:
    """What the statements of a module say that are run in any case: imports, calls, what is bound to a name."""

    def __init__(self, source: bytes) -> None:
        module = parse(source) if b"releasegate" in source else None
        self._body = [] if module is None else [*_run(module.body)]
        self._names = dict(pair for each in self._body for pair in _imported(each))
        self.own = {*self._defined()}

    @property
    def statements(self) -> Iterator[ast.stmt]:
        """Those that neither define anything nor hang on anything."""
        return (each for each in self._body if not isinstance(each, _PERHAPS))

    def calls(self, name: str) -> Iterator[ast.Call]:
        """Yield the calls of what has the dotted *name*."""
        nodes = (node for each in self.statements for node in ast.walk(each))
        yield from (each for each in nodes if isinstance(each, ast.Call) and self.resolved(each.func) == name)

    def values(self) -> Mapping[str, str]:
        """Return what each name is bound to at last, by its dotted name; empty for what has none."""
        found: dict[str, str] = {}
        for each in self._body:
            found.update(_imported(each))
            found.update((name, self.resolved(value)) for name, value in assignments([each]).items())
        return found

    def resolved(self, node: ast.AST) -> str:
        """Return the dotted name of what an expression is, by the imports; empty for what has none."""
        if isinstance(node, ast.Attribute):
            inside = self.resolved(node.value)
            return f"{inside}.{node.attr}" if inside else ""
        return self._names.get(node.id, "") if isinstance(node, ast.Name) else ""

    def _defined(self) -> Iterator[str]:
        """Yield the names of the module's own functions, and every one that it gives as ``name``."""
        for node in (node for each in self._body for node in ast.walk(each)):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                yield node.name
            elif isinstance(node, ast.keyword) and node.arg == "name":
                yield _text(node.value) or ""


_PERHAPS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.If, ast.While, ast.Match)


def _imported(node: ast.stmt) -> Iterator[tuple[str, str]]:
    """Yield each name that an import binds, with the dotted name of what it is."""
    if isinstance(node, ast.ImportFrom):
        yield from ((alias.asname or alias.name, f"{node.module}.{alias.name}") for alias in node.names)
    elif isinstance(node, ast.Import):
        for alias in node.names:
            top = alias.name.partition(".")[0]
            yield (alias.asname, alias.name) if alias.asname else (top, top)


def _run(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield the statements that are run, those too that are tried."""
    for each in body:
        if isinstance(each, ast.Try):
            yield from _run(each.body)
        else:
            yield each
