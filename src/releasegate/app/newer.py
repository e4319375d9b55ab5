"""What is out that no proof has seen: a companion or a host that is newer than all that a package was run with."""

from __future__ import annotations

from collections.abc import Iterator

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from releasegate.app.workspace import Workspace
from releasegate.core.errors import ReleasegateError
from releasegate.core.pairs.proofs import hosts, proofs
from releasegate.core.release.plan import PackageState
from releasegate.core.release.versions import is_candidate, parse_version, promoted
from releasegate.ports import Index


def newer(workspace: Workspace, package_state: PackageState) -> Iterator[str]:
    """Yield a sentence for each companion and host of the package that is out, and newer than all that it ran with.

    Where it never ran with any, its missing proof is told elsewhere.
    """
    package, settings = package_state.package, workspace.project.settings
    edges = {package.name: [each.name for each in package.companions]}
    entries = [entry for record in package_state.records.values() for entry in record.entries]
    found = tuple(proofs(package.name, entries, edges=edges))
    for each in package.companions:
        versions = [proof.companion.version for proof in found if proof.companion.package == each.name]
        ran = [promoted(version) if is_candidate(version) else version for version in versions]
        accepted = SpecifierSet(each.requires)
        yield from _told(workspace.index(settings.production), each.name, ran, accepted=accepted)
    ran_on = [version for host in hosts(entries) if (version := _host(host)) is not None]
    known = settings.stack.every_dimension if settings.stack is not None and settings.in_stack(package.name) else ()
    for host in (each for each in known if each.project):
        yield from _told(workspace.index(settings.dependencies), host.project, ran_on, accepted=SpecifierSet())


def _told(index: Index, name: str, ran: list[Version], *, accepted: SpecifierSet) -> Iterator[str]:
    if not ran:
        return
    try:
        held = index.versions(name)
    except ReleasegateError as error:
        yield f"whether a newer {name} is out cannot be told: {error.problem}"
        return
    out = max((v for v in held if not v.is_prerelease and v in accepted), default=None)
    if out is not None and out > max(ran):
        yield f"{name} {out} is out, and no proof here ran with it: the newest that one ran with is {max(ran)}"


def _host(host: str) -> Version | None:
    """Return the version of a host, which names where it came from as well."""
    return parse_version(host.rpartition(":")[2])
