"""Which versions of a companion there are to name: what the candidate was proven with, and what the indexes hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from releasegate.core.errors import ReleasegateError
from releasegate.core.release.beside import ran_as
from releasegate.core.release.next_command import release_line
from releasegate.core.release.record import record
from releasegate.core.release.versions import parse_version, promoted
from releasegate.steps.fetch import available, published

if TYPE_CHECKING:
    from packaging.version import Version

    from releasegate.core.config.companion import Companion
    from releasegate.core.release.companion import CompanionSources
    from releasegate.core.release.entry import Evidence
    from releasegate.steps.release import Release, Role


def proof(release: Release) -> Evidence:
    """Return what closed the candidate's record: what is believed, else what others say; empty where nothing did."""
    ledger, candidate = release.ports.ledger, release.candidate
    seals = (record(ledger.believed(candidate)).seal, record(ledger.read(candidate)).seal)
    return next((seal.evidence for seal in seals if seal is not None), {})


def proven_with(said: Mapping[str, Any], name: str) -> Version | None:
    """Return which version of the companion *name* ran, as a proof has *said* it."""
    ran = ran_as(said, name)
    return parse_version(ran.get("version")) if ran is not None else None


def with_proof(companion_sources: CompanionSources, release: Release, companion: Companion) -> CompanionSources:
    """Return who may name the version that a final is run with: what it was proven with counts as the pair's own.

    Where its own release or the configuration names something newer that one stays, and is refused by whoever compares
    the two. A version whose bytes on the production index are others than those that ran is not taken for it.
    """
    said = proof(release) if release.version != release.candidate else {}
    version = proven_with(said, companion.name)
    if version is None:
        return companion_sources
    due, others = promoted(version), (companion_sources.of_pair, companion.default)
    newer = [each for each in map(parse_version, others) if each is not None and each >= due]
    if newer or not _may_be(release, companion.name, version, said):
        return companion_sources
    return replace(companion_sources, of_pair=str(due), told_by=f"the proof of {release.candidate}")


def offered(release: Release, role: Role, name: str, option: str) -> str:
    """Return what works where no version of the companion *name* can be had by its rule: a line to paste ends it.

    The newest that an index holds can be named with *option*; a companion is released where no index holds anything.
    """
    roles: tuple[Role, ...] = ("staging", "production") if role == "staging" else ("production",)
    line = _line(release, role)
    try:
        held = {release.index_name(each): available(release.index(each), name) for each in roles}
        staged = bool(available(release.index("staging"), name))
    except ReleasegateError:
        return f"ask again once the indexes answer: {line}"
    index = max((each for each in held if held[each]), key=lambda each: held[each][-1], default=None)
    if index is not None:
        return f"name the newest that {index} holds: {line} {named(option, held[index][-1])}"
    # What is staged can become a final; where nothing is, there is a candidate to make.
    flag = "" if role == "production" and staged else "--rc "
    return f"release it first{released_by(release, name, flag)}"


def released_by(release: Release, name: str, flag: str = "") -> str:
    """Return the end of a sentence: the line that releases a companion, or why it is not released from here."""
    try:
        release.run.ports[name].repository.head()
    except ReleasegateError as error:
        return f", where it is checked out ({error.problem.rstrip('.')})"
    return f": invoke release {flag}--package {name}"


def _line(release: Release, role: Role) -> str:
    version, package = release.version, release.package.name
    if role == "staging" and version == release.candidate and not version.is_prerelease:
        # No candidate is planned yet.
        return f"invoke release --rc --package {package}"
    return release_line(version, package=package)


def named(option: str, version: Version) -> str:
    """Return the *option* that names *version*."""
    return option.replace("VERSION", str(version))


def _may_be(release: Release, name: str, version: Version, said: Mapping[str, Any]) -> bool:
    """Whether the production index serves nothing of *version* but the bytes that ran; a candidate is not there."""
    ran = (ran_as(said, name) or {}).get("files")
    known = ran if isinstance(ran, Mapping) else {}
    held = published(release.index("production"), name, version)
    return all(f.sha256 is None or known.get(f.filename, f.sha256) == f.sha256 for f in held)
