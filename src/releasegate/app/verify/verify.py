"""``releasegate verify``: what anybody can find out about a published version from a clone, without a token.

Everything that is asked here was written by others: the index, the tag, the notes. What they say is put beside what the
tag makes when it is built again.
"""

from __future__ import annotations

from dataclasses import dataclass

from packaging.version import Version

from releasegate.adapters.git import tags
from releasegate.adapters.index.package_index import SimpleIndex
from releasegate.app.verify.evidence import notes_of, record_claims
from releasegate.app.verify.provenance import provenance_claims
from releasegate.app.verify.rebuild import ServedFiles, build_backend, compared_claims, rebuild
from releasegate.app.workspace import Workspace
from releasegate.core.config.keys import Package
from releasegate.core.errors import ConfigurationError, GateFailed, Refused, Unavailable
from releasegate.core.nearest import meant
from releasegate.core.release.record import Record, record
from releasegate.core.release.statement import statement
from releasegate.core.release.versions import names
from releasegate.core.verification.claims import Claim, Verification
from releasegate.core.verification.recorded import sealed_files
from releasegate.core.verification.untagged import untagged_claims
from releasegate.ports import IndexFile
from releasegate.steps.fetch import published


@dataclass(frozen=True)
class PublishedTag:
    """A version's tag, and the commit that it names, if there is one; ``claims`` say whether it does so everywhere."""

    name: str
    commit: str
    claims: tuple[Claim, ...]


@dataclass(frozen=True)
class Verified:
    """What was found, and the record that the seal is in."""

    found: Verification
    record: Record


def verify(workspace: Workspace, package: Package, version: Version, *, on: str) -> Verified:
    """Rebuild a version from its tag and put beside it what the index called *on* serves, and what is recorded.

    Raises:
        ConfigurationError: there is no such index.
        Unavailable: index, tag, or what the build needs cannot be had.
    """
    settings = workspace.project.settings
    if on not in settings.indexes:
        raise ConfigurationError(f"There is no index {on}.", hint=meant(on, settings.indexes))
    index = workspace.index(on)
    files = _files(workspace, package, version, index)
    tag = _tag(workspace, package, version)
    served = ServedFiles(workspace, index)
    if not tag.commit:
        return Verified(_untagged(package, version, served, files, tag), record(()))
    rebuilt = rebuild(workspace, package, version, commit=tag.commit, tools=build_backend(served, files))
    compared = compared_claims(served, files, rebuilt)
    held = {f.filename: f.sha256 or served.sha256(f) for f in files}
    notes = notes_of(workspace, package)
    recorded, said, told = record_claims(workspace, notes, package, version, commit=tag.commit, held=held, index=on)
    claims = (
        *tag.claims,
        *compared,
        *said,
        *provenance_claims(package, index, files=files, held=held),
    )
    notes_told = (*_yanked(files, on), *told)
    return Verified(
        Verification(package.name, str(version), on, tag.name, tag.commit, claims, notes_told), recorded.believed
    )


def _untagged(
    package: Package, version: Version, served: ServedFiles, files: tuple[IndexFile, ...], tag: PublishedTag
) -> Verification:
    """Return what is found where no tag says which commit the files were made from: nothing is recorded of them."""
    index, contents = served.index, dict[str, bytes]()
    damaged = list[Claim]()
    for file in files:
        try:
            contents[file.filename] = served.content(file)
        except GateFailed as error:
            damaged.append(Claim(file.filename, "contradicted", error.problem, index.name, error.details))
    held = {f.filename: f.sha256 or served.sha256(f) for f in files if f.filename in contents}
    whole = tuple(f for f in files if f.filename in contents)
    claims = (
        *tag.claims,
        *damaged,
        *untagged_claims(contents),
        Claim("record", "not recorded", "a record is about the commit of a tag"),
        *provenance_claims(package, index, files=whole, held=held),
    )
    return Verification(package.name, str(version), index.name, tag.name, "", claims, _yanked(files, index.name))


def _yanked(files: tuple[IndexFile, ...], on: str) -> tuple[str, ...]:
    return (f"it is yanked on {on}: installers pass it over",) if any(f.yanked for f in files) else ()


def statement_of(workspace: Workspace, package: Package, verified: Verified) -> bytes:
    """Return the seal of what was verified as an in-toto statement.

    Raises:
        Refused: there is no seal that fits what the index lists.
    """
    found, seal = verified.found, verified.record.seal
    if seal is None or not any(claim.about == "seal" and claim.standing == "proven" for claim in found.claims):
        raise Refused(
            f"{found.package} {found.version} has no seal that fits what {found.index} lists, so nothing was written.",
            hint="Leave out --statement",
        )
    config = workspace.project.settings.indexes[found.index]
    repository = None if found.index == "pypi" and config.simple is None else workspace.index(found.index).simple_url
    files, number = sealed_files(seal), Version(found.version)
    return statement(package.name, number, files, verified.record, repository=repository, receipt=None)


def _files(workspace: Workspace, package: Package, version: Version, index: SimpleIndex) -> tuple[IndexFile, ...]:
    """Return the files of the version; raises ``Unavailable`` where the index lists none."""
    found = published(index, package.name, version)
    if not found:
        staging = workspace.project.settings.staging
        elsewhere = version.is_prerelease and index.name != staging
        command = f"releasegate verify {package.name} {version} --index {staging}"
        listed = sorted(index.versions(package.name))[-5:]
        raise Unavailable(
            f"{index.name} lists no file of {package.name} {version}.",
            hint=f"A candidate is on {staging}: {command}" if elsewhere else "Name a version that it lists",
            details=[f"the newest that it lists: {', '.join(map(str, listed)) or 'none'}"],
        )
    return found


def _tag(workspace: Workspace, package: Package, version: Version) -> PublishedTag:
    """Return the version's tag with its commit, which is then here; the remote's counts where the two differ.

    Where there is no such tag, it has no commit.

    Raises:
        Unavailable: there is no repository, or the remote does not answer.
    """
    repository, prefix = workspace.repository(package), package.tag_prefix
    try:
        remote = repository.forge_remote
        here, there = tags.here(repository.git), tags.there(repository.git, remote)
    except Refused as error:  # there is no repository where the configuration has it
        raise Unavailable(error.problem, hint=error.hint, details=error.details) from error
    spelt = [n for n in (*there, *here) if n.startswith(prefix) and names(n.removeprefix(prefix), version)]
    name = package.tag(version) if package.tag(version) in spelt else next(iter(spelt), None)
    if name is None:
        missing = package.tag(version)
        return PublishedTag(
            missing, "", (Claim("tag", "not recorded", f"there is no {missing}, here or on {remote}", "Git"),)
        )
    ours, theirs = here.get(name), there.get(name)
    if theirs is not None and theirs != ours:
        tags.bring(repository.git, remote=remote, name=name)
    commit = theirs or ours or ""
    if ours is not None and theirs is not None and ours != theirs:
        said = f"{name} names {theirs[:12]} on {remote} and {ours[:12]} here: it was moved"
        return PublishedTag(name, commit, (Claim("tag", "contradicted", said, "Git"),))
    where = " and ".join(([remote] if theirs is not None else []) + (["here"] if ours is not None else []))
    return PublishedTag(name, commit, (Claim("tag", "proven", f"{name} names {commit[:12]}", f"Git, {where}"),))
