"""One cell from nothing to its verdict: the database, the containers, the checks, and nothing left behind."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event

from releasegate.adapters.containers.compose import ComposeProject
from releasegate.adapters.containers.database.databases import Databases
from releasegate.adapters.containers.database.migrating import Migrating
from releasegate.adapters.containers.elsewhere.stack_relay import StackRelay, with_python
from releasegate.adapters.containers.engine import ContainerEngine, engine_errors, engine_fault
from releasegate.adapters.containers.environment import (
    checks_environment,
    fresh_secrets,
    left_up,
    variables,
    with_images,
)
from releasegate.adapters.containers.images.ensemble_images import Ensemble, Prepared, own
from releasegate.adapters.containers.observed import Observed, arrived, objects, telling
from releasegate.adapters.containers.runs.compose_labels import with_labels
from releasegate.adapters.containers.runs.labels import Run
from releasegate.adapters.containers.suite import THE_STACK, Suite, require_stack
from releasegate.adapters.kit_folders import KitFolders
from releasegate.adapters.process import clean_environment
from releasegate.core.config.stack import Stack
from releasegate.core.e2e.contracts import Judged, broken
from releasegate.core.e2e.matrix import Cell
from releasegate.core.errors import GateFailed, Refused, ReleasegateError
from releasegate.core.install.installed_from import provenance_problems
from releasegate.core.stacks.kit import Kit
from releasegate.ports import CellReport, Origin, Progress

_AS_NOTE = {"pass": "pass", "skipped": "skipped", "fail": "skipped"}
"""What users have is not judged here: what it breaks is noted."""


@dataclass(frozen=True)
class CellContext:
    """What the cells of one run share; *folder* is where the reports go, *folders* are those of the stack.

    With *keep* a stack is left up, whatever came of it; *elsewhere* says that what the engine publishes is not reached.
    """

    engine: ContainerEngine
    run: Run
    databases: Databases
    folders: KitFolders
    folder: Path
    stack: Stack
    staging_hosts: frozenset[str]
    workplace: Path
    progress: Progress
    stop: Event
    keep: bool = False
    elsewhere: bool = False


@dataclass(frozen=True)
class CellRun:
    """One cell, with the packages under test and, for an upgrade, those that users come from."""

    cell: Cell
    under_test: Prepared
    released: Prepared | None
    context: CellContext

    @property
    def kit(self) -> Kit:
        """What the stack's folder says."""
        return self.context.stack.kit

    @property
    def folder(self) -> Path:
        """Where the cell's report is."""
        return self.context.folder / self.cell.slug

    def run(self) -> tuple[CellReport, Observed]:
        """Run the cell; whatever comes, no container, network or volume of it is left where that was not asked for.

        What kept it from being judged is in what is returned: it fails by what the packages did, and by nothing else.
        """
        started, seen = time.monotonic(), Observed()
        self.folder.mkdir(parents=True, exist_ok=True)
        stack = self._stack()
        keep = False
        try:
            self._attempt(stack, seen)
            if seen.problems or seen.error:
                seen.log += telling(stack, self.kit.begun("serves", "after", "beside"))
            stack.keep_logs(self.folder / "logs")
            keep = self.context.keep
        finally:
            if not keep:
                stack.down()
        if keep:
            stack.part()
            seen.left_up = left_up(stack, self.context.stack)
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
        ground, beside, serves = (self.kit.begun(when) for when in ("ground", "beside", "serves"))
        with seen.timed("start"):
            self._tell(f"starting {', '.join((*ground, *beside))}")
            stack.up(*ground, *(() if self.released is not None else beside))
            stack.healthy(*ground)
        if self.released is not None:
            stack = self._come_from(self.released, stack, seen)
        self._database(stack, self.under_test, seen, fresh=self.released is None)
        with seen.timed("start"):
            after = self.kit.begun("after")
            self._tell(f"starting {', '.join(after)}")
            stack.up(*after)
            # What the checks do not need at once is not waited for.
            begun = {each.name: each.awaited for each in self.kit.services if each.name not in ground}
            stack.healthy(*(name for name in (*beside, *serves, *after) if begun[name]))
            stack.alive(*(name for name, awaited in begun.items() if not awaited))
        seen.origins += self._proven(stack, seen)
        with seen.timed("checks"):
            self._judge(stack, seen)

    def _come_from(self, released: Prepared, stack: ComposeProject, seen: Observed) -> ComposeProject:
        """Set up and fill what users have, then take its containers away; the data stays."""
        before = with_images(stack, released)
        beside, after = self.kit.begun("beside"), self.kit.begun("after")
        before.up(*beside)
        try:
            self._database(before, released, seen, fresh=True)
            with seen.timed("released"):
                before.up(*after)
                before.healthy(*self.kit.begun("serves", "after", "beside"))
                found = self._judged(before, released, phase="released")
        except GateFailed as error:
            before.require_ground()
            raise no_origin(released.ensemble, error) from error
        failed = [each for each in found if each.verdict == "fail"]
        if failed:
            before.require_ground()
        require_stack(failed)
        seen.notes += [f"{released.ensemble}: {each.problem}" for each in failed]
        seen.contracts += [
            replace(each, name=f"released:{each.name}", verdict=_AS_NOTE[each.verdict]) for each in found
        ]
        before.halt(*self._exchanged())
        stack.up(*(name for name in beside if name in self._exchanged()))
        return stack

    def _exchanged(self) -> tuple[str, ...]:
        """Return the services that are taken away in an upgrade: those in which packages run."""
        return tuple(each.name for each in self.kit.services if self.kit.role_of(each.name))

    def _database(self, stack: ComposeProject, prepared: Prepared, seen: Observed, *, fresh: bool) -> None:
        """Let the service start that migrates the database, from what is kept of it where there is none yet."""
        serving = self.kit.serving()
        if serving is not None:
            with seen.timed("database"):
                migrated = Migrating(self.cell, self.context.stack, serving, self.context.databases, self._tell)
                seen.notes += migrated.run(stack, prepared, fresh=fresh)

    def _judge(self, stack: ComposeProject, seen: Observed) -> None:
        """Run the checks on the packages under test, and then the project's own.

        Raises:
            Unavailable: a contract of the stack itself broke, so that no other can be believed.
            GateFailed: that is so because one of the packages ended.
        """
        seen.contracts += self._judged(stack, self.under_test, phase="candidate")
        seen.notes += [line for each in seen.contracts if each.verdict == "pass" for line in each.words]
        seen.objects |= objects(self.folder / "objects-candidate.json")
        failed = [each for each in seen.contracts if each.verdict == "fail"]
        if any(each.blamed == THE_STACK for each in failed):
            stack.require_ground()
            stack.alive(*(service for service in self._exchanged() if service in stack.running))
        require_stack(failed)
        suite = self._suite(stack, self.under_test, phase="candidate")
        seen.contracts += suite.own(self.context.stack.checks, cwd=self.context.workplace)

    def _judged(self, stack: ComposeProject, prepared: Prepared, *, phase: str) -> tuple[Judged, ...]:
        suite = self._suite(stack, prepared, phase=phase)
        return suite.judge(self.folder / f"junit-{phase}.xml", line=lambda said: self._tell(f"checking: {said}"))

    def _suite(self, stack: ComposeProject, prepared: Prepared, *, phase: str) -> Suite:
        told = checks_environment(stack, prepared.ensemble, self.cell, self.context.stack, phase=phase)
        environment = clean_environment(self.context.engine.environment, **self._docker(), **told)
        # A project's own suite stands in for the stack's, whose fixtures it may use.
        folders, own = self.context.folders, self.context.stack.suite
        homes = folders.homes[: self.kit.suite.levels]
        checks = tuple(place for home in homes if (place := home / "checks").is_dir())
        tests = checks if own is None else (self.context.workplace / own,)
        return Suite(tests, (*checks, folders.common / "suite"), self.kit.suite.plugins, environment, self.context.stop)

    def _docker(self) -> dict[str, str]:
        """Return what the engine's command line is told, which a clean environment leaves out."""
        return {n: v for n, v in self.context.engine.environment.items() if n.startswith(("DOCKER_", "XDG_"))}

    def _proven(self, stack: ComposeProject, seen: Observed) -> Iterator[Origin]:
        """Yield where everything came from that is installed with packages, by pip's report; another is a problem."""
        members, ensemble = self.context.stack.packages, self.under_test.ensemble
        looked: set[str] = set()
        for each in self.kit.services:
            role = self.kit.role_of(each.name)
            if not role or each.image in looked:
                continue
            looked.add(each.image)
            found = arrived(stack, each.name)
            first, *beside = [own(ensemble[name]) for name in members[role]]
            hosts = self.context.staging_hosts
            wrong = provenance_problems(found, own=first, beside=beside, staging_hosts=hosts)
            seen.contracts += [broken(f"contract origin broke: {each.name}: {sentence}") for sentence in wrong]
            seen.contracts += [] if wrong else [Judged("origin", "pass")]
            yield from (Origin(a.name, a.version, a.sha256, a.host) for a in found)

    def _stack(self) -> ComposeProject:
        context = self.context
        hidden = fresh_secrets(context.stack)
        # What is left up is no run's: neither this one's end nor the next one's sweep may take it.
        run = None if context.keep else context.run
        plain = variables(self.cell, context.stack, run=run)
        project = f"{context.run.name}-{secrets.token_hex(3)}"
        stack = ComposeProject(
            engine=context.engine,
            files=with_labels(_compose_files(context.folders), self.kit, folder=self.folder),
            project=project,
            folder=self.folder,
            variables={**plain, **hidden},
            secrets=tuple(hidden.values()),
            stop=context.stop,
            relay=self._relay(project) if context.elsewhere else None,
        )
        return with_images(stack, self.under_test)

    def _relay(self, project: str) -> StackRelay:
        context, image = self.context, with_python(self.under_test.images)
        return StackRelay(context.engine, project, image, context.run.labels(), self.folder)

    def _tell(self, line: str) -> None:
        self.context.progress(f"{self.cell.name}: {line}")


def _compose_files(folders: KitFolders) -> list[Path]:
    """Return the Compose files of a stack: its own on top of those that it builds on."""
    return [place for home in reversed(folders.homes) if (place := home / "compose.yaml").is_file()]


def no_origin(released: Ensemble, error: GateFailed) -> Refused:
    """Return the refusal to upgrade from what does not run: not the candidate's fault, and no proof for it either."""
    return Refused(
        f"{released} cannot be upgraded from: it does not run here itself.",
        hint="Name a version that does with --from or upgrade-from, or leave the path upgrade out",
        details=[error.problem, *error.details],
    )
