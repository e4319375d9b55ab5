"""The version where Git's tags state it: setuptools-scm, hatch-vcs and their like read it at build time."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath

from packaging.version import Version

from releasegate.core.config.keys import Package
from releasegate.core.release.next_version import next_base, next_candidate
from releasegate.core.release.versions import consumed, parse_version
from releasegate.core.version_files.occurrences import Occurrence

TOOLS = (
    *("setuptools_scm", "setuptools-scm", "setuptools-git-versioning", "vcs-versioning", "hatch-vcs", "flit_scm"),
    *("flit-scm", "versioningit", "dunamai", "versioneer", "uv-dynamic-versioning", "poetry-dynamic-versioning"),
)
"""What reads Git's tags at build time, by the names of the packages and of their tables."""

FIRST = Version("0.1.0")
"""What a package aims at that has no tag yet."""


def newest(package: Package, tags: Iterable[str]) -> Occurrence | None:
    """Return what the newest version among *tags* states; tags that are not the package's say nothing."""
    prefix = package.tag_prefix
    mine = {name: parse_version(name.removeprefix(prefix)) for name in tags if name.startswith(prefix)}
    known = {version: name for name, version in sorted(mine.items()) if version is not None}
    if not known:
        return None
    version = max(known)
    return Occurrence(PurePosixPath(known[version]), 0, str(version), "the tag")


def newest_final(package: Package, tags: Iterable[str], *, before: Version | None = None) -> str:
    """Return the tag of the newest final or post among *tags*, of one that came *before* a version where that is given.

    It is empty where there is none.
    """
    prefix = package.tag_prefix
    mine = {name: parse_version(name.removeprefix(prefix)) for name in tags if name.startswith(prefix)}
    finals = {version: name for name, version in sorted(mine.items()) if version and not version.is_prerelease}
    return max(((v, name) for v, name in finals.items() if before is None or v < before), default=(None, ""))[1]


def coming(package: Package, *, at_head: Iterable[str], before: Iterable[str]) -> Version:
    """Return the version that a build of the commit is: that of its tag, else the candidate that would come next.

    *at_head* are the tags of the commit, *before* those of it and of the commits before it.
    """
    here, last = newest(package, at_head), newest(package, before)
    if here is not None:
        return Version(here.version)
    declared = Version(last.version) if last is not None else FIRST
    numbers = [name.removeprefix(package.tag_prefix) for name in before if name.startswith(package.tag_prefix)]
    used = consumed({"tag": numbers}, production="")
    return next_candidate(next_base(declared=declared, consumed=used), consumed=used)
