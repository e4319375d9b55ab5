"""The end-to-end gate as processes on loopback: a package, its companions, and the command that judges them."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any

from releasegate.adapters.process import KILLED, Completed, last_lines
from releasegate.adapters.processes.companions import called_first, companion_variables, delivered
from releasegate.adapters.processes.service import Running, killed, serving
from releasegate.adapters.scratch import scratch
from releasegate.adapters.venvs.installer import Installer
from releasegate.adapters.venvs.interpreters import Interpreters
from releasegate.adapters.venvs.uv_installer import UvInstaller
from releasegate.adapters.venvs.venv import Venv
from releasegate.core.config.keys import EndToEndCommand, Package, Service
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
        companions: Sequence[Delivery],
        progress: Progress,
        known: Sequence[Mapping[str, Any]] = (),  # noqa: ARG002 - one command is one cell, and runs whole
    ) -> EndToEndReport:
        """Install all, start the companions' services, run the package's end-to-end command, stop everything.

        Raises:
            ConfigurationError: the package has no end-to-end command, or a companion no service.
            Unavailable: an interpreter, the index or the delivery's commit is missing, this machine gave way, or a
                process was killed: nothing was judged.
        """
        started = time.monotonic()
        _command(delivery)
        for each in companions:
            _service(each)
        python, _ = self._interpreter(delivery.package)
        with scratch(self.workdir) as folder:
            try:
                verdict = self._judge(delivery, companions, folder, progress=progress)
            except GateFailed as error:
                verdict = _Verdict((error.problem,), error.details)
            except OSError as error:
                raise machine_fault(error) from error
        outcome = "fail" if verdict.problems else "pass"
        seconds = time.monotonic() - started
        return EndToEndReport(outcome, verdict.problems, verdict.log, seconds, {"python": python})

    def _judge(
        self, delivery: Delivery, companions: Sequence[Delivery], folder: Path, *, progress: Progress
    ) -> _Verdict:
        venv, *others = self._venvs((delivery, *companions), folder, progress=progress)
        venvs = {each.package.name: its for each, its in zip(companions, others, strict=True)}
        running: dict[str, Running] = {}
        with ExitStack() as opened:
            for each in called_first(companions):
                name = each.package.name
                progress(f"starting {name} {each.version}")
                own = [other for other in companions if each.package.calls(other.package.name)]
                service, told = _service(each), companion_variables(own, running)
                up = serving(venvs[name], name, service=service, told=told, ready_within=self.ready_within)
                running[name] = opened.enter_context(up)
            told = companion_variables(companions, running)
            verdict = _verdict(self._command_ended(delivery, venv, told=told, progress=progress), delivery)
            within = _AFTERMATH_SECONDS if verdict.problems else 0
            codes = {name: service.ended(within=within) for name, service in running.items()}
        log = _log(running)
        gone = {name: code for name, code in codes.items() if code is not None}
        for name, code in gone.items():
            if code in KILLED:
                raise killed(name, code, running[name].log())
        ended = [
            f"{name} ended by itself (exit code {code}) while the end-to-end command ran."
            for name, code in gone.items()
        ]
        return _Verdict((*ended, *verdict.problems), log)

    def _venvs(self, deliveries: Sequence[Delivery], folder: Path, *, progress: Progress) -> list[Venv]:
        """Make an environment for each delivery, side by side; the first that fails ends the others."""
        stop = Event()
        with ThreadPoolExecutor(len(deliveries)) as pool:
            futures = [
                pool.submit(self._venv, each, Venv(folder / str(n), self.environ, stop), progress=progress)
                for n, each in enumerate(deliveries)
            ]
            try:
                return [future.result() for future in futures]
            except BaseException:
                stop.set()
                raise

    def _venv(self, delivery: Delivery, venv: Venv, *, progress: Progress) -> Venv:
        """Make an environment with the delivery's wheel (or its tree), on the newest of its Pythons that is here."""
        package = delivery.package
        progress(f"installing {package.name} {delivery.version} from {delivery.source}")
        _, interpreter = self._interpreter(package)
        file = _installable(delivery)
        venv.create(interpreter)
        # The install check has pip's word; here uv's is enough, where all that it did is right.
        uv = UvInstaller(self.index, self.environ, self.staging_hosts)
        kept = venv.folder / "uv"
        if uv.install(venv, package, file=file, cache=kept) is not None and uv.fits(venv, cache=kept):
            return venv
        shutil.rmtree(venv.folder)
        venv.create(interpreter)
        installer = Installer(self.index, self.environ, self.staging_hosts)
        done = installer.install(venv, package, file=file, cache=venv.folder / "cache")
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
                hint="Have its repository here, with its tags (git fetch --tags): its end-to-end command is in it",
            )
        end_to_end = _command(delivery)
        env = venv.environment(
            **delivered("RELEASEGATE_", delivery),
            **told,
            RELEASEGATE_PACKAGE=delivery.package.name,
            RELEASEGATE_PYTHON=str(venv.python),
            # What is installed is judged, never the checkout that the command runs from.
            PYTHONSAFEPATH="1",
        )
        progress(f"running the end-to-end command of {delivery.package.name} {delivery.version}")
        with self.checkout(delivery.package, delivery.commit) as folder:
            return venv.isolation().run(end_to_end.command, env=env, cwd=folder, timeout=end_to_end.timeout)


def _log(running: Mapping[str, Running]) -> tuple[str, ...]:
    """Return what the services wrote last; of several, each line with its speaker."""
    several = len(running) > 1
    return tuple(f"{n}: {line}" if several else line for n, each in running.items() for line in each.log())


def _command(delivery: Delivery) -> EndToEndCommand:
    if delivery.package.end_to_end is None:
        raise ConfigurationError(
            f"{delivery.package.name} has no end-to-end command.",
            hint="Write the command that judges it running with its companion as end-to-end.command",
        )
    return delivery.package.end_to_end


def _service(companion: Delivery) -> Service:
    if companion.package.service is None:
        raise ConfigurationError(
            f"{companion.package.name} is a companion, but nothing says how to start it.",
            hint='Write its command as service.command, with "{port}" where the port belongs',
        )
    return companion.package.service


def _installable(delivery: Delivery) -> Path:
    wheels = [file for file in delivery.files if file.suffix == ".whl" or file.is_dir()]
    if not wheels:
        raise Unavailable(
            f"There is no wheel of {delivery.package.name} {delivery.version} to run.",
            hint="Build it or fetch it from the index first",
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
