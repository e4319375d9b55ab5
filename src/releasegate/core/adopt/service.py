"""How a package is started that others call: the web application that its code makes, and who serves it."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from releasegate.core.adopt.claims.claim import Files
from releasegate.core.adopt.claims.of_code import TESTS
from releasegate.core.adopt.code import parsed
from releasegate.core.adopt.modules.needed_extras import dependencies
from releasegate.core.audit.code.trees import last_name

_SERVERS: Mapping[str, tuple[str, ...]] = {
    "fastapi": ("uvicorn", "{app}"),
    "starlette": ("uvicorn", "{app}"),
    "litestar": ("uvicorn", "{app}"),
    "quart": ("uvicorn", "{app}"),
    "flask": ("flask", "--app", "{app}", "run"),
}
"""What serves the applications of a framework; each takes where to listen the same way."""
_LISTENS = ("--host", "{host}", "--port", "{port}")
_FILES = ("main", "app", "asgi", "wsgi", "server", "api", "__init__")
"""The modules that make the application a server is told of, the usual one first."""
_NAMES = frozenset({"app", "application", "api"})
_ROUTES = frozenset({"get", "route", "add_api_route", "add_url_rule", "Route"})
_ALIVE = ("/health", "/healthz", "/readyz", "/ready", "/livez")


@dataclass(frozen=True)
class ProposedService:
    """A command, and the path that answers once it is up; empty where that is the first page."""

    command: tuple[str, ...]
    ready: str = ""

    @property
    def line(self) -> str:
        """The line of the package's table."""
        ready = f", ready = {json.dumps(self.ready)}" if self.ready else ""
        return f"service = {{ command = {json.dumps(list(self.command), ensure_ascii=False)}{ready} }}"


def propose_service(project: Mapping[str, Any], files: Files, module: PurePosixPath | None) -> ProposedService | None:
    """Return how the package is started, as far as its code tells; ``None`` where nothing of it can be."""
    there = dependencies(project, files)
    server = next((words for name, words in _SERVERS.items() if name in there), None)
    if module is None or server is None:
        return None
    sources = {path: files[path] for path in files if module in path.parents and path.suffix == ".py"}
    own = {path: code for path, code in sources.items() if TESTS.isdisjoint(path.relative_to(str(module)).parts)}
    found = min(_applications(own), default=None)
    if found is None:
        return None
    words = tuple(word.replace("{app}", f"{_dotted(found[2])}:{found[3]}") for word in server)
    return ProposedService((*words, *_LISTENS), next((path for path in _ALIVE if _routes(own, path)), ""))


def _applications(sources: Files) -> Iterator[tuple[int, int, PurePosixPath, str]]:
    """Yield the applications that modules make, so that the least is the one that a server is told of."""
    for path, content in sources.items():
        if not any(name.encode() in content for name in _NAMES):
            continue
        usual = _FILES.index(path.stem) if path.stem in _FILES else len(_FILES)
        for node in parsed(content).body:
            if not isinstance(node, (ast.Assign, ast.AnnAssign)) or not isinstance(node.value, ast.Call):
                continue
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            known = usual < len(_FILES) or last_name(node.value.func).lower() in _SERVERS
            if isinstance(target, ast.Name) and target.id in _NAMES and known:
                yield usual, len(path.parts), path, target.id


def _routes(sources: Files, path: str) -> bool:
    """Whether a path is written down as one that is answered: the first word of a route's call."""
    for content in sources.values():
        if path.encode() in content:
            calls = (node for node in ast.walk(parsed(content)) if isinstance(node, ast.Call) and node.args)
            if any(last_name(c.func) in _ROUTES and ast.unparse(c.args[0]) == repr(path) for c in calls):
                return True
    return False


def _dotted(path: PurePosixPath) -> str:
    parts = [part for part in path.with_suffix("").parts if part != "__init__"]
    return ".".join(parts[1:] if parts[0] == "src" else parts)
