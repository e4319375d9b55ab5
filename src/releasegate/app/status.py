"""``invoke status``: where every package stands, and the one next command."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from packaging.version import Version

from releasegate.adapters.git.repository import GitRepository
from releasegate.app.checkout import GET, held_versions, is_here, not_checked_out
from releasegate.app.examine import examine
from releasegate.app.package_state import side_by_side, stated
from releasegate.app.reports import answers_of, problem_of, record_of
from releasegate.app.workspace import Workspace
from releasegate.core.config.keys import Package
from releasegate.core.enumerated import first_of
from releasegate.core.errors import ReleasegateError, Unavailable
from releasegate.core.release.next_command import next_release
from releasegate.core.release.plan import PackageState, VersionState
from releasegate.core.release.upload_window import half_stored
from releasegate.core.release.versions import is_candidate, promoted
from releasegate.core.report.model import AnswerReport, PackageReport, Problem
from releasegate.core.report.of_record import imported_nothing, standing_waivers
from releasegate.core.version_files.survey import survey
from releasegate.steps.preflight.preflight import in_the_way
from releasegate.steps.release import Release
from releasegate.steps.stated import changed_files, version_file_contents

_LINE = re.compile(r"[^:]*: ((?:invoke|nox|git|uv|cd) (?!.*\b[A-Z]{2,}\b).+)")
"""A hint that ends with a line: words in capitals are what a person puts in."""


def status(workspace: Workspace, package: Package) -> PackageReport:
    """Return where *package* stands; a look that failed is told in a place of its own."""
    found = examine(workspace, package)
    blocking = answers_of(in_the_way(found.answers))
    if isinstance(found.state, ReleasegateError):
        return _unknown(workspace, package, found.state, blocking)
    repository, package_state = workspace.repository(package), found.state
    try:
        occurrences = survey(package, version_file_contents(repository, package)).occurrences
        lines = side_by_side(workspace, package_state)
        notes = tuple(_notes(workspace, package_state))
    except ReleasegateError as error:
        return _unknown(workspace, package, error, blocking)
    coming = next_release(package_state)
    candidate, state = package_state.declared, coming.state
    if is_candidate(candidate) and package_state.state(candidate) is VersionState.SEALED:
        state = _proven(workspace, package, candidate, state)
    return PackageReport(
        package.name,
        state,
        coming.missing,
        _first_line(blocking, package) or coming.command(package.name),
        package_state.head,
        tuple(map(str, occurrences)) or (f"none: the tag states {package_state.declared}",),
        lines,
        _by_place(package_state),
        notes,
        blocking,
        versions=(record_of(workspace, package, package_state.declared),),
    )


def _half(workspace: Workspace, package_state: PackageState) -> str:
    """Return what is said of the version that the files state, while one of its two files is stored."""
    settings, package, version = workspace.project.settings, package_state.package, package_state.declared
    where = settings.staging if is_candidate(version) else settings.production
    going = package_state.state(version) in {VersionState.OPEN, VersionState.ABANDONED}
    if not going or where not in package_state.consumed.where(version):
        return ""
    files = [f for f in workspace.index(where).files(package.name) if f.version == version]
    now = datetime.fromisoformat(workspace.run_context().clock.now()).timestamp()
    moments = [None if f.uploaded is None else datetime.fromisoformat(f.uploaded).timestamp() for f in files]
    found = half_stored(zip((f.filename for f in files), moments, strict=True), now=now)
    return "" if found is None else f"{version} on {where}: {found}"


def _proven(workspace: Workspace, package: Package, candidate: Version, state: str) -> str:
    """Return where a proven candidate stands: whoever is not believed here has proven it, and it is asked again."""
    from releasegate.app.release import asked_again

    try:
        doubted = Release(package, promoted(candidate), candidate, workspace.run_context()).doubted()
        more = state.removeprefix(f"{candidate} is proven")
        return f"{asked_again(workspace.ledger(package), candidate)}{more}" if doubted else state
    except ReleasegateError as error:
        return f"{state}; whether that is to be believed cannot be told: {error.problem}"


def _first_line(blocking: tuple[AnswerReport, ...], package: Package) -> str:
    """Return the line to paste of the first answer that is in the way and has one; empty where nothing is in the way.

    Where none has a line, what was to come would be refused: what is told of all that is in the way is asked instead.
    """
    lines = (_line_of(each.problem.hint) for each in blocking)
    return next(filter(None, lines), f"invoke doctor --package {package.name}" if blocking else "")


def _line_of(hint: str) -> str:
    """Return the line to paste that a hint ends with; empty where it has none, or leaves a word of it to a person."""
    match = _LINE.fullmatch(hint)
    return match[1] if match is not None else ""


def _notes(workspace: Workspace, package_state: PackageState) -> Iterator[str]:
    """Yield what else one must know of the work tree and of what the proof stands on."""
    package, declared = package_state.package, package_state.declared
    repository, record = workspace.repository(package), package_state.record(declared)
    if changed := changed_files(repository, package):
        yield f"the work tree is not clean: {first_of([str(path) for path in changed], 1)}"
    if repository.branch() is None:
        yield f"HEAD is detached: no branch is checked out, and releases are cut from {package.branches}"
    for waiver in standing_waivers(record):
        said = waiver.evidence
        yield f"{declared} stands on a waiver: {waiver.step}, by {said.get('by')}: {said.get('reason')}"
    untagged = record.attempted and package_state.tag_of(declared) is None
    yield from awaited_mirror(repository, package) if untagged and package.tag_remote is not None else ()
    if half := _half(workspace, package_state):
        yield half
    yield from _waiting(workspace, package)
    if package.companions or workspace.project.settings.in_stack(package.name):
        from releasegate.app.newer import newer

        yield from newer(workspace, package_state)
    if imported_nothing(record):
        yield f"{declared} was installed, and no module of it was imported: install.not-imported exempts all"


def awaited_mirror(repository: GitRepository, package: Package) -> Iterator[str]:
    """Yield what the tag waits for, where the forge's remote is a mirror."""
    branch = repository.branch() or package.branch
    if repository.mirrored(branch, repository.head()) == "behind":
        yield f"{package.forge_remote} has not got what is checked out on {branch} yet, and the tag waits for that"


