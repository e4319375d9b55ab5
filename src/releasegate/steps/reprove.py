"""A candidate that others proved and whose proof is not believed: what runs it is asked again, on the same bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import ClassVar

from releasegate.core.config.companion import Companion
from releasegate.core.errors import GateFailed, Refused
from releasegate.core.frozen import dataclass
from releasegate.core.release.beside import COMPANIONS, ran_beside
from releasegate.core.release.companion import PickedCompanion
from releasegate.core.release.entry import SEAL, Evidence
from releasegate.core.release.versions import promoted
from releasegate.ports import Delivery
from releasegate.steps.candidate import another
from releasegate.steps.companion_versions import offered, proof, proven_with
from releasegate.steps.companions import picked
from releasegate.steps.fetch import deliver, published
from releasegate.steps.release import Release, Role
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
            hint=f"Prove another candidate, which begins with this line: {another(release)}",
        )
    return found


def as_recorded(release: Release, companion: Companion, role: Role) -> PickedCompanion:
    """Return the version of *companion* that the candidate was proven with, which a person's word alone changes.

    Where no index has that version any more, what became of it is run; by its rule one is picked that did not run.

    Raises:
        ConfigurationError: nobody names one.
    """
    companion_sources = release.run.companion_sources(release.package, companion.name, role)
    recorded = proven_with(proof(release), companion.name)
    if companion_sources.by_hand or recorded is None:
        return picked(release, companion, role)
    held = [v for each in ("staging", "production") for v in release.index(each).versions(companion.name)]
    version = next((each for each in (recorded, promoted(recorded)) if each in held), recorded)
    reason, option = f"the record of {release.candidate}", companion_sources.option_of(companion.name)
    order = (f"{companion_sources.option}: nothing", f"{reason}: {recorded}")
    final = replace(release, version=promoted(release.candidate))
    # A person's word is the final's too.
    instead = partial(offered, final, "production", companion.name, option)
    return PickedCompanion(companion.name, version, reason, order, option, instead)


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
