"""One cell without an engine: by whose doing it ends is what it comes to, and what is left of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Any, cast

import pytest
from docker.errors import APIError
from fake_engine import FakeEngine
from packaging.version import Version
from release_fixture import APP, CORE
from stacks import cell, folders, pair_stack

from releasegate.adapters.containers import cell as cells
from releasegate.adapters.containers.cell import CellContext, CellRun
from releasegate.adapters.containers.compose import ComposeProject
from releasegate.adapters.containers.database.databases import Databases
from releasegate.adapters.containers.elsewhere.stack_relay import StackRelay
from releasegate.adapters.containers.images.ensemble_images import Ensemble, Prepared
from releasegate.adapters.containers.observed import Observed
from releasegate.adapters.containers.runs.labels import Run
from releasegate.adapters.containers.suite import THE_STACK, Suite
from releasegate.core.e2e.contracts import Judged, broken
from releasegate.core.e2e.snapshots import Snapshot
from releasegate.core.errors import GateFailed, Refused, Unavailable
from releasegate.ports import CellReport, Delivery

GOOD = Judged("netbox.up", "pass")
SYNC = broken("contract pair.sync broke: the job ended errored", ["it says no"])
MOCK = Judged("mock.up", "fail", "contract mock.up broke: it is silent", (), THE_STACK)
DEAD_DATABASE = Unavailable("postgres ended with exit code 1", hint="Run it again")
DOES_NOT_MIGRATE = GateFailed("contract netbox.up broke: netbox ended", hint="See its log", details=["KeyError: 'x'"])


@dataclass
class Play:
    """What becomes of a stack: what its checks find, which of its methods raise, and which were called."""

    found: dict[str, tuple[Judged, ...]] = field(default_factory=dict)
    raises: dict[str, Any] = field(default_factory=dict)
    called: list[str] = field(default_factory=list)

    def method(self, name: str, value: Any = None) -> Callable[..., Any]:
        """Return a method that notes its call, raises where it is told to, and else returns *value*."""

        def called(_: object, *words: object, **__: object) -> Any:
            self.called.append(" ".join([name, *(str(word) for word in words)]))
            if name in self.raises:
                raise self.raises[name]
            return value

        return called


@pytest.fixture
def play(monkeypatch: pytest.MonkeyPatch) -> Play:
    """Return a play in which everything is well."""
    play = Play()
    values = {
        "until": "{}",
        "address": "127.0.0.1:1",
        "log": (),
        "reached": ("netbox: http://127.0.0.1:1 (there 8080)",),
    }
    for name in ("up", "healthy", "alive", "require_ground", "halt", "down", "keep_logs", "container", *values):
        monkeypatch.setattr(ComposeProject, name, play.method(name, values.get(name)))

    def judge(_: object, report: Path, **__: object) -> tuple[Judged, ...]:
        phase = report.stem.removeprefix("junit-")
        if phase in play.raises:
            raise play.raises[phase]
        return play.found.get(phase, (GOOD,))

    monkeypatch.setattr(Suite, "judge", judge)
    monkeypatch.setattr(Suite, "own", play.method("own", ()))
    monkeypatch.setattr(Databases, "nearest", lambda *_, **__: SNAPSHOT)
    monkeypatch.setattr(cells, "arrived", lambda *_: [])
    monkeypatch.setattr(cells, "provenance_problems", lambda *_, **__: ())
    monkeypatch.setattr(cells, "own", lambda _: None)
    return play


SNAPSHOT = Snapshot("server", "4.7.3", {})


def run(
    folder: Path, *, upgrade: bool = False, keep: bool = False, elsewhere: bool = False
) -> tuple[CellReport, Observed]:
    """Run a cell."""
    app, core = Delivery(APP, Version("1.1rc1"), "testpypi", "", ()), Delivery(CORE, Version("2.0"), "pypi", "", ())
    images = Prepared(Ensemble((app, core)), {"netbox": "netbox", "backend": "backend"}, SNAPSHOT, SNAPSHOT)
    context = CellContext(
        engine=FakeEngine().engine,
        run=Run("rg-1", folder / "rg-1.lock"),
        databases=Databases(folder / "databases", 1.0),
        folders=folders(),
        folder=folder / "e2e",
        stack=pair_stack(APP.name, CORE.name),
        staging_hosts=frozenset(),
        workplace=folder,
        progress=lambda _: None,
        stop=Event(),
        keep=keep,
        elsewhere=elsewhere,
    )
    one = cell(path="upgrade" if upgrade else "fresh")
    return CellRun(one, images, images if upgrade else None, context).run()


def test_a_pair_that_keeps_every_contract_passes_and_nothing_of_it_is_left(play: Play, tmp_path: Path) -> None:
    report, seen = run(tmp_path)
    assert (report.verdict, report.problems, seen.error, seen.left_up) == ("pass", (), None, ())
    assert {each.name for each in seen.contracts} == {"netbox.up", "origin"}
    assert play.called[-1] == "down"


def test_what_a_contract_tells_that_holds_is_a_note_of_the_cell(play: Play, tmp_path: Path) -> None:
    play.found["candidate"] = (GOOD, Judged("stack.new-warnings", "pass", words=("the last final did not warn",)))
    report, seen = run(tmp_path)
    assert (report.verdict, report.problems) == ("pass", ())
    assert "the last final did not warn" in seen.notes


@pytest.mark.usefixtures("play")
def test_where_the_engine_is_elsewhere_the_way_to_a_stack_is_a_relay_that_goes_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed: list[str] = []
    monkeypatch.setattr(StackRelay, "close", lambda relay: closed.append(relay.project))
    monkeypatch.setattr(cells, "with_python", lambda _: "releasegate/app:1")
    report, seen = run(tmp_path, keep=True, elsewhere=True)
    assert report.verdict == "pass"
    assert "the engine's machine, which is another one" in seen.left_up[1]
    assert len(closed) == 1
    assert closed[0].startswith("rg-1-")


def test_a_contract_of_the_pair_s_that_breaks_on_ground_that_holds_is_a_failure(play: Play, tmp_path: Path) -> None:
    play.found["candidate"] = (GOOD, SYNC)
    report, seen = run(tmp_path)
    assert (report.verdict, seen.error) == ("fail", None)
    assert report.problems == ("contract pair.sync broke: the job ended errored", "  it says no")
    assert "require_ground" in play.called


def test_a_contract_that_breaks_on_ground_that_gave_way_is_told_and_is_no_failure(play: Play, tmp_path: Path) -> None:
    play.found["candidate"] = (SYNC,)
    play.raises["require_ground"] = DEAD_DATABASE
    report, seen = run(tmp_path)
    assert (report.verdict, seen.error) == ("not run", DEAD_DATABASE)
    assert report.problems[0] == "postgres ended with exit code 1"
    assert "  seen before: contract pair.sync broke: the job ended errored" in report.problems
    assert play.called[-1] == "down"


def test_netbox_that_ends_because_its_database_did_is_no_failure(play: Play, tmp_path: Path) -> None:
    play.raises |= {"until": DOES_NOT_MIGRATE, "require_ground": DEAD_DATABASE}
    report, seen = run(tmp_path)
    assert (report.verdict, seen.error) == ("not run", DEAD_DATABASE)


def test_a_plugin_that_does_not_migrate_fails_and_the_first_line_says_why(play: Play, tmp_path: Path) -> None:
    play.raises["until"] = DOES_NOT_MIGRATE
    report, _ = run(tmp_path)
    assert report.verdict == "fail"
    assert report.problems[0].startswith("contract netbox.migrations broke: ")
    assert report.problems[0].endswith("on NetBox pypi:4.7.3: KeyError: 'x'")


@pytest.mark.parametrize("phase", ["candidate", "released"])
def test_a_contract_of_the_stack_s_own_that_breaks_is_no_failure_whatever_else_did(
    phase: str, play: Play, tmp_path: Path
) -> None:
    play.found[phase] = (SYNC, MOCK)
    report, seen = run(tmp_path, upgrade=phase == "released")
    assert (report.verdict, type(seen.error)) == ("not run", Unavailable)
    assert report.problems[0].startswith("contract mock.up broke: it is silent")
    assert not any(call.startswith("own") for call in play.called)


def test_a_stack_s_contract_that_breaks_because_one_of_the_pair_ended_is_its_failure(
    play: Play, tmp_path: Path
) -> None:
    play.found["candidate"] = (MOCK,)
    asked = iter([None, GateFailed("contract backend.up broke: backend ended", hint="See its log")])

    def alive(*_: object) -> None:
        if error := next(asked):
            raise error

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ComposeProject, "alive", alive)
        report, seen = run(tmp_path)
    assert (report.verdict, seen.error) == ("fail", None)
    assert "contract backend.up broke: backend ended" in report.problems


@pytest.mark.parametrize(
    ("where", "fault"),
    [
        ("up", Unavailable("redis could not be started", hint="Mend that")),
        ("up", APIError("500 Server Error", explanation="no space left on device")),
        ("candidate", Unavailable("The checks could not be run: the suite ended with 3", hint="Run it again")),
        ("until", OSError(28, "No space left on device")),
        ("healthy", DEAD_DATABASE),
    ],
)
def test_what_the_engine_the_machine_or_the_suite_does_is_no_failure_and_nothing_is_left(
    where: str, fault: Exception, play: Play, tmp_path: Path
) -> None:
    play.raises[where] = fault
    report, seen = run(tmp_path)
    assert (report.verdict, type(seen.error)) == ("not run", Unavailable)
    assert play.called[-1] == "down"


def test_an_old_final_that_does_not_run_is_refused_and_on_ground_that_gave_way_it_is_not(
    play: Play, tmp_path: Path
) -> None:
    play.raises["until"] = DOES_NOT_MIGRATE
    _, seen = run(tmp_path, upgrade=True)
    assert isinstance(seen.error, Refused)
    play.raises["require_ground"] = DEAD_DATABASE
    _, seen = run(tmp_path, upgrade=True)
    assert seen.error is DEAD_DATABASE


def test_what_an_old_final_breaks_is_noted_and_judges_nobody(play: Play, tmp_path: Path) -> None:
    play.found["released"] = (GOOD, SYNC)
    report, seen = run(tmp_path, upgrade=True)
    assert report.verdict == "pass"
    assert any("contract pair.sync broke" in note for note in seen.notes)
    assert Judged("released:pair.sync", "skipped", SYNC.problem, SYNC.words) in seen.contracts


@pytest.mark.parametrize("found", [(GOOD,), (SYNC,)], ids=["passed", "failed"])
def test_a_stack_that_is_kept_stays_up_whatever_came_of_it_and_says_how_it_is_reached_and_taken_down(
    found: tuple[Judged, ...], play: Play, tmp_path: Path
) -> None:
    play.found["candidate"] = found
    _, seen = run(tmp_path, keep=True)
    assert "down" not in play.called
    address, login, token, down = seen.left_up
    assert address == "netbox: http://127.0.0.1:1 (there 8080)"
    assert login.startswith("log in to NetBox as admin with the password ")
    assert token.startswith("API token: ")
    assert down.startswith("take it down: docker compose --project-name rg-1-")


def test_a_stack_that_is_kept_belongs_to_no_run_that_could_remove_it(play: Play, tmp_path: Path) -> None:
    told: list[dict[str, str]] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ComposeProject, "up", lambda stack, *_: told.append(cast("dict[str, str]", stack.variables)))
        run(tmp_path, keep=True)
    assert (told[0]["RELEASEGATE_RUN"], told[0]["RELEASEGATE_LOCK"]) == ("kept", "")
    assert play.called


def test_an_interrupted_run_leaves_nothing_up(play: Play, tmp_path: Path) -> None:
    play.raises["candidate"] = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path, keep=True)
    assert play.called[-1] == "down"
