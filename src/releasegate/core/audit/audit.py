"""The audit: everything that is asked of a build before anybody else sees it, all answers at once."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from packaging.version import Version

from releasegate.core.audit.checks.contents import record, sdist_complete, suspicious
from releasegate.core.audit.checks.entry_points import dangling
from releasegate.core.audit.checks.hidden import hidden
from releasegate.core.audit.checks.imports import own_imports
from releasegate.core.audit.checks.index import refused
from releasegate.core.audit.checks.lfs_pointers import pointers
from releasegate.core.audit.checks.names import file_names, metadata, stated_versions, wheel_layout
from releasegate.core.audit.checks.pythons import oldest_tried
from releasegate.core.audit.checks.references import references
from releasegate.core.audit.checks.sdist_top import top_of_sdist
from releasegate.core.audit.checks.submodules import from_submodules
from releasegate.core.audit.checks.top_level import own_names
from releasegate.core.audit.checks.tracked import declared_data, tracked
from releasegate.core.audit.checks.versions import left_behind
from releasegate.core.audit.last_release.dropped import dropped
from releasegate.core.audit.last_release.frozen import frozen
from releasegate.core.audit.last_release.support import support
from releasegate.core.audit.problem import Problems
from releasegate.core.audit.subject import Subject
from releasegate.core.config.keys import Package
from releasegate.core.dists.archive import Members, read_sdist, read_wheel
from releasegate.core.errors import ReleasegateError
from releasegate.core.stacks.host import Hosts

Check = Callable[[Subject], Problems]

CHECKS: tuple[tuple[str, Check], ...] = (
    ("names", file_names),
    ("names", wheel_layout),
    ("metadata", metadata),
    ("index", refused),
    ("version", stated_versions),
    ("version", left_behind),
    ("record", record),
    ("contents", suspicious),
    ("top-level", own_names),
    ("hidden", hidden),
    ("entry-points", dangling),
    ("imports", own_imports),
    ("sdist", sdist_complete),
    ("sdist-top", top_of_sdist),
    ("tree", tracked),
    ("data", declared_data),
    ("references", references),
    ("pointers", pointers),
    ("submodules", from_submodules),
    ("offered", dropped),
    ("frozen", frozen),
    ("support", support),
    ("pythons", oldest_tried),
)
"""Every check, with the name that its findings carry, and under which ``wheel.allowed`` knows them."""

CHECK_NAMES = ("files", *dict.fromkeys(name for name, _ in CHECKS), "allowed")
"""Every name that a finding may carry."""


@dataclass(frozen=True)
class Previous:
    """The newest release before this one: its wheel, and the sdist beside it, where they can be read."""

    filename: str
    wheel: Members | None
    sdist: Members | None


@dataclass(frozen=True)
class AuditedBuild:
    """What a build made, as bytes.

    ``files`` and ``rebuilt`` are folders (file name -> bytes): the distributions, and the wheel built from the sdist.
    ``tree`` gives the tracked files of the commit, by path from the package's own folder, ``previous`` what was
    published before, ``None`` for a first release, ``known`` syntax trees by what they are parsed from.
    ``standard_library`` are the names of its modules, ``submodules`` the commits of those that Git has, by path,
    ``hosts`` those that are known.
    """

    package: Package
    version: Version
    files: Mapping[str, bytes]
    rebuilt: Mapping[str, bytes]
    tree: Callable[[], Mapping[str, bytes]]
    previous: Callable[[], Previous | None]
    known: Callable[[], Mapping[bytes, ast.Module]] = dict
    standard_library: frozenset[str] = frozenset()
    submodules: Mapping[str, str] = field(default_factory=dict)
    hosts: Hosts = ()


def look(build: AuditedBuild) -> Mapping[str, Problems]:
    """Return what each check finds, by its name.

    Files that are missing, too many or damaged are reported alone: without them there is nothing to look into.
    What is raised where the tree or what was published before cannot be had goes through.
    """
    problems = [
        *_miscounted(build.files, of=(".whl", ".tar.gz")),
        *_miscounted(build.rebuilt, of=(".whl",), made_from=" from the sdist"),
    ]
    if problems:
        return {"files": problems}
    try:
        archives = _opened(build)
    except ReleasegateError as error:
        return {"files": (error.problem,)}
    subject = _subject(build, *archives)
    found: dict[str, Problems] = {}
    stopped: set[str] = set()
    for name, check in CHECKS:
        found[name] = (*found.get(name, ()), *_asked(check, subject, stopped=stopped))
    return found


def _opened(build: AuditedBuild) -> tuple[Members, Members, Members]:
    wheel, sdist = sorted(build.files, key=lambda name: not name.endswith(".whl"))
    (rebuilt,) = build.rebuilt
    return (
        read_wheel(wheel, build.files[wheel]),
        read_sdist(sdist, build.files[sdist]),
        read_wheel(rebuilt, build.rebuilt[rebuilt]),
    )


def _subject(build: AuditedBuild, wheel: Members, sdist: Members, rebuilt: Members) -> Subject:
    previous = build.previous()
    return Subject(
        package=build.package,
        version=build.version,
        wheel=wheel,
        sdist=sdist,
        rebuilt=rebuilt,
        tree=build.tree(),
        previous=None if previous is None else previous.wheel,
        previous_sdist=None if previous is None else previous.sdist,
        sizes={name: len(content) for name, content in build.files.items()},
        standard_library=build.standard_library,
        submodules=build.submodules,
        hosts=build.hosts,
        known=build.known(),
    )


def _asked(check: Check, subject: Subject, *, stopped: set[str]) -> Problems:
    """Ask one check; what keeps it from looking is what it finds, and told once where it stops several."""
    try:
        return check(subject)
    except ReleasegateError as error:
        known = error.problem in stopped
        stopped.add(error.problem)
        return () if known else (error.problem,)


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
