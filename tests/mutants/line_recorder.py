"""Placed into a package's interpreter by reached.py: writes down which lines of the package have run."""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from pathlib import Path
from types import CodeType
from typing import Any

FOLDER = Path("/tmp/releasegate-lines")  # noqa: S108 - inside of a container
TOOL = 4
monitoring: Any = vars(sys)["monitoring"]  # it is there from Python 3.12 on
EVERY = 3.0
ROOT = Path(__file__).with_suffix(".txt").read_text(encoding="utf-8").strip()
ran: set[tuple[str, int]] = set()


def began(code: CodeType, _: int) -> object:
    """Look at the lines of a function of the package from now on; of others nothing is asked again."""
    if code.co_filename.startswith(ROOT):
        monitoring.set_local_events(TOOL, code, monitoring.events.LINE)
    return monitoring.DISABLE


def line(code: CodeType, number: int) -> object:
    """Write one line down, once."""
    ran.add((code.co_filename.removeprefix(ROOT).lstrip("/"), number))
    return monitoring.DISABLE


def kept() -> None:
    """Keep what has run so far in a file of this process, over and over."""
    while True:
        time.sleep(EVERY)
        file = FOLDER / f"{os.getpid()}.json"
        file.with_suffix(".part").write_text(json.dumps(sorted(ran)), encoding="utf-8")
        file.with_suffix(".part").rename(file)


def watch() -> None:
    """Begin in this process, and in each that it becomes."""
    FOLDER.mkdir(exist_ok=True)
    threading.Thread(target=kept, daemon=True).start()


monitoring.use_tool_id(TOOL, "releasegate")
monitoring.register_callback(TOOL, monitoring.events.PY_START, began)
monitoring.register_callback(TOOL, monitoring.events.LINE, line)
monitoring.set_events(TOOL, monitoring.events.PY_START)
os.register_at_fork(after_in_child=watch)
watch()
