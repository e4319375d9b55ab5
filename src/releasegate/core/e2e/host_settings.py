"""The settings without which a host does not load a package, held against what the stack tells the host."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator, Mapping
from typing import Any

from releasegate.core.audit.code.trees import assignments, last_name, parse
from releasegate.core.stacks.host import Host
from releasegate.core.stacks.kit import Kit


def listed(node: ast.ClassDef, attribute: str) -> Iterator[str]:
    """Yield the texts of a list that a class assigns to *attribute*."""
    value = assignments(node.body).get(attribute)
    for each in value.elts if isinstance(value, (ast.List, ast.Tuple, ast.Set)) else ():
        if isinstance(each, ast.Constant) and isinstance(each.value, str):
            yield each.value


def untold(kit: Kit, sources: Mapping[str, bytes], variables: Mapping[str, str]) -> tuple[str, ...]:
    """Return the settings that a package with these *sources* asks for by its code, and *variables* do not give."""
    host = kit.host
    if host is None or not (host.settings and host.told_by):
        return ()
    told = _told(variables.get(host.told_by, ""))
    asked = _asked(host, sources).items()
    return tuple(each for module, names in asked for each in names if each not in _given(told, module))


def proposed_line(kit: Kit, sources: Mapping[str, bytes], variables: Mapping[str, str]) -> str:
    """Return the line of the stack's table that gives all that is asked for, each with a text to be corrected."""
    host = kit.host or Host("", ())
    told = _told(variables.get(host.told_by, ""))
    for module, names in _asked(host, sources).items():
        told[module] = dict.fromkeys(names, "...") | _given(told, module)
    return f"variables = {{ {host.told_by} = '{json.dumps(told)}' }}"


def _told(text: str) -> dict[str, Any]:
    try:
        told = json.loads(text or "{}")
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _given(told: Mapping[str, Any], module: str) -> dict[str, Any]:
    given = told.get(module)
    return given if isinstance(given, dict) else {}


def _asked(host: Host, sources: Mapping[str, bytes]) -> dict[str, tuple[str, ...]]:
    """Return what the top-level modules ask for that are loaded into the host."""
    asked = {}
    for path in sorted(sources):
        module, _, file = path.partition("/")
        tree = parse(sources[path]) if file == "__init__.py" else None
        classes = [node for node in tree.body if isinstance(node, ast.ClassDef)] if tree is not None else []
        own = [node for node in classes if set(map(last_name, node.bases)) & set(host.classes)]
        if names := tuple(dict.fromkeys(each for node in own for each in listed(node, host.settings))):
            asked[module] = names
    return asked
