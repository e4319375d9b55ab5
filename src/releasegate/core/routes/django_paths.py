"""The routes that a package's code declares by Django's paths, and by the routers of its REST framework."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping

from releasegate.core.audit.code.trees import last_name, parsed
from releasegate.core.routes.modules import Definition, Modules, literal, modules
from releasegate.core.routes.tables import Tables
from releasegate.core.routes.templates import NOTHING, OPEN, Template, template

URLS = "urlpatterns"
"""The name under which a module keeps its paths."""

_PATHS = frozenset({"path", "re_path", "url"})
_PLAIN = re.compile(r"\^?((?:[\w\-]+/)*)")


def declared_below(sources: Mapping[str, bytes], module: str) -> frozenset[Template]:
    """Return the routes below the paths of a *module*, as it is imported, of *sources* by path in site-packages."""
    known, tables = modules(parsed(sources)), Tables()
    for name, tree in known.trees.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign) and node.value is not None:
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                for target in targets:
                    if isinstance(target, ast.Name):
                        _listed(name, (name, target.id), node.value, tables, known)
            elif isinstance(node, ast.Call) and last_name(node.func) == "register" and len(node.args) > 1:
                _registered(name, node, tables, known)
    tables.root((module, URLS), NOTHING)
    return frozenset(tables.routes())


def _registered(module: str, node: ast.Call, tables: Tables, known: Modules) -> None:
    """Keep what a router of the REST framework was given: below its word are the records and what is done with them."""
    text = literal(node.args[0])
    place = known.place(module, node.func.value) if isinstance(node.func, ast.Attribute) else None
    if place is not None:
        tables.add(place, OPEN if text is None else OPEN.under(template(text)))


def _listed(module: str, place: Definition, value: ast.expr, tables: Tables, known: Modules) -> None:
    """Keep what a list of paths holds; of what else is assigned there is nothing."""
    for each in _elements(value):
        if isinstance(each, ast.Call) and last_name(each.func) in _PATHS and each.args:
            _path(module, place, each, tables, known)
        elif isinstance(each, ast.Attribute) and each.attr == "urls":
            tables.include(place, known.place(module, each.value), NOTHING)
        elif isinstance(each, ast.Name):
            tables.include(place, known.place(module, each), NOTHING)


def _elements(value: ast.expr) -> Iterator[ast.expr]:
    """Yield what lists hold that are written out, added to each other or spread."""
    if isinstance(value, ast.List | ast.Tuple):
        for each in value.elts:
            yield from _elements(each)
    elif isinstance(value, ast.Starred):
        yield from _elements(value.value)
    elif isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add):
        yield from _elements(value.left)
        yield from _elements(value.right)
    else:
        yield value


def _path(module: str, place: Definition, call: ast.Call, tables: Tables, known: Modules) -> None:
    text = literal(call.args[0])
    if text is None or last_name(call.func) != "path":
        plain = _PLAIN.match(text or "")
        tables.add(place, OPEN.under(template(plain[1] if plain else "")))
        return
    prefix, view = template(text), call.args[1] if len(call.args) > 1 else None
    if not (isinstance(view, ast.Call) and last_name(view.func) == "include" and view.args):
        tables.add(place, prefix)
        return
    inner = view.args[0].elts[0] if isinstance(view.args[0], ast.Tuple) and view.args[0].elts else view.args[0]
    if (dotted := literal(inner)) is not None:
        tables.include(place, (dotted, URLS), prefix)
        if dotted not in known.trees:
            tables.add(place, OPEN.under(prefix))
    elif isinstance(inner, ast.Attribute | ast.Name):
        router = inner.value if isinstance(inner, ast.Attribute) and inner.attr == "urls" else inner
        tables.include(place, known.place(module, router), prefix)
    elif isinstance(inner, ast.List):
        nested = (module, f"{place[1]} {call.lineno}")
        _listed(module, nested, inner, tables, known)
        tables.include(place, nested, prefix)
    else:
        tables.add(place, OPEN.under(prefix))
