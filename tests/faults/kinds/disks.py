"""Disks that are full, folders that are read-only, and folders where files should be."""

from __future__ import annotations

import shutil
import subprocess
from functools import partial
from random import Random

from tests.faults.fault import Fault
from tests.faults.kinds.releases import disturbed
from tests.faults.project import NAME, Project

KIND = "disks"
IN_PLACE = ("unshare", "-rm", "sh", "-c")
STATE = ".releasegate"
LEDGER = f"{STATE}/ledger/{NAME}"
TMP = "tmp"
PLACES = (STATE, LEDGER, f"{STATE}/dist", f"{STATE}/{TMP}", TMP, NAME, f"{NAME}/.git", ".")
"""Folders that a release writes to, or might."""
NEVER = frozenset({NAME, f"{NAME}/.git", "."})
"""Folders without which there is nothing to release."""


def faults(seed: int) -> tuple[Fault, ...]:
    """Return a disk that is full at some size, each folder read-only, and each folder as a file, or a file as one."""
    found = {f"rc: files of at most {size} KiB": partial(no_larger, size=size) for size in (0, 1, 4, 16, 64, 256)}
    for place in (STATE, TMP):
        sizes = (4, 64, 1024)
        found |= {f"rc: {place} on a disk of {size} KiB": partial(full, place=place, size=size) for size in sizes}
    for number, place in enumerate(PLACES):
        one, another = ("rc", "final") if (number + seed) % 2 else ("final", "rc")
        found[f"{one}: {place} is read-only"] = partial(read_only, place=place)
        if place not in NEVER:
            found[f"{another}: {place} is something else"] = partial(other, place=place)
    record = partial(other, place=f"{LEDGER}/1.0.0rc1.jsonl")
    found["rc: the lock is a folder"] = partial(other, place=f"{LEDGER}/.lock")
    found |= {"rc: the record is a folder": record, "final: the record is a folder": record}
    return tuple(
        Fault(KIND, name, seed, partial(disturbed, stage=stage, disturb=disturb), stage, whole=True)
        for name, disturb in found.items()
        for stage in (name.partition(":")[0],)
    )


def no_larger(project: Project, chance: Random, *, size: int) -> bool:
    """Let no file that is written become larger than some KiB."""
    blocks = size * 2 + chance.randrange(2)
    with project.started(around=("sh", "-c", f'ulimit -f {blocks}; exec "$@"', "sh")):
        return True


def full(project: Project, chance: Random, *, place: str, size: int) -> bool:
    """Put a folder on a disk of some KiB, which is gone afterwards with all that is on it."""
    folder = project.root / place
    folder.mkdir(parents=True, exist_ok=True)
    bytes_of_it = size * 1024 + chance.randrange(size * 1024)
    return _mounted(project, f"mount -t tmpfs -o size={bytes_of_it} none '{folder}'")


def read_only(project: Project, _: Random, *, place: str) -> bool:
    """Let nobody write to a folder, whoever it is."""
    folder = project.root / place
    folder.mkdir(parents=True, exist_ok=True)
    return _mounted(project, f"mount --bind '{folder}' '{folder}' && mount -o remount,ro,bind '{folder}'")


def other(project: Project, _: Random, *, place: str) -> bool:
    """Put a file where a folder is or should be, and a folder where a file is or should be; afterwards it is back."""
    path, aside = project.root / place, project.root / "aside"
    was_folder = path.is_dir() or not (path.exists() or path.suffix or path.name == ".lock")
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists():
        path.rename(aside)
    if was_folder:
        path.write_text("not a folder\n", encoding="utf-8")
    else:
        path.mkdir()
        (path / "x").write_text("x\n", encoding="utf-8")
    with project.started():
        pass
    shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    if aside.exists():
        aside.rename(path)
    return True


def _mounted(project: Project, script: str) -> bool:
    """Run the command where *script* has mounted something for it alone; ``False`` where nobody may mount."""
    if shutil.which("unshare") is None:
        return False
    if subprocess.run([*IN_PLACE, script], check=False, capture_output=True).returncode:
        return False
    with project.started(around=(*IN_PLACE, f'{script} && cd "$0" && exec "$@"', str(project.root))):
        return True
