"""Everything that can be asked before anything is changed: one function a question, and the list of them.

A question that few releases have imports what it asks with.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from releasegate.core.enumerated import counted
from releasegate.core.errors import Refused, ReleasegateError
from releasegate.core.version_files.survey import survey
from releasegate.steps.mirror import mirrored, require_following
from releasegate.steps.preflight.branch_question import pushes_branch, release_branch
from releasegate.steps.preflight.companion_questions import companions, dependents
from releasegate.steps.preflight.end_to_end_question import end_to_end
from releasegate.steps.preflight.foreign_code import foreign_code, runs_foreign_code
from releasegate.steps.preflight.machine_questions import (
    clock,
    commits,
    confirmation,
    containers,
    identity,
    pythons,
    space,
    tools,
)
from releasegate.steps.preflight.pairs_question import asks_for_older, released_pairs
from releasegate.steps.preflight.question import (
    Caution,
    Inquiry,
    Question,
    asks_forge,
    contained,
    final,
    judges,
    known_beside,
    noted,
    planned,
    publishes,
    to_production,
)
from releasegate.steps.preflight.text_questions import beside, notes, project_table, tables
from releasegate.steps.source import Clean, VersionUnused
from releasegate.steps.stated import disagreement, version_file_contents

if TYPE_CHECKING:
    from releasegate.core.config.keys import IndexConfig
    from releasegate.steps.release import Role
    from releasegate.steps.step import Step


def _looked(step: Step) -> str:
    """Return what a guard that only looks, and has no shortcut, says of the world; raises what it refuses."""
    step.run()
    return step.describe()


def _plan(inquiry: Inquiry) -> str:
    if inquiry.unplanned is not None:
        raise inquiry.unplanned
    if inquiry.idle:
        return f"{inquiry.idle}; the next number is chosen once there is a commit"
    return f"{inquiry.release.version} is next"


def _version_files(inquiry: Inquiry) -> str:
    package, repository = inquiry.release.package, inquiry.release.ports.repository
    found = survey(package, version_file_contents(repository, package))
    problems = found.problems()
    if problems:
        sentence, remedy = disagreement(package, problems, None, unreadable=found.unreadable)
        raise Refused(sentence, hint=f"{remedy}, and commit", details=problems)
    return f"all state {found.entire[0].version}" if found.entire else "none: the tag states the version"


def _other_publishers(inquiry: Inquiry) -> str:
    """One publisher for one number: nothing else that the release starts uploads to an index."""
    package, repository = inquiry.release.package, inquiry.release.ports.repository
    files = repository.workflows(repository.head())
    if not files:
        return "none: there is no workflow"
    from releasegate.core.ci.others.publishers import other_publishers, workflow_files

    meant = inquiry.release.run.settings.other_uploads
    found = other_publishers(files, [package], exempt=meant)
    if found:
        raise Refused(
            f"{package.name} has another workflow that a release starts and that uploads to a package index.",
            hint="Remove what each line says, commit, and push the release branch; only one may publish a number. What "
            "uploads another package is named under other-uploads in [tool.releasegate]",
            details=[str(each) for each in found],
        )
    looked = counted(len(workflow_files(files)), "workflow or action", "workflows and actions")
    return f"none in {looked}, and in what is run there"


def _tokens(inquiry: Inquiry) -> str:
    release = inquiry.release
    part = release.run.part
    roles = [role for role in inquiry.roles if part is None or release.index_name(role) == part.index]
    here = [role for role in roles if release.uploaded_by(role) == "this machine"]
    found = [f"{release.index_name(role)}: {release.index(role).credential()}" for role in here]
    return ", ".join(found) or "CI uploads, with its own"


def _trusting(inquiry: Inquiry) -> list[IndexConfig]:
    known = inquiry.release.run.settings.indexes
    found = (known.get(inquiry.release.index_name(role)) for role in inquiry.roles)
    return [index for index in found if index is not None and index.trusts_github]


def _trusted_publishers(inquiry: Inquiry) -> str:
    """The four fields of each trusted publisher, to compare with the index's own page."""
    forge = inquiry.release.package.forge
    owner, _, repository = ("" if forge is None else forge.repository).partition("/")
    where = f"owner {owner}, repository {repository}, workflow release.yml, environment"
    fields = [f"{each.name}: {where} {each.environment or each.name}" for each in _trusting(inquiry)]
    return f"{'; '.join(fields)} (whether an index knows them cannot be checked from here)"


