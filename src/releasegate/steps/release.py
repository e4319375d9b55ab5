"""The release that every step is bound to, and the ports that it reaches the world through."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field, fields, replace
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from releasegate.core.errors import GateFailed, Refused
from releasegate.core.frozen import dataclass
from releasegate.core.release.next_command import release_line
from releasegate.core.release.record import record
from releasegate.core.release.taken_back import because

if TYPE_CHECKING:
    from packaging.version import Version

    from releasegate.core.ci.event_payload import Event
    from releasegate.core.ci.part import Part
    from releasegate.core.config.keys import Package, Settings
    from releasegate.core.dists.manifest import Manifest
    from releasegate.core.release.companion import CompanionSources
    from releasegate.core.release.entry import Entry
    from releasegate.core.release.record import Record
    from releasegate.core.release.versions import Consumed
    from releasegate.ports import (
        Builds,
        Clock,
        DownloadCache,
        EndToEndRunner,
        Forge,
        History,
        Index,
        InstallChecker,
        Ledger,
        Machine,
        Progress,
        Repository,
        Tools,
    )

Role = Literal["staging", "production"]


@dataclass(frozen=True)
class PackagePorts:
    """The ports of one package."""

    repository: Repository
    history: History
    builds: Builds
    ledger: Ledger
    install_checker: InstallChecker
    runner: EndToEndRunner
    tools: Tools
    forge: Forge | None
    branch_forge: Forge | None = None
    """The forge that the release branch is pushed to, where that is another one."""


@dataclass(frozen=True)
class RunContext:
    """What all packages of a run share: the indexes by name, and what is known of every package.

    ``consumed`` asks the world anew for what is consumed of a package; ``companion_sources`` says who may name the
    version of a package's companion; ``event`` is what started the run in CI, ``None`` where a person did, and
    ``part`` what its job does.
    """

    settings: Settings
    indexes: Mapping[str, Index]
    ports: Mapping[str, PackagePorts]
    consumed: Callable[[Package], Consumed]
    companion_sources: Callable[[Package, str, Role], CompanionSources]
    clock: Clock
    machine: Machine
    downloads: DownloadCache
    progress: Progress
    event: Event | None = None
    part: Part | None = None


PORTS = frozenset(f.name for f in fields(PackagePorts)) | {
    "indexes",
    "consumed",
    "companion_sources",
    "clock",
    "machine",
    "downloads",
}
"""What a step may name in ``uses``; the settings, the event and the progress line are given to every step."""


class _Withheld:
    """Stands in for a port that a step does not name: to reach for it is a mistake of ours."""

    def __init__(self, port: str) -> None:
        self.__dict__["port"] = port

    def __getattr__(self, _: str) -> Any:
        raise AssertionError(f"a step reaches for {self.port} and does not name it in uses")

    def __getitem__(self, _: object) -> Any:
        raise AssertionError(f"a step reaches for {self.port} and does not name it in uses")

    def __call__(self, *_: object) -> Any:
        raise AssertionError(f"a step reaches for {self.port} and does not name it in uses")


_Holder = TypeVar("_Holder", PackagePorts, RunContext)


def _only(holder: _Holder, uses: frozenset[str], **more: Any) -> _Holder:
    withheld: dict[str, Any] = {f.name: _Withheld(f.name) for f in fields(holder) if f.name in PORTS - uses}
    return replace(holder, **withheld, **more)


@dataclass(frozen=True)
class Release:
    """One version of one package on its way; ``candidate`` is the version that it is (or was) proven as.

    ``at`` is the commit where no tag of the version names it: work before a release, or after it. With ``strict`` what
    is recorded of the version counts for a production upload: only what is believed does. ``begun`` is what a step has
    asked for a later one, by its name and the commit: see ``releasegate.steps.beside``.
    """

    package: Package
    version: Version
    candidate: Version
    run: RunContext
    at: str | None = None
    strict: bool = False
    begun: dict[tuple[str, str], Any] = field(default_factory=dict, compare=False, repr=False)

    def given(self, uses: frozenset[str]) -> Release:
        """Return the release for a step that names the ports *uses*: no other can be reached through it."""
        ports = {name: _only(each, uses) for name, each in self.run.ports.items()}
        return replace(self, run=_only(self.run, uses, ports=ports))

    @property
    def ports(self) -> PackagePorts:
        """The package's own ports."""
        return self.run.ports[self.package.name]

    @property
    def tag(self) -> str:
        """The version's tag."""
        return f"{self.package.tag_prefix}{self.version}"

    def branch(self) -> str:
        """Return the branch that is released from: where there may be several, the one that is checked out."""
        branch = self.ports.repository.branch() if self.package.maintenance_branches else None
        return branch if branch is not None and self.package.released_from(branch) else self.package.branch

    def index_name(self, role: Role) -> str:
        """Return the name of the index that plays *role*."""
        settings = self.run.settings
        return settings.staging if role == "staging" else settings.production

    def index(self, role: Role) -> Index:
        """Return the index that plays *role*."""
        return self.run.indexes[self.index_name(role)]

    def with_ports(self, **ports: Any) -> Release:
        """Return the release with other *ports* of its package."""
        mine: PackagePorts = replace(self.ports, **ports)
        return replace(self, run=replace(self.run, ports={**self.run.ports, self.package.name: mine}))

    def uploaded_by(self, role: Role) -> str:
        """Return who uploads: ``CI`` where a laptop may not and a forge could have CI do it, else ``this machine``."""
        here = role == "staging" or self.run.event is not None or self.ports.forge is None
        return "this machine" if here or self.run.settings.production_from_laptop else "CI"

    def index_address(self, role: Role) -> str | None:
        """Return the address of the index that plays *role*, ``None`` for PyPI itself."""
        config = self.run.settings.indexes.get("pypi")
        own = config is not None and config.simple is not None
        return self.index(role).simple_url if own or self.index_name(role) != "pypi" else None

    def commit(self) -> str:
        """Return the commit that is released: the tag's where there is one, else the one checked out."""
        return self.at or self.ports.repository.tagged(self.tag) or self.ports.repository.head()

    def record(self) -> Record:
        """Return what the ledger says of this version, as far as it counts for this release."""
        ledger = self.ports.ledger
        return record(ledger.believed(self.version) if self.strict else ledger.read(self.version))

    def manifest(self) -> Manifest:
        """Return the version's build.

        Raises:
            Refused: its files are not here.
        """
        manifest = self.ports.builds.find(self.package, self.version)
        if manifest is None:
            raise Refused(
                f"The files of {self.package.name} {self.version} are not here.",
                hint=f"Run the same command again: it builds {self.version} or takes it from the index",
            )
        return manifest

    def doubted(self) -> bool:
        """Whether others proved the candidate, and nobody did who is believed: its gates are asked again."""
        ledger = self.ports.ledger
        proven = record(ledger.read(self.candidate)).seal is not None
        return proven and record(ledger.believed(self.candidate)).seal is None

    def candidate_seal(self) -> Entry:
        """Return the entry that closed the candidate's record.

        Raises:
            Refused: the candidate is not proven, as far as the ledger here knows and believes.
        """
        known = record(self.ports.ledger.believed(self.candidate))
        seal = known.seal
        tagged = self.ports.repository.tags().get(f"{self.package.tag_prefix}{self.candidate}")
        if seal is not None and tagged is not None and seal.evidence.get("commit") != tagged:
            raise Refused(
                f"The record of {self.candidate} was sealed on {str(seal.evidence.get('commit'))[:12]}, "
                f"and its tag names {tagged[:12]}.",
                hint=f"Prove another candidate: {self.line()}",
            )
        if seal is None and known.taken_back is not None:
            raise Refused(
                f"{self.candidate} of {self.package.name} is not proven any more: {because(known.taken_back)}.",
                hint=f"Run it again: {self.line()}",
            )
        if seal is None:
            raise Refused(
                f"{self.candidate} of {self.package.name} is not proven here.",
                hint=f"Prove it first: {self.line()}",
            )
        files = seal.evidence.get("files", {})
        named = isinstance(files, dict) and all(isinstance(digest, str) for digest in files.values())
        if not named or not isinstance(seal.evidence.get("commit", ""), str):
            raise Refused(
                f"The seal of {self.candidate} does not say of which files and commit it is.",
                hint=f"Prove another candidate: {self.line()}",
            )
        return replace(seal, evidence={"commit": "", **seal.evidence, "files": files})

    def line(self) -> str:
        """Return the command that proves this candidate, or the one after it."""
        return release_line(self.candidate, package=self.package.name)

    def candidate_identity(self) -> str:
        """Return what the candidate's proven bytes are known by."""
        return " ".join(self.candidate_seal().evidence["files"].values())

    def require_proven(self, contents: Mapping[str, bytes]) -> None:
        """Raise unless *contents*, by file name, are the bytes that the candidate's seal names.

        Raises:
            GateFailed: they are others.
        """
        import hashlib  # noqa: PLC0415 - slow to load, and most commands compare no files

        proven = self.candidate_seal().evidence["files"]
        wrong = [name for name, data in contents.items() if hashlib.sha256(data).hexdigest() != proven.get(name)]
        if wrong:
            raise GateFailed(
                f"The files of {self.candidate} are not the ones that were proven.",
                hint=f"Prove another candidate: {self.line()}",
                details=wrong,
            )
