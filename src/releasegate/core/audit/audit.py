"""The audit: everything that is asked of a build before anybody else sees it, all answers at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from releasegate.core.audit.contents import record, sdist_complete, suspicious
from releasegate.core.audit.names import file_names, metadata, stated_versions, wheel_layout
from releasegate.core.audit.previous import frozen, support
from releasegate.core.audit.references import references
from releasegate.core.audit.subject import Subject
from releasegate.core.audit.tracked import declared_data, tracked
from releasegate.core.config.model import Package
from releasegate.core.dists.archive import Members, read_sdist, read_wheel
from releasegate.core.errors import ReleasegateError

Check = Callable[[Subject], tuple[str, ...]]

CHECKS: tuple[tuple[str, Check], ...] = (
    ("names", file_names),
    ("names", wheel_layout),
    ("metadata", metadata),
    ("version", stated_versions),
    ("record", record),
    ("contents", suspicious),
    ("sdist", sdist_complete),
    ("tree", tracked),
    ("data", declared_data),
    ("references", references),
    ("frozen", frozen),
    ("support", support),
)
"""Every check, with the name that its findings carry."""


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong with a build: the check that saw it, and one sentence."""

    check: str
    problem: str


@dataclass(frozen=True)
class AuditedBuild:
    """What a build made, as bytes.

    ``files`` and ``rebuilt`` are folders (file name -> bytes): the distributions, and the wheel built from the sdist.
    ``tree`` are the tracked files of the commit, by path from the package's own folder. ``previous`` is the wheel
    published before this one, ``None`` for a first release.
    """

    package: Package
    version: str
    files: Mapping[str, bytes]
    rebuilt: Mapping[str, bytes]
    tree: Mapping[str, bytes]
    previous: Members | None = None


def audit(build: AuditedBuild) -> tuple[Finding, ...]:
    """Return everything that is wrong with a build; nothing where it may go on.

    Files that are missing, too many or damaged are reported alone: without them there is nothing to look into.
    """
    problems = [
        *_miscounted(build.files, of=(".whl", ".tar.gz")),
        *_miscounted(build.rebuilt, of=(".whl",), made_from=" from the sdist"),
    ]
    if problems:
        return tuple(Finding("files", problem) for problem in problems)
    wheel, sdist = sorted(build.files, key=lambda name: not name.endswith(".whl"))
    (rebuilt,) = build.rebuilt
    try:
        subject = Subject(
            package=build.package,
            version=build.version,
            wheel=read_wheel(wheel, build.files[wheel]),
            sdist=read_sdist(sdist, build.files[sdist]),
            rebuilt=read_wheel(rebuilt, build.rebuilt[rebuilt]),
            tree=build.tree,
            previous=build.previous,
        )
    except ReleasegateError as error:
        return (Finding("files", error.problem),)
    return tuple(Finding(name, problem) for name, check in CHECKS for problem in _asked(check, subject))


def _asked(check: Check, subject: Subject) -> tuple[str, ...]:
    """Ask one check; what keeps it from looking is what it finds."""
    try:
        return check(subject)
    except ReleasegateError as error:
        return (error.problem,)


def _miscounted(files: Mapping[str, bytes], *, of: tuple[str, ...], made_from: str = "") -> list[str]:
    """Complain unless *files* are exactly one file of each suffix."""
    complaints = []
    for suffix in of:
        found = sorted(name for name in files if name.endswith(suffix))
        if len(found) != 1:
            said = ", ".join(found) or "none"
            complaints.append(f"The build must make exactly one {suffix} file{made_from}, not {said}.")
    others = sorted(name for name in files if not name.endswith(of))
    return complaints + [f"The build made {name}{made_from}, which is no distribution." for name in others]
