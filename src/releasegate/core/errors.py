"""Every error that releasegate raises on purpose, and the exit code of each.

    ReleasegateError
    ├── ConfigurationError     2   the configuration or the arguments are wrong
    ├── Refused                3   a guard says no: nothing was changed
    ├── GateFailed             4   the release itself is bad: a consumed version is not retried
    ├── Conflict               5   an index holds other bytes under one of our file names
    ├── Unavailable            6   something that is needed is not there (a tool, an interpreter, a network)
    ├── InternalError         70   releasegate itself is at fault: what it met has no sentence yet
    ├── NotYet                75   nothing is broken, the time is not ripe: run the same command again
    └── Interrupted          130   a person, or a request to end, ended the command

``NotYet`` is ``EX_TEMPFAIL`` of sysexits.h, ``InternalError`` its ``EX_SOFTWARE``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from releasegate.core.printable import printable


class ReleasegateError(Exception):
    """Something a person must know: one sentence on what is wrong, one on what to do next.

    ``details`` are further lines (a difference, a tool's own words), printed below the two sentences; ``evidence`` is
    what was found before it went wrong, for the record.
    """

    exit_code: ClassVar[int] = 1
    verdict: ClassVar[str] = "fail"

    def __init__(
        self, problem: str, *, hint: str, details: Sequence[str] = (), evidence: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(problem)
        # Names and words of others are in all three.
        self.problem = printable(problem)
        self.hint = printable(hint)
        self.details = tuple(line for each in details for line in printable(each).split("\n"))
        self.evidence = evidence or {}

    def __str__(self) -> str:
        """The whole message as it is shown, the hint last."""
        return "\n".join([self.problem, *(f"  {line}" for line in self.details), f"-> {self.hint}"])


class ConfigurationError(ReleasegateError):
    """The configuration or an argument cannot be understood."""

    exit_code = 2
    verdict = "refused"


class Refused(ReleasegateError):
    """A guard says no; nothing was changed."""

    exit_code = 3
    verdict = "refused"


class GateFailed(ReleasegateError):
    """The release itself is bad. A version that was consumed is never retried."""

    exit_code = 4


class Conflict(GateFailed):
    """An index holds other bytes under one of our file names."""

    exit_code = 5


class Unavailable(ReleasegateError):
    """Something that is needed is missing or does not answer; the release itself was not judged."""

    exit_code = 6
    verdict = "unavailable"


class InternalError(ReleasegateError):
    """releasegate itself is at fault; the release was not judged, and nothing is lost."""

    exit_code = 70
    verdict = "error"


class NotYet(ReleasegateError):
    """Nothing is broken: what was awaited did not come before the deadline."""

    exit_code = 75
    verdict = "wait"


class Interrupted(ReleasegateError):
    """A person ended the command (Ctrl-C), or a request to end did (SIGTERM)."""

    exit_code = 130
    verdict = "interrupted"

    def __init__(self) -> None:
        super().__init__(
            "Interrupted: what was recorded or published stays as it is, and nothing is uploaded twice.",
            hint="Run the same command again; it goes on from there",
        )
