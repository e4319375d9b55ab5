"""The tag: from its push on, the number is consumed."""

from __future__ import annotations

from typing import ClassVar

from releasegate.core.errors import Refused
from releasegate.core.frozen import dataclass
from releasegate.core.release.entry import TAG, Evidence
from releasegate.core.release.plan import bump_branch
from releasegate.ports import PushAnswer
from releasegate.steps.mirror import await_mirror, mirrored
from releasegate.steps.preflight.branch_question import proposed_elsewhere
from releasegate.steps.source import bump_message
from releasegate.steps.step import Kind, ReleaseStep


@dataclass(frozen=True)
class Tag(ReleaseStep):
    """The commit carries the version's tag, here and on the remote, together with its branch."""

    key: ClassVar[str] = TAG
    kind: ClassVar[Kind] = Kind.ONE_WAY
    uses: ClassVar[frozenset[str]] = frozenset({"repository", "history", "ledger", "clock"})

    def describe(self) -> str:
        branch, package = self.release.branch(), self.release.package
        if mirrored(self.release):
            tag = f"tag {self.release.tag} on {package.tag_remote}"
            return f"push {branch} to {package.remote}, and {tag} once it is there"
        return f"tag {self.release.tag} and push it with {branch} to {package.remote}"

    def subject(self) -> str:
        return self.release.commit()

    def already(self) -> Evidence | None:
        """The branch and the tag are pushed in one move: where the tag is, the branch was."""
        release, commit = self.release, self.release.commit()
        there = release.ports.repository.tagged_there(release.tag)
        return {"tag": release.tag, "commit": commit} if there == commit else None

    def run(self) -> Evidence:
        release, commit = self.release, self.release.commit()
        # Whoever is started by the tag finds the record.
        release.ports.ledger.push()
        branch: str | None = release.branch()
        if mirrored(release):
            self._push(branch=branch, tag=None)
            await_mirror(release)
            branch = None
        release.ports.history.tag(release.tag, commit=commit)
        self._push(branch=branch, tag=release.tag)
        return {"tag": release.tag, "commit": commit}

    def _push(self, *, branch: str | None, tag: str | None) -> None:
        answer = self.release.ports.history.push(branch=branch, tag=tag)
        if answer.refused:
            package = self.release.package
            raise self._taken_back(answer, remote=package.remote if branch is not None else package.forge_remote)

    def _taken_back(self, answer: PushAnswer, *, remote: str) -> Refused:
        """Leave the branch and the tags here as they were, and return what is to be done."""
        release, branch = self.release, self.release.branch()
        proposal = bump_branch(release.package, release.version) if answer.refused == "branch" else None
        release.ports.history.withdraw(branch=branch, tag=release.tag, message=bump_message(release), keep=proposal)
        pull = release.package.git_line(f"pull --rebase {remote} {branch}")
        send = release.package.git_line(f"push {remote} {proposal}")
        if answer.refused == "behind":
            return Refused(
                f"{remote} has commits on {branch} that are not here; nothing was pushed.",
                hint=f"Bring them in ({pull}), then run the same command again",
                details=answer.words,
            )
        if proposal is not None and release.run.event is not None:
            return proposed_elsewhere(release, release.version, details=answer.words)
        if proposal is not None:
            return Refused(
                f"{remote} takes no push to {branch}: no tag was pushed either, and {release.version} is not consumed.",
                hint=f"Open a pull request into {branch} from the branch {proposal}, which has the bump "
                f"({send}); once it is merged, {pull} and run the same command again",
                details=answer.words,
            )
        refuses = "The hook pre-push here" if answer.refused == "hook" else remote
        return Refused(
            f"{refuses} does not take the tag {release.tag}; it was not pushed, and {release.version} is not consumed.",
            hint="Put right what it says, then run the same command again",
            details=answer.words,
        )
