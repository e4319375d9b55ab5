"""What is asked of the machine itself before anything is changed: its clock, what it has, and who sits before it."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta

from packaging.specifiers import SpecifierSet

from releasegate.core.errors import Refused, ReleasegateError, Unavailable, without_pythons
from releasegate.core.release.versions import parse_version
from releasegate.steps.preflight.question import Caution, Inquiry, planned

TOLD, WRONG = timedelta(minutes=2), timedelta(hours=1)
"""From which difference on it is told, and from which on nothing is begun: times in the record would be wrong."""

LEAST_SPACE = 2**30
"""Bytes that a release of one package may need for clean checkouts, builds and fetched files."""


def clock(inquiry: Inquiry) -> str | Caution:
    """The clock here goes as that of the production index does."""
    release = inquiry.release
    index = release.index("production")
    if index.moment() is None:
        # Whoever asked before may have been stopped by another index; one that is away is another question's answer.
        with suppress(ReleasegateError):
            index.files(release.package.name)
    theirs = index.moment()
    if theirs is None:
        return f"{index.name} does not say the time"
    ours = datetime.fromisoformat(release.run.clock.now()).astimezone(UTC)
    difference = ours - datetime.fromisoformat(theirs)
    which = "ahead of" if difference > timedelta(0) else "behind"
    said = f"{abs(difference) // timedelta(minutes=1)} minutes {which} {index.name}"
    if abs(difference) >= WRONG:
        raise Unavailable(
            f"The clock of this machine is {said}: signatures, tokens and the record would have the wrong time.",
            hint="Set it (timedatectl set-ntp true), then run the same command again",
        )
    return Caution(f"{said}: set it, some signatures live for minutes") if abs(difference) >= TOLD else "right"


def commits(inquiry: Inquiry) -> bool:
    """Whether this run makes the release's commit and tag in a person's name; a job does so in its forge's."""
    return planned(inquiry) and inquiry.release.run.part is None


def identity(inquiry: Inquiry) -> str:
    """Git knows in whose name it commits and tags."""
    return f"Git commits as {inquiry.release.ports.repository.committer()}"


def tools(inquiry: Inquiry) -> str:
    """The programs that a release runs are here, in versions that fit."""
    found = inquiry.release.run.machine.tools()
    wrong = [
        f"{tool.name} {tool.version or 'is not here'}{f', and it must be {tool.fitting}' if tool.fitting else ''}"
        for tool in found
        if not _fits(tool.version, tool.fitting)
    ]
    if wrong:
        raise Unavailable(
            "A program that a release runs is missing or too old.",
            hint="Install what each line says; what is installed beside releasegate comes with it: install it anew",
            details=wrong,
        )
    return ", ".join(f"{tool.name} {tool.version}" for tool in found)


def confirmation(inquiry: Inquiry) -> str:
    """Somebody can say yes to what cannot be taken back."""
    if not inquiry.release.run.machine.may_confirm():
        raise Refused(
            "Nobody can be asked here before what cannot be taken back.",
            hint="Say --yes where that is meant",
        )
    return "a person at the terminal is asked before a one-way step; elsewhere say --yes"


def pythons(inquiry: Inquiry) -> str:
    """Each Python that the package is tried on is here."""
    wanted, machine = inquiry.release.package.pythons, inquiry.release.run.machine
    missing = [python for python in wanted if machine.python(python) is None]
    if missing:
        raise without_pythons(missing)
    return f"all here: {', '.join(wanted)}"


def containers(inquiry: Inquiry) -> str:
    """There is a container engine that can be used."""
    return inquiry.release.run.machine.containers()


def space(inquiry: Inquiry) -> str:
    """There is room for builds and fetched files."""
    free = inquiry.release.run.machine.free_space()
    if free < LEAST_SPACE:
        raise Unavailable(
            f"Only {free / 2**20:.0f} MiB are free for builds and fetched files.", hint="Make room, a GiB at least"
        )
    return f"{free / 2**30:.0f} GiB are free"


def _fits(version: str, fitting: str) -> bool:
    known = parse_version(version)
    return known is not None and SpecifierSet(fitting).contains(known, prereleases=True)
