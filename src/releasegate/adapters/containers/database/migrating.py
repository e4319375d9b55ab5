"""The database of a cell: migrated by the service that serves, from the nearest kept one where there is none yet."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass

from releasegate.adapters.containers.compose import ComposeProject
from releasegate.adapters.containers.database.databases import Databases
from releasegate.adapters.containers.environment import FACTS
from releasegate.adapters.containers.images.ensemble_images import Prepared
from releasegate.adapters.process import last_lines
from releasegate.core.config.stack import Stack
from releasegate.core.e2e.contracts import telling_line
from releasegate.core.e2e.matrix import Cell
from releasegate.core.e2e.snapshots import Snapshot
from releasegate.core.errors import GateFailed, Unavailable
from releasegate.core.stacks.stack_keys import KitDatabase, KitService

_SECONDS = 3600.0
_LOG_LINES = 12
_TELLS = "RELEASEGATE-FACTS "


@dataclass(frozen=True)
class Migrating:
    """Starts *serving*, the service that migrates the database of *cell*, and keeps what comes of it."""

    cell: Cell
    stack: Stack
    serving: KitService
    databases: Databases
    tell: Callable[[str], None]

    def run(self, project: ComposeProject, prepared: Prepared, *, fresh: bool) -> list[str]:
        """Migrate, from the nearest kept database where there is none yet; return what is to be noted.

        Raises:
            GateFailed: a package does not migrate, or does not load; the details are the host's own words.
        """
        notes: list[str] = []
        core, whole = prepared.core, prepared.whole
        with ExitStack() as held:
            if fresh:
                self.databases.fetch(whole, core)
            kept = self._nearest(prepared) if fresh else None
            if fresh and kept != whole and core is not None:
                held.enter_context(self.databases.making(core))
                kept = self._nearest(prepared)
            if kept is not None and whole is not None and (trouble := self._restore(kept, whole, project)):
                notes.append(f"the kept database {kept.key[:12]} does not restore and is removed: {trouble}")
                kept = None
            if fresh and kept is None and core is not None:
                self.tell(f"migrating {self.cell.ground or 'the host'} alone")
                self._host_migrated(project)
                self._keep(core, project)
            self.tell(f"starting {self.serving.name}, which migrates for {prepared.ensemble}")
            self._migrated(project)
            if fresh and whole is not None and kept != whole:
                self._keep(whole, project)
        return notes if kept is None else [*notes, f"database restored from {kept.key[:12]}, then migrated"]

    @property
    def _database(self) -> KitDatabase | None:
        return self.stack.kit.database

    def _nearest(self, prepared: Prepared) -> Snapshot | None:
        whole = prepared.whole
        return None if whole is None else self.databases.nearest(whole, reordering=prepared.reordering)

    def _restore(self, kept: Snapshot, whole: Snapshot, project: ComposeProject) -> str:
        """Put the kept database into the empty one; return why that cannot be, or nothing."""
        server = project.container(self._database.service) if self._database is not None else None
        if server is None:
            return ""
        self.tell(f"restoring {len(kept.migrations)} of {len(whole.migrations)} migrations")
        return self.databases.restore(kept, into=server)

    def _host_migrated(self, project: ComposeProject) -> None:
        words = self._database.alone if self._database is not None else ()
        done = project.once(self.serving.name, *words, line=self._follow, timeout=_SECONDS)
        if done.exit_code:
            raise Unavailable(
                f"{self.cell.ground} does not migrate by itself: {telling_line(done.stdout.splitlines())}",
                hint="Run the same command again, or try other values of the stack's dimensions",
                details=last_lines(done.stdout, count=_LOG_LINES),
            )

    def _migrated(self, project: ComposeProject) -> None:
        """Start what serves, which migrates its database before it answers, and keep what it tells."""
        service = self.serving.name
        project.up(service)
        try:
            if self.serving.tells:
                told = project.until(service, _TELLS, line=self._follow, timeout=_SECONDS)
                (project.folder / FACTS).write_text(told, encoding="utf-8")
            else:
                project.healthy(service)
        except GateFailed as error:
            why = telling_line(error.details)
            names = ", ".join(self.stack.packages.get(self.stack.kit.role_of(service), ()))
            on = f" on {self.cell.ground}" if self.cell.ground else ""
            raise GateFailed(
                f"contract {service}.migrations broke: {names} does not load or does not migrate"
                f"{on}{f': {why}' if why else ''}",
                hint="Mend it and commit",
                details=error.details[-_LOG_LINES:],
            ) from error

    def _follow(self, said: str) -> None:
        if said.strip().startswith("Applying "):
            self.tell(f"migrating: {said.strip().removeprefix('Applying ').split('...')[0]}")

    def _keep(self, snapshot: Snapshot, project: ComposeProject) -> None:
        server = project.container(self._database.service) if self._database is not None else None
        if server is not None:
            self.databases.keep(snapshot, of=server)
