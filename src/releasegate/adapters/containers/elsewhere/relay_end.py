"""Both ends of a relay: the bytes of many connections over one pipe.

The far end runs by itself, from this text, with any Python of a stack's images: nothing but the standard library.
"""

from __future__ import annotations

import asyncio
import struct
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import IO

HEAD = struct.Struct("!IBI")
"""What stands before the bytes: the connection's number, what they are, and how many."""
OPEN, DATA, END, RESET = range(4)
"""The bytes of OPEN say where to connect; END says that no more come, RESET that the connection is no more."""
_PIECE = 2**16


class End:
    """One end: what is read from its pipe belongs to the connection of its number."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, source: asyncio.ReadTransport
    ) -> None:
        self._reader, self._writer, self._source = reader, writer, source
        self._arrived: dict[int, asyncio.Queue[bytes | None]] = {}

    async def run(self, opened: Callable[[int, str], None] | None = None) -> None:
        """Hand on what arrives until the pipe ends; *opened* is called where a connection is asked for."""
        with suppress(asyncio.IncompleteReadError, OSError):
            while True:
                number, kind, size = HEAD.unpack(await self._reader.readexactly(HEAD.size))
                data = await self._reader.readexactly(size)
                if kind == OPEN and opened is not None:
                    self.expect(number)
                    opened(number, data.decode())
                elif number in self._arrived:
                    self._arrived[number].put_nowait({DATA: data, END: b""}.get(kind))
        for queue in self._arrived.values():
            queue.put_nowait(None)

    async def first(self) -> None:
        """Wait until the other end is there: it speaks first."""
        await self._reader.readexactly(HEAD.size)

    def finish(self) -> None:
        """Let the other end end: nothing more is sent."""
        self._writer.close()

    def close(self) -> None:
        """Close the pipe."""
        self._source.close()
        self._writer.close()

    def expect(self, number: int) -> None:
        """Keep what arrives for a connection until it is there."""
        self._arrived[number] = asyncio.Queue()

    async def send(self, number: int, kind: int, data: bytes = b"") -> None:
        """Send one piece."""
        self._writer.write(HEAD.pack(number, kind, len(data)) + data)
        await self._writer.drain()

    async def carry(self, number: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry a connection that is expected, until both of its sides have ended or one is no more."""
        ways = [asyncio.ensure_future(each) for each in (self._outwards(number, reader), self._inwards(number, writer))]
        try:
            await asyncio.gather(*ways)
            writer.close()
        except (OSError, asyncio.CancelledError):
            for each in ways:
                each.cancel()
            writer.transport.abort()
            await self.refuse(number)
        finally:
            self._arrived.pop(number, None)

    async def refuse(self, number: int) -> None:
        """Say that a connection is no more."""
        self._arrived.pop(number, None)
        with suppress(OSError):
            await self.send(number, RESET)

    async def _outwards(self, number: int, reader: asyncio.StreamReader) -> None:
        while data := await reader.read(_PIECE):
            await self.send(number, DATA, data)
        await self.send(number, END)

    async def _inwards(self, number: int, writer: asyncio.StreamWriter) -> None:
        while data := await self._arrived[number].get():
            writer.write(data)
            await writer.drain()
        if data is None:
            raise ConnectionResetError
        with suppress(OSError):
            writer.write_eof()


async def piped(source: IO[bytes], sink: IO[bytes]) -> End:
    """Return the end of a relay whose pipe is *source* and *sink*."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    reading, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), source)
    transport, protocol = await loop.connect_write_pipe(asyncio.streams.FlowControlMixin, sink)
    return End(reader, asyncio.StreamWriter(transport, protocol, reader, loop), reading)


async def _far() -> None:
    """Connect to wherever is asked for, as it is seen from here."""
    end, tasks = await piped(sys.stdin.buffer, sys.stdout.buffer), set()

    async def connect(number: int, where: str) -> None:
        host, _, port = where.rpartition(":")
        try:
            reader, writer = await asyncio.open_connection(host, int(port))
        except OSError:
            await end.refuse(number)
        else:
            await end.carry(number, reader, writer)

    def opened(number: int, where: str) -> None:
        task = asyncio.get_running_loop().create_task(connect(number, where))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    await end.send(0, END)
    await end.run(opened)


if __name__ == "__main__":
    asyncio.run(_far())
