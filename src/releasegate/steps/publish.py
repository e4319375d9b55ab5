"""What cannot be taken back: the tag and the upload."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from releasegate.core.dists.manifest import Artifact
from releasegate.core.errors import Conflict, Refused
from releasegate.core.frozen import dataclass
from releasegate.core.release.entry import TAG, Evidence
from releasegate.core.release.next_command import given_up
from releasegate.core.release.next_version import next_legal
from releasegate.core.release.plan import bump_branch
from releasegate.ports import PushAnswer
from releasegate.steps.fetch import held_hashes
from releasegate.steps.forge_release import await_ci
from releasegate.steps.mirror import await_mirror, mirrored
from releasegate.steps.preflight.branch_question import proposed_elsewhere
from releasegate.steps.source import bump_message
from releasegate.steps.step import Kind, ReleaseStep, RoleStep
from releasegate.steps.takeover import taken_over
from releasegate.steps.upload import STATUS, send_all

SECOND_LOOK = 2.0
"""Seconds until an index is read again that lists other bytes than ours."""


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
        return Refused(
            f"{remote} does not take the tag {release.tag}; it was not pushed, and {release.version} is not consumed.",
            hint="Put right what it says, then run the same command again",
            details=answer.words,
        )


@dataclass(frozen=True)
class Upload(RoleStep):
    """The index holds exactly the manifest's files, compared by sha256."""

    stem: ClassVar[str] = "upload"
    kind: ClassVar[Kind] = Kind.ONE_WAY
    uses: ClassVar[frozenset[str]] = frozenset({"builds", "forge", "indexes", "consumed", "clock", "ledger"})

    def describe(self) -> str:
        files, index = f"the wheel and the sdist of {self.release.version}", self.release.index_name(self.role)
        by_ci = self.release.uploaded_by(self.role) == "CI"
        return f"wait until CI has uploaded {files} to {index}" if by_ci else f"upload {files} to {index}"

    def already(self) -> Evidence | None:
        missing = self._missing()
        return None if missing else self._evidence()

    def run(self) -> Evidence:
        if self.release.uploaded_by(self.role) == "CI":
            await_ci(self.release, lambda: not self._missing())
            return {**self._evidence(), "uploaded by": "CI"}
        index, before = self.release.index(self.role), self._refused_before()
        send_all(self.release, index, missing=self._missing, before=before)
        return self._evidence()

    def _refused_before(self) -> int | None:
        """Return the HTTP status that ended the upload the last time, if one did."""
        entries = reversed(self.release.record().entries)
        failed = next((e for e in entries if e.step == self.key and e.event in {"done", "failed"}), None)
        status = None if failed is None else failed.evidence.get(STATUS)
        return status if isinstance(status, int) else None

    def _missing(self) -> tuple[Artifact, ...]:
        """Return the files that the index does not list; raises ``Conflict`` where it lists other bytes, asked twice.

        Another machine may have uploaded the same files, packed into other bytes, while this one built: then those
        are the release.
        """
        held = held_hashes(self.release, self.role)
        if self._others(held):
            taken_over(self.release)
        if self._others(held):
            self.release.run.clock.sleep(SECOND_LOOK)
            held = held_hashes(self.release, self.role)
        if others := self._others(held):
            raise self._conflict(others[0], held[others[0].filename])
        return tuple(a for a in self.release.manifest().artifacts if a.filename not in held)

    def _others(self, held: Mapping[str, str]) -> tuple[Artifact, ...]:
        """Return the files under whose names the index lists other bytes."""
        return tuple(a for a in self.release.manifest().artifacts if held.get(a.filename, a.sha256) != a.sha256)

    def _conflict(self, ours: Artifact, theirs: str) -> Conflict:
        release = self.release
        legal = next_legal(release.version, consumed=release.run.consumed(release.package))
        return Conflict(
            f"{release.index(self.role).name} holds other bytes under {ours.filename}.",
            hint=f"The name is burnt, and {legal} is the next legal version. "
            + given_up(release.version, package=release.package.name, published=self.role == "production"),
            details=[f"ours   {ours.sha256}", f"theirs {theirs}"],
        )

    def _evidence(self) -> Evidence:
        files = {a.filename: a.sha256 for a in self.release.manifest().artifacts}
        return {"index": self.release.index(self.role).name, "files": files}
