"""A command on a terminal of its own: what it wrote, what is to be seen at the end, and how it ended."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_MOST_SECONDS = 120.0
_SEQUENCE = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\r\n|[\r\n\b]|[^\x1b\r\n\b]+|\x1b")


@dataclass
class Shown:
    """What a terminal of *width* columns was told: everything in ``raw``, and piece by piece in ``pieces``."""

    width: int
    raw: str = ""
    exit_code: int = 0
    pieces: list[str] = field(default_factory=list)

    @property
    def lines(self) -> list[str]:
        """What is to be seen at the end, line by line, however often it was drawn over."""
        lines, column = [""], 0
        for piece in _SEQUENCE.findall(self.raw):
            if piece in {"\r\n", "\n"}:
                lines.append("")
                column = 0
            elif piece == "\r":
                column = 0
            elif piece == "\x1b[K":
                lines[-1] = lines[-1][:column]
            elif not piece.startswith("\x1b"):
                lines[-1] = lines[-1][:column].ljust(column) + piece + lines[-1][column + len(piece) :]
                column += len(piece)
        return [line.rstrip() for line in lines]


def on_terminal(
    argv: Sequence[str], *, cwd: Path, env: Mapping[str, str], width: int = 80, interrupt_after: str = ""
) -> Shown:
    """Run *argv* on a terminal, and where that is asked for type Ctrl-C once it has shown a text."""
    ours, its = pty.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 24, width, 0, 0))
    shown, began, typed = Shown(width), time.monotonic(), not interrupt_after
    told = {"TERM": "xterm-256color", **env}
    child = subprocess.Popen(
        argv,
        stdin=its,
        stdout=its,
        stderr=its,
        cwd=cwd,
        env=told,
        start_new_session=True,
        preexec_fn=_controlling,  # noqa: PLW1509 - no thread runs yet
    )
    os.close(its)
    try:
        while time.monotonic() - began < _MOST_SECONDS:
            ready, _, _ = select.select([ours], [], [], 0.1)
            try:
                said = os.read(ours, 65536).decode(errors="replace") if ready else None
            except OSError:  # the other side is closed
                break
            if said:
                shown.raw += said
                shown.pieces.append(said)
            if not typed and interrupt_after in shown.raw:
                typed = True
                os.write(ours, b"\x03")
        shown.exit_code = child.wait(10)
    finally:
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()
        os.close(ours)
    return shown


def _controlling() -> None:
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    # What runs the tests in the background may ignore it; a person's shell does not.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
