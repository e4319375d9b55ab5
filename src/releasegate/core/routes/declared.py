"""The routes that a package's code declares by decorators and routers, as FastAPI, Starlette and Flask have them.

What cannot be read in the code is taken to answer anything: a prefix that is computed, a router that nobody is seen to
include. A route that is computed is one below the addresses that its module names.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping

from releasegate.core.audit.code.trees import last_name, parsed
from releasegate.core.routes.modules import Definition, Modules, literal, modules
from releasegate.core.routes.named import texts
from releasegate.core.routes.tables import Tables
from releasegate.core.routes.templates import NOTHING, OPEN, PLACE, Template, template

_VERBS = frozenset(
    {"get", "post", "put", "patch", "delete", "head", "options", "trace", "route", "api_route", "websocket",
     "websocket_route"}
)  # fmt: skip
_ADDS = frozenset({"add_api_route", "add_route", "add_url_rule", "add_api_websocket_route", "add_websocket_route"})
_INCLUDES = frozenset({"include_router", "register_blueprint"})
_ROUTING = re.compile(rb"(?i:router|blueprint)|FastAPI|Starlette|Flask|add_\w*(?:route|rule)|\.mount\(|@app\.")
_PREFIXES = frozenset({"prefix", "url_prefix"})


def declared(sources: Mapping[str, bytes]) -> frozenset[Template]:
    """Return the routes that the applications in *sources*, by path in site-packages, answer."""
    known, tables = modules(parsed(_with_routes(sources))), Tables()
    routers: dict[Definition, Template] = {}
    for module, tree in known.trees.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign | ast.AnnAssign):
                routers |= _routers(module, node, tables, known)
            elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                for each in node.decorator_list:
                    _add(module, each, _VERBS, tables, known)
            elif isinstance(node, ast.Call):
                _add(module, node, _ADDS, tables, known)
                _include(module, node, tables, known)
    included = tables.included
    for place in tables.places:
        if place not in included:
            tables.root(place, OPEN if place in routers else NOTHING)
    tables.own = routers
    return frozenset(tables.routes())


def _with_routes(sources: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the modules in which a route or a router can be; what is generated is large and has none."""
    return {path: source for path, source in sources.items() if _ROUTING.search(source)}


def _routers(
    module: str, node: ast.Assign | ast.AnnAssign, tables: Tables, known: Modules
) -> dict[Definition, Template]:
    """Return the routers that are made here, each with its prefix; another name for one includes it."""
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    places = [(module, each.id) for each in targets if isinstance(each, ast.Name)]
    if isinstance(node.value, ast.Name):
        for place in places:
            tables.include(place, known.place(module, node.value), NOTHING)
    if not isinstance(node.value, ast.Call) or not last_name(node.value.func).endswith(("Router", "Blueprint")):
        return {}
    return dict.fromkeys(places, _prefix(node.value))


def _add(module: str, node: ast.expr, words: frozenset[str], tables: Tables, known: Modules) -> None:
    """Keep the route that a call declares, where its word is one of *words*."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in words:
        place = known.place(module, node.func.value)
        keywords = [each.value for each in node.keywords if each.arg in {"path", "rule"}]
        text = literal(next(iter((*node.args, *keywords)), None))
        if place is not None and text is None:
            for route in _computed(known.trees[module]):
                tables.add(place, route)
        elif place is not None and text is not None and text[:1] in {"", "/"}:
            tables.add(place, template(text))


def _computed(tree: ast.Module) -> Iterator[Template]:
    """Yield what stands before anything that is computed in the addresses that a module names."""
    found = {each.partition(PLACE)[0] for each, _ in texts(tree)}
    below = [template(each) for each in found if len(template(each).segments) > 1]
    yield from (OPEN.under(each) for each in below) if below else (OPEN,)


def _include(module: str, node: ast.Call, tables: Tables, known: Modules) -> None:
    """Keep that a router is included in another, or that an application of its own is mounted."""
    if not isinstance(node.func, ast.Attribute):
        return
    place = known.place(module, node.func.value)
    if place is not None and node.func.attr in _INCLUDES and node.args:
        tables.include(place, known.place(module, node.args[0]), _prefix(node))
    elif place is not None and node.func.attr == "mount" and node.args:
        text = literal(node.args[0])
        tables.add(place, OPEN if text is None else OPEN.under(template(text)))


def _prefix(call: ast.Call) -> Template:
    given = next((each.value for each in call.keywords if each.arg in _PREFIXES), None)
    if given is None:
        return NOTHING
    text = literal(given)
    return OPEN if text is None else template(text)
