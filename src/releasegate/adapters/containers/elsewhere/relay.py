"""Services of a stack at addresses on this machine's loopback, wherever the engine is.

What an engine publishes is on its own machine's loopback. Where that is another one (a Docker context, a job's
container, a network namespace), a container in the stack's network connects for those who ask here, and its standard
input and output are the way there: the engine is all that must be reached.
"""

from __future__ import annotations

import asyncio
import itertools
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread

from releasegate.adapters.containers.elsewhere import relay_end
from releasegate.adapters.containers.elsewhere.relay_end import OPEN, End, piped
from releasegate.adapters.process import last_lines, started
from releasegate.core.errors import Unavailable

_STARTED_SECONDS = 60.0
_ENDED_SECONDS = 15.0
PROGRAM = Path(relay_end.__file__)


@dataclass
class Relay:
    """A relay that is up until it *ended*: an address here for each place there that is asked for, once and for all."""

    end: End
    loop: asyncio.AbstractEventLoop
    ended: bool = False
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    _addresses: dict[str, str] = field(default_factory=dict)
    _servers: list[asyncio.Server] = field(default_factory=list)

    def address(self, where: str) -> str:
        """Return ``127.0.0.1:N``, which leads to *where*: a service and its port, as the stack's network names them."""
        if where not in self._addresses:
            port = asyncio.run_coroutine_threadsafe(self._listen(where), self.loop).result(_STARTED_SECONDS)
            self._addresses[where] = f"127.0.0.1:{port}"
        return self._addresses[where]

    async def close(self) -> None:
        """End every connection, and listen no more."""
        for server in self._servers:
            server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        self.end.close()
        await asyncio.sleep(0)

    async def _listen(self, where: str) -> int:
        async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            number = next(self._numbers)
            self.end.expect(number)
            await self.end.send(number, OPEN, where.encode())
            await self.end.carry(number, reader, writer)

        server = await asyncio.start_server(carry, "127.0.0.1", 0)
        self._servers.append(server)
        port: int = server.sockets[0].getsockname()[1]
        return port


@contextmanager
def relaying(argv: Sequence[str], *, env: Mapping[str, str], cwd: Path) -> Iterator[Relay]:
    """Yield the relay whose far end is the command *argv*; it ends with the block.

    Raises:
        Unavailable: the far end does not start.
    """
    with (
        (cwd / "relay.log").open("w+b") as said,
        started(argv, env=env, cwd=cwd, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said) as child,
    ):
        ready, loop = Future[Relay](), asyncio.new_event_loop()
        thread = Thread(target=_serve, args=(loop, child, ready), daemon=True)
        thread.start()
        try:
            yield ready.result(_STARTED_SECONDS)
        except (OSError, EOFError, TimeoutError) as error:
            if ready.done() and ready.exception() is None:
                raise
            said.seek(0)
            raise Unavailable(
                "The stack's network cannot be reached through the engine.",
                hint="Look whether the engine runs, then run the same command again",
                details=last_lines(said.read().decode(errors="replace"), count=3),
            ) from error
        finally:
            # Its input ends, and then it does, and what it runs in is taken away; else it is ended.
            if child.stdin is not None:
                with suppress(RuntimeError):
                    loop.call_soon_threadsafe(_ended, ready)
            thread.join(_ENDED_SECONDS)
            child.kill()
            thread.join()


def _ended(ready: Future[Relay]) -> None:
    if ready.done() and ready.exception() is None:
        ready.result().end.finish()


def _serve(loop: asyncio.AbstractEventLoop, child: subprocess.Popen[bytes], ready: Future[Relay]) -> None:
    """Run the near end until the far one has ended."""
    asyncio.set_event_loop(loop)
    try:
        loop.run_until_complete(_near(loop, child, ready))
    except (OSError, EOFError) as error:
        ready.set_exception(error)
    finally:
        loop.close()


async def _near(loop: asyncio.AbstractEventLoop, child: subprocess.Popen[bytes], ready: Future[Relay]) -> None:
    if child.stdin is None or child.stdout is None:
        raise EOFError
    relay = Relay(await piped(child.stdout, child.stdin), loop)
    try:
        # The far end speaks first: before that, it is not there.
        await relay.end.first()
        ready.set_result(relay)
        await relay.end.run()
    finally:
        relay.ended = True
        await relay.close()
