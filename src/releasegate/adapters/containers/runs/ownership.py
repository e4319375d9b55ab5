"""Whose a run is that left something in an engine, and whether it lives: an engine may be shared by many machines.

A run holds the lock of a file for as long as its process lives. Only who sees the same folder can ask that lock: of all
others' runs nothing is known but when they last made something.
"""

from __future__ import annotations

import uuid
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

LONGEST = timedelta(days=1)
"""For so long after it last made something a run of others is left alone: none takes that long."""
_HOME = "home"
_BOOT = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True)
class Left:
    """What a run left: the lock of its process, whose it is, and when it last made something, by the engine."""

    lock: Path
    owner: str
    newest: datetime


def owner_of(folder: Path) -> str:
    """Return what says that a lock below *folder* is this machine's to ask: the folder, and the machine's start.

    A copy of the folder is another one, for its file has another number.
    """
    file = folder / _HOME
    with suppress(FileExistsError), file.open("x", encoding="utf-8") as stream:
        stream.write(uuid.uuid4().hex)
    home = f"{file.read_text(encoding='utf-8').strip()}-{file.stat().st_ino}"
    try:
        boot = _BOOT.read_text(encoding="ascii").strip()
    except OSError:
        boot = ""
    return f"{home}.{boot}"


def is_dead(left: Left, *, owner: str, now: datetime) -> bool:
    """Whether the run that *left* something is known not to live; *owner* is who asks, *now* the engine's clock."""
    home, _, boot = owner.partition(".")
    its_home, _, its_boot = left.owner.partition(".")
    # A lock that is gone is that of a run which ended; but after a new start of the machine it may be a clone's.
    if left.owner and its_home == home and (left.lock.exists() or (boot and its_boot == boot)):
        return not _held(left.lock)
    return now - left.newest > LONGEST


def moment(text: str) -> datetime:
    """Return a moment as the engine tells it, of which more than microseconds mean nothing."""
    return datetime.fromisoformat(text)


def _held(lock: Path) -> bool:
    """Whether the process that holds *lock* lives; a lock that is gone is nobody's."""
    from filelock import FileLock, Timeout

    if not lock.exists():
        return False
    try:
        with FileLock(lock, timeout=0):
            pass
    except Timeout:
        return True
    except OSError:
        return True  # another user's: not ours to judge
    lock.unlink(missing_ok=True)
    return False
