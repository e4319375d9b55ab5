"""Runs a command that ends when the process that started it does, be it by ``kill -9``.

The starter holds the other end of standard input; when that closes, the whole process group is ended. Run as a
script: ``python -I die_with_parent.py COMMAND...``; the exit code is the command's.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading


def hold(argv: list[str]) -> int:
    """Run *argv* until it ends or standard input closes; return its exit code."""
    # A handler, unlike SIG_IGN, is not inherited: the command gets the signal and ends; then so does this.
    signal.signal(signal.SIGTERM, lambda *_: None)
    command = subprocess.Popen(argv, stdin=subprocess.DEVNULL)
    threading.Thread(target=_watch, args=(command,), daemon=True).start()
    code = command.wait()
    return code if code >= 0 else 128 - code


def _watch(command: subprocess.Popen[bytes]) -> None:
    # Not sys.stdin: a thread that holds its lock while Python ends makes Python abort.
    os.read(0, 1)
    if sys.platform != "win32":
        os.killpg(0, signal.SIGKILL)
    command.kill()


if __name__ == "__main__":
    sys.exit(hold(sys.argv[1:]))
