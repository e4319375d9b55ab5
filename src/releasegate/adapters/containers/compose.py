"""Compose for one stack: started, asked, and taken down again."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import IO, TYPE_CHECKING

from releasegate.adapters.containers.engine import ContainerEngine
from releasegate.adapters.containers.labels import labelled
from releasegate.adapters.masking import masked
from releasegate.adapters.process import TIMED_OUT, Completed, last_lines, run, started
from releasegate.core.errors import GateFailed, Unavailable
from releasegate.core.printable import printable

if TYPE_CHECKING:
    from docker.models.containers import Container

_UP_SECONDS = 420.0
_DOWN_SECONDS = 180.0
_PAUSE_SECONDS = 0.5
_ANSWER_SECONDS = 10.0
_SPEAKS = "releasegate.speaks"
_SERVICE = "com.docker.compose.service"
_PROJECT = "com.docker.compose.project"


@dataclass(frozen=True)
class ComposeProject:
    """The containers of one cell; ``variables`` are what the Compose file reads, secrets among them.

    *stop* is set when the run is interrupted: what waits then ends.
    """

    engine: ContainerEngine
    file: Path
    project: str
    folder: Path
    variables: Mapping[str, str]
    secrets: tuple[str, ...]
    stop: Event

    @property
    def env_file(self) -> Path:
        """The variables as a file that only its owner can read: none of them is on a command line."""
        return self.folder / "stack.env"

    def write(self) -> None:
        """Write the variables for Compose."""
        self.env_file.touch(mode=0o600)
        lines = [f"{name}='{value}'\n" for name, value in sorted(self.variables.items())]
        self.env_file.write_text("".join(lines), encoding="utf-8")

    def up(self, *services: str) -> None:
        """Start *services*; nothing is waited for.

        Raises:
            Unavailable: Compose or the engine could not do it.
        """
        words = ("up", "--detach", "--no-build", "--pull", "never", "--no-deps")
        done = self._compose(*words, *services, timeout=_UP_SECONDS)
        if done.exit_code:
            raise Unavailable(
                f"{', '.join(services)} could not be started.",
                hint="See the lines above; then run the same command again",
                details=last_lines(printable(masked(done.stderr, self.secrets))),
            )

    def healthy(self, *services: str) -> None:
        """Wait until the health test of each of *services* passes; it is run here, so the wait ends with the event.

        Raises:
            GateFailed: one of them ended, or is not healthy in time; its last words are in the details.
        """
        deadline = time.monotonic() + _UP_SECONDS
        for service in services:
            while (trouble := self._trouble(service)) is not None:
                if not trouble and time.monotonic() > deadline:
                    trouble = f"is not healthy after {_UP_SECONDS:.0f} s"
                if trouble:
                    raise self._broken(service, trouble)
                if self.stop.wait(_PAUSE_SECONDS):
                    raise KeyboardInterrupt

    def alive(self, *services: str) -> None:
        """Raise where one of *services* has ended already.

        Raises:
            GateFailed: it has; its last words are in the details.
        """
        for service in services:
            if trouble := self._trouble(service):
                raise self._broken(service, trouble)

    def _broken(self, service: str, trouble: str) -> GateFailed:
        sentence = f"contract {service}.up broke: {service} {trouble}."
        return GateFailed(sentence, hint="See its log", details=self.log(service, count=25))

    def _trouble(self, service: str) -> str | None:
        """Return ``None`` for a healthy service, why it never will be, or nothing while it may become so."""
        from docker.errors import APIError

        container = self.container(service)
        if container is None:
            return "is not there"
        if ended := _ended(container):
            return ended
        if container.labels.get(_SPEAKS) == "http" and not _answers(container):
            return ""
        kind, *test = container.attrs["Config"]["Healthcheck"]["Test"]
        try:
            code, _ = container.exec_run(["sh", "-c", *test] if kind == "CMD-SHELL" else test)
        except APIError:
            return ""  # it has just ended, or has not begun
        return None if code == 0 else ""

    def until(self, service: str, mark: str, *, line: Callable[[str], None], timeout: float) -> str:
        """Wait until *service* prints a line that begins with *mark*, and return its rest; *line* is told each line.

        Raises:
            GateFailed: it ended before, or did not do it in time; its last words are in the details.
        """
        deadline, told = time.monotonic() + timeout, 0
        while True:
            container = self.container(service)
            trouble = "is not there" if container is None else _ended(container)
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
        """Return ``127.0.0.1:N``, where *port* of *service* is published."""
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

    def down(self) -> None:
        """Remove everything that the stack started."""
        words = ("down", "--volumes", "--remove-orphans", "--timeout", "0")
        run(self._argv(*words), env=self.engine.environment, cwd=self.folder, timeout=_DOWN_SECONDS)

    def _compose(self, *words: str, timeout: float) -> Completed:
        return run(self._argv(*words), env=self.engine.environment, cwd=self.folder, timeout=timeout, stop=self.stop)

    def _argv(self, *words: str) -> list[str]:
        chosen = ["--project-name", self.project, "--file", str(self.file), "--env-file", str(self.env_file)]
        return ["docker", "compose", *chosen, "--progress", "plain", *words]


def _ended(container: Container) -> str:
    """Say how a container ended; nothing while it runs."""
    if container.status not in {"exited", "dead"}:
        return ""
    return f"ended with exit code {container.attrs['State']['ExitCode']}"


def _answers(container: Container) -> bool:
    """Whether anything answers on the first published port: asked before the test, which starts an interpreter."""
    published = next((found for _, found in sorted(container.ports.items()) if found), None)
    if published is None:
        return True
    from http.client import HTTPConnection, HTTPException

    connection = HTTPConnection("127.0.0.1", int(published[0]["HostPort"]), timeout=_ANSWER_SECONDS)
    try:
        connection.request("GET", "/")
        connection.getresponse().read()
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
    return True


def _followed(argv: Sequence[str], *, stack: ComposeProject, line: Callable[[str], None], timeout: float) -> Completed:
    """Run *argv* and tell *line* what it prints while it prints it."""
    deadline = time.monotonic() + timeout
    path = stack.folder / "once.log"
    with path.open("wb") as out, path.open("rb") as seen, tempfile.TemporaryFile() as given:
        with started(
            argv, env=stack.engine.environment, cwd=stack.folder, stdin=given, stdout=out, stderr=out
        ) as child:
            while child.poll() is None and time.monotonic() < deadline:
                for each in _whole_lines(seen):
                    line(masked(each.decode(errors="replace").rstrip(), stack.secrets))
                if stack.stop.wait(_PAUSE_SECONDS):
                    raise KeyboardInterrupt
            ended = child.poll() is not None
        text = path.read_text(encoding="utf-8", errors="replace")
    path.unlink()
    return Completed(child.returncode if ended else TIMED_OUT, text, "", not ended)


def _whole_lines(seen: IO[bytes]) -> Iterator[bytes]:
    """Yield the lines that have ended: a part of one may be a part of a secret."""
    for each in iter(seen.readline, b""):
        if not each.endswith(b"\n"):
            seen.seek(-len(each), os.SEEK_CUR)
            return
        yield each
