"""What the jobs of one CI run hand over to each other: files, the bump commit, and what was judged.

A job that runs foreign code hands over, and one that may publish takes over: nothing of it is believed unseen. Files
are those of their manifest and are audited again where they are published; the commit changes the version and nothing
else; of the evidence only what judging jobs are for is taken, never a seal or a waiver.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from packaging.version import Version

from releasegate.adapters.build.kept import LocalBuilds
from releasegate.adapters.git.bundle import bundle, forward, unbundle
from releasegate.adapters.ledger.files import FileLedger
from releasegate.app.workspace import Workspace
from releasegate.core.config.keys import Package
from releasegate.core.dists.manifest import MANIFEST, Manifest
from releasegate.core.errors import GateFailed, Refused
from releasegate.core.evidence.merge import merge
from releasegate.core.release.entry import Entry
from releasegate.core.release.taken_back import CELL
from releasegate.core.release.versions import parse_version
from releasegate.core.version_files.occurrences import bump_all
from releasegate.steps.build import Promotable
from releasegate.steps.installable import Installable
from releasegate.steps.stated import version_file_contents

JUDGED = ("install", "e2e")
"""What the jobs judge that run foreign code, by the beginning of a step's key."""

OF_THE_BUILD = (Installable.key, Promotable.key)
"""What runs foreign code on the build itself: the job that builds has seen it, and no other sees it again."""

PAIR = "pair"
"""What the job that proves finds of the pair, by the step's key."""

_BUNDLE = "commit.bundle"


def is_judged(key: str) -> bool:
    """Whether the step of that key is for a job that judges."""
    return key.partition(":")[0] in JUDGED or key == CELL


@dataclass(frozen=True)
class Handover:
    """A folder of handed-over things about one package, on its way to the index of that name."""

    folder: Path
    index: str

    def give_files(self, workspace: Workspace, package: Package, version: Version, *, since: str) -> None:
        """Leave the build of *version*, and the commit that was made after *since*, if one was."""
        home = workspace.project.state / "dist" / package.name / str(version)
        shutil.copytree(home, self._own / "dist" / package.name / str(version), dirs_exist_ok=True)
        repository = workspace.repository(package)
        if repository.head() != since:
            branch = repository.branch() or package.branch
            bundle(repository.git, since=since, branch=branch, path=self._own / package.name / _BUNDLE)

    def give_evidence(self, workspace: Workspace, package: Package, version: Version) -> None:
        """Leave what the ledger here says of *version*; nothing where it has no record."""
        record = workspace.project.state / "ledger" / package.name / f"{version}.jsonl"
        if record.is_file():
            target = self._own / "ledger" / package.name / record.name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(record, target)

    def version(self, package: Package) -> Version | None:
        """Return the version whose build was handed over; ``None`` where there was nothing to do.

        Raises:
            Refused: there is more than one.
        """
        names = {path.parent.name for path in self._all(f"dist/{package.name}/*/{MANIFEST}")}
        versions = [version for name in sorted(names) if (version := parse_version(name)) is not None]
        if len(versions) > 1:
            raise Refused(
                f"{len(versions)} builds of {package.name} for {self.index} were handed over.",
                hint="Run the job that builds again, then this one",
            )
        return versions[0] if versions else None

    def take_commit(self, workspace: Workspace, package: Package, version: Version) -> None:
        """Go on from the commit that was handed over, if one was: it bumps the version files and nothing else.

        Raises:
            Refused: it does anything else, or is not on top of what is checked out.
        """
        repository = workspace.repository(package)
        for path in self._all(f"{package.name}/{_BUNDLE}"):
            commit, changed = unbundle(repository.git, path, branch=repository.branch() or package.branch)
            wanted = bump_all(package, version_file_contents(repository, package), version=str(version))
            strange = [str(name) for name, content in changed.items() if content is None or wanted.get(name) != content]
            if strange:
                raise Refused(
                    f"The commit that was handed over does more than state {version}.",
                    hint="Look at what the job that builds runs: something there writes commits",
                    details=strange,
                )
            forward(repository.git, commit)

    def take_files(self, workspace: Workspace, package: Package, version: Version) -> Manifest:
        """Keep the build that was handed over, byte for byte that of its manifest.

        Raises:
            GateFailed: the files are others than the manifest says.
        """
        for manifest in self._all(f"dist/{package.name}/{version}/{MANIFEST}"):
            there = LocalBuilds(manifest.parents[2], workspace.repository, "", {})
            found = there.find(package, version)
            if found is not None:
                files = {a.filename: there.path(package, version, a).read_bytes() for a in found.artifacts}
                workspace.builds().adopt(found, files, rebuilt=there.rebuilt(package, version))
                return found
        raise GateFailed(
            f"The files of {package.name} {version} that were handed over are not those of their manifest.",
            hint="Nothing was published: run the job that builds again",
        )

    def take_evidence(self, workspace: Workspace, package: Package, version: Version) -> None:
        """Add to the ledger here what the jobs that judge found."""
        ledger = workspace.ledger(package)
        found = [FileLedger(path.parent).read(version) for path in self._all(f"ledger/{package.name}/{version}.jsonl")]
        judged = [[entry for entry in entries if _counts(entry)] for entries in found]
        ours = ledger.files.read(version)
        merged = merge(ours, *judged)
        if merged != ours:
            ledger.files.replace(version, merged)

    def take_proofs(self, workspace: Workspace, package: Package) -> None:
        """Add to the ledger here what other jobs found of every candidate, and of the pair."""
        paths = self._all(f"ledger/{package.name}/*.jsonl")
        versions = dict.fromkeys(parse_version(path.name.removesuffix(".jsonl")) for path in paths)
        for version in versions:
            if version is not None:
                self.take_evidence(workspace, package, version)

    @property
    def _own(self) -> Path:
        return self.folder / self.index

    def _all(self, pattern: str) -> Iterator[Path]:
        """Yield what was handed over, each artifact being in a folder of its own or not."""
        yield from sorted(self.folder.glob(f"**/{self.index}/{pattern}"))


def _counts(entry: Entry) -> bool:
    judged = is_judged(entry.step) or entry.step in {*OF_THE_BUILD, PAIR}
    return judged and entry.event in {"started", "done", "failed"}
