"""How a command ends that met something which nobody foresaw: with a sentence and a documented exit code."""

from __future__ import annotations

import os
import re
import select
import sys
import traceback
from contextlib import suppress
from pathlib import Path
from typing import TextIO

from releasegate.core.errors import InternalError, ReleasegateError, Unavailable

_SHOWN = 3
_SSL = re.compile(r"(?i)\b_?ssl\b")
_OURS = Path(__file__).parents[1]


def as_told(error: Exception) -> ReleasegateError:
    """Return what a person is told of *error*: itself, a fault of the machine, or one of releasegate."""
    if isinstance(error, ReleasegateError):
        return error
    if isinstance(error, OSError):
        from releasegate.core.machine_faults import machine_fault

        return machine_fault(error)
    if isinstance(error, MemoryError):
        return Unavailable("There is not enough memory.", hint="Free some, and run the same command again")
    if isinstance(error, ImportError) and _SSL.search(str(error)):
        return Unavailable(
            "The Python that runs releasegate has no module ssl that works, and no index can be asked without.",
            hint="Install releasegate beside a Python that has one, and run the same command again",
            details=[str(error)],
        )
    return _own(error)


def nobody_reads(error: Exception) -> bool:
    """Whether *error* is that whoever read what is printed has stopped, as ``head`` does: not of another pipe."""
    return isinstance(error, BrokenPipeError) and any(map(_is_left, (sys.stdout, sys.stderr)))


def _is_left(stream: TextIO) -> bool:
    """Whether *stream* is a pipe whose other end is closed; not, where the system cannot tell."""
    with suppress(OSError, ValueError, AttributeError):
        seen = select.poll()
        seen.register(stream.fileno(), 0)
        return any(event & select.POLLERR for _, event in seen.poll(0))
    return False


def finish_output() -> None:
    """Write out what was printed; what cannot take it (a closed pipe, a full disk) is left alone from here on."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            with suppress(OSError, ValueError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _own(error: Exception) -> InternalError:
    frames = [
        frame for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename).is_relative_to(_OURS)
    ]
    places = [f"{Path(frame.filename).relative_to(_OURS)}:{frame.lineno} in {frame.name}" for frame in frames]
    said = " ".join(str(error).split())[:300]
    return InternalError(
        f"releasegate met what it does not know: {type(error).__name__}{f' ({said})' if said else ''}.",
        hint="Report it with these lines and the command; nothing is lost: the same command goes on where it stopped",
        details=[f"at {place}" for place in places[-_SHOWN:]],
    )
