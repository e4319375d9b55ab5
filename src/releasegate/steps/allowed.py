"""Whether what started the run may publish at all: the rules hold on a laptop and in CI."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from releasegate.core.ci.event import Event
from releasegate.core.ci.permission import SourceState, disagreements, requested
from releasegate.core.errors import Refused
from releasegate.core.release.record import Evidence
from releasegate.core.version_files.occurrences import find_all
from releasegate.steps.step import Kind, Release, Role


@dataclass(frozen=True)
class TriggerPermitted:
    """The event that started the run asks for this very version, and the repository agrees; or a person started it."""

    release: Release
    role: Role
    kind: ClassVar[Kind] = Kind.GUARD
    waivable: ClassVar[bool] = False

    @property
    def key(self) -> str:
        return f"trigger:{self.role}"

    def describe(self) -> str:
        index = self.release.index(self.role).name
        return f"what started the run may publish {self.release.version} to {index}"

    def subject(self) -> str:
        return self.release.ports.repository.head()

    def already(self) -> Evidence | None:
        return None

    def run(self) -> Evidence:
        event = self.release.run.event
        if event is None:
            return {"by": "a person", "uploaded by": uploads(self.release, self.role)}
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
                f"{event} does not ask for {package.name} {release.version} on {release.index(self.role).name}.",
                hint="Run the line that the workflow runs: invoke release --event",
            )
        head = repository.head()
        contents = {
            version_file.path: repository.read(version_file.path, commit=head) for version_file in package.version_files
        }
        seen = SourceState(
            head,
            tagged=repository.tagged_there(event.ref_name),
            stated=[s.version for s in find_all(package, contents)],
            on_branch=repository.on_branch(head, package.branch),
        )
        problems = disagreements(event, wanted, seen)
        if problems:
            raise Refused(
                f"{event} publishes nothing: it does not agree with the repository.",
                hint="Mend it, and release the next version",
                details=problems,
            )


def uploads(release: Release, role: Role) -> str:
    """Return who uploads: ``CI`` where a laptop may not and a forge could have CI do it, else ``this machine``."""
    run = release.run
    here = role == "staging" or run.event is not None or release.ports.forge is None
    return "this machine" if here or run.settings.production_from_laptop else "CI"
