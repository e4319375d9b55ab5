"""What can go wrong with an index, as rules that end by themselves and can be counted.

Each fault applies to the next ``times`` matching requests and is then spent. ``target`` is a glob pattern: of file
names for uploads and files (the metadata of ``x.whl`` is the file ``x.whl.metadata``), of normalized project names
for pages. Faults live in the process: an index that is started again has none.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import ClassVar, Literal, TypeVar

from releasegate.core.errors import ConfigurationError

RequestKind = Literal["upload", "page", "file"]

TIMES = 10_000
SECONDS = 300.0


@dataclass(frozen=True)
class Refuse:
    """Answer *status* and do nothing: an upload is not stored, a page or file is not served.

    *reason* is the index's own sentence, as it refuses a file with; without one it says nothing of the file.
    """

    status: int = 503
    of: RequestKind = "upload"
    target: str = "*"
    times: int = 1
    reason: str = ""


@dataclass(frozen=True)
class Cut:
    """Cut the connection without an answer; an upload is not stored."""

    of: RequestKind = "upload"
    target: str = "*"
    times: int = 1


@dataclass(frozen=True)
class Slow:
    """Answer only after *seconds* of real time."""

    seconds: float
    of: RequestKind = "upload"
    target: str = "*"
    times: int = 1


@dataclass(frozen=True)
class Trickle:
    """Serve a page or a file one byte after the other, every *seconds* one."""

    seconds: float = 0.1
    of: RequestKind = "page"
    target: str = "*"
    times: int = 1


@dataclass(frozen=True)
class OtherMetadata:
    """Serve beside a wheel that is stored, for good, core metadata of another version, with the hash that it has."""

    target: str = "*"
    times: int = 1
    of: ClassVar[RequestKind] = "upload"


@dataclass(frozen=True)
class LoseAnswer:
    """Store the upload, then answer *status* (502, say), or cut the connection where it is ``None``."""

    status: int | None = None
    target: str = "*"
    times: int = 1
    of: ClassVar[RequestKind] = "upload"


@dataclass(frozen=True)
class HideForReads:
    """Keep a file that is stored off the simple page until the page was read *reads* times without it."""

    reads: int
    target: str = "*"
    times: int = 1
    of: ClassVar[RequestKind] = "upload"


@dataclass(frozen=True)
class HideForSeconds:
    """Keep a file that is stored off the simple page until *seconds* later, by the index's own clock."""

    seconds: float
    target: str = "*"
    times: int = 1
    of: ClassVar[RequestKind] = "upload"


@dataclass(frozen=True)
class StalePage:
    """Serve a simple page as it was when it was last served (404 if it never was)."""

    target: str = "*"
    times: int = 1
    of: ClassVar[RequestKind] = "page"


@dataclass(frozen=True)
class BrokenPage:
    """Serve the simple page damaged: the JSON cut off, without hashes, without ``versions``, or with numbers as text.

    Or something else: a page of ``html``, an ``empty`` list of files, an answer ``short`` of the length that it tells.
    """

    damage: Literal["malformed", "no hashes", "no versions", "numbers as text", "html", "empty", "short"]
    target: str = "*"
    times: int = 1
    of: ClassVar[RequestKind] = "page"


@dataclass(frozen=True)
class BrokenFile:
    """Serve a file's bytes cut to half (``short``: of the length that is told), or with one of them altered."""

    damage: Literal["truncated", "altered", "short"]
    target: str = "*"
    times: int = 1
    of: ClassVar[RequestKind] = "file"


Fault = (
    Refuse
    | Cut
    | Slow
    | Trickle
    | OtherMetadata
    | LoseAnswer
    | HideForReads
    | HideForSeconds
    | StalePage
    | BrokenPage
    | BrokenFile
)
F = TypeVar("F", bound=Fault)


class IndexFaults:
    """The faults of one index: those that still wait, and those that happened."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[tuple[Fault, int]] = []
        self._happened: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Let *fault* happen to the next requests that match it; earlier ones go first.

        Raises:
            ConfigurationError: it would last too long: more than ``TIMES`` times or reads, or ``SECONDS`` seconds.
        """
        seconds, reads = getattr(fault, "seconds", 0.0), getattr(fault, "reads", 0)
        if not (1 <= fault.times <= TIMES and 0 <= reads <= TIMES and 0 <= seconds <= SECONDS):
            raise ConfigurationError(
                f"{fault} has no bounded end.",
                hint=f"Give 1 to {TIMES} times, at most {TIMES} reads and at most {SECONDS:.0f} seconds",
            )
        with self._lock:
            self._waiting.append((fault, fault.times))

    def clear(self) -> None:
        """Drop the faults that still wait."""
        with self._lock:
            self._waiting.clear()

    @property
    def waiting(self) -> tuple[Fault, ...]:
        """The faults that are not spent yet, once for each time that is left."""
        with self._lock:
            return tuple(fault for fault, left in self._waiting for _ in range(left))

    @property
    def happened(self) -> tuple[Fault, ...]:
        """Every fault that happened, in order, once for each time."""
        with self._lock:
            return tuple(self._happened)

    def take(self, kind: type[F], *, of: RequestKind, target: str) -> F | None:
        """Return the first waiting fault of *kind* that matches, and spend it once."""
        with self._lock:
            for place, (fault, left) in enumerate(self._waiting):
                if isinstance(fault, kind) and fault.of == of and fnmatchcase(target, fault.target):
                    self._waiting[place : place + 1] = [(fault, left - 1)] if left > 1 else []
                    self._happened.append(fault)
                    return fault
        return None