def _indexes(inquiry: Inquiry) -> str:
    """Both indexes answer: the staging index holds the candidate, the production index what came before."""
    release = inquiry.release
    roles: tuple[Role, ...] = ("staging", "production")
    counts = {release.index_name(role): len(release.index(role).files(release.package.name)) for role in roles}
    return ", ".join(f"{name} answers ({counted(count, 'file')})" for name, count in counts.items())


def _remote(inquiry: Inquiry) -> str:
    release, package, repository = inquiry.release, inquiry.release.package, inquiry.release.ports.repository
    if not repository.has_remote():
        add = package.git_line(f"remote add {package.remote} ADDRESS")
        raise Refused(
            f"There is no Git remote {package.remote} here, and tags and evidence are pushed there.",
            hint=f"Add it, with the address of its repository: {add}",
        )
    found, branch = len(repository.tags()), repository.branch()
    # What is tagged goes on, whatever came after it.
    if branch is not None and repository.lacks(branch) and repository.tagged_there(release.tag) is None:
        raise Refused(
            f"{package.remote} has commits on {branch} that are not here.",
            hint=f"Bring them in: {package.git_line(f'pull --rebase {package.remote} {branch}')}",
        )
    if not mirrored(release):
        return f"{package.remote} answers ({counted(found, 'tag')})"
    if branch is not None and repository.tagged_there(release.tag) is None:
        require_following(release, branch)
    return f"{package.remote} answers ({counted(found, 'tag')}), and {package.tag_remote} follows it"


def _forge(inquiry: Inquiry) -> str | Caution:
    """The forge answers; a candidate does not need it, and is told what its final will."""
    release = inquiry.release
    forge = release.ports.forge
    if forge is not None and not to_production(inquiry):
        try:
            forge.ci_run(release.tag)
        except ReleasegateError as error:
            return Caution(f"{error.problem} A final needs it: {error.hint}")
        return "answers"
    if forge is None:
        if not release.run.settings.production_without_forge:
            version = release.version if planned(inquiry) else "A final"
            raise Refused(
                f"{version} may reach {release.index_name('production')} only from a published forge release.",
                hint="Set forge, or production-without-forge = true in [tool.releasegate] to publish without one",
            )
        return "none, by production-without-forge"
    # Asked before a draft is looked for: without a token no draft is seen.
    token = forge.credential()
    found = forge.find(release.tag)
    return f"answers ({token})" if found is None else f"has {found.tag}"


def _number(inquiry: Inquiry) -> str:
    step = VersionUnused(inquiry.release)
    if step.run()["resumed"]:
        return f"{inquiry.release.version} is begun, and goes on: {inquiry.release.tag} is at HEAD"
    return step.describe()


def _trigger(inquiry: Inquiry) -> str:
    from releasegate.steps.trigger import TriggerPermitted

    return _looked(TriggerPermitted(inquiry.release, inquiry.roles[-1]))


def _candidate(inquiry: Inquiry) -> str:
    from releasegate.steps.candidate import CandidateProven

    release = inquiry.release
    if release.doubted():
        return f"{release.candidate} is proven by others who are not believed here: what runs it is asked again"
    return _looked(CandidateProven(release))


def _trusted(inquiry: Inquiry) -> bool:
    forge = inquiry.release.package.forge
    return forge is not None and forge.kind == "github" and _trusting(inquiry) != []


QUESTIONS: tuple[Question, ...] = (
    Question("work tree", lambda inquiry: _looked(Clean(inquiry.release))),
    Question("version files", _version_files),
    Question("other publishers", _other_publishers),
    Question("tables", tables, lambda inquiry: beside(inquiry) != ()),
    Question("remote", _remote),
    Question("indexes", _indexes),
    Question("project table", project_table),
    Question("clock", clock),
    Question("plan", _plan),
    Question("number", _number, planned),
    Question("trigger", _trigger, planned),
    Question("candidate", _candidate, final),
    Question("pair", dependents, final),
    Question("companion", companions, known_beside),
    Question("pairs", released_pairs, asks_for_older),
    Question("forge", _forge, asks_forge),
    Question("release branch", release_branch, pushes_branch),
    Question("release notes", notes, noted),
    Question("token", _tokens, publishes),
    Question("foreign code", foreign_code, runs_foreign_code),
    Question("trusted publisher", _trusted_publishers, _trusted),
    Question("confirmation", confirmation),
    Question("identity", identity, commits),
    Question("tools", tools),
    Question("pythons", pythons, judges),
    Question("end to end", end_to_end),
    Question("containers", containers, contained),
    Question("space", space),
)
"""Everything that is asked, in the order in which it is told."""
