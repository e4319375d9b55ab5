"""The container engine: found, looked over before anything is started, and asked for what only it knows."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from packaging.version import Version

from releasegate.adapters.process import clean_environment, last_lines, run
from releasegate.core.errors import Unavailable
from releasegate.core.machine_faults import machine_fault
from releasegate.core.printable import printable
from releasegate.core.release.versions import parse_version

if TYPE_CHECKING:
    import docker

OLDEST_API = Version("1.41")
"""That of engine 20.10."""
OLDEST_COMPOSE = Version("2.20")
LEAST_DISK = 4.0
"""GiB that must be free where the engine keeps its images."""

_PASSED_ON = (
    "DOCKER_HOST",
    "DOCKER_CONTEXT",
    "DOCKER_CONFIG",
    "DOCKER_CERT_PATH",
    "DOCKER_TLS_VERIFY",
    "XDG_RUNTIME_DIR",
)
_USUAL = "unix:///var/run/docker.sock"
_HERE = (None, "localhost", "127.0.0.1", "::1")
"""The hosts of an address that is this machine's; that of a socket has none."""
_ASK_SECONDS = 60.0
_GIB = 2**30


@dataclass(frozen=True)
class ContainerEngine:
    """An engine that can be used; ``memory`` is in GiB, ``environment`` is what its command line is run with.

    ``address`` is where it answers, as ``DOCKER_HOST`` says it, and ``compose`` is the version of Compose.
    """

    client: docker.DockerClient
    environment: Mapping[str, str]
    memory: float
    cpus: float
    address: str = ""
    version: str = ""
    compose: str = ""

    def __str__(self) -> str:
        """In words: what it is, and what it has to run with."""
        has = f"{self.cpus:.0f} CPUs and {self.memory:.0f} GiB of memory"
        return f"Docker {printable(self.version)}, Compose {printable(self.compose)}, {has}"


@contextmanager
def opened(environ: Mapping[str, str]) -> Iterator[ContainerEngine]:
    """Find the engine and look it over; nothing is started.

    Raises:
        Unavailable: there is no engine or no Compose, one of them is too old, or the disk is full.
    """
    passed = {name: environ[name] for name in _PASSED_ON if environ.get(name)}
    environment = clean_environment(environ, **passed)
    compose = _compose(environment)
    address = environment.get("DOCKER_HOST") or _context_host(environment) or _USUAL
    client = _client({**environment, "DOCKER_HOST": address})
    try:
        yield replace(_looked_over(client, environment, address), compose=compose)
    finally:
        client.close()


def _compose(environment: Mapping[str, str]) -> str:
    """Return the version of Compose; raises ``Unavailable`` where there is none, or it is too old."""
    try:
        done = run(["docker", "compose", "version", "--short"], env=environment, cwd=Path.cwd(), timeout=_ASK_SECONDS)
    except Unavailable as error:
        raise Unavailable(
            "There is no docker command here, so no containers can be run.",
            hint="Install a Docker engine with Compose v2, then run the same command again",
        ) from error
    found = parse_version(done.stdout.strip().removeprefix("v").split("-", maxsplit=1)[0])
    if found is None:
        raise Unavailable(
            "The docker command here has no Compose v2.",
            hint="Install the Compose plugin (docker compose version must answer)",
            details=last_lines(done.stderr, count=2),
        )
    if found < OLDEST_COMPOSE:
        raise Unavailable(
            f"Compose {found} is too old: {OLDEST_COMPOSE} is needed.", hint="Update the Compose plugin of docker"
        )
    return done.stdout.strip().removeprefix("v")


def engine_errors() -> tuple[type[Exception], ...]:
    """Return what is raised where the engine refuses, or stops answering, or the system here gives way under it."""
    from http.client import HTTPException

    from docker.errors import DockerException
    from requests import RequestException
    from urllib3.exceptions import HTTPError

    return DockerException, RequestException, HTTPError, HTTPException, OSError


def engine_fault(error: Exception) -> Unavailable:
    """Return what an error of the engine's, or of the system that it runs on, says to a person: nothing was judged."""
    from docker.errors import APIError
    from requests import RequestException

    if isinstance(error, APIError):
        return Unavailable(
            f"The Docker engine refused: {' '.join(str(error.explanation or error).split())}",
            hint="Mend what it names (docker system df shows its disk), then run the same command again",
            details=(str(error),) if error.explanation else (),
        )
    if isinstance(error, OSError) and error.errno is not None and not isinstance(error, RequestException):
        return machine_fault(error)
    return Unavailable(
        "The Docker engine stopped answering, so nothing was judged.",
        hint="Start it again, then run the same command; what is left of this run is removed by then",
        details=(str(error),),
    )


def _client(environment: Mapping[str, str]) -> docker.DockerClient:
    import docker
    from docker.errors import DockerException

    try:
        client = docker.DockerClient.from_env(environment=dict(environment), timeout=600, use_ssh_client=True)
        with _closed_on_failure(client):
            client.ping()
    except (DockerException, OSError) as error:  # also requests' own, which are OSErrors
        if _is_forbidden(error):
            raise Unavailable(
                "This user may not use the Docker engine.",
                hint='Let the user in, and log in anew: sudo usermod -aG docker "$USER"',
                details=(f"{environment['DOCKER_HOST']}: {os.strerror(errno.EACCES)}",),
            ) from error
        raise Unavailable(
            "The Docker engine does not answer.",
            hint="Start it (docker info must answer), then run the same command again",
            details=(str(error),),
        ) from error
    return client


def _is_forbidden(error: BaseException | None) -> bool:
    """Whether the system did not let this user through to the socket: the SDK and what it stands on wrap its word."""
    return error is not None and (
        isinstance(error, PermissionError) or _is_forbidden(error.__cause__ or error.__context__)
    )


@contextmanager
def _closed_on_failure(client: docker.DockerClient) -> Iterator[None]:
    try:
        yield
    except BaseException:
        client.close()
        raise


def _context_host(environment: Mapping[str, str]) -> str:
    """Return the address of the command line's own context, which the SDK does not know of."""
    words = ["docker", "context", "inspect", "--format", "{{.Endpoints.docker.Host}}"]
    done = run(words, env=environment, cwd=Path.cwd(), timeout=_ASK_SECONDS)
    return done.stdout.strip() if done.exit_code == 0 else ""


def _looked_over(client: docker.DockerClient, environment: Mapping[str, str], address: str) -> ContainerEngine:
    version: Mapping[str, Any] = client.version()
    api = parse_version(version["ApiVersion"])
    if api is None or api < OLDEST_API:
        raise Unavailable(
            f"Docker engine {version['Version']} is too old: 20.10 is needed.", hint="Update the Docker engine"
        )
    info: Mapping[str, Any] = client.info()
    root = Path(info.get("DockerRootDir", ""))
    # Another machine's disk is not seen from here, whatever folder has that name; who may not read it may ask it.
    if urlsplit(address).hostname in _HERE and root.is_dir():
        free = shutil.disk_usage(root).free / _GIB
        if free < LEAST_DISK:
            raise Unavailable(
                f"Only {free:.1f} GiB are free where the Docker engine keeps its images; {LEAST_DISK:.0f} are needed.",
                hint="Make room: invoke cache --clear, or docker system prune",
            )
    memory, cpus = info["MemTotal"] / _GIB, float(info["NCPU"])
    return ContainerEngine(client, environment, memory, cpus, address, version["Version"])
