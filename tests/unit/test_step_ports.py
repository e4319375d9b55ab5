"""A step reaches the world through the ports that it names, through all of these, and through no other."""

# ruff: noqa: D102 - the ports and the fixture describe the methods

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from fake_trials import FakeTools
from fakes import FakeIndex, FakeLedger
from family import MAIL
from packaging.version import Version
from release_fixture import APP, ReleaseFixture

from releasegate.core.config.companion import Companion
from releasegate.core.config.keys import EndToEndCommand, ForgeConfig, Package
from releasegate.core.config.version_file_types import TomlVersionFile
from releasegate.core.errors import Conflict, GateFailed, NotYet
from releasegate.engine import Engine, Outcome
from releasegate.ledger_writer import LedgerWriter
from releasegate.pipelines import FINAL, PIPELINES, POST, RC, Pipeline, bind
from releasegate.rehearsal.index import sample_sdist, sample_wheel
from releasegate.steps.release import PORTS, PackagePorts, Release, RunContext
from releasegate.steps.step import ReleaseStep, Step

REFUSED = Companion(MAIL.name, default="3.0", requires=">9")
"""A companion of which users have no version that fits: its rule picks one."""
SHELL = Package(
    "sample-shell",
    PurePosixPath("shell"),
    (TomlVersionFile(PurePosixPath("a.toml"), "version"),),
    ("3.12",),
    companions=(Companion(APP.name, released_versions=2), REFUSED),
    end_to_end=EndToEndCommand(("check",)),
)
"""A package that runs with the app."""


@dataclass
class Looker:
    """Looks on while steps run, and keeps what each class of them asks of its release."""

    now: Step | None = None
    touched: dict[str, set[str]] = field(default_factory=dict)

    def begins(self, step: Step) -> None:
        self.now = step
        self.touched.setdefault(type(step).__name__, set())
        step.describe()

    def ends(self, _: Outcome) -> None:
        self.now = None

    def asked(self, port: str) -> None:
        """Keep that the step which runs now asks for *port*."""
        if self.now is not None and port in PORTS:
            self.touched[type(self.now).__name__].add(port)


LOOKER = Looker()
"""The one that looks on in this test; a holder of ports that is made anew asks it, too."""


class WatchedPorts(PackagePorts):
    """A package's ports; to compare one with ``None`` is to ask for it."""

    def __getattribute__(self, name: str) -> Any:
        LOOKER.asked(name)
        return super().__getattribute__(name)


class WatchedRun(RunContext):
    """What all packages share."""

    def __getattribute__(self, name: str) -> Any:
        LOOKER.asked(name)
        return super().__getattribute__(name)


@dataclass
class Watched(ReleaseFixture):
    """The project with a third package that runs with the app, and whose steps are watched."""

    shell_ledger: FakeLedger = field(default_factory=FakeLedger)

    def ledger_of(self, name: str) -> FakeLedger:
        return self.shell_ledger if name == SHELL.name else super().ledger_of(name)

    def run(self) -> RunContext:
        plain = super().run()
        ports = {**plain.ports, SHELL.name: replace(plain.ports[APP.name], ledger=self.shell_ledger)}
        watched = {name: WatchedPorts(**_fields(each)) for name, each in ports.items()}
        settings = replace(plain.settings, packages=(*plain.settings.packages, SHELL))
        return WatchedRun(**{**_fields(plain), "ports": watched, "settings": settings})

    def go(self, pipeline: Pipeline, version: str, candidate: str | None = None) -> None:
        """Run a pipeline; what follows a step that does not pass is not run."""
        writer = LedgerWriter(self.ledger_of, self.clock, "run", "9.9")
        Engine(writer, LOOKER, lambda _: True).run(bind(pipeline, self.release(version, candidate=candidate)))


@dataclass
class Race(FakeTools):
    """Tools beside which another machine uploads a file of its own."""

    index: FakeIndex | None = None
    filename: str = ""

    def render(self, paths: Any) -> tuple[str, ...]:
        if self.index is not None:
            self.index.put(self.filename, b"theirs")
        return super().render(paths)


def _fields(holder: PackagePorts | RunContext) -> dict[str, Any]:
    return {each.name: getattr(holder, each.name) for each in fields(holder)}


def classes() -> dict[str, type[ReleaseStep]]:
    """Return the classes of the steps of all pipelines by name."""
    bound = (getattr(step, "func", step) for step in {*RC, *FINAL})
    return {step.__name__: step for step in bound if isinstance(step, type)}


@pytest.fixture
def fixture(tmp_path: Path) -> Watched:
    made = Watched(tmp_path, app=replace(APP, companions=(*APP.companions, REFUSED)), others=(MAIL,))
    made.publish_core("2.0", on=made.production)
    made.publish_core("3.0", on=made.production, package=MAIL)
    for sample in (sample_wheel(SHELL.name, "3.0"), sample_sdist(SHELL.name, "3.0")):
        made.production.put(sample.filename, sample.content)
    return made