def _waiting(workspace: Workspace, package: Package) -> Iterator[str]:
    """Yield the runs on the forge that wait until a person lets them go on."""
    forge = workspace.forges.get(package.name)
    try:
        runs = forge.waiting() if forge is not None else ()
    except ReleasegateError as error:
        yield f"whether a run waits for an approval on the forge cannot be told: {error.problem}"
        return
    yield from (f"a run waits for an approval on the forge: {run.url}" for run in runs)


def _unknown(
    workspace: Workspace, package: Package, error: ReleasegateError, blocking: tuple[AnswerReport, ...]
) -> PackageReport:
    """Return the status of a package of which it cannot be told where it stands."""
    # What keeps one from looking is no fault of the version files, where these say well what they state.
    may_pass = isinstance(error, Unavailable) or stated(workspace.repository(package), package) is not None
    missing = _missing_repository(workspace, package, whole=may_pass)
    if missing is None and not may_pass:
        # The look did not fail: what it saw is that the version files are not right.
        command = _line_of(error.hint) or f"nox -s versions -- --package {package.name}"
        return PackageReport(package.name, error.problem, error.hint, command, in_the_way=blocking)
    look = missing if missing is not None else _failed_look(error)
    if missing is not None:  # told once, and not again of a question
        blocking = tuple(each for each in blocking if each.problem.problem != missing.problem)
    again = "status" if missing is None else "doctor"
    # What is only to be awaited names no line that would help.
    line = "" if isinstance(error, Unavailable) and missing is None else _line_of(look.hint)
    clone = look.hint.removeprefix(GET) if look.hint.startswith(GET) else ""
    return PackageReport(
        package.name,
        "it cannot be told where it stands",
        "its repository" if clone else look.hint,
        clone or line or f"invoke {again} --package {package.name}",
        consumed={where: tuple(map(str, held)) for where, held in held_versions(workspace, package).items()},
        in_the_way=blocking,
        look=look,
    )


def _missing_repository(workspace: Workspace, package: Package, *, whole: bool) -> Problem | None:
    """Return what is wrong where there is no repository that can be looked at, ``None`` where there is one.

    One that is damaged, or has no work tree, is told by nothing less than its files; *whole*: it is neither.
    """
    if not is_here(workspace, package):
        return problem_of(not_checked_out(workspace, package))
    repository = workspace.repository(package)
    try:
        repository.head()
        if not whole:
            changed_files(repository, package)
    except Unavailable:
        return None
    except ReleasegateError as error:
        return _failed_look(error)
    return None


def _failed_look(error: ReleasegateError) -> Problem:
    """Return that it cannot be told where a package stands: a look that failed is no verdict on it."""
    return Problem(error.problem, error.hint, Unavailable.verdict, Unavailable.exit_code, error.details)


def _by_place(package_state: PackageState) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[Version]] = {}
    for version, places in package_state.consumed.seen.items():
        for place in places:
            found.setdefault(place, []).append(version)
    return {place: tuple(map(str, sorted(versions))) for place, versions in sorted(found.items())}
