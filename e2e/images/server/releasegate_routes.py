"""Lets a server tell its own route table while it runs: what its description leaves out, too.

``watch`` is called when the server's Python starts; ``asked`` has the server write its GET routes that need nothing.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

WATCHED = Path(tempfile.gettempdir(), "releasegate-watched")
TOLD = Path(tempfile.gettempdir(), "releasegate-routes.json")
SECONDS = 60.0


def watch() -> None:
    """Answer the signal of ``asked``; only the server itself is asked, not what it starts."""
    # In a thread of its own: what is raised there does not reach the server.
    signal.signal(signal.SIGUSR2, lambda *_: threading.Thread(target=_write, daemon=True).start())
    WATCHED.write_text(str(os.getpid()), encoding="utf-8")


def asked() -> str:
    """Return the routes as JSON; an empty list where the server is none of the kind that can be asked."""
    TOLD.unlink(missing_ok=True)
    if not WATCHED.exists():
        return "[]"
    os.kill(int(WATCHED.read_text(encoding="utf-8")), signal.SIGUSR2)
    end = time.monotonic() + SECONDS
    while not TOLD.exists() and time.monotonic() < end:
        time.sleep(0.2)
    return TOLD.read_text(encoding="utf-8") if TOLD.exists() else "[]"


def _write() -> None:
    starlette = sys.modules.get("starlette.applications")
    found = [each for each in gc.get_objects() if starlette and issubclass(type(each), starlette.Starlette)]
    root = max(found, key=lambda app: len(app.routes), default=None)
    paths = sorted(set(_paths(root.routes, ""))) if root is not None else []
    partial = TOLD.with_suffix(".part")
    partial.write_text(json.dumps(paths), encoding="utf-8")
    partial.rename(TOLD)


def _paths(routes: Any, before: str) -> Iterator[str]:
    for route in (each for held in routes for each in _effective(held)):
        path = before + str(getattr(route, "path", "") or "")
        if getattr(route, "routes", None):
            yield from _paths(route.routes, path)
        elif "GET" in (getattr(route, "methods", None) or ()) and "{" not in path and not _wants(route):
            yield path


def _effective(route: Any) -> list[Any]:
    """Return the routes that one stands for: FastAPI keeps an included router whole until its routes are asked for."""
    contexts = getattr(route, "effective_route_contexts", None)
    if contexts is None:
        return [route]
    return [getattr(each, "starlette_route", None) or each for each in contexts()]


def _wants(route: Any) -> bool:
    """Whether a route, or what it depends on, needs an argument of its query, its headers or its body."""
    dependant = getattr(route, "dependant", route)
    fields = [field for kind in ("query", "header", "body") for field in getattr(dependant, f"{kind}_params", ())]
    return any(map(_required, fields)) or any(map(_wants, getattr(dependant, "dependencies", ())))


def _required(field: Any) -> bool:
    told = getattr(field, "required", None)
    return bool(told) if told is not None else bool(field.field_info.is_required())
