"""The end-to-end gate as processes on loopback: a package, its companion, and the command that judges the pair."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any

from releasegate.adapters.process import KILLED, Completed, last_lines
from releasegate.adapters.processes.service import killed, serving
from releasegate.adapters.scratch import scratch
from releasegate.adapters.venvs.installer import Installer
from releasegate.adapters.venvs.interpreters import Interpreters
from releasegate.adapters.venvs.venv import Venv
from releasegate.core.config.model import EndToEndCommand, Package, Service
from releasegate.core.e2e.contracts import telling_line
from releasegate.core.errors import ConfigurationError, GateFailed, Unavailable
from releasegate.core.install.pip_faults import no_room
from releasegate.core.machine_faults import machine_fault
from releasegate.ports import Delivery, EndToEndReport, Progress

Checkout = Callable[[Package, str], AbstractContextManager[Path]]
"""Gives a clean checkout of a package's repository at a commit, for as long as the block lasts."""


_AFTERMATH_SECONDS = 1.0
"""A service that dies cuts its connections first; its end may be seen a moment after the command's."""


@dataclass(frozen=True)
class _Verdict:
    problems: tuple[str, ...]
    log: tuple[str, ...]


@dataclass(frozen=True)
class ProcessRunner:
    """Environments and processes under *workdir*; all of it is gone when ``run`` returns.

    *index* and *staging_hosts* are the ``Installer``'s; a companion's service has *ready_within* seconds to answer.
    """

    workdir: Path
    index: str
    environ: Mapping[str, str]
    checkout: Checkout
    staging_hosts: frozenset[str] = frozenset()
    ready_within: float = 60.0

    def run(
        self,
        delivery: Delivery,
        *,
        companion: Delivery | None,
        progress: Progress,
        known: Sequence[Mapping[str, Any]] = (),  # noqa: ARG002 - one command is one cell, and runs whole
    ) -> EndToEndReport:
        """Install both, start the companion's service, run the package's end-to-end command, stop everything.

        Raises:
            ConfigurationError: the package has no end-to-end command, or the companion no service.
            Unavailable: an interpreter, the index or the delivery's commit is missing, this machine gave way, or a
                process was killed: nothing was judged.
        """
        started = time.monotonic()
        _command(delivery)
        if companion is not None:
            _service(companion)
        python, _ = self._interpreter(delivery.package)
        with scratch(self.workdir) as folder:
            try:
                verdict = self._judge(delivery, companion, version_file=folder, progress=progress)
            except GateFailed as error:
                verdict = _Verdict((error.problem,), error.details)
            except OSError as error:
                raise machine_fault(error) from error
        outcome = "fail" if verdict.problems else "pass"
        seconds = time.monotonic() - started
        return EndToEndReport(outcome, verdict.problems, verdict.log, seconds, {"python": python})

    def _judge(
        self, delivery: Delivery, companion: Delivery | None, *, version_file: Path, progress: Progress
    ) -> _Verdict:
        if companion is None:
            (venv,) = self._rooms((delivery,), version_file, progress=progress)
            return _verdict(self._command_ended(delivery, venv, told={}, progress=progress), delivery)
        venv, beside = self._rooms((delivery, companion), version_file, progress=progress)
        progress(f"starting {companion.package.name} {companion.version}")
        with serving(
            beside, companion.package.name, service=_service(companion), ready_within=self.ready_within
        ) as service:
            told = {**_told("RELEASEGATE_COMPANION_", companion), "RELEASEGATE_COMPANION_URL": service.url}
            told["RELEASEGATE_COMPANION_NAME"] = companion.package.name
            done = self._command_ended(delivery, venv, told=told, progress=progress)
            verdict = _verdict(done, delivery)
            code = service.ended(within=_AFTERMATH_SECONDS if verdict.problems else 0)
        if code is None:
            return _Verdict(verdict.problems, service.log())
        if code in KILLED:
            raise killed(companion.package.name, code, service.log())
        gone = f"{companion.package.name} ended by itself (exit code {code}) while the end-to-end command ran."
        return _Verdict((gone, *verdict.problems), service.log())

    def _rooms(self, deliveries: Sequence[Delivery], version_file: Path, *, progress: Progress) -> list[Venv]:
        """Make an environment for each delivery, side by side; the first that fails ends the others."""
        stop = Event()
        with ThreadPoolExecutor(len(deliveries)) as pool:
            futures = [
                pool.submit(self._room, each, Venv(version_file / str(n), self.environ, stop), progress=progress)
                for n, each in enumerate(deliveries)
            ]
            try:
                return [future.result() for future in futures]
            except BaseException:
                stop.set()
                raise

    def _room(self, delivery: Delivery, venv: Venv, *, progress: Progress) -> Venv:
        """Make an environment with the delivery's wheel (or its tree), on the newest of its Pythons that is here."""
        package = delivery.package
        progress(f"installing {package.name} {delivery.version} from {delivery.source}")
        _, interpreter = self._interpreter(package)
        venv.create(interpreter)
        installer = Installer(self.index, self.environ, self.staging_hosts)
        done = installer.install(venv, package, file=_installable(delivery), cache=venv.folder / "cache")
        if done.problems:
            raise GateFailed(
                f"{package.name} {delivery.version} cannot be installed for the end-to-end run.",
                hint="The install check shows the same: nox -s install_check",
                details=done.problems,
            )
        return venv

    def _interpreter(self, package: Package) -> tuple[str, Path]:
        """Return the newest of a package's Pythons that is here, and where it is."""
        interpreters = Interpreters(self.environ)
        for python in reversed(package.pythons):
            if (found := interpreters.find(python)) is not None:
                return python, found
        wanted = ", ".join(package.pythons)
        raise Unavailable(
            f"None of the Pythons that {package.name} supports is here ({wanted}).",
            hint=f"Install one: uv python install {package.pythons[-1]}",
        )

    def _command_ended(
        self, delivery: Delivery, venv: Venv, *, told: Mapping[str, str], progress: Progress
    ) -> Completed:
        if not delivery.commit:
            raise Unavailable(
                f"It is not known which commit {delivery.package.name} {delivery.version} was made from.",
                hint="Give the commit (a tag v*, say), so that its own end-to-end command can be found.",
            )
        end_to_end = _command(delivery)
        env = venv.environment(
            **_told("RELEASEGATE_", delivery),
            **told,
            RELEASEGATE_PACKAGE=delivery.package.name,
            RELEASEGATE_PYTHON=str(venv.python),
            # What is installed is judged, never the checkout that the command runs from.
            PYTHONSAFEPATH="1",
        )
        progress(f"running the end-to-end command of {delivery.package.name} {delivery.version}")
        with self.checkout(delivery.package, delivery.commit) as folder:
            return venv.isolation().run(end_to_end.command, env=env, cwd=folder, timeout=end_to_end.timeout)


