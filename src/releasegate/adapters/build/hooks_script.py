"""Calls the hooks of one build backend, each in a process of its own that begins where the backend is imported.

PEP 517 wants no hook to see what another left in its process. The import is no hook's: done once, it costs once. Run as
a script in the folder of the project, by the Python of the environment, with two pipes:

    python hooks_script.py MODULE ASKED TOLD

A line that comes by ASKED is the JSON list of a script that calls a hook and of its words; to TOLD goes the exit code.
Where the import began a thread, which no fork has, or failed, this ends before it says that it is there.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import runpy
import sys
import threading
import traceback
from contextlib import suppress
from importlib import import_module


def main(module: str, asked: int, told: int) -> None:
    """Import the backend, say so with an empty line, and call the hooks that are asked for until nobody asks."""
    # The folder of this file is on no backend's path.
    sys.path.pop(0)
    import_module(module)
    # What is imported stays: no look for garbage, here or in a fork, goes through it, or copies it by that.
    gc.freeze()
    if threads() > 1:
        sys.exit(1)
    with os.fdopen(asked, encoding="utf-8") as lines:
        os.write(told, b"\n")
        for line in lines:
            flush()
            child = os.fork()
            if child == 0:
                call(json.loads(line))
            _, status = os.waitpid(child, 0)
            os.write(told, b"%d\n" % os.waitstatus_to_exitcode(status))


def threads() -> int:
    """Return how many threads this process has, those that Python knows nothing of too, where the system tells."""
    try:
        return len(os.listdir("/proc/self/task"))  # noqa: PTH208 - as plain as it can be
    except OSError:
        return threading.active_count()


def call(words: list[str]) -> None:
    """Run the script of *words* as Python would, and end this process; what the import left to be done stays."""
    atexit._clear()  # noqa: SLF001 - what is to be done at the end of the import's process is not done at this one's
    sys.argv, code = words, 1
    try:
        code = exit_code(words[0])
        atexit._run_exitfuncs()  # noqa: SLF001 - what the hook itself left to be done
    finally:
        flush()
        os._exit(code)


def flush() -> None:
    """Let what was printed out once; a backend may have closed what it goes to."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):
            stream.flush()


def exit_code(script: str) -> int:
    """Return what Python would end with that runs *script*."""
    try:
        runpy.run_path(script, run_name="__main__")
    except SystemExit as ended:
        if isinstance(ended.code, int | None):
            return ended.code or 0
        sys.stderr.write(f"{ended.code}\n")
        return 1
    except BaseException:  # noqa: BLE001 - as Python does with whatever gets through
        traceback.print_exc()
        return 1
    return 0


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
