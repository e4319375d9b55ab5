"""A package's ledger, and what is asked of the world before another machine's evidence is believed.

The keys are those that the release branch names, and a CI run's end is what the forge says of it.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from releasegate.core.errors import ReleasegateError

if TYPE_CHECKING:
    from packaging.version import Version

    from releasegate.adapters.ledger.doubt import Doubt
    from releasegate.adapters.ledger.shared import SharedLedger
    from releasegate.app.workspace import Workspace
    from releasegate.core.config.keys import Package
    from releasegate.core.release.companion import CompanionSources
    from releasegate.core.release.entry import Entry
    from releasegate.steps.release import Role


def ledger(workspace: Workspace, package: Package) -> SharedLedger:
    """Return the ledger of *package*."""
    from releasegate.adapters.clock import SystemClock
    from releasegate.adapters.ledger.files import FileLedger
    from releasegate.adapters.ledger.git_notes import GitNotes
    from releasegate.adapters.ledger.heard import Heard
    from releasegate.adapters.ledger.shared import SharedLedger
    from releasegate.app.package_state import stated

    repository, signed = workspace.repository(package), workspace.project.settings.ci.signed
    files = FileLedger(workspace.project.state / "ledger" / package.name)
    return SharedLedger(
        files=files,
        heard=Heard(files.folder / "heard", package.name),
        notes=GitNotes(repository.git, repository.forge_remote, package.name, signed),
        tags=repository.tags,
        head=repository.head,
        stated=partial(stated, repository, package),
        until=SystemClock().soon,
        doubt=doubt(workspace, package),
        prefix=package.tag_prefix,
    )


def companion_sources(workspace: Workspace, package: Package, companion: str, role: Role) -> CompanionSources:
    """Return who may name the version of one companion of *package*; its own release is the newest that is sealed."""
    from releasegate.app.checkout import is_here
    from releasegate.core.release.companion import CompanionSources, said_of
    from releasegate.core.release.record import record

    other, staging = workspace.project.settings.package(companion), role == "staging"
    known = ledger(workspace, other)
    # What goes to the production index is chosen by what is believed, which is asked for the newest first: by its
    # commit and its keys, so that a companion that is not checked out names none.
    versions = known.versions() if staging or is_here(workspace, other) else ()
    usable = [each for each in reversed(versions) if staging or not each.is_prerelease]
    sealed = (v for v in usable if record(known.read(v)).seal is not None)
    believed = (v for v in sealed if staging or record(known.believed(v)).seal is not None)
    newest = next(believed, None)
    of_pair, several = None if newest is None else str(newest), len(package.companions) > 1
    told = workspace.choices.companions
    # What names no companion is of the one that a package has.
    by_hand = told.get(companion) if several else said_of(told, companion)
    option = workspace.choices.companion_option
    return CompanionSources(by_hand, workspace.project.environ, of_pair, several=several, option=option)


def doubt(workspace: Workspace, package: Package) -> Doubt:
    """Return what is believed of other machines' evidence of *package*."""
    from releasegate.adapters.ledger.doubt import Doubt
    from releasegate.adapters.ledger.signatures import Signatures

    signatures = Signatures(workspace.repository(package).git, lambda: _keys(workspace, package))

    def vouches(version: Version, commit: str, entry: Entry) -> bool:
        if package.name in workspace.beliefs.silent:
            return False
        try:
            return _vouches(workspace, package, version, commit, entry)
        except ReleasegateError as error:
            workspace.beliefs.silent.add(package.name)
            workspace.tell(f"The forge does not say how the run {entry.run} ended: {error.problem}")
            return False

    return Doubt(package.name, signatures, vouches, workspace.beliefs.reasons.setdefault(package.name, {}))


def _keys(workspace: Workspace, package: Package) -> bytes | None:
    """Return the file of the keys as the release branch has it; ``None`` where the repository names none.

    What another branch, a tag or a pull request says of keys is the word of whoever pushed it.
    """
    path, known = workspace.project.settings.ci.allowed_signers, workspace.beliefs.keys
    if path is None:
        return None
    if package.name not in known:
        known[package.name] = workspace.repository(package).on_release_branch(path, package.branch)
    return known[package.name] or b""


def _vouches(workspace: Workspace, package: Package, version: Version, commit: str, entry: Entry) -> bool:
    from releasegate.core.ci.workflows import workflow_path
    from releasegate.core.evidence.belief import ci_run, condemned, vouched
    from releasegate.core.release.versions import promoted

    forge, run, known = workspace.forges.get(package.name), ci_run(entry), workspace.beliefs.outcomes
    if forge is None or package.forge is None or run is None:
        return False
    if (package.name, run) not in known:
        known[package.name, run] = forge.outcome(run)
    outcome, path = known[package.name, run], str(workflow_path(package.forge.kind))
    if outcome is None:
        return False
    if vouched(entry, outcome, commit=commit, tag=package.tag(version), workflow=path):
        return _is_the_branchs(workspace, package, commit)
    # A final's run asks its candidate again, and what it finds is about the candidate.
    tag, tags = package.tag(promoted(version)), workspace.repository(package).tags()
    finals = {tag: tags[tag]} if version.is_prerelease and tag in tags else {}
    fits = condemned(entry, outcome, tags=finals, branch=package.released_from, workflow=path)
    return fits and _is_the_branchs(workspace, package, outcome.commit)


def _is_the_branchs(workspace: Workspace, package: Package, commit: str) -> bool:
    """Whether the workflow at *commit* is the one of the release branch: a tag may be of any commit and workflow."""
    from releasegate.adapters.git.ancestry import file_at
    from releasegate.core.ci.workflows import workflow_path

    known = workspace.beliefs.unchanged
    if (package.name, commit) not in known and package.forge is not None:
        repository, path = workspace.repository(package), workflow_path(package.forge.kind)
        there = repository.on_release_branch(path, package.branch)
        known[package.name, commit] = there is not None and there == file_at(repository.git, path, commit)
    return known.get((package.name, commit), False)
