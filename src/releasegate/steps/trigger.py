"""Whether what started the run may publish at all: the rules hold on a laptop and in CI."""

from __future__ import annotations

from typing import ClassVar

from releasegate.core.ci.event_payload import Event
from releasegate.core.ci.publish_rules import SourceState, disagreements, requested
from releasegate.core.errors import Refused
from releasegate.core.frozen import dataclass
from releasegate.core.release.entry import Evidence
from releasegate.core.version_files.survey import survey
from releasegate.steps.release import Role
from releasegate.steps.stated import version_file_contents
from releasegate.steps.step import RoleStep


@dataclass(frozen=True)
class TriggerPermitted(RoleStep):
    """The event that started the run asks for this very version, and the repository agrees; or a person started it."""

    stem: ClassVar[str] = "trigger"
    uses: ClassVar[frozenset[str]] = frozenset({"repository", "forge"})

    def describe(self) -> str:
        index = self.release.index_name(self.role)
        return f"what started the run may publish {self.release.version} to {index}"

    def subject(self) -> str:
        return self.release.ports.repository.head()

    def run(self) -> Evidence:
        event = self.release.run.event
        if event is None:
            return {"by": "a person", "uploaded by": self.release.uploaded_by(self.role)}
        self._check(event)
        return {"by": str(event), "commit": event.commit, "run": event.url, "uploaded by": "CI"}

    def _check(self, event: Event) -> None:
        release, repository = self.release, self.release.ports.repository
        package = release.package
        wanted = requested(event, release.run.settings, package=package.name)
        expected: Role = "staging" if wanted.pipeline == "rc" else "production"
        # A post is staged as its own candidate first, by the same event.
        staged_post = wanted.pipeline == "post" and self.role == "staging"
        if expected != self.role and not staged_post:
            raise Refused(
                f"{event} does not ask for {package.name} {release.version} on {release.index_name(self.role)}.",
                hint="Run the line that the workflow runs: invoke release --event",
            )
        head, part = repository.head(), self.release.run.part
        # A bump that another job made is not pushed yet; what it is made on must be there.
        base = (part.base if part is not None else "") or head
        found = survey(package, version_file_contents(repository, package))
        state = SourceState(
            head,
            tagged=repository.tagged_there(event.ref_name),
            stated=[*(each.version for each in found.entire), *found.unreadable],
            on_branch=repository.on_branch(base, package.released_from),
        )
        problems = disagreements(event, wanted, state)
        if problems:
            raise Refused(
                f"{event} publishes nothing: it does not agree with the repository.",
                hint="Mend it, and release the next version",
                details=problems,
            )
