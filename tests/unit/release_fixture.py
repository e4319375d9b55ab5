"""A project of two packages on fakes: ``sample-app``, and ``sample-core`` which it runs with."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from archives import PACKAGE, tracked
from fake_trials import FakeInstallChecker, FakeRunner, FakeTools
from fakes import (
    FakeBuilds,
    FakeClock,
    FakeDownloads,
    FakeForge,
    FakeIndex,
    FakeLedger,
    FakeMachine,
    FakeRepository,
)
from packaging.version import Version

from releasegate.core.ci.event_payload import Event
from releasegate.core.ci.part import Part
from releasegate.core.config.companion import Companion
from releasegate.core.config.keys import EndToEndCommand, Package, Settings
from releasegate.core.config.version_file_types import TomlVersionFile
from releasegate.core.release.companion import CompanionSources
from releasegate.core.release.entry import SEAL, Entry, Evidence
from releasegate.core.release.versions import Consumed
from releasegate.core.release.versions import consumed as merge_consumed
from releasegate.ports import Forge, Index
from releasegate.rehearsal.index import sample_sdist, sample_wheel
from releasegate.steps.build import Build
from releasegate.steps.release import PackagePorts, Release, Role, RunContext
from releasegate.steps.seal import Seal
from releasegate.steps.source import Bump
from releasegate.steps.step import Step
from releasegate.steps.tag import Tag
from releasegate.steps.upload import Upload

CORE = Package("sample-core", PurePosixPath("core"), (TomlVersionFile(PurePosixPath("a.toml"), "version"),), ("3.12",))
APP = replace(PACKAGE, companions=(Companion(CORE.name, default="2.0"),), end_to_end=EndToEndCommand(("check",)))
ALONE = replace(APP, companions=())
START = "0" * 40


@dataclass
class ReleaseFixture:
    """Everything that a release reaches, each fake under its own name; change any before the release is made.

    ``others`` are packages that are released between the two.
    """

    root: Path
    app: Package = APP
    core: Package = CORE
    others: tuple[Package, ...] = ()
    without_forge: bool = False
    from_laptop: bool = True
    event: Event | None = None
    part: Part | None = None
    by_hand: str | None = None
    of_pair: str | None = None
    forge: Forge | None = field(default_factory=FakeForge)
    branch_forge: Forge | None = None
    clock: FakeClock = field(default_factory=FakeClock)
    machine: FakeMachine = field(default_factory=FakeMachine)
    repository: FakeRepository = field(default_factory=lambda: FakeRepository({START: tracked("0.9")}))
    ledger: FakeLedger = field(default_factory=FakeLedger)
    core_ledger: FakeLedger = field(default_factory=FakeLedger)
    other_ledgers: dict[str, FakeLedger] = field(default_factory=dict)
    install_checker: FakeInstallChecker = field(default_factory=FakeInstallChecker)
    runner: FakeRunner = field(default_factory=FakeRunner)
    tools: FakeTools = field(default_factory=FakeTools)
    said: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.builds = FakeBuilds(self.root / "dist", self.repository)
        self.staging = FakeIndex("testpypi", self.clock)
        self.production = FakeIndex("pypi", self.clock)

    def release(self, version: str, *, candidate: str | None = None, package: Package | None = None) -> Release:
        """Return a release of the app (or of *package*); a candidate is its own candidate."""
        return Release(package or self.app, Version(version), Version(candidate or version), self.run())

    def run(self) -> RunContext:
        """Return what the steps share."""
        app = PackagePorts(
            repository=self.repository,
            history=self.repository,
            builds=self.builds,
            ledger=self.ledger,
            install_checker=self.install_checker,
            runner=self.runner,
            tools=self.tools,
            forge=self.forge,
            branch_forge=self.branch_forge,
        )
        indexes: dict[str, Index] = {"testpypi": self.staging, "pypi": self.production}
        return RunContext(
            settings=Settings(
                (self.core, *self.others, self.app),
                {},
                production_without_forge=self.without_forge,
                production_from_laptop=self.from_laptop,
            ),
            indexes=indexes,
            ports={
                each.name: replace(app, ledger=self.ledger_of(each.name))
                for each in (self.app, self.core, *self.others)
            },
            consumed=self.consumed,
            companion_sources=lambda package, *_: CompanionSources(
                by_hand=self.by_hand, of_pair=self.of_pair, several=len(package.companions) > 1
            ),
            clock=self.clock,
            machine=self.machine,
            downloads=FakeDownloads(self.root / "downloads"),
            progress=self.said.append,
            event=self.event,
            part=self.part,
        )

    def ledger_of(self, name: str) -> FakeLedger:
        """Return the ledger of the package *name*."""
        known = {self.app.name: self.ledger, self.core.name: self.core_ledger}
        return known.get(name) or self.other_ledgers.setdefault(name, FakeLedger())

    def consumed(self, package: Package) -> Consumed:
        """Return every version of *package* that was ever used."""
        places: dict[str, Iterable[str | Version]] = {
            "testpypi": self.staging.versions(package.name),
            "pypi": self.production.versions(package.name),
            "tag": [tag[1:] for tag in self.repository.tags()] if package.name == self.app.name else [],
            "ledger": self.ledger_of(package.name).versions(),
        }
        return merge_consumed(places, production="pypi")

    def built(self, version: str, *, candidate: str | None = None) -> Release:
        """Return a release of the app whose bump is committed and whose files are built."""
        release = self.release(version, candidate=candidate)
        Bump(release).run()
        Build(release).run()
        return release

    def uploaded(self, version: str, *, role: Role = "staging") -> Release:
        """Return a release of the app that is tagged and lies on an index."""
        release = self.built(version)
        Tag(release).run()
        Upload(release, role).run()
        return release

    def proven(self, version: str) -> Release:
        """Return a candidate of the app whose record is closed."""
        release = self.uploaded(version)
        step = Seal(release, "staging")
        done(step, step.run())
        return release

    def publish_core(self, version: str, *, on: FakeIndex, yanked: bool = False, package: Package = CORE) -> None:
        """Put the companion, or another *package*, on an index."""
        for sample in (sample_wheel(package.name, version), sample_sdist(package.name, version)):
            on.put(sample.filename, sample.content, yanked=yanked)

    def seal_core(self, version: str, *, on: FakeIndex) -> Release:
        """Return a companion's candidate that lies on *on* and whose record is closed there."""
        self.publish_core(version, on=on)
        files = {file.filename: file.sha256 for file in on.files(CORE.name) if file.version == Version(version)}
        release = self.release(version, package=self.core)
        evidence = {"files": files, "commit": START, "companions": []}
        release.ports.ledger.append(release.version, entry(SEAL, evidence=evidence))
        return release


def entry(step: str, *, subject: str = "", evidence: Evidence | None = None) -> Entry:
    """Return an entry that says that *step* is done."""
    return Entry("2026-01-01T00:00:00Z", "run", step, "done", subject, step, evidence=evidence or {})


def done(step: Step, evidence: Evidence) -> None:
    """Write into the ledger that *step* is done, as the engine does."""
    release = step.release
    release.ports.ledger.append(release.version, entry(step.key, subject=step.subject(), evidence=evidence))
