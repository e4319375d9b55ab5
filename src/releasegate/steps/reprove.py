"""A candidate that others proved and whose proof is not believed: what runs it is asked again, on the same bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar

from releasegate.core.errors import GateFailed, Refused
from releasegate.core.frozen import dataclass
from releasegate.core.release.beside import COMPANIONS, ran_beside
from releasegate.core.release.entry import SEAL, Evidence
from releasegate.ports import Delivery
from releasegate.steps.fetch import deliver, published
from releasegate.steps.release import Release
from releasegate.steps.step import Kind, ReleaseStep

ASKED_AGAIN = ("install:staging", "e2e:staging", "e2e:today")
"""What runs a candidate, by the keys of the steps: whoever does not believe that they passed runs them."""


def served(release: Release) -> dict[str, str]:
    """Return the sha256 of the release's files as the staging index serves them, the wheel first.

    Raises:
        Refused: it serves none.
    """
    index = release.index("staging")
    files = published(index, release.package.name, release.version)
    found = {f.filename: f.sha256 or hashlib.sha256(index.fetch(f)).hexdigest() for f in files}
    if not found:
        raise Refused(
            f"{index.name} does not serve {release.package.name} {release.version} any more, so it cannot be run.",
            hint=f"Prove another candidate: invoke release --rc --package {release.package.name}",
        )
    return found


@dataclass(frozen=True)
class ServedFiles:
    """The release's files as the staging index serves them now, whoever said what they are to be."""

    def name_in(self, release: Release) -> str:
        return release.index_name("staging")

    def subject(self, release: Release) -> str:
        return " ".join(served(release).values())

    @contextmanager
    def open(self, release: Release) -> Iterator[Delivery]:
        index, known = release.index("staging"), served(release)
        got = deliver(release.run, release.package, version=release.version, index=index, known=known)
        yield Delivery(got.package, got.version, got.source, release.commit(), got.files)


@dataclass(frozen=True)
class SealAgain(ReleaseStep):
    """Everything that runs the candidate has passed (or was waived) again, on the bytes that the index serves."""

    key: ClassVar[str] = SEAL
    kind: ClassVar[Kind] = Kind.WORK
    uses: ClassVar[frozenset[str]] = frozenset({"repository", "ledger", "indexes"})

    def describe(self) -> str:
        release = self.release
        return f"record {release.version} as proven here, on the bytes that {release.index_name('staging')} serves"

    def subject(self) -> str:
        return " ".join(served(self.release).values())

    def run(self) -> Evidence:
        release, subject, known = self.release, self.subject(), self.release.record()
        for key in ASKED_AGAIN:
            if known.done(key, subject=subject) is None and known.waiver(key) is None:
                raise GateFailed(
                    f"Nobody who is believed judged {release.version} by {key}.",
                    hint="Run the job that proves again, then this one; or invoke release, which asks it here",
                )
        ran = known.done("e2e:staging", subject=subject)
        tagged = release.ports.repository.tags().get(release.tag)
        if tagged is None:
            raise Refused(
                f"{release.version} has no tag, so its commit is not known.",
                hint=f"Prove another candidate: invoke release --rc --package {release.package.name}",
            )
        return {
            "package": release.package.name,
            "version": str(release.version),
            "commit": tagged,
            "files": served(release),
            "index": release.index_name("staging"),
            COMPANIONS: [] if ran is None else list(ran_beside(ran.evidence)),
        }
