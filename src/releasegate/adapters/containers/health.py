"""How a container of a stack is, and whose doing it is where it is not well."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from releasegate.core.e2e.contracts import telling_line
from releasegate.core.errors import GateFailed, Unavailable

if TYPE_CHECKING:
    from docker.models.containers import Container

ABSENT = "is not there"
SPEAKS = "releasegate.speaks"
RUNS = "releasegate.runs"
"""The label that says which of the pair runs in a container; one without it is the stack's own."""
_ENDED_BY_OTHERS = frozenset({137, 143})
"""The exit codes of a container that was killed or asked to end: nothing that runs in it does that to itself."""
_ANSWER_SECONDS = 10.0
_TOO_MUCH = 4.0
"""How many processes want to run on each processor, over five minutes, where nothing can be said of what is slow."""


def overload() -> str:
    """Return in words that this machine has had much more to do than it can; nothing where it has not.

    What a cell needs itself is far below that: what is slow then says nothing of the release.
    """
    processors = os.cpu_count() or 1
    load = os.getloadavg()[1]
    return f"{load:.0f} times a processor's work for {processors}" if load > _TOO_MUCH * processors else ""


def trouble(container: Container | None, *, here: bool) -> str | None:
    """Return ``None`` for a healthy container, why it never will be, or nothing while it may become so.

    *here* says that what it publishes is reached on this loopback.
    """
    from docker.errors import APIError

    if container is None:
        return ABSENT
    if how := ended(container):
        return how
    if here and container.labels.get(SPEAKS) == "http" and not _answers(container):
        return ""
    asked = (container.attrs["Config"].get("Healthcheck") or {}).get("Test")
    if not asked:
        return None
    kind, *test = asked
    try:
        code, _ = container.exec_run(["sh", "-c", *test] if kind == "CMD-SHELL" else test)
    except APIError:
        return ""  # it has just ended, or has not begun
    return None if code == 0 else ""


def ended(container: Container) -> str:
    """Say how a container ended; nothing while it runs."""
    if container.status not in {"exited", "dead"}:
        return ""
    killed = " (it was killed)" if _was_killed(container) else ""
    return f"ended with exit code {container.attrs['State']['ExitCode']}{killed}"


def of_the_pair(container: Container | None) -> bool:
    """Whether one of the pair runs in a container, and nobody else has ended it."""
    if container is None or RUNS not in container.labels:
        return False
    return not (ended(container) and _was_killed(container))


def fault(service: str, how: str, said: Sequence[str]) -> Unavailable:
    """Return what it means that a service gave way by no doing of the pair's; *said* are its last words."""
    return Unavailable(
        f"{_sentence(service, how, said)}; that is not the pair's doing, so nothing was judged.",
        hint="Look whether memory or disk ran out (docker system df), then run the same command again",
        details=said,
    )


def broken(service: str, how: str, said: Sequence[str]) -> GateFailed:
    """Return what it means that a service gave way and one of the pair runs in it; *said* are its last words."""
    sentence = f"contract {service}.up broke: {_sentence(service, how, said)}"
    return GateFailed(sentence, hint="See its log", details=said)


def _sentence(service: str, how: str, said: Sequence[str]) -> str:
    why = telling_line(said)
    return f"{service} {how}: {why}" if why and why not in how else f"{service} {how}"


def _was_killed(container: Container) -> bool:
    state = container.attrs["State"]
    return bool(state.get("OOMKilled")) or state["ExitCode"] in _ENDED_BY_OTHERS


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