@pytest.mark.parametrize(
    "reach",
    [
        lambda port: port.find,
        lambda port: port["pypi"],
        lambda port: port("sample-app"),
    ],
    ids=["attribute", "item", "call"],
)
def test_a_port_that_is_not_named_cannot_be_reached(fixture: Watched, reach: Callable[[Any], object]) -> None:
    release = fixture.release("1.0rc1").given(frozenset({"ledger"}))
    for name in PORTS - {"ledger"}:
        holder = release.run if hasattr(release.run, name) else release.ports
        with pytest.raises(AssertionError, match=f"reaches for {name} and does not name it in uses"):
            reach(getattr(holder, name))


def test_a_port_that_is_named_is_the_one_that_there_is(fixture: Watched) -> None:
    plain = fixture.release("1.0rc1")
    release = plain.given(frozenset({"ledger", "clock"}))
    assert release.ports.ledger is fixture.ledger
    assert release.run.ports["sample-core"].ledger is fixture.core_ledger
    assert release.run.clock is fixture.clock
    assert (release.run.settings, release.run.event) == (plain.run.settings, plain.run.event)


def test_a_port_of_another_package_is_withheld_as_its_own_is(fixture: Watched) -> None:
    release = fixture.release("1.0rc1").given(frozenset({"ledger"}))
    with pytest.raises(AssertionError, match="reaches for builds"):
        release.run.ports["sample-core"].builds.find(fixture.core, Version("2.0"))


def test_a_step_that_reaches_for_what_it_does_not_name_is_stopped(fixture: Watched) -> None:
    class Careless(ReleaseStep):
        def run(self) -> dict[str, Any]:
            return {"head": self.release.ports.repository.head()}

    with pytest.raises(AssertionError, match="a step reaches for repository and does not name it in uses"):
        Careless(fixture.release("1.0rc1")).run()


@pytest.mark.parametrize("pipeline", PIPELINES.values(), ids=PIPELINES)
def test_every_step_names_only_ports(fixture: Watched, pipeline: Pipeline) -> None:
    for step in bind(pipeline, fixture.release("1.0.post1", candidate="1.0.post1.dev1")):
        assert isinstance(step, ReleaseStep)
        assert step.uses <= PORTS, step.key
        assert step.uses, step.key


def every_way(fixture: Watched, *, lost: Callable[[], None]) -> None:
    """Release in every way in which a step reaches for a port that it does not need when all goes well."""
    fixture.go(RC, "1.0rc1")
    fixture.go(FINAL, "1.0", "1.0rc1")
    # The files and the record are lost: what was built is taken from the forge release.
    lost()
    fixture.go(FINAL, "1.0", "1.0rc1")
    fixture.go(POST, "1.0.post1", "1.0.post1.dev1")
    # The forge follows another remote, and takes a moment.
    fixture.app, fixture.repository.standings = replace(fixture.app, tag_remote="github"), ["level", "behind", "level"]
    fixture.go(RC, "1.1rc0")
    fixture.app = replace(fixture.app, tag_remote=None)
    # Nobody uploads what CI is to upload.
    fixture.go(RC, "1.1rc1")
    fixture.from_laptop = False
    with pytest.raises(NotYet, match=r"CI has not uploaded 1\.1"):
        fixture.go(FINAL, "1.1", "1.1rc1")
    # What was built is red, and the audit of it is asked again by another command.
    fixture.tools = FakeTools(unrenderable=("no",))
    with pytest.raises(GateFailed):
        fixture.go(RC, "1.1rc2")
    fixture.tools = FakeTools()
    fixture.go(RC, "1.1rc2")
    # Another machine is first, with other bytes.
    fixture.tools = Race(index=fixture.staging, filename="sample_app-1.2rc1.tar.gz")
    with pytest.raises(Conflict, match="holds other bytes"):
        fixture.go(RC, "1.2rc1")


def test_what_a_step_names_is_what_it_touches(fixture: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    looker = Looker()
    monkeypatch.setattr(f"{__name__}.LOOKER", looker)

    def lost() -> None:
        fixture.builds.kept.clear()
        fixture.ledger.lines.pop(Version("1.0"))

    # A release that still can change gets its seal attached.
    fixture.app = replace(fixture.app, forge=ForgeConfig("github", "octo/app", immutable=False))
    every_way(fixture, lost=lost)
    assert looker.touched == {name: set(step.uses) for name, step in classes().items()}


def test_a_release_of_a_step_is_narrowed_once_and_for_all(fixture: Watched) -> None:
    release = fixture.release("1.0rc1")
    steps = bind(RC, release)
    assert all(isinstance(step.release, Release) and step.release is not release for step in steps)
    assert release.ports.builds is fixture.builds
