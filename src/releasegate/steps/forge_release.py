"""The forge release of a final, with everything attached; and the wait for CI, which it starts."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar
from urllib.parse import quote

from releasegate.core.dists.manifest import MANIFEST
from releasegate.core.errors import NotYet, Refused, Unavailable
from releasegate.core.evidence.note import write
from releasegate.core.frozen import dataclass
from releasegate.core.release.entry import ALLOWED_BY, Evidence
from releasegate.core.release.record import record
from releasegate.core.release.statement import statement
from releasegate.ports import Forge, ForgeRelease
from releasegate.steps.notes import release_notes
from releasegate.steps.release import Release, Role
from releasegate.steps.step import Kind, ReleaseStep

RECEIPT = "receipt.jsonl"
STATEMENT = "seal.intoto.json"
CANDIDATE_STATEMENT = "candidate-seal.intoto.json"

_ALLOWED = "production-without-forge"
_PAUSE, _LONGEST_PAUSE = 1.0, 20.0


@dataclass(frozen=True)
class PublishForgeRelease(ReleaseStep):
    """The forge has a published release of the tag, with the files and the record so far attached."""

    key: ClassVar[str] = "forge"
    kind: ClassVar[Kind] = Kind.ONE_WAY
    uses: ClassVar[frozenset[str]] = frozenset({"repository", "builds", "ledger", "forge", "indexes"})

    def describe(self) -> str:
        if self._is_none():
            return f"no forge release: {_ALLOWED}"
        return f"publish the forge release {self.release.tag} from {self.release.branch()}"

    def subject(self) -> str:
        return self.release.commit()

    def already(self) -> Evidence | None:
        if self._is_none():
            return {"forge": None, ALLOWED_BY: _ALLOWED}
        forge, release = self.release.ports.forge, self.release
        found = forge.find(release.tag) if forge is not None else None
        if found is None:
            return None
        # A draft counts too: to publish one that somebody else began would publish their commit.
        if found.commit != release.commit():
            raise Refused(
                f"The forge release {release.tag} is cut from {found.commit[:12]}, not {release.commit()[:12]}.",
                hint="Delete it if it is a draft; one that is published cannot change: use the next version",
            )
        return None if found.draft else _announced(found)

    def run(self) -> Evidence:
        release, forge = self.release, self.release.ports.forge
        if forge is None:
            raise Refused(
                f"{release.version} may reach {release.index_name('production')} only from a published forge release.",
                hint=f"Set {_ALLOWED} = true in [tool.releasegate] to publish without a forge",
            )
        return _announced(_publish(release, forge))

    def _is_none(self) -> bool:
        """Whether there is none, and need not be."""
        return self.release.ports.forge is None and self.release.run.settings.production_without_forge


def _publish(release: Release, forge: Forge) -> ForgeRelease:
    if forge.find(release.tag) is None:
        draft = ForgeRelease(
            release.tag,
            commit=release.commit(),
            branch=release.branch(),
            draft=True,
            prerelease=release.version.is_prerelease,
            notes=release_notes(release),
        )
        forge.draft(draft)
    manifest = release.manifest()
    for artifact in manifest.artifacts:
        path = release.ports.builds.path(release.package, release.version, artifact)
        release.run.progress(f"attaching {artifact.filename} to the draft of {release.tag}")
        forge.attach(release.tag, name=artifact.filename, content=path.read_bytes())
    forge.attach(release.tag, name=MANIFEST, content=manifest.to_json().encode())
    attach_receipt(release, forge)
    # Whoever is started by the release finds the record.
    release.ports.ledger.push()
    return forge.publish(release.tag)


def attach_receipt(release: Release, forge: Forge) -> None:
    """Attach what the ledger says of the version so far, and of the candidate that it was proven as.

    The candidate's seal is attached beside it as a statement that other tools read.
    """
    numbers = dict.fromkeys([release.candidate, release.version])
    entries = {number: release.ports.ledger.read(number) for number in numbers}
    forge.attach(release.tag, name=RECEIPT, content=write(release.package.name, entries))
    seal = record(entries[release.candidate]).seal
    if release.candidate != release.version and seal is not None:
        attach_statement(release, forge, seal.evidence, role="staging")


def attach_statement(release: Release, forge: Forge, seal: Evidence, *, role: Role) -> None:
    """Attach what a *seal* says as a statement: of the release itself, or for *role* staging of its candidate."""
    version, name = (release.candidate, CANDIDATE_STATEMENT) if role == "staging" else (release.version, STATEMENT)
    said = statement(
        release.package.name,
        version,
        seal["files"],
        record(release.ports.ledger.read(version)),
        repository=release.index_address(role),
        receipt=_receipt_address(release),
    )
    forge.attach(release.tag, name=name, content=said)


def _receipt_address(release: Release) -> str | None:
    """Return where anybody reads the receipt: GitHub and Gitea have it at the same place."""
    forge = release.package.forge
    if forge is None:
        return None
    home = (forge.address or "https://github.com").rstrip("/")
    return f"{home}/{forge.repository}/releases/download/{quote(release.tag, safe='')}/{RECEIPT}"


def await_ci(release: Release, published: Callable[[], bool]) -> None:
    """Wait until *published* says that CI has uploaded what the forge release carries.

    Raises:
        Unavailable: CI's run failed without uploading everything.
        NotYet: it has not uploaded everything within ``ci.deadline``.
    """
    run, forge = release.run, release.ports.forge
    started, pause = run.clock.elapsed(), _PAUSE
    while not published():
        waited = run.clock.elapsed() - started
        ci = forge.ci_run(release.tag) if forge is not None else None
        where = f": {ci.url}" if ci is not None else ""
        if ci is not None and ci.state == "failed" and not published():
            raise Unavailable(
                f"CI did not upload {release.version}: its run failed{where}.",
                hint="Read that run, mend what it says, start it again there; then run the same command again",
            )
        if waited >= run.settings.ci.deadline:
            raise NotYet(
                f"CI has not uploaded {release.version} in {waited:.0f} s{where}.",
                hint="Nothing is lost: run the same command again later, it goes on from here",
            )
        state = ci.state if ci is not None else "not started"
        run.progress(f"waiting for CI to upload {release.version}: {state} ({waited:.0f} s){where}")
        run.clock.sleep(pause)
        pause = min(pause * 1.5, _LONGEST_PAUSE)


def _announced(found: ForgeRelease) -> Evidence:
    return {"tag": found.tag, "commit": found.commit, "branch": found.branch, "assets": list(found.assets)}
