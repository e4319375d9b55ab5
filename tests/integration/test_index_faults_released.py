"""Whatever an index does once, the same command ends with the same number; what lasts burns it only where it is true.

The steps that touch an index after the tag run through the engine, with the real twine and pip, against the embedded
index: the run that meets the fault, and the run after it.
"""

from __future__ import annotations

import dataclasses
import hashlib
import os
import time
from collections.abc import Iterator
from dataclasses import field, replace
from pathlib import Path, PurePosixPath
from typing import Any, cast

import pytest
from packaging.version import Version
from stored import store

from releasegate.adapters.build.kept import LocalBuilds
from releasegate.adapters.clock import SystemClock
from releasegate.adapters.files import FolderDownloadCache
from releasegate.adapters.index import deadline, resolve
from releasegate.adapters.index.package_index import SimpleIndex
from releasegate.adapters.ledger.memory import MemoryLedger
from releasegate.core.config.keys import IndexConfig, Package, Settings
from releasegate.core.config.version_file_types import TomlVersionFile
from releasegate.core.dists.manifest import Artifact, Manifest
from releasegate.core.errors import GateFailed, NotYet, ReleasegateError, Unavailable
from releasegate.core.frozen import dataclass
from releasegate.core.release.record import record
from releasegate.core.release.versions import Consumed
from releasegate.engine import Engine
from releasegate.ledger_writer import LedgerWriter
from releasegate.ports import CellReport
from releasegate.rehearsal.index import (
    BrokenFile,
    BrokenPage,
    Cut,
    EmbeddedIndex,
    Fault,
    HideForReads,
    LoseAnswer,
    OtherMetadata,
    Refuse,
    Sample,
    StalePage,
    Trickle,
    sample_sdist,
    sample_wheel,
)
from releasegate.steps.propagation import Propagation
from releasegate.steps.prove import InstallCheck
from releasegate.steps.release import PackagePorts, Release, RunContext
from releasegate.steps.upload import Upload

TOKEN = "secret"
COMMIT = "0" * 40
PACKAGE = Package(
    "sample", PurePosixPath(), (TomlVersionFile(PurePosixPath("a.toml"), "version"),), ("3.12",), forge=None
)
DELETED = "This filename was previously used by a file that has since been deleted. Use a different version."
PAGE: Any = {"of": "page", "target": "sample"}
LASTING: Any = {"times": 5000}


@dataclass(frozen=True)
class Hurried(SystemClock):
    """The machine's clock for whoever does not wait: what is slept goes by at once."""

    slept: list[float] = field(default_factory=list)

    def elapsed(self) -> float:
        """Return the seconds that went by, the slept ones too."""
        return time.monotonic() + sum(self.slept)

    def sleep(self, seconds: float) -> None:
        """Count it."""
        self.slept.append(seconds)


class Content:
    """Looks on, says nothing, finds every installation good."""

    def begins(self, _: object) -> None:
        """Leave it out."""

    def ends(self, _: object) -> None:
        """Leave it out."""

    def check(self, *_: object, **__: object) -> tuple[CellReport, ...]:
        """Report one good cell."""
        return (CellReport("3.12 wheel", "pass", (), (), 0.0),)

    def tagged(self, _: str) -> str:
        """Return the one commit."""
        return COMMIT


@dataclasses.dataclass
class Bench:
    """One version of a package that is built, an index, and the record."""

    server: EmbeddedIndex
    release: Release
    samples: tuple[Sample, Sample]
    ledger: MemoryLedger

    def place(self, *samples: Sample) -> None:
        """Store files as twine would, at once."""
        store(self.server.upload_url, TOKEN, *samples)

    def run(self) -> None:
        """Run the steps from the upload on, as the same command does each time."""
        writer = LedgerWriter(lambda _: self.ledger, self.release.run.clock, "run", "1")
        engine = Engine(writer, cast("Any", Content()), lambda _: True)
        steps = [kind(self.release, "production") for kind in (Upload, Propagation, InstallCheck)]
        engine.run(steps)

    def heals(self, *faults: Fault) -> None:
        """Let *faults* happen: this run or the one after it ends well, with the same number, and nothing twice."""
        for fault in faults:
            self.server.faults.add(fault)
        try:
            self.run()
        except (Unavailable, NotYet):
            self.server.faults.clear()
            self.run()
        assert self.server.faults.happened
        assert record(self.ledger.read(self.release.version)).failure is None
        assert {s.filename: self.server.stored[s.filename] for s in self.samples} == {
            s.filename: 1 for s in self.samples
        }


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedIndex]:
    with EmbeddedIndex(name="pypi", root=tmp_path_factory.mktemp("index"), token=TOKEN) as server:
        yield server


