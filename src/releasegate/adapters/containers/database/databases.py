"""Migrated databases that are kept between runs: known by what made them, restored in seconds, and bounded in size."""

from __future__ import annotations

import gzip
import json
import os
import re
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

from releasegate.adapters.containers.elsewhere.registry import Registry
from releasegate.adapters.containers.tar import packed
from releasegate.adapters.files import write_atomically
from releasegate.core.e2e.snapshots import Reordering, Snapshot, nearest
from releasegate.core.errors import Unavailable
from releasegate.core.printable import printable
from releasegate.core.stacks.stack_keys import KitDatabase

if TYPE_CHECKING:
    from docker.models.containers import Container

_GIB = 2**30
_DUMPED = ".sql.gz"
_RESTORE = ["psql", "--no-psqlrc", "--quiet", "--output=/dev/null", "--set=ON_ERROR_STOP=1"]
# A dump hides all schemas while it is restored; a trigger that compares by an extension's operator does not find it
# then. Every other name in a dump has its schema before it.
_HIDES_SCHEMAS = b"SELECT pg_catalog.set_config('search_path', '', false);\n"


@dataclass(frozen=True)
class Databases:
    """Snapshots below *folder*: ``KEY.json`` says what made it, ``KEY.sql.gz`` is the database; *limit* is in GiB.

    *of* is the database that is kept, and restored into. Through *registry* they travel to other machines, too.
    """

    folder: Path
    limit: float
    of: KitDatabase | None = None
    registry: Registry | None = None

    def fetch(self, *wanted: Snapshot | None) -> None:
        """Have the first of the *wanted* snapshots that is here, or that the registry has."""
        here = {snapshot.key for snapshot in self._kept()}
        for snapshot in wanted if self.registry is not None else ():
            if snapshot is not None and (snapshot.key in here or self._fetched(snapshot)):
                return

    def _fetched(self, snapshot: Snapshot) -> bool:
        """Take a snapshot from the registry; a file that is not what its name says is no such."""
        dump = self._dump(snapshot)
        names = (dump.name, self._description(dump).name)
        found = self.registry.get(_tag(snapshot), names) if self.registry is not None else {}
        with tempfile.TemporaryDirectory() as folder:
            for name, content in found.items():
                (Path(folder) / name).write_bytes(content)
            return bool(self.take(Path(folder)))

    def nearest(self, wanted: Snapshot, *, reordering: Reordering) -> Snapshot | None:
        """Return the kept snapshot that leads to the wanted one with the least left to migrate."""
        return nearest(self._kept(), wanted, reordering=reordering)

    @contextmanager
    def making(self, snapshot: Snapshot) -> Iterator[None]:
        """Hold off everybody else who would migrate the same host meanwhile: they find what is made here."""
        from filelock import FileLock

        self.folder.mkdir(parents=True, exist_ok=True)
        with FileLock(self.folder / f"{re.sub(r'[^A-Za-z0-9.]+', '-', snapshot.ground) or 'host'}.lock"):
            yield

    def restore(self, snapshot: Snapshot, *, into: Container) -> str:
        """Put a snapshot into the empty database of a server's container; return why that cannot be, or nothing.

        A file that does not restore is removed and the database is empty again: migrating makes both anew.
        """
        dump = self._dump(snapshot)
        try:
            # No bytes at all would be a whole file to gzip.
            content = gzip.decompress(dump.read_bytes() or b"empty")
        except (OSError, EOFError, zlib.error) as error:
            self._remove(dump)
            return f"{type(error).__name__}: {error}"
        into.put_archive("/tmp", packed({"snapshot.sql": content}))  # noqa: S108 - in the container
        user, name = self._login()
        words = [*_RESTORE, f"--username={user}", "--file=/tmp/snapshot.sql", name]
        code, said = cast("tuple[int, bytes]", into.exec_run(words))
        if code == 0:
            os.utime(dump)
            return ""
        self._remove(dump)
        for command in ("dropdb", "createdb"):
            into.exec_run([command, f"--username={user}", "--maintenance-db=postgres", name])
        return "; ".join(printable(said.decode(errors="replace")).splitlines()[-2:])

    def keep(self, snapshot: Snapshot, *, of: Container) -> None:
        """Keep the database of a server's container as *snapshot*; the oldest make room."""
        user, name = self._login()
        # What belongs to a run is not kept: each has its own.
        left = [f"--exclude-table-data={table}" for table in (self.of.not_kept if self.of is not None else ())]
        code, streams = of.exec_run(["pg_dump", "--no-owner", *left, f"--username={user}", name], demux=True)
        content, said = cast("tuple[bytes | None, bytes | None]", streams)
        if code != 0 or not content:
            raise Unavailable(
                "The migrated database could not be kept.",
                hint="Run the same command again",
                details=(said or b"").decode(errors="replace").splitlines()[-3:],
            )
        self.folder.mkdir(parents=True, exist_ok=True)
        dump = self._dump(snapshot)
        told = {"server": snapshot.server, "ground": snapshot.ground, "migrations": dict(snapshot.migrations)}
        _write(dump, gzip.compress(content.replace(_HIDES_SCHEMAS, b"", 1), mtime=0))
        _write(self._description(dump), json.dumps(told, sort_keys=True).encode())
        if self.registry is not None:
            paths = (dump, self._description(dump))
            self.registry.put(_tag(snapshot), {path.name: path.read_bytes() for path in paths})
        self.trim(self.limit)

    def trim(self, limit: float) -> int:
        """Remove the longest unused ones until all fit into *limit* GiB; return how many were removed."""
        dumps = sorted(self.folder.glob(f"*{_DUMPED}"), key=lambda path: path.stat().st_mtime)
        total, removed = sum(path.stat().st_size for path in dumps), 0
        for path in dumps:
            if total <= limit * _GIB:
                break
            total -= path.stat().st_size
            self._remove(path)
            removed += 1
        return removed

    def give(self, folder: Path) -> int:
        """Copy every snapshot that is whole into *folder*; return how many were."""
        return _copied(self.folder, folder, [snapshot.key for snapshot in self._kept()])

    def take(self, folder: Path) -> int:
        """Copy every snapshot of *folder* that is whole, and not here yet, to the others; return how many were."""
        here = {snapshot.key for snapshot in self._kept()}
        others = [snapshot.key for snapshot in Databases(folder, self.limit)._kept()]  # noqa: SLF001 - the same class
        return _copied(folder, self.folder, [key for key in others if key not in here])

    def size(self) -> tuple[int, int]:
        """Return how many are kept, and their bytes."""
        sizes = [path.stat().st_size for path in self.folder.glob(f"*{_DUMPED}")]
        return len(sizes), sum(sizes)

    def _login(self) -> tuple[str, str]:
        """Return the owner and the name of the database."""
        return ("postgres", "postgres") if self.of is None else (self.of.user, self.of.name)

    def _kept(self) -> Iterator[Snapshot]:
        for path in sorted(self.folder.glob("*.json")):
            try:
                told = json.loads(path.read_text(encoding="utf-8"))
                snapshot = Snapshot(told["server"], told["ground"], told["migrations"])
            except (OSError, ValueError, KeyError, TypeError, RecursionError):
                continue
            # A file is what its name says, or it is not used.
            if snapshot.key == path.stem and self._dump(snapshot).exists():
                yield snapshot

    def _dump(self, snapshot: Snapshot) -> Path:
        return self.folder / f"{snapshot.key}{_DUMPED}"

    def _description(self, dump: Path) -> Path:
        return dump.with_name(dump.name.replace(_DUMPED, ".json"))

    def _remove(self, dump: Path) -> None:
        self._description(dump).unlink(missing_ok=True)
        dump.unlink(missing_ok=True)


def _tag(snapshot: Snapshot) -> str:
    return f"releasegate/database:{snapshot.key}"


def _copied(source: Path, target: Path, keys: list[str]) -> int:
    """Copy the files of these snapshots, the description last: without it there is no snapshot."""
    for key in keys:
        for name in (f"{key}{_DUMPED}", f"{key}.json"):
            _write(target / name, (source / name).read_bytes())
    return len(keys)


def _write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all, for this user alone: runs side by side may keep the same one."""
    write_atomically(path, content, mode=0o600)
