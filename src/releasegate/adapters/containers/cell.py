"""One cell from nothing to its verdict: the database, the containers, the checks, and nothing left behind."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event

from releasegate.adapters.containers.compose import ComposeProject
from releasegate.adapters.containers.databases import Databases
from releasegate.adapters.containers.engine import ContainerEngine, engine_errors, engine_fault
from releasegate.adapters.containers.environment import (
    CHOSEN,
    FACTS,
    checks_environment,
    fresh_secrets,
    left_up,
    variables,
    with_images,
)
from releasegate.adapters.containers.images.pair_images import Pair, PreparedPair, own
from releasegate.adapters.containers.labels import Run
from releasegate.adapters.containers.observed import Observed, arrived, objects, telling
from releasegate.adapters.containers.suite import THE_STACK, Suite, require_stack
from releasegate.adapters.process import clean_environment, last_lines
from releasegate.core.config.stack import Stack
from releasegate.core.e2e.contracts import Judged, broken, telling_line
from releasegate.core.e2e.matrix import Cell
from releasegate.core.e2e.snapshots import Snapshot
from releasegate.core.errors import GateFailed, Refused, ReleasegateError, Unavailable
from releasegate.core.install.report import provenance_problems
from releasegate.ports import CellReport, Origin, Progress

_MIGRATE_SECONDS = 3600.0
_LOG_LINES = 12
_TELLS = "RELEASEGATE-FACTS "
_AS_NOTE = {"pass": "pass", "skipped": "skipped", "fail": "skipped"}
"""What users have is not judged here: what it breaks is noted."""


@dataclass(frozen=True)
class CellContext:
    """What the cells of one run share; *folder* is where the reports go, *home* the files of the stack.

    With *keep* a stack is left up, whatever came of it.
    """

    engine: ContainerEngine
    run: Run
    databases: Databases
    home: Path
    folder: Path
    stack: Stack
    staging_hosts: frozenset[str]
    workplace: Path
    progress: Progress
    stop: Event
    keep: bool = False


@dataclass(frozen=True)
class CellRun:
    """One cell, with the pair under test and, for an upgrade, the pair that users come from."""

    cell: Cell
    under_test: PreparedPair
    released: PreparedPair | None
    context: CellContext

    @property
    def folder(self) -> Path:
        """Where the cell's report is."""
        return self.context.folder / self.cell.slug

    def run(self) -> tuple[CellReport, Observed]:
        """Run the cell; whatever comes, no container, network or volume of it is left where that was not asked for.

        What kept it from being judged is in what is returned: it fails by what the pair did, and by nothing else.
        """
        started, seen = time.monotonic(), Observed()
        self.folder.mkdir(parents=True, exist_ok=True)
        stack = self._stack()
        keep = False
        try:
            self._attempt(stack, seen)
            if seen.problems or seen.error:
                seen.log += telling(stack)
            stack.keep_logs(self.folder / "logs")
            keep = self.context.keep
        finally:
            if not keep:
                stack.down()
        if keep:
            seen.left_up = left_up(stack)
        return self._report(seen, time.monotonic() - started), seen

    def _attempt(self, stack: ComposeProject, seen: Observed) -> None:
        """Take every step; whose doing it is that one fails is asked of the stack while it is there."""
        try:
            try:
                self._steps(stack, seen)
            except GateFailed as error:
                seen.contracts.append(broken(error.problem, error.details))
            if seen.problems:
                stack.require_ground()
        except engine_errors() as error:
            seen.error = engine_fault(error)
        except ReleasegateError as error:
            seen.error = error

    def _report(self, seen: Observed, seconds: float) -> CellReport:
        verdict, problems = "fail" if seen.problems else "pass", seen.problems
        if seen.error is not None:
            told = (seen.error.problem, *(f"  {line}" for line in seen.error.details))
            verdict, problems = "not run", (*told, *(f"  seen before: {line}" for line in seen.problems))
        return CellReport(self.cell.name, verdict, problems, tuple(seen.origins), seconds)

    def _steps(self, stack: ComposeProject, seen: Observed) -> None:
        with seen.timed("start"):
            self._tell("starting PostgreSQL, Redis, the backend and the mock")
            servers = () if self.released is not None else ("backend", "mock")
            stack.up("postgres", "redis", *servers)
            stack.healthy("postgres", "redis")
        if self.released is not None:
            stack = self._come_from(self.released, stack, seen)
        self._database(stack, self.under_test, seen, fresh=self.released is None)
        with seen.timed("start"):
            self._tell("starting the worker")
            stack.up("worker")
            # The checks that need neither the backend nor the worker do not wait for them.
            stack.healthy("mock", "netbox")
            stack.alive("backend", "worker")
        seen.origins += self._proven(stack, seen)
        with seen.timed("checks"):
            self._judge(stack, seen)

    def _come_from(self, released: PreparedPair, stack: ComposeProject, seen: Observed) -> ComposeProject:
        """Set up and fill what users have, then take its containers away; the data stays."""
        before = with_images(stack, released)
        before.up("backend", "mock")
        try:
            self._database(before, released, seen, fresh=True)
            with seen.timed("released"):
                before.up("worker")
                before.healthy("mock", "netbox", "worker", "backend")
                found = self._judged(before, released, phase="released")
        except GateFailed as error:
            before.require_ground()
            raise no_origin(released.pair, error) from error
        failed = [each for each in found if each.verdict == "fail"]
        if failed:
            before.require_ground()
        require_stack(failed)
        seen.notes += [f"{released.pair}: {each.problem}" for each in failed]
        seen.contracts += [
            replace(each, name=f"released:{each.name}", verdict=_AS_NOTE[each.verdict]) for each in found
        ]
        before.halt("netbox", "worker", "backend")
        stack.up("backend")
        return stack

    def _database(self, stack: ComposeProject, pair: PreparedPair, seen: Observed, *, fresh: bool) -> None:
        """Migrate, from the nearest kept database where there is none yet.

        Raises:
            GateFailed: the plugin does not migrate, or does not load; the details are NetBox's own words.
        """
        databases = self.context.databases
        with seen.timed("database"), ExitStack() as held:
            kept = databases.nearest(pair.whole, reordering=pair.reordering) if fresh else None
            if fresh and kept != pair.whole:
                held.enter_context(databases.making(pair.core))
                kept = databases.nearest(pair.whole, reordering=pair.reordering)
            server = stack.container("postgres")
            if kept is not None and server is not None:
                self._tell(f"restoring {len(kept.migrations)} of {len(pair.whole.migrations)} migrations")
                if trouble := databases.restore(kept, into=server):
                    seen.notes.append(f"the kept database {kept.key[:12]} does not restore and is removed: {trouble}")
                    kept = None
            if fresh and kept is None:
                self._tell(f"migrating NetBox {self.cell.netbox} alone")
                self._host_migrated(stack)
                self._keep(pair.core, stack)
            self._tell(f"starting NetBox, which migrates {pair.pair.plugin.package.name} {pair.pair.plugin.version}")
            self._migrated(stack)
            if fresh and kept != pair.whole:
                self._keep(pair.whole, stack)
            seen.notes += [] if kept is None else [f"database restored from {kept.key[:12]}, then migrated"]

    def _host_migrated(self, stack: ComposeProject) -> None:
        done = stack.once("netbox", "prepare", line=self._follow, timeout=_MIGRATE_SECONDS)
        if done.exit_code:
            raise Unavailable(
                f"NetBox {self.cell.netbox} does not migrate by itself: {telling_line(done.stdout.splitlines())}",
                hint="Run the same command again, or try another NetBox",
                details=last_lines(done.stdout, count=_LOG_LINES),
            )

    def _migrated(self, stack: ComposeProject) -> None:
        """Start NetBox, which migrates its database before it answers, and keep what it tells of the plugin."""
        stack.up("netbox")
        try:
            told = stack.until("netbox", _TELLS, line=self._follow, timeout=_MIGRATE_SECONDS)
        except GateFailed as error:
            why = telling_line(error.details)
            raise GateFailed(
                f"contract netbox.migrations broke: {self.context.stack.plugin} does not load or does not migrate "
                f"on NetBox {self.cell.netbox.version}{f': {why}' if why else ''}",
                hint="Mend it and commit",
                details=error.details[-_LOG_LINES:],
            ) from error
        (self.folder / FACTS).write_text(told, encoding="utf-8")

    def _follow(self, said: str) -> None:
        if said.strip().startswith("Applying "):
            self._tell(f"migrating: {said.strip().removeprefix('Applying ').split('...')[0]}")

    def _keep(self, snapshot: Snapshot, stack: ComposeProject) -> None:
        server = stack.container("postgres")
        if server is not None:
            self.context.databases.keep(snapshot, of=server)

    def _judge(self, stack: ComposeProject, seen: Observed) -> None:
        """Run the checks on the pair under test, and then the project's own.

        Raises:
            Unavailable: a contract of the stack itself broke, so that no other can be believed.
            GateFailed: that is so because one of the pair ended.
        """
        seen.contracts += self._judged(stack, self.under_test, phase="candidate")
        seen.objects |= objects(self.folder / "objects-candidate.json")
        failed = [each for each in seen.contracts if each.verdict == "fail"]
        if any(each.blamed == THE_STACK for each in failed):
            stack.require_ground()
            stack.alive(*(service for service in ("netbox", "worker", "backend") if service in stack.running))
        require_stack(failed)
        suite = self._suite(stack, self.under_test, phase="candidate")
        seen.contracts += suite.own(self.context.stack.checks, cwd=self.context.workplace)

    def _judged(self, stack: ComposeProject, pair: PreparedPair, *, phase: str) -> tuple[Judged, ...]:
        suite = self._suite(stack, pair, phase=phase)
        return suite.judge(self.folder / f"junit-{phase}.xml", line=lambda said: self._tell(f"checking: {said}"))

    def _suite(self, stack: ComposeProject, pair: PreparedPair, *, phase: str) -> Suite:
        allowed = self.context.stack.allowed
        told = checks_environment(stack, pair, self.cell, phase=phase, allowed=allowed)
        environment = clean_environment(self.context.engine.environment, **self._docker(), **told)
        return Suite(self.context.home / "checks", environment, self.context.stop)

    def _docker(self) -> dict[str, str]:
        """Return what a clean environment leaves out: what the engine's command line is told, and what is chosen."""
        passed = ("DOCKER_", "XDG_", *CHOSEN)
        return {n: v for n, v in self.context.engine.environment.items() if n.startswith(passed)}

    def _proven(self, stack: ComposeProject, seen: Observed) -> Iterator[Origin]:
        """Yield where everything in the two containers came from, by pip's report; another origin is a problem."""
        pair = self.under_test.pair
        for service, delivery in (("netbox", pair.plugin), ("backend", pair.backend)):
            found = arrived(stack, service)
            wrong = provenance_problems(found, own=own(delivery), staging_hosts=self.context.staging_hosts)
            seen.contracts += [broken(f"contract origin broke: {service}: {sentence}") for sentence in wrong]
            seen.contracts += [] if wrong else [Judged("origin", "pass")]
            yield from (Origin(a.name, a.version, a.sha256, a.host) for a in found)

    def _stack(self) -> ComposeProject:
        hidden, context = fresh_secrets(), self.context
        # What is left up is no run's: neither this one's end nor the next one's sweep may take it.
        run = None if context.keep else context.run
        plain = variables(self.cell, module=context.stack.module, run=run)
        stack = ComposeProject(
            engine=context.engine,
            file=context.home / "compose.yaml",
            project=f"{context.run.name}-{secrets.token_hex(3)}",
            folder=self.folder,
            variables={**plain, **hidden},
            secrets=tuple(hidden.values()),
            stop=context.stop,
        )
        return with_images(stack, self.under_test)

    def _tell(self, line: str) -> None:
        self.context.progress(f"{self.cell.name}: {line}")


def no_origin(released: Pair, error: GateFailed) -> Refused:
    """Return the refusal to upgrade from what does not run: not the candidate's fault, and no proof for it either."""
    return Refused(
        f"{released} cannot be upgraded from: it does not run here itself.",
        hint="Name a version that does with --from or upgrade-from, or leave the path upgrade out",
        details=[error.problem, *error.details],
    )
