"""Where a final begins: at the candidate of this very version, proven."""

from __future__ import annotations

from typing import ClassVar

from releasegate.core.frozen import dataclass
from releasegate.core.release.entry import Evidence
from releasegate.steps.release import Release
from releasegate.steps.step import ReleaseStep


def another(release: Release) -> str:
    """Return the line that leads to another candidate: of the commit that is proven there is none, so that one is made.

    It is pasted in the project's folder.
    """
    package, repository = release.package, release.ports.repository
    if repository.tags().get(f"{package.tag_prefix}{release.candidate}") == repository.head():
        return package.git_line("commit --allow-empty --message=Again")
    return release.line()


@dataclass(frozen=True)
class CandidateProven(ReleaseStep):
    """There is a candidate of this very version whose every gate passed, and its record is here."""

    key: ClassVar[str] = "candidate"
    uses: ClassVar[frozenset[str]] = frozenset({"repository", "ledger"})

    def describe(self) -> str:
        return f"{self.release.candidate} is proven, and its record is here"

    def subject(self) -> str:
        return f"{self.release.candidate}"

    def run(self) -> Evidence:
        seal = self.release.candidate_seal()
        return {"candidate": str(self.release.candidate), "commit": seal.evidence["commit"], "at": seal.at}
