"""Compose for one stack: started, asked, and taken down again."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import IO, TYPE_CHECKING

from releasegate.adapters import transcript
from releasegate.adapters.containers import health
from releasegate.adapters.containers.elsewhere.stack_relay import StackRelay
from releasegate.adapters.containers.engine import ContainerEngine
from releasegate.adapters.containers.runs.labels import labelled
from releasegate.adapters.masking import masked
from releasegate.adapters.process import TIMED_OUT, Completed, last_lines, run, started
from releasegate.core.e2e.contracts import telling_line
from releasegate.core.errors import GateFailed, Unavailable
from releasegate.core.install.pip_faults import no_room
from releasegate.core.printable import printable

if TYPE_CHECKING:
    from docker.models.containers import Container

_UP_SECONDS = 420.0
_DOWN_SECONDS = 180.0
_PAUSE_SECONDS = 0.5
_SETTLE_SECONDS = 10.0
_SERVICE = "com.docker.compose.service"
_PROJECT = "com.docker.compose.project"


@dataclass(frozen=True)
class ComposeProject:
    """The containers of one cell; ``variables`` are what the Compose file reads, secrets among them.

    They are in the environment of whoever reads that file, and in no file and on no command line. *stop* is set when
    the run is interrupted: what waits then ends. *running* are the services that were started and not halted. *relay*
    leads to them where the engine is not here.
    """

    engine: ContainerEngine
    files: tuple[Path, ...]
    project: str
    folder: Path
    variables: Mapping[str, str]
    secrets: tuple[str, ...]
    stop: Event
    running: set[str] = field(default_factory=set)
    relay: StackRelay | None = None

    @property
    def environment(self) -> Mapping[str, str]:
        """What Compose is run with."""
        return {**self.engine.environment, **self.variables}

    def up(self, *services: str) -> None:
        """Start *services*; nothing is waited for.

        Raises:
            Unavailable: Compose or the engine could not do it.
        """
        words = ("up", "--detach", "--no-build", "--pull", "never", "--no-deps")
        done = self._compose(*words, *services, timeout=_UP_SECONDS)
        if done.exit_code:
            said = last_lines(printable(masked(done.stderr, self.secrets)))
            raise Unavailable(
                f"{', '.join(services)} could not be started: {telling_line(said) or f'exit code {done.exit_code}'}",
                hint="Mend that, then run the same command again",
                details=said,
            )
        self.running.update(services)

    def healthy(self, *services: str) -> None:
        """Wait until the health test of each of *services* passes; it is run here, so the wait ends with the event.

        Raises:
            GateFailed: one that runs the pair ended, or is not healthy in time; its last words are in the details.
            Unavailable: it is the stack's own, or somebody else ended it.
        """
        deadline = time.monotonic() + _UP_SECONDS
        for service in services:
            while (trouble := self._trouble(service)) is not None:
                if not trouble and time.monotonic() > deadline:
                    trouble = f"is not healthy after {_UP_SECONDS:.0f} s"
                    if load := health.overload():
                        raise health.fault(service, f"{trouble} on a machine that has {load}", ())
                if trouble:
                    raise self._broken(service, trouble)
                if self.stop.wait(_PAUSE_SECONDS):
                    raise KeyboardInterrupt

    def alive(self, *services: str) -> None:
        """Raise where one of *services* has ended already.

        Raises:
            GateFailed: it has; its last words are in the details. Unavailable: by no doing of the pair's.
        """
        for service in services:
            if trouble := self._trouble(service):
                raise self._broken(service, trouble)

    def require_ground(self) -> None:
        """Raise where what the pair stands on gave way: then no failure on it is the pair's.

        Raises:
            Unavailable: a service of the stack's own ended or is not healthy, one was killed, the disk is full, or the
                way to the stack is gone.
        """
        if self.relay is not None and self.relay.ended:
            raise health.fault("the relay into the stack's network", "ended", ())
        for service in sorted(self.running):
            container = self.container(service)
            ended = health.ABSENT if container is None else health.ended(container)
            if ended and not health.of_the_pair(container):
                raise self._broken(service, ended)
            if full := [line for line in self.log(service, count=400) if no_room(line)]:
                raise health.fault(service, f"had no room: {full[-1]}", full)
        for service in sorted(self.running):
            container = self.container(service)
            if container is not None and health.RUNS not in container.labels:
                self._settled(service)

    def _settled(self, service: str) -> None:
        """Raise where a service of the stack's own is not healthy, now nor in a moment."""
        deadline = time.monotonic() + _SETTLE_SECONDS
        while (trouble := self._trouble(service)) is not None:
            if trouble or time.monotonic() > deadline:
                raise self._broken(service, trouble or "is not healthy any more")
            if self.stop.wait(_PAUSE_SECONDS):
                raise KeyboardInterrupt

    def _trouble(self, service: str) -> str | None:
        return health.trouble(self.container(service), here=self.relay is None)

    def _broken(self, service: str, how: str) -> GateFailed | Unavailable:
        """Return what the trouble of a service means: it is the pair's where the pair did it, and nobody else."""
        means = health.broken if health.of_the_pair(self.container(service)) else health.fault
        return means(service, how, self.log(service, count=25))

    def until(self, service: str, mark: str, *, line: Callable[[str], None], timeout: float) -> str:
        """Wait until *service* prints a line that begins with *mark*, and return its rest; *line* is told each line.

        Raises:
            GateFailed: it ended before, or did not do it in time; its last words are in the details.
            Unavailable: it was not the pair that ended it.
        """
        deadline, told = time.monotonic() + timeout, 0
        while True:
            container = self.container(service)
            trouble = health.ABSENT if container is None else health.ended(container)
            said = container.logs().decode(errors="replace") if container is not None else ""
            # The last line may not be whole yet.
            lines = printable(masked(said[: said.rfind("\n") + 1], self.secrets)).splitlines()
            for each in lines[told:]:
                line(each)
                if each.startswith(mark):
                    return each.removeprefix(mark)
            told = len(lines)
            if trouble or time.monotonic() > deadline:
                raise self._broken(service, trouble or f"is not ready after {timeout:.0f} s")
            if self.stop.wait(_PAUSE_SECONDS):
                raise KeyboardInterrupt

    def once(self, service: str, *words: str, line: Callable[[str], None], timeout: float) -> Completed:
        """Run *words* in a new container of *service* to their end; *line* is told each line that they print."""
        argv = self._argv("run", "--rm", "-T", "--no-deps", service, *words)
        done = _followed(argv, stack=self, line=line, timeout=timeout)
        return Completed(done.exit_code, printable(masked(done.stdout, self.secrets)), "", done.timed_out)

    def container(self, service: str) -> Container | None:
        """Return the container of *service*, or ``None`` where there is none."""
        chosen = labelled(f"{_PROJECT}={self.project}", f"{_SERVICE}={service}")
        found = self.engine.client.containers.list(all=True, filters=chosen, ignore_removed=True)
        return found[0] if found else None

    def address(self, service: str, port: int) -> str:
        """Return ``127.0.0.1:N``, where *port* of *service* is published, or relayed."""
        if self.relay is not None:
            return self.relay.address(f"{service}:{port}")
        container = self.container(service)
        published = container.ports.get(f"{port}/tcp") if container is not None else None
        if not published:
            raise Unavailable(f"Port {port} of {service} is not published.", hint="Run the same command again")
        return f"127.0.0.1:{published[0]['HostPort']}"

    def log(self, service: str, *, count: int) -> tuple[str, ...]:
        """Return the last lines of a service, without secrets."""
        container = self.container(service)
        if container is None:
            return ()
        said = container.logs(tail=max(count, 200)).decode(errors="replace")
        return last_lines(printable(masked(said, self.secrets)), count=count)

    def keep_logs(self, folder: Path) -> None:
        """Write the whole log of every container below *folder*, without secrets."""
        folder.mkdir(parents=True, exist_ok=True)
        chosen = labelled(f"{_PROJECT}={self.project}")
        for container in self.engine.client.containers.list(all=True, filters=chosen, ignore_removed=True):
            text = container.logs(timestamps=True).decode(errors="replace")
            name = container.labels.get(_SERVICE, container.name)
            (folder / f"{name}.log").write_text(printable(masked(text, self.secrets)), encoding="utf-8")

    def halt(self, *services: str) -> None:
        """Stop and remove the containers of *services*; what they stored stays."""
        self._compose("rm", "--stop", "--force", *services, timeout=_DOWN_SECONDS)
        self.running.difference_update(services)

    def part(self) -> None:
        """Take the way to the services away, where it is not what they publish."""
        if self.relay is not None:
            self.relay.close()

    def down(self) -> None:
        """Remove everything that the stack started."""
        self.part()
        words = ("down", "--volumes", "--remove-orphans", "--timeout", "0")
        run(self._argv(*words), env=self.environment, cwd=self.folder, timeout=_DOWN_SECONDS)

    def reached(self) -> tuple[str, ...]:
        """Return where every service that runs is reached from this machine, a line each."""
        chosen = labelled(f"{_PROJECT}={self.project}")
        found = self.engine.client.containers.list(filters=chosen, ignore_removed=True)
        return tuple(
            f"{container.labels[_SERVICE]}: {container.labels.get(health.SPEAKS, 'tcp')}://127.0.0.1:{outer[0]['HostPort']}"
            f" (there {inner})"
            for container in sorted(found, key=lambda each: str(each.labels[_SERVICE]))
            for inner, outer in sorted(container.ports.items())
            if outer
        )

    @property
    def taken_down_by(self) -> str:
        """The command that takes the stack down, from any folder."""
        return f"docker compose --project-name {self.project} down --volumes --remove-orphans"

    def _compose(self, *words: str, timeout: float) -> Completed:
        return run(self._argv(*words), env=self.environment, cwd=self.folder, timeout=timeout, stop=self.stop)

    def _argv(self, *words: str) -> list[str]:
        chosen = ["--project-name", self.project, *(word for file in self.files for word in ("--file", str(file)))]
        return ["docker", "compose", *chosen, "--progress", "plain", *words]


