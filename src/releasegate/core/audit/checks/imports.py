"""What the wheel's modules import of each other is there; code that never ran in a check imports, too."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from releasegate.core.audit.code.definitions import Definitions, target_of
from releasegate.core.audit.problem import Problem, Problems
from releasegate.core.audit.subject import Subject

_CAUGHT = frozenset({"BaseException", "Exception", "ImportError", "ModuleNotFoundError"})
_CONDITIONS = frozenset(
    """MYPY PY2 PY3 PYPY TYPE_CHECKING find_spec os platform python_implementation sys typing
    version_info""".split()  # noqa: SIM905 - names, as one reads them
)
_EXPECTED = frozenset({"raises", "suppress"})


def own_imports(subject: Subject) -> Problems:
    """Every module and name that the wheel's code imports from the wheel itself is there.

    What may fail as the code is written is left out: under ``try`` with an ``except ImportError``, for type checkers,
    and for another platform or Python.
    """
    known = subject.definitions
    found: dict[str, Problem] = {}
    for path, tree in subject.code.items():
        for node in _unguarded(tree) if tree is not None else ():
            for missing, complaint in _missing(node, path=path, known=known):
                about = f"{path} {missing}"
                sentence = f"{path}:{node.lineno} imports {complaint}."
                found.setdefault(about, Problem(sentence, about=about, key="allowed"))
    return tuple(found.values())


def _missing(node: ast.Import | ast.ImportFrom, *, path: str, known: Definitions) -> Iterator[tuple[str, str]]:
    """Yield what an import names that is not there: the name, and a complaint."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            lost = known.missing_module(alias.name)
            if lost is not None:
                yield lost, f"{lost}, which the wheel does not hold"
        return
    target = target_of(node, path=path)
    lost = known.missing_module(target) if target else None
    if lost is not None:
        yield lost, f"{lost}, which the wheel does not hold"
    elif target:
        for alias in node.names:
            if alias.name != "*" and known.lacks(target, alias.name):
                yield f"{target}.{alias.name}", f"{alias.name} from {target}, which does not define it"


def _unguarded(tree: ast.Module) -> Iterator[ast.Import | ast.ImportFrom]:
    """Yield the imports that must not fail, those in functions too."""
    pending: list[ast.AST] = [tree]
    while pending:
        node = pending.pop()
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            yield node
        elif isinstance(node, (ast.Try, ast.TryStar)):
            body = [] if any(map(_catches, node.handlers)) else node.body
            pending += [*body, *node.handlers, *node.orelse, *node.finalbody][::-1]
        elif not isinstance(node, ast.expr) and not _conditional(node):
            pending += list(ast.iter_child_nodes(node))[::-1]


def _catches(handler: ast.excepthandler) -> bool:
    caught = handler.type if isinstance(handler, ast.ExceptHandler) else None
    return caught is None or not _CAUGHT.isdisjoint(_words(caught))


def _conditional(node: ast.AST) -> bool:
    """Whether a block runs only on some platform or Python, for a type checker, or where an import may fail."""
    if isinstance(node, ast.If):
        return not _CONDITIONS.isdisjoint(_words(node.test))
    if isinstance(node, (ast.With, ast.AsyncWith)):
        return any(not _EXPECTED.isdisjoint(_words(item.context_expr)) for item in node.items)
    return False


def _words(node: ast.expr) -> set[str]:
    names = {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
    return names | {each.attr for each in ast.walk(node) if isinstance(each, ast.Attribute)}
