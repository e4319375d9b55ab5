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

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, Literal

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
    """The configuration or an argument cannot be understood.

    Cause: a key of ``[tool.releasegate]`` is missing, unknown or has a value that it cannot have; an option
    does not exist, or excludes another; an index, a package or a file is named that there is not.

    Remedy: each line names the file, the line and the key, and what to write instead. Nothing was begun;
    correct it and run the same command again.
    """

    exit_code = 2
    verdict = "refused"


class Refused(ReleasegateError):
    """A guard says no; nothing was changed.

    Cause: something that must be so before a step is not: the work tree is not clean, another branch is checked
    out, the version files disagree, a number is used, a token is missing, nobody confirmed, an event may not
    publish this.

    Remedy: do what the second sentence says, then run the same command again. ``releasegate doctor`` asks all
    of it at once. Nothing was consumed by the refusal.
    """

    exit_code = 3
    verdict = "refused"


class GateFailed(ReleasegateError):
    """The release itself is bad. A version that was consumed is never retried.

    Cause: a gate judged the files: the build or its audit, an install check, an end-to-end run, a promotion
    that differs in more than its version.

    Remedy: mend it, commit, and run the same command again: the next number is chosen where this one is used. A
    gate that is wrong about this one version is waived with ``invoke waive``, by a person and with a reason.
    """

    exit_code = 4


class Conflict(GateFailed):
    """An index holds other bytes under one of our file names.

    Cause: somebody else uploaded under this name, the same number was built twice, or an index or a mirror
    changed what it serves.

    Remedy: find out who did it before anything else is uploaded: ``releasegate verify NAME VERSION`` compares
    what is served with the tag. The number is consumed; the next one goes on.
    """

    exit_code = 5


class Unavailable(ReleasegateError):
    """Something that is needed is missing or does not answer; the release itself was not judged.

    Cause: an index, a forge, a remote or the Docker engine is away or refuses for now; an interpreter or a tool
    is not installed; a disk is full; a child was killed by the machine.

    Remedy: get what is named, then run the same command again: it goes on where it stopped, with the same
    number and the same bytes.
    """

    exit_code = 6
    verdict = "unavailable"


class InternalError(ReleasegateError):
    """releasegate itself is at fault; the release was not judged, and nothing is lost.

    Cause: an error that nobody foresaw.

    Remedy: report it with the lines that were printed, which hold no secret that releasegate knows; the record
    is whole, and the same command goes on from there.
    """

    exit_code = 70
    verdict = "error"


class NotYet(ReleasegateError):
    """Nothing is broken: what was awaited did not come before the deadline.

    Cause: an index does not show an upload to everybody yet, or the CI that publishes has not ended (or waits
    for an approval).

    Remedy: run the same command later. ``propagation`` and ``ci.deadline`` in the configuration say how long is
    waited.
    """

    exit_code = 75
    verdict = "wait"


Again = Literal["anew", "on", "on, not fresh"]
"""What becomes of a command that was ended and is run again: it begins anew, or goes on, as it was typed or not."""


class Interrupted(ReleasegateError):
    """A person ended the command (Ctrl-C), or a request to end did (SIGTERM).

    Cause: Ctrl-C in the terminal, a CI that cancels a run, a machine that shuts down.

    Remedy: run the same command again: a release goes on in the step that was interrupted, and so does a rehearsal
    without ``--fresh``; any other command begins anew. What was begun and cannot be taken back is looked up first,
    and nothing is uploaded twice.
    """

    exit_code = 130
    verdict = "interrupted"

    def __init__(
        self,
        safe: str = "what was recorded or published stays as it is, and nothing is uploaded twice",
        *,
        again: Again = "anew",
    ) -> None:
        super().__init__(f"Interrupted: {safe}.", hint=_AGAIN[again])


_AGAIN: Mapping[Again, str] = {
    "anew": "Run the same command again; it begins anew",
    "on": "Run the same command again; it goes on from there",
    "on, not fresh": "Run the same command without --fresh; it goes on from there",
}


def worst(errors: Iterable[ReleasegateError]) -> ReleasegateError | None:
    """Return the one that tells how all end; nothing where there is none.

    What is certain (a lower exit code) goes before what may pass when the command is run again.
    """
    return min(errors, key=lambda error: error.exit_code, default=None)


def without_pythons(missing: Sequence[str], *, may_leave_out: bool = False) -> Unavailable:
    """Return that these Pythons (``"3.12"``) are not here, which the install check needs."""
    are, them = ("is", "it") if len(missing) == 1 else ("are", "them")
    install = f"install {them}: uv python install {' '.join(missing)}"
    return Unavailable(
        f"Python {' and '.join(missing)} {are} not on this machine, and the install check needs {them}.",
        hint=f"Leave {them} out with --only-available, or {install}" if may_leave_out else f"I{install[1:]}",
    )