def _told(prefix: str, delivery: Delivery) -> dict[str, str]:
    return {f"{prefix}VERSION": str(delivery.version), f"{prefix}SOURCE": delivery.source}


def _command(delivery: Delivery) -> EndToEndCommand:
    if delivery.package.end_to_end is None:
        raise ConfigurationError(
            f"{delivery.package.name} has no end-to-end command.",
            hint="Write the command that judges it running with its companion as end_to_end.command.",
        )
    return delivery.package.end_to_end


def _service(companion: Delivery) -> Service:
    if companion.package.service is None:
        raise ConfigurationError(
            f"{companion.package.name} is a companion, but nothing says how to start it.",
            hint='Write its command as service.command, with "{port}" where the port belongs.',
        )
    return companion.package.service


def _installable(delivery: Delivery) -> Path:
    wheels = [file for file in delivery.files if file.suffix == ".whl" or file.is_dir()]
    if not wheels:
        raise Unavailable(
            f"There is no wheel of {delivery.package.name} {delivery.version} to run.",
            hint="Build it or fetch it from the index first.",
        )
    return wheels[0]


def _verdict(done: Completed, delivery: Delivery) -> _Verdict:
    if done.exit_code == 0:
        return _Verdict((), ())
    limit = _command(delivery).timeout
    how = f"did not end within {limit:g} s" if done.timed_out else f"ended with exit code {done.exit_code}"
    words = last_lines(done.stdout) + last_lines(done.stderr)
    name = f"The end-to-end command of {delivery.package.name}"
    if done.exit_code in KILLED:
        raise killed(name, done.exit_code, words)
    if full := [line for line in words if no_room(line)]:
        raise Unavailable(f"{name} had no room: {full[-1]}", hint="Make room, then run it again", details=words)
    why = telling_line(words)
    return _Verdict((f"{name} {how}{f': {why}' if why else '.'}", *words), ())
