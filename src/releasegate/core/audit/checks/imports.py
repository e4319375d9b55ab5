"""What the wheel's modules import of each other is there; code that never ran in a check imports, too."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from releasegate.core.audit.code.definitions import Definitions
from releasegate.core.audit.code.names import target_of
from releasegate.core.audit.code.trees import children, last_name, walk
from releasegate.core.audit.problem import Problem, Problems
from releasegate.core.audit.subject import Subject

_CAUGHT = frozenset({"BaseException", "Exception", "ImportError", "ModuleNotFoundError"})
_CONDITIONS = frozenset(
    """MYPY PY2 PY3 PYPY TYPE_CHECKING find_spec os platform python_implementation sys typing
    version_info""".split()  # noqa: SIM905 - names, as one reads them
)
_PLATFORM = re.compile(
    r"(?i)_*(?:is|on|has)?_*(?:aix|android|cygwin|darwin|emscripten|[a-z]*bsd|ios|java|jython|linux|mac|macos|nt|osx|posix|pypy"
    r"|py_?\d+|sunos|wasm|win|win32|windows)(?:_.*)?"
)
"""How projects call what they have found out of the platform and the Python."""
_CHECKERS = frozenset({"MYPY", "TYPE_CHECKING"})
_EXPECTED = frozenset({"assertraises", "assertraisesregex", "raises", "suppress"})
_NO_ATTEMPT = frozenset({"import_module", "importerror", "importlib"})


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
            if alias.name == "*":
                for name in known.unlisted(target):
                    yield f"{target}.{name}", f"all of {target}, whose __all__ names {name}, which it does not define"
            elif known.lacks(target, alias.name):
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
        elif isinstance(node, ast.If):
            pending += _certain(node)[::-1]
        elif not isinstance(node, ast.expr) and not _may_fail(node):
            pending += children(node)[::-1]


def _catches(handler: ast.ExceptHandler) -> bool:
    """Whether a failed import ends here; a handler that raises it anew only says it in other words."""
    last = handler.body[-1]
    if isinstance(last, ast.Raise) and (last.exc is None or not _CAUGHT.isdisjoint(_words(last.exc))):
        return False
    return handler.type is None or not _CAUGHT.isdisjoint(_words(handler.type))


def _certain(node: ast.If) -> list[ast.stmt]:
    """Return what runs on every platform and Python, type checkers aside: none of what a condition on these decides."""
    match node.test:
        case ast.Constant(value=value):
            return node.body if value else node.orelse
        case ast.UnaryOp(op=ast.Not(), operand=inner) if last_name(inner) in _CHECKERS:
            return node.body
        case test if last_name(test) in _CHECKERS:
            return node.orelse
    words = _words(node.test)
    decided = not _CONDITIONS.isdisjoint(words) or any(map(_PLATFORM.fullmatch, words))
    return [] if decided else [*node.body, *node.orelse]


def _may_fail(node: ast.AST) -> bool:
    """Whether a block expects that an import fails: ``with suppress(ImportError)``, ``with try_import()``."""
    items = node.items if isinstance(node, (ast.With, ast.AsyncWith)) else []
    words = {word.lower() for item in items for word in _words(item.context_expr)}
    return not _EXPECTED.isdisjoint(words) or any("import" in word for word in words - _NO_ATTEMPT)


def _words(node: ast.expr) -> set[str]:
    names: set[str] = set()
    for each in walk(node):
        if isinstance(each, (ast.Name, ast.Attribute)):
            names.add(each.id if isinstance(each, ast.Name) else each.attr)
    return names
