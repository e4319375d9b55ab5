"""Child processes that get a clean environment, end when they should, and take their whole group with them."""

from __future__ import annotations

import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from threading import Event
from typing import IO

from releasegate.adapters import process_groups, transcript
from releasegate.core.errors import Unavailable
from releasegate.core.frozen import dataclass
from releasegate.core.trust import for_all

PASSED_ON = frozenset(
    [
        *("PATH", "HOME", "USER", "LANG", "TZ", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT", "XDG_CACHE_HOME"),
        *("PYENV_ROOT", "PYENV_VERSION"),
        *("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"),
        *("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"),
    ]
)
SET = {
    "PIP_CONFIG_FILE": os.devnull,
    "PIP_NO_INPUT": "1",
    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    "UV_NO_CONFIG": "1",
    "UV_SYSTEM_CERTS": "1",
    "PYTHONNOUSERSITE": "1",
    "NO_COLOR": "1",
}
GRACE = 3.0
"""Seconds between asking a group of processes to end and ending it."""

KEPT = 8 * 2**20
"""How many bytes of an output are kept; of a longer one, the end."""

KILLED = frozenset({-9, -15, 137, 143})
"""The exit codes of what was killed, or asked to end, from outside: its own and a shell's word for it."""

TIMED_OUT = 124
"""The exit code of a command that did not end in time, as coreutils' ``timeout`` gives it."""


_SLICE = 0.05
"""Seconds between two looks at whether it is to be stopped."""


@dataclass(frozen=True)
class Completed:
    """What a command came to; ``timed_out`` tells a deadline from a command that chose its exit code."""

    exit_code: int
    stdout: str
    stderr: str
    timed_out: bool = False


def clean_environment(source: Mapping[str, str], **extra: str) -> dict[str, str]:
    """Return what a child may see of *source*, with *extra* on top.

    An allow-list: no token and no setting of pip, uv, twine or Python that is not set here can leak in.
    """
    passed = {name: value for name, value in source.items() if name in PASSED_ON or name.startswith("LC_")}
    return {**passed, **for_all(passed), **SET, **extra}


def last_lines(text: str, *, count: int = 12) -> tuple[str, ...]:
    """Return the last *count* lines that are not blank, without the blanks at their ends."""
    return tuple(line.rstrip() for line in text.splitlines() if line.strip())[-count:]


def run(  # noqa: PLR0913 - the nouns of a child process, as subprocess.run has them
    argv: Sequence[str],
    *,
    env: Mapping[str, str],
    cwd: Path,
    timeout: float,
    input: str | None = None,  # noqa: A002 - the name that subprocess.run gives it
    stop: Event | None = None,
) -> Completed:
    """Run a command to its end, or to *timeout* (seconds); nothing of its process group outlives the call.

    Raises:
        Unavailable: there is no such program.
        KeyboardInterrupt: *stop* was set, by the thread that was interrupted.
    """
    began = time.monotonic()
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        given.write((input or "").encode())
        given.seek(0)
        with started(argv, env=env, cwd=cwd, stdin=given, stdout=out, stderr=err) as process:
            timed_out = not ended(process, timeout=timeout, stop=stop)
        code = TIMED_OUT if timed_out else process.returncode
        done = Completed(code, _text(out), _text(err), timed_out)
    transcript.tell(argv, done.stdout + done.stderr, exit_code=code, seconds=time.monotonic() - began, env=env)
    return done


@contextmanager
def started(  # noqa: PLR0913 - the nouns of a child process, as subprocess.Popen has them
    argv: Sequence[str],
    *,
    env: Mapping[str, str],
    cwd: Path,
    stdin: IO[bytes] | int,
    stdout: IO[bytes] | int,
    stderr: IO[bytes] | int,
    marked: bool = True,
) -> Iterator[subprocess.Popen[bytes]]:
    """Start a command in a process group of its own; the whole group has ended when the block is left.

    It also ends where this process is killed. What left the group ends with this process if the command is *marked*:
    Git's is not, which may start what is the user's own, such as an agent for keys.

    Raises:
        Unavailable: there is no such program.
    """
    process = subprocess.Popen(
        [find_program(argv[0], env=env, cwd=cwd), *argv[1:]],
        env={**env, **(process_groups.mark() if marked else {})},
        cwd=cwd,
        stdin=stdin,
        stdout=stdout,
        stderr=stderr,
        start_new_session=True,
    )
    process_groups.begun(process.pid)
    try:
        yield process
    finally:
        _end(process)


@contextmanager
def fed(given: bytes) -> Iterator[IO[bytes] | int]:
    """Give what a command reads *given* from."""
    if not given:
        yield subprocess.DEVNULL
        return
    with tempfile.TemporaryFile() as file:
        file.write(given)
        file.seek(0)
        yield file


def find_program(name: str, *, env: Mapping[str, str], cwd: Path) -> str:
    """Return the path of a program: on ``PATH`` of *env*, or from *cwd* where the name has a slash.

    One that was found is not looked for again while it is there: a command starts Git dozens of times.

    Raises:
        Unavailable: there is no such program.
    """
    wanted = str(cwd / name) if Path(name).name != name else name
    path = env.get("PATH", "")
    found = _found(wanted, path)
    if found is None or not os.access(found, os.X_OK):
        found = shutil.which(wanted, path=path)
    if found is None:
        raise Unavailable(
            f"The program {name} is not here.", hint=f"Install {name}, or put the folder that holds it on PATH"
        )
    return found


@lru_cache(maxsize=64)
def _found(wanted: str, path: str) -> str | None:
    return shutil.which(wanted, path=path)


def ended(process: subprocess.Popen[bytes], *, timeout: float, stop: Event | None = None) -> bool:
    """Wait for the end of *process*; ``False`` where *timeout* (seconds) is over before.

    Raises:
        KeyboardInterrupt: *stop* was set, by the thread that was interrupted.
    """
    deadline = time.monotonic() + timeout
    with _waiter(process) as wait:
        while process.poll() is None:
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            wait(left if stop is None else min(left, _SLICE))
            if stop is not None and stop.is_set():
                raise KeyboardInterrupt
    return True


@contextmanager
def _waiter(process: subprocess.Popen[bytes]) -> Iterator[Callable[[float], object]]:
    """Give what waits for the end for some seconds at most; it may return before."""
    opened = _opened(process.pid)
    if opened is None:
        yield _asks_again()
        return
    try:
        told = select.poll()
        told.register(opened, select.POLLIN)
        # A poll of more milliseconds than an int holds is refused.
        yield lambda seconds: told.poll(min(seconds, 3600.0) * 1000)
    finally:
        os.close(opened)


def _opened(pid: int) -> int | None:
    """Return what Linux tells of the end of the process by; ``None`` where it cannot be had."""
    if sys.platform != "linux" or not hasattr(os, "pidfd_open"):
        return None
    try:
        return os.pidfd_open(pid)
    except OSError:
        return None


def _asks_again() -> Callable[[float], None]:
    """Return a pause that grows from call to call."""
    pauses = iter((0.001, 0.002, 0.004, 0.008, 0.016, 0.032))
    return lambda seconds: time.sleep(min(seconds, next(pauses, _SLICE)))


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the group: ask its leader, if it still runs, then make certain of all that is left of it."""
    try:
        if process.poll() is None:
            _signal_group(process, "SIGTERM")
            with suppress(subprocess.TimeoutExpired):
                process.wait(GRACE)
    finally:
        _signal_group(process, "SIGKILL")
        process_groups.ended(process.pid)
        process.wait()


def _signal_group(process: subprocess.Popen[bytes], name: str) -> None:
    if sys.platform == "win32":
        process.kill()
        return
    # The leader's id stays the group's for as long as one member lives; macOS refuses a group of zombies.
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, getattr(signal, name))


def _text(file: IO[bytes]) -> str:
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - KEPT))
    if size > KEPT:
        file.readline()  # what is left of a line may be what is left of a secret
    return file.read().decode(errors="replace")
