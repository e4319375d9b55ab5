"""The containers of the stack, through pytest-docker's own Compose executor."""

import re
import shlex
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pytest_docker.plugin import DockerComposeExecutor, execute

from contracts import STACK, BrokenContract
from stack_cell import told

STARTED = 420.0  # seconds that a service may take to start
PAUSE = 0.5
SEEN = 5.0
# Compose clears lines and servers colour them, for terminals; health checks would drown the rest.
ESCAPES = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
NOISE = re.compile(r'"GET /(health|login/|api/status/)[^"]*" 200')
MATTERS = re.compile(
    r"error|exception|traceback|critical|warning|denied|refused|failed|\b5\d\d\b|\" 4\d\d", re.IGNORECASE
)
LINES_TOLD = 12
"""How many lines of one service are told."""


@dataclass(frozen=True)
class Stack:
    """The running stack: services are stopped, started, asked and read, never created here.

    *sides* says of each whose fault a stack trace in its log is.
    """

    compose: DockerComposeExecutor
    secrets: tuple[str, ...]
    sides: Mapping[str, str]

    def run(self, command: str) -> str:
        """Run one Compose subcommand and return its words, secrets masked."""
        try:
            said: bytes = self.compose.execute(command)
        except Exception as error:  # noqa: BLE001 -- pytest-docker raises the bare class
            raise BrokenContract(self.masked(str(error)), side=STACK) from None
        return self.masked(said.decode(errors="replace"))

    def masked(self, text: str) -> str:
        """Return the text without any secret of the run."""
        for secret in self.secrets:
            text = text.replace(secret, "********")
        return text

    def await_answer(self, service: str, answers: Callable[[], bool], *, side: str) -> None:
        """Return once a service answers; say in its own words that it ended or stays silent."""
        began = seen = time.monotonic()
        gone = False
        while not answers():
            now = time.monotonic()
            if now - seen > SEEN:
                # Compose is a program to start, so it is not asked with every look.
                seen, gone = now, not self.run(f"ps --quiet --status running {service}").strip()
            if gone or now - began > STARTED:
                words = self.run(f"logs --no-color --no-log-prefix --tail 5 {service}").strip().replace("\n", " | ")
                how = "ended before it answered" if gone else f"does not answer after {STARTED:.0f} s"
                raise BrokenContract(f"the {service} {how}; it says: {words[-600:]}", side=side)
            time.sleep(PAUSE)

    def passes(self, service: str, command: str) -> bool:
        """Whether a command ends well in a service's container."""
        try:
            self.compose.execute(f"exec -T {service} {command}")
        except Exception:  # noqa: BLE001 -- pytest-docker raises the bare class
            return False
        return True

    def lighten(self, service: str, key: str) -> None:
        """Let a service keep its key under a cheap hash: a run's own key needs no dear one, and each request pays it.

        Where that cannot be, nothing changes; the key is told by a pipe, for a command line can be read by others.
        """
        container = self.run(f"ps --quiet {service}").split()[-1]
        command = ["docker", "exec", "--interactive", container, "/opt/releasegate/run", "lighten"]
        subprocess.run(command, input=key.encode(), capture_output=True, check=False)

    def restart(self, service: str) -> None:
        """Let one service end and begin anew with what it keeps: it may be published elsewhere then."""
        self.run(f"restart {service}")

    def cut_off(self, service: str) -> None:
        """Take one service off the stack's network: for all others it is gone, and need not start anew to be back."""
        self._network("disconnect", service)

    def rejoin(self, service: str) -> None:
        """Put a service that was cut off where it was, under both of its names."""
        self._network("connect", service, f"--alias {service} --alias {service}.test")

    def _network(self, verb: str, service: str, flags: str = "") -> None:
        container = self.run(f"ps --quiet {service}").split()[-1]
        network = f"{self.compose._compose_project_name}_default"  # noqa: SLF001 -- it has no other name for it
        try:
            execute(f"docker network {verb} {flags} {shlex.quote(network)} {container}")
        except Exception as error:  # noqa: BLE001 -- pytest-docker raises the bare class
            raise BrokenContract(self.masked(str(error)), side=STACK) from None

    def addresses(self) -> dict[str, str]:
        """Return the services by their addresses inside the stack's network."""
        told = (
            '{{index .Config.Labels "com.docker.compose.service"}}'
            "{{range .NetworkSettings.Networks}} {{.IPAddress}}{{end}}"
        )
        found = execute(f"docker inspect --format {shlex.quote(told)} {' '.join(self.run('ps --quiet').split())}")
        lines = [line.split() for line in found.decode().splitlines()]
        return {address: service for service, *known in lines for address in known}

    def address(self, name: str, *, seen_from: str) -> str:
        """Return the address of a name inside the stack's network as a service sees it, nothing when it has none."""
        found = self.run(f"exec -T {seen_from} sh -c {shlex.quote(f'getent ahostsv4 {name} || true')}").split()
        return found[0] if found else ""

    def published(self, service: str, port: int) -> str:
        """Return where a service is published now: a free port is chosen again with each start."""
        relayed = told("STACK_RELAYED").get(f"{service}:{port}")
        return relayed or self.run(f"port {service} {port}").strip().splitlines()[-1]

    def crashed(self, since: str) -> list[str]:
        """Return the sides of the services whose log shows a stack trace since a moment."""
        trace = "Traceback (most recent call last)"
        return [side for service, side in self.sides.items() if trace in self.log(service, since)]

    def excerpt(self, since: str) -> str:
        """Return the log lines that matter since a moment, service by service."""
        return "\n".join(filter(None, (self._excerpt(service, since) for service in self.sides)))

    def _excerpt(self, service: str, since: str) -> str:
        """Prefer the lines that speak of trouble; else the last ones."""
        lines_of = self.log(service, since).splitlines()
        said = [line for line in lines_of if line.strip() and not NOISE.search(line)]
        chosen = [line for line in said if MATTERS.search(line)] or said
        shown = "\n".join(f"  {line[:400]}" for line in chosen[-LINES_TOLD:])
        return f"--- {service}\n{shown}" if shown else ""

    def log(self, service: str, since: str = "") -> str:
        """Return a service's log, all of it or since a moment; a failure to read it is told in its place."""
        moment = f"--since {shlex.quote(since)} " if since else ""
        try:
            return ESCAPES.sub("", self.run(f"logs --no-color --no-log-prefix {moment}{service}"))
        except BrokenContract as error:
            return error.sentence