_NUMBERS = iter(range(1, 1000))


@pytest.fixture
def bench(server: EmbeddedIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    monkeypatch.setattr(resolve, "LEAST", 5.0)
    version = f"{next(_NUMBERS)}.0"
    samples = (sample_wheel(version=version), sample_sdist(version=version))
    config = IndexConfig("pypi", server.upload_url, server.simple_url, token_env="TOKEN")
    index = SimpleIndex(config, environ={**os.environ, "TOKEN": TOKEN}, workdir=tmp_path / "work")
    builds = LocalBuilds(tmp_path / "dist", cast("Any", None), "", os.environ)
    artifacts = tuple(Artifact(s.filename, len(s.content), hashlib.sha256(s.content).hexdigest()) for s in samples)
    builds.adopt(Manifest("sample", version, COMMIT, 0, artifacts, {}), {s.filename: s.content for s in samples})
    nothing, content, ledger = cast("Any", None), cast("Any", Content()), MemoryLedger()
    ports = PackagePorts(content, nothing, builds, ledger, content, nothing, nothing, None)
    run = RunContext(
        settings=Settings((PACKAGE,), {}, production_from_laptop=True, production_without_forge=True, propagation=20.0),
        indexes={"pypi": index, "testpypi": index},
        ports={"sample": ports},
        consumed=lambda _: Consumed({Version(version): ("tag",)}),
        companion_sources=nothing,
        clock=Hurried(),
        machine=nothing,
        downloads=FolderDownloadCache(tmp_path / "fetched"),
        progress=lambda _: None,
    )
    server.faults.clear()
    yield Bench(server, Release(PACKAGE, Version(version), Version(f"{version}rc1"), run), samples, ledger)
    server.faults.clear()


@pytest.mark.parametrize(
    "fault",
    [
        Refuse(400, target="*.tar.gz"),
        Refuse(400, target="*.tar.gz", reason=DELETED),
        Refuse(404, target="*.tar.gz"),
        Refuse(403),
        Refuse(502, times=4),
        Cut(),
        LoseAnswer(),
        LoseAnswer(502, target="*.tar.gz"),
        HideForReads(12),
    ],
    ids=str,
)
def test_an_upload_that_fails_once_is_made_whole(bench: Bench, fault: Fault) -> None:
    bench.heals(fault)


@pytest.mark.parametrize(
    "fault",
    [
        BrokenFile("altered", target="*.whl"),
        BrokenFile("altered", target="*.tar.gz"),
        BrokenFile("truncated", target="*.whl"),
        BrokenFile("short", target="*.whl"),
        BrokenFile("altered", target="*.metadata"),
        Refuse(404, of="file", target="*.metadata"),
        Refuse(403, of="file", target="*.whl"),
        Refuse(404, of="file", target="*.whl"),
        *(BrokenPage(damage, target="sample") for damage in ("html", "empty", "malformed", "short", "no hashes")),
        *(Refuse(status, **PAGE) for status in (403, 404, 503)),
        Cut(**PAGE),
        StalePage(),
    ],
    ids=str,
)
def test_a_read_that_fails_once_costs_no_number(bench: Bench, fault: Fault) -> None:
    bench.place(*bench.samples)
    bench.heals(fault)


def test_many_faults_one_after_the_other_cost_no_number(bench: Bench) -> None:
    bench.place(bench.samples[0])
    bench.heals(
        Refuse(403, **PAGE),
        BrokenPage("html"),
        Refuse(404, target="*.tar.gz"),
        LoseAnswer(target="*.tar.gz"),
        Refuse(404, of="file", target="*.metadata"),
        BrokenFile("altered", target="*.whl"),
        BrokenFile("truncated", target="*.tar.gz"),
    )


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Refuse(400, target="*.tar.gz", **LASTING), Unavailable),
        (Refuse(404, target="*.tar.gz", **LASTING), Unavailable),
        (Refuse(403, target="*.tar.gz", **LASTING), Unavailable),
        (Refuse(503, target="*.tar.gz", **LASTING), Unavailable),
        (Cut(target="*.tar.gz", **LASTING), Unavailable),
    ],
    ids=str,
)
def test_an_upload_that_says_nothing_of_the_file_burns_nothing(
    bench: Bench, fault: Fault, error: type[ReleasegateError]
) -> None:
    bench.server.faults.add(fault)
    with pytest.raises(error) as raised:
        bench.run()
    assert raised.value.details[-1] == f"pypi holds of {bench.release.version}: {bench.samples[0].filename}"
    bench.server.faults.clear()
    bench.heals(Refuse(500, **PAGE))


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Refuse(403, **PAGE, **LASTING), Unavailable),
        (Refuse(404, **PAGE, **LASTING), NotYet),
        (BrokenPage("html", **LASTING), NotYet),
        (BrokenPage("malformed", **LASTING), Unavailable),
        (BrokenPage("empty", **LASTING), NotYet),
        (Refuse(404, of="file", target="*.metadata", **LASTING), Unavailable),
        (BrokenFile("truncated", target="*.whl", **LASTING), Unavailable),
        (Trickle(seconds=5.0, **PAGE, **LASTING), Unavailable),
        (Trickle(seconds=5.0, of="file", target="*.whl", **LASTING), Unavailable),
    ],
    ids=str,
)
def test_a_fault_that_lasts_and_says_nothing_of_the_file_burns_nothing(
    bench: Bench, fault: Fault, error: type[ReleasegateError], monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.place(*bench.samples)
    index = bench.release.index("production")
    assert index.files("sample")
    monkeypatch.setattr(deadline, "SECONDS", 3.0)
    bench.release = replace(bench.release, run=replace(bench.release.run, settings=_short(bench.release)))
    bench.server.faults.add(fault)
    with pytest.raises(error) as raised:
        # The page is read by the upload already, where what it lists counts; from there on it may only propagate.
        Propagation(bench.release, "production").run()
    assert raised.value.exit_code in {6, 75}
    bench.server.faults.clear()
    bench.heals(Refuse(500, **PAGE))


def _short(release: Release) -> Settings:
    return replace(release.run.settings, propagation=3.0)


@pytest.mark.parametrize(
    ("fault", "stored", "hint"),
    [
        (Refuse(400, target="*.tar.gz", reason=DELETED, **LASTING), "sample-", "invoke release --post"),
        (Refuse(400, reason=DELETED, **LASTING), "nothing", "invoke release --rc"),
    ],
    ids=["one is stored", "none is stored"],
)
def test_a_refusal_that_lasts_is_a_verdict_and_says_how_it_goes_on(
    bench: Bench, fault: Fault, stored: str, hint: str
) -> None:
    bench.server.faults.add(fault)
    with pytest.raises(GateFailed, match="pypi refused sample-") as failure:
        bench.run()
    assert hint in failure.value.hint
    assert any(DELETED in line for line in failure.value.details)
    assert f"pypi holds of {bench.release.version}: {stored}" in failure.value.details[-1]
    assert record(bench.ledger.read(bench.release.version)).failure is not None


@pytest.mark.parametrize(
    ("fault", "problem"),
    [
        (BrokenFile("altered", target="*.whl", **LASTING), r"The bytes of sample-.*\.whl that pypi served"),
        (OtherMetadata(), r"The core metadata that pypi serves beside sample-.*\.whl is not the wheel's"),
    ],
    ids=["wheel", "metadata as it is listed"],
)
def test_what_every_look_finds_wrong_is_a_finding(bench: Bench, fault: Fault, problem: str) -> None:
    bench.server.faults.add(fault)
    bench.place(*bench.samples)
    with pytest.raises(GateFailed, match=problem) as finding:
        bench.run()
    assert "invoke status" in finding.value.hint


def test_metadata_that_is_not_as_the_index_lists_it_is_no_finding_about_what_was_sent(bench: Bench) -> None:
    bench.server.faults.add(BrokenFile("altered", target="*.metadata", **LASTING))
    bench.place(*bench.samples)
    with pytest.raises(Unavailable, match=r"The bytes of sample-.*\.metadata that pypi served") as trouble:
        bench.run()
    assert "again a little later" in trouble.value.hint
    assert record(bench.ledger.read(bench.release.version)).failure is None
