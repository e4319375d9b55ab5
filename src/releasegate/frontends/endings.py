"""How a command ends that met something which nobody foresaw: with a sentence and a documented exit code."""

from __future__ import annotations

import errno
import os
import sys
import traceback
from contextlib import suppress
from pathlib import Path

from releasegate.core.errors import InternalError, ReleasegateError, Unavailable

_SHOWN = 3
_OURS = Path(__file__).parents[1]
_NEXT = {
    errno.ENOSPC: "Make room on that disk",
    errno.EDQUOT: "Make room within your quota",
    errno.EROFS: "Run it where it may write, or mount that file system to be written to",
    errno.EACCES: "Correct the permissions of that path",
    errno.EPERM: "Correct the owner or the permissions of that path",
    errno.EEXIST: "Move away the file that stands where a folder is needed",
    errno.ENOTDIR: "Move away the file that stands where a folder is needed",
    errno.EISDIR: "Move away the folder that stands where a file is needed",
    errno.ELOOP: "Remove the link that leads to itself",
    errno.EMFILE: "Let this user open more files (ulimit -n)",
    errno.EPIPE: "Let whoever reads the output read all of it",
}


def as_told(error: Exception) -> ReleasegateError:
    """Return what a person is told of *error*: itself, a fault of the machine, or one of releasegate."""
    if isinstance(error, ReleasegateError):
        return error
    if isinstance(error, OSError):
        return _machine(error)
    if isinstance(error, MemoryError):
        return Unavailable("There is not enough memory.", hint="Free some, and run the same command again")
    return _own(error)


def finish_output() -> None:
    """Write out what was printed; what cannot take it (a closed pipe, a full disk) is left alone from here on."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            with suppress(OSError, ValueError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _machine(error: OSError) -> Unavailable:
    reason = error.strerror or str(error) or type(error).__name__
    where = " and ".join(repr(str(name)) for name in (error.filename, error.filename2) if name is not None)
    subject = f"{where} cannot be used" if where else "This machine does not do what is needed"
    hint = _NEXT.get(error.errno or 0, "Put that right")
    return Unavailable(f"{subject}: {reason}.", hint=f"{hint}, and run the same command again")


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