def _followed(argv: Sequence[str], *, stack: ComposeProject, line: Callable[[str], None], timeout: float) -> Completed:
    """Run *argv* and tell *line* what it prints while it prints it."""
    deadline = time.monotonic() + timeout
    with _unnamed(stack.folder) as (out, seen), tempfile.TemporaryFile() as given:
        with started(argv, env=stack.environment, cwd=stack.folder, stdin=given, stdout=out, stderr=out) as child:
            while child.poll() is None and time.monotonic() < deadline:
                for each in _whole_lines(seen):
                    line(masked(each.decode(errors="replace").rstrip(), stack.secrets))
                if stack.stop.wait(_PAUSE_SECONDS):
                    raise KeyboardInterrupt
            ended = child.poll() is not None
        seen.seek(0)
        text = seen.read().decode(errors="replace")
    code = child.returncode if ended else TIMED_OUT
    transcript.tell(argv, text, exit_code=code, env=stack.environment)
    return Completed(code, text, "", not ended)


@contextmanager
def _unnamed(folder: Path) -> Iterator[tuple[IO[bytes], IO[bytes]]]:
    """Yield a file to write to and the same to read from, which no folder shows: a secret in it dies with the run."""
    with tempfile.NamedTemporaryFile(dir=folder, delete=False) as out, Path(out.name).open("rb") as seen:
        Path(out.name).unlink()
        yield out.file, seen


def _whole_lines(seen: IO[bytes]) -> Iterator[bytes]:
    """Yield the lines that have ended: a part of one may be a part of a secret."""
    for each in iter(seen.readline, b""):
        if not each.endswith(b"\n"):
            seen.seek(-len(each), os.SEEK_CUR)
            return
        yield each
