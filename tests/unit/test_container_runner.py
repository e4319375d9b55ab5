"""The stage of containers without containers: which cells are run with what, and what follows from their ends."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from docker.errors import APIError, DockerException
from junitparser import Error, Failure, JUnitXml
from packaging.version import Version
from release_fixture import APP, CORE
from requests.exceptions import ChunkedEncodingError
from stacks import folders, hosts, pair_stack
from urllib3.exceptions import ProtocolError

from releasegate.adapters.containers import health
from releasegate.adapters.containers import runner as running
from releasegate.adapters.containers.cell import CellRun
from releasegate.adapters.containers.images.engine_faults import not_made
from releasegate.adapters.containers.images.ensemble_images import Ensemble, EnsembleImages, Prepared
from releasegate.adapters.containers.images.image_specs import ImageSpec
from releasegate.adapters.containers.images.images import Images
from releasegate.adapters.containers.observed import Observed
from releasegate.adapters.containers.runner import ContainerRunner
from releasegate.adapters.containers.runs import labels, sweep
from releasegate.core.config.keys import Package
from releasegate.core.e2e.contracts import Judged, broken
from releasegate.core.e2e.matrix import Cell, Wanted
from releasegate.core.errors import ConfigurationError, GateFailed, Refused, Unavailable
from releasegate.ports import CellReport, Delivery, EndToEndReport

BOTH = hosts("image:4.5.8", "4.7.3")
STACK = pair_stack(APP.name, CORE.name, dimensions=BOTH, paths=("fresh",), cpus=2.0, memory=8.0)
ONE = replace(STACK, dimensions=hosts("4.7.3"))
NEW, NEW_CORE = "1.1rc1", "2.1rc1"
OLD, OLD_CORE = "1.0", "2.0"


@dataclass
class House:
    """What stands in for the engine: pairs that fail or cannot be installed, cells not judged, images not had.

    ``otherwise`` is the contract that a pair breaks, where it is not ``pair.sync``.
    """

    broken: set[tuple[str, str]] = field(default_factory=set)
    otherwise: dict[tuple[str, str], str] = field(default_factory=dict)
    unjudged: dict[str, Exception] = field(default_factory=dict)
    absent: set[str] = field(default_factory=set)
    uninstallable: set[tuple[str, str]] = field(default_factory=set)
    published: dict[str, str] = field(default_factory=lambda: {APP.name: OLD, CORE.name: OLD_CORE})
    played: list[tuple[str, str, str]] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    here: bool = True
    elsewhere: list[bool] = field(default_factory=list)

    def prepare(self, ensemble: Ensemble, cell: Cell) -> Prepared:
        """Return images that are not there, or say which cannot be had."""
        netbox, app = cell.choices[0].text, ensemble[APP.name]
        if netbox in self.absent:
            raise Unavailable(f"The image of {netbox} is not here.", hint="Pull it", details=("no route",))
        if (str(app.version), netbox) in self.uninstallable:
            problem = f"{app.package.name} {app.version} cannot be installed in a container."
            raise GateFailed(problem, hint="Mend it", details=("no matching distribution",))
        return Prepared(ensemble, {})

    def run(self, run: CellRun) -> tuple[CellReport, Observed]:
        """Judge a cell by its versions."""
        ensemble, netbox = run.under_test.ensemble, run.cell.choices[0].text
        versions = (str(ensemble[APP.name].version), str(ensemble[CORE.name].version))
        origin = str(run.released.ensemble[APP.name].version) if run.released else ""
        self.elsewhere.append(run.context.elsewhere)
        self.played.append((netbox, " ".join(versions), origin))
        if error := self.unjudged.get(netbox):
            raise error
        if error := self.unjudged.get(" ".join(versions)):
            raise error
        name = self.otherwise.get(versions, "pair.sync" if versions in self.broken else "")
        problems = (f"contract {name} broke: it ended errored",) if name else ()
        contracts = [broken(problem) for problem in problems] or [Judged("pair.sync", "pass")]
        left_up = ("take it down: docker",) if run.context.keep else ()
        seen = Observed(log=["worker: ERROR"], contracts=contracts, left_up=left_up)
        return CellReport(run.cell.name, "fail" if name else "pass", problems, (), 1.5), seen

    def released(self, name: str, version: str | None) -> Delivery | None:
        """Return what users have."""
        found = version or self.published.get(name)
        return delivery({APP.name: APP, CORE.name: CORE}[name], found, "pypi") if found else None


def delivery(package: Package, version: str, source: str = "testpypi") -> Delivery:
    """Return a delivery without files."""
    return Delivery(package, Version(version), source, "", ())


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch) -> House:
    house = House()

    @contextmanager
    def opened(_: object) -> Iterator[Any]:
        yield SimpleNamespace(client=None, memory=4.0, cpus=2.0, environment={})

    monkeypatch.setattr(running, "opened", opened)
    monkeypatch.setattr(labels, "announce", lambda *_: None)
    monkeypatch.setattr(running, "is_here", lambda *_, **__: house.here)
    monkeypatch.setattr(running, "with_python", lambda _: "releasegate/app:1")
    monkeypatch.setattr(sweep, "living", lambda *_: ())
    monkeypatch.setattr(sweep, "remove_dead", lambda *_: ("dead",))
    monkeypatch.setattr(sweep, "remove", lambda _, name: house.removed.append(name))
    monkeypatch.setattr(Images, "trim", lambda *_: 0)
    monkeypatch.setattr(EnsembleImages, "prepare", lambda _, ensemble, cell: house.prepare(ensemble, cell))

    def performed(run: CellRun) -> tuple[CellReport, Observed]:
        return house.run(run)

    monkeypatch.setattr(CellRun, "run", performed)
    return house


def stage(house: House, folder: Path, **changes: Any) -> ContainerRunner:
    """Return a stage that plays in *house*."""
    made = ContainerRunner(
        stack=STACK,
        environ={},
        folders=folders(),
        cache=folder / "cache",
        folder=folder / "e2e",
        workplace=folder,
        index="index",
        staging_hosts=frozenset(),
        released=house.released,
        hosts=lambda _: tuple(map(Version, ("4.7.1", "4.7.3"))),
    )
    return replace(made, **changes)


def play(house: House, folder: Path, said: list[str] | None = None, **changes: Any) -> EndToEndReport:
    """Play the new pair."""
    lines: list[str] = [] if said is None else said
    new = delivery(APP, NEW)
    return stage(house, folder, **changes).run(new, companions=(delivery(CORE, NEW_CORE),), progress=lines.append)


def cells(report: EndToEndReport) -> dict[str, str]:
    """Return the verdicts by NetBox."""
    rows: Sequence[dict[str, Any]] = report.evidence["cells"]
    return {row["cell"].split(",")[0]: row["verdict"] for row in rows}


def test_every_cell_is_run_and_the_run_s_leftovers_are_removed(house: House, tmp_path: Path) -> None:
    said: list[str] = []
    report = play(house, tmp_path, said)
    assert report.verdict == "pass"
    assert cells(report) == {"NetBox image:4.5.8": "pass", "NetBox pypi:4.7.3": "pass"}
    assert said[0] == "removed what 1 dead run had left"
    assert [line.partition(" (")[0].partition(",")[0] for line in said[1:]] == [
        "cell 1 of 2: NetBox image:4.5.8",
        "cell 2 of 2: NetBox pypi:4.7.3",
    ]
    assert all(": pass (" in line for line in said[1:])
    assert len(house.removed) == 1
    assert (tmp_path / "e2e" / report.evidence["report"] / "junit.xml").is_file()


def test_a_cell_that_fails_does_not_keep_the_others_from_being_judged(house: House, tmp_path: Path) -> None:
    house.broken = {(NEW, NEW_CORE)}
    report = play(house, tmp_path)
    assert cells(report) == {"NetBox image:4.5.8": "fail", "NetBox pypi:4.7.3": "fail"}
    assert (report.verdict, report.log) == ("fail", ("worker: ERROR",) * 2)
    assert all("contract pair.sync broke" in problem for problem in report.problems)
    told = json.loads((tmp_path / "e2e" / report.evidence["report"] / "report.json").read_text(encoding="utf-8"))
    assert [cell["verdict"] for cell in told["cells"]] == ["fail", "fail"]


def test_an_upgrade_comes_from_what_users_have_or_from_what_was_named(house: House, tmp_path: Path) -> None:
    play(house, tmp_path, stack=replace(ONE, paths=("upgrade",)))
    play(house, tmp_path, stack=ONE, wanted=Wanted(paths=("upgrade",), upgrade_from=("0.9",)))
    assert [origin for _, _, origin in house.played] == [OLD, "0.9"]


def test_an_upgrade_from_nothing_is_not_judged(house: House, tmp_path: Path) -> None:
    house.published = {}
    with pytest.raises(Unavailable, match="nothing to run with or to upgrade from"):
        play(house, tmp_path, wanted=Wanted(paths=("upgrade",)))
    assert len(house.removed) == 1


def test_the_backend_is_run_with_the_plugin_that_users_have(house: House, tmp_path: Path) -> None:
    backend = delivery(CORE, NEW_CORE)
    report = stage(house, tmp_path).run(backend, companions=(), progress=lambda _: None)
    assert report.verdict == "pass"
    assert {versions for _, versions, _ in house.played} == {f"{OLD} {NEW_CORE}"}


def test_a_backend_whose_plugin_is_not_published_is_refused(house: House, tmp_path: Path) -> None:
    house.published = {}
    with pytest.raises(Refused, match=f"No {APP.name} is published"):
        stage(house, tmp_path).run(delivery(CORE, NEW_CORE), companions=(), progress=lambda _: None)


def test_an_image_that_cannot_be_had_is_said_before_anything_is_run(house: House, tmp_path: Path) -> None:
    house.absent = {"pypi:4.7.3"}
    with pytest.raises(Unavailable, match="not here"):
        play(house, tmp_path)
    assert house.played == []


def test_a_cell_is_left_out_only_where_that_was_asked_for(house: House, tmp_path: Path) -> None:
    house.absent = {"image:4.5.8"}
    report = play(house, tmp_path, only_available=True)
    assert report.verdict == "pass"
    assert cells(report) == {"NetBox image:4.5.8": "left out", "NetBox pypi:4.7.3": "pass"}


def test_a_matrix_of_which_nothing_can_be_run_is_no_pass(house: House, tmp_path: Path) -> None:
    house.absent = {"image:4.5.8", "pypi:4.7.3"}
    report = play(house, tmp_path, only_available=True)
    assert report.verdict == "not run"
    assert isinstance(report.unjudged, Unavailable)
    assert "No cell could be run." in str(report.unjudged)
    assert f"{IMAGE_CELL}: The image of" in str(report.unjudged)


def test_a_cell_that_could_not_be_judged_is_no_pass_and_the_others_are_told(house: House, tmp_path: Path) -> None:
    house.unjudged = {"pypi:4.7.3": Refused("the old final does not run", hint="Name another")}
    report = play(house, tmp_path, only_available=True)
    assert report.verdict == "not run"
    assert cells(report) == {"NetBox image:4.5.8": "pass", "NetBox pypi:4.7.3": "not run"}
    assert isinstance(report.unjudged, Refused)
    assert report.unjudged.problem == f"{WHEEL_CELL} could not be judged."
    assert report.unjudged.details == ("the old final does not run",)


def test_all_cells_that_could_not_be_judged_are_named(house: House, tmp_path: Path) -> None:
    refusal = Refused("the old final does not run", hint="Name another")
    house.unjudged = {"pypi:4.7.3": refusal, "image:4.5.8": refusal}
    unjudged = play(house, tmp_path).unjudged
    assert unjudged is not None
    assert unjudged.problem == "2 of 2 cells could not be judged."
    assert [line.rpartition(": ")[2] for line in unjudged.details] == ["the old final does not run"] * 2


def test_a_release_that_cannot_be_installed_in_one_cell_fails_there_and_runs_in_the_others(
    house: House, tmp_path: Path
) -> None:
    house.uninstallable = {(NEW, "image:4.5.8")}
    report = play(house, tmp_path)
    assert cells(report) == {"NetBox image:4.5.8": "fail", "NetBox pypi:4.7.3": "pass"}
    assert report.verdict == "fail"
    assert report.problems == (
        f"{IMAGE_CELL}: {APP.name} {NEW} cannot be installed in a container.",
        "  no matching distribution",
    )


def test_what_users_have_and_cannot_be_installed_is_not_held_against_the_candidate(
    house: House, tmp_path: Path
) -> None:
    house.uninstallable = {(OLD, "image:4.5.8")}
    report = play(house, tmp_path, wanted=Wanted(paths=("upgrade",)))
    assert cells(report) == {"NetBox image:4.5.8": "not run", "NetBox pypi:4.7.3": "pass"}
    assert "cannot be upgraded from" in str(report.unjudged)


def test_a_failure_is_told_with_what_kept_another_cell_from_being_judged(house: House, tmp_path: Path) -> None:
    house.unjudged = {"pypi:4.7.3": Unavailable("no room", hint="Make some")}
    house.broken = {(NEW, NEW_CORE)}
    report = play(house, tmp_path)
    assert (report.verdict, report.unjudged) == ("fail", None)
    assert [problem.rpartition(": ")[2] for problem in report.problems] == ["it ended errored", "no room"]


def test_a_mistake_of_ours_is_not_hidden(house: House, tmp_path: Path) -> None:
    house.unjudged = {"pypi:4.7.3": ZeroDivisionError()}
    with pytest.raises(ZeroDivisionError):
        play(house, tmp_path)
    assert len(house.removed) == 1


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ({(NEW, NEW_CORE), (OLD, NEW_CORE)}, f"{CORE.name} broke it"),
        ({(NEW, NEW_CORE), (NEW, OLD_CORE)}, f"{APP.name} broke it"),
        ({(NEW, NEW_CORE)}, "Only together"),
    ],
)
def test_who_broke_a_pair_is_found_by_running_the_other_combinations(
    house: House, tmp_path: Path, broken: set[tuple[str, str]], said: str
) -> None:
    house.broken = broken
    report = play(house, tmp_path, blame=True)
    assert report.problems[-1].startswith(said)
    assert len(house.played) == 2 + 3


def test_a_combination_that_fails_in_another_contract_blames_nobody(house: House, tmp_path: Path) -> None:
    house.broken = {(NEW, NEW_CORE), (OLD, NEW_CORE)}
    house.otherwise = {(NEW, OLD_CORE): "backend.up"}
    report = play(house, tmp_path, blame=True)
    assert report.problems[-1] == (
        f"Nothing can be blamed by this cell: the new {APP.name} with the old {CORE.name} fails too, "
        "but in something else (backend.up)."
    )


@pytest.mark.parametrize("fault", [Unavailable("no room", hint="Make some"), DockerException("gone")])
def test_a_combination_that_could_not_be_judged_blames_nobody_and_the_failure_stays(
    house: House, tmp_path: Path, fault: Exception
) -> None:
    house.broken = {(NEW, NEW_CORE)}
    house.unjudged = {f"{OLD} {NEW_CORE}": fault}
    report = play(house, tmp_path, blame=True)
    assert (report.verdict, report.unjudged) == ("fail", None)
    assert report.problems[-1].startswith("Nothing can be blamed by this cell: ")


def test_where_what_users_have_cannot_be_had_here_nobody_is_blamed_and_the_failure_stays(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def prepare(ensemble: Ensemble, cell: Cell) -> Prepared:
        if str(ensemble[APP.name].version) == OLD:
            raise Unavailable("The image of it cannot be made: 503", hint="Run it again")
        return House.prepare(house, ensemble, cell)

    house.broken = {(NEW, NEW_CORE)}
    monkeypatch.setattr(house, "prepare", prepare)
    report = play(house, tmp_path, blame=True)
    assert report.verdict == "fail"
    assert report.problems[-1].endswith("could not be judged (The image of it cannot be made: 503).")


def test_where_users_have_nothing_a_failure_stays_one_and_nobody_is_blamed(house: House, tmp_path: Path) -> None:
    house.broken, house.published = {(NEW, NEW_CORE)}, {APP.name: OLD}
    report = play(house, tmp_path, blame=True)
    assert report.verdict == "fail"
    assert report.problems[-1].startswith(f"Who broke it could not be found out: No {CORE.name} is published")


def test_one_cell_s_stack_may_be_left_up_and_how_it_is_reached_is_in_no_evidence(house: House, tmp_path: Path) -> None:
    known = [row(WHEEL_CELL)]
    runner = stage(house, tmp_path, stack=ONE, keep=True, blame=True)
    house.broken = {(NEW, NEW_CORE)}
    new, core = delivery(APP, NEW), delivery(CORE, NEW_CORE)
    report = runner.run(new, companions=(core,), progress=lambda _: None, known=known)
    assert (report.verdict, report.left_up) == ("fail", ("take it down: docker",))
    assert "take it down" not in json.dumps(report.evidence)


def test_the_stacks_of_several_cells_are_not_left_up(house: House, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="2 cells are asked for") as caught:
        play(house, tmp_path, keep=True)
    assert "--netbox image:4.5.8 --python 3.13 --source testpypi --path fresh --service pve" in caught.value.hint


def test_the_report_has_every_contract_of_every_cell_and_an_error_for_what_was_not_judged(
    house: House, tmp_path: Path
) -> None:
    house.broken, house.unjudged = {(NEW, NEW_CORE)}, {"pypi:4.7.3": Unavailable("no room", hint="Make some")}
    report = play(house, tmp_path)
    xml = JUnitXml.fromfile(str(tmp_path / "e2e" / report.evidence["report"] / "junit.xml"))
    cases = {(suite.name.split(",")[0], case.name): case.result for suite in xml for case in suite}
    assert {key: [type(result) for result in results] for key, results in cases.items()} == {
        ("NetBox image:4.5.8", "pair.sync"): [Failure],
        ("NetBox pypi:4.7.3", "cell"): [Error],
    }
    (failure,) = cases["NetBox image:4.5.8", "pair.sync"]
    assert failure.message == "contract pair.sync broke: it ended errored"
    assert "worker: ERROR" in failure.text


def test_a_cell_that_is_known_is_in_the_report_too(house: House, tmp_path: Path) -> None:
    problems = ["contract pair.sync broke: it ended errored", "  it says no", "contract pair.pages broke: no"]
    report = knowing(house, tmp_path, row(IMAGE_CELL), row(WHEEL_CELL, "fail", problems=problems))
    (path,) = (tmp_path / "e2e" / report.evidence["report"]).glob("junit.xml")
    cases = [(case.name, case.is_failure) for suite in JUnitXml.fromfile(str(path)) for case in suite]
    assert cases == [("cell", False), ("pair.sync", True), ("pair.pages", True)]


def test_nobody_is_blamed_for_a_pair_that_passes(house: House, tmp_path: Path) -> None:
    assert play(house, tmp_path, blame=True).problems == ()
    assert len(house.played) == 2


def test_only_the_plugin_is_exchanged_where_the_backend_is_the_users_own(house: House, tmp_path: Path) -> None:
    house.broken = {(NEW, OLD_CORE)}
    new, own = delivery(APP, NEW), delivery(CORE, OLD_CORE, "pypi")
    report = stage(house, tmp_path, blame=True).run(new, companions=(own,), progress=lambda _: None)
    assert report.problems[-1].startswith(f"{APP.name} broke it")
    assert len(house.played) == 2 + 1


def test_a_checkout_that_states_a_published_version_is_new(house: House, tmp_path: Path) -> None:
    house.broken = {(OLD, OLD_CORE)}
    users, local = delivery(APP, OLD, "pypi"), delivery(CORE, OLD_CORE, "local")
    report = stage(house, tmp_path, blame=True).run(users, companions=(local,), progress=lambda _: None)
    assert report.problems[-1].startswith(f"Not {CORE.name} alone")
    assert len(house.played) == 2 + 1


def test_every_companion_that_is_given_runs_and_what_is_not_is_what_users_have(house: House, tmp_path: Path) -> None:
    mail = replace(CORE, name="sample-mail")
    stack = replace(ONE, packages={"plugin": (APP.name,), "backend": (CORE.name, mail.name)})
    ran = stage(house, tmp_path, stack=stack)._ensemble(delivery(APP, NEW), (delivery(mail, "3.0rc1"),))
    assert str(ran) == ("sample-app 1.1rc1 (testpypi) with sample-core 2.0 (pypi) with sample-mail 3.0rc1 (testpypi)")


FULL = OSError(28, "No space left on device", "/reports")
BODY = {"message": "write /var/lib: no space left on device"}


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (DockerException("connection refused"), "stopped answering"),
        (ProtocolError("Connection broken: IncompleteRead(0 bytes read)"), "stopped answering"),
        (ChunkedEncodingError("Connection reset by peer"), "stopped answering"),
        (APIError("500 Server Error", explanation=BODY["message"]), f"The Docker engine refused: {BODY['message']}"),
        (FULL, "'/reports' cannot be used: No space left on device."),
    ],
)
def test_a_fault_of_the_engine_s_or_the_machine_s_in_one_cell_is_no_failure_and_the_others_are_judged(
    house: House, tmp_path: Path, fault: Exception, words: str
) -> None:
    house.unjudged = {"pypi:4.7.3": fault}
    report = play(house, tmp_path, blame=True)
    assert (report.verdict, type(report.unjudged)) == ("not run", Unavailable)
    assert cells(report) == {"NetBox image:4.5.8": "pass", "NetBox pypi:4.7.3": "not run"}
    assert words in str(report.unjudged)
    assert len(house.played) == 2


@pytest.mark.parametrize("here", [True, False])
def test_cells_are_told_where_the_engine_is(house: House, tmp_path: Path, here: bool) -> None:  # noqa: FBT001
    house.here = here
    play(house, tmp_path)
    assert set(house.elsewhere) == {not here}


def test_images_are_trimmed_where_no_other_run_may_be_about_to_start_one(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trimmed: list[float] = []
    monkeypatch.setattr(Images, "trim", lambda _, limit: trimmed.append(limit))
    monkeypatch.setattr(sweep, "living", lambda *_: ("rg-other",))
    play(house, tmp_path)
    assert trimmed == []
    monkeypatch.setattr(sweep, "living", lambda *_: ())
    play(house, tmp_path)
    assert trimmed == [20.0]


GAVE_WAY = [
    health.fault("postgres", "had no room", ["FATAL: could not extend file: No space left on device"]),
    health.fault("mock", "ended with exit code 1", ["Traceback (most recent call last):", "KeyError: 'pve'"]),
    health.fault("netbox", "ended with exit code 137 (it was killed)", []),
    health.fault("the relay into the stack's network", "ended", []),
    *(
        not_made(ImageSpec("app 1.1", "base", {"role": "app"}, {}, bad=True), why, [])
        for why in (
            "429 Client Error: Too Many Requests",
            "received unexpected HTTP status: 502 Bad Gateway",
            "received unexpected HTTP status: 503 Service Unavailable",
            "its build was killed (exit code 137)",
        )
    ),
    APIError("502 Server Error", explanation="Bad Gateway"),
    ConnectionResetError(104, "Connection reset by peer"),
    FULL,
]


@pytest.mark.parametrize("fault", GAVE_WAY, ids=lambda fault: str(fault)[:40])
def test_what_gave_way_blames_nobody_and_the_same_number_is_green_once_it_is_mended(
    house: House, tmp_path: Path, fault: Exception
) -> None:
    house.unjudged = {"pypi:4.7.3": fault}
    report = play(house, tmp_path, blame=True)
    assert (report.verdict, type(report.unjudged)) == ("not run", Unavailable)
    assert not [line for line in report.problems if "broke it" in line]
    house.unjudged = {}
    new, companion, known = delivery(APP, NEW), delivery(CORE, NEW_CORE), report.evidence["cells"]
    again = stage(house, tmp_path).run(new, companions=(companion,), progress=lambda _: None, known=known)
    assert (again.verdict, again.problems) == ("pass", ())
    assert [netbox for netbox, *_ in house.played].count("pypi:4.7.3") == 2


def test_an_engine_that_dies_between_the_cells_judges_nothing(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(*_: object) -> Any:
        raise DockerException("connection refused")

    monkeypatch.setattr(sweep, "remove_dead", dies)
    with pytest.raises(Unavailable, match="stopped answering") as caught:
        play(house, tmp_path)
    assert caught.value.details == ("connection refused",)


def test_a_gate_s_failure_inside_of_a_cell_is_that_cell_s(house: House, tmp_path: Path) -> None:
    house.unjudged = {"pypi:4.7.3": GateFailed("it is bad", hint="Mend it")}
    report = play(house, tmp_path)
    assert (report.verdict, report.unjudged) == ("fail", None)
    assert cells(report) == {"NetBox image:4.5.8": "pass", "NetBox pypi:4.7.3": "fail"}


def row(cell: str, verdict: str = "pass", **more: Any) -> dict[str, Any]:
    """Return a cell as another run recorded it."""
    told = {"seconds": 9.0, "phases": {"checks": 5.0}, "problems": [], "notes": ["restored"], "objects": {"devices": 1}}
    return {"cell": cell, "verdict": verdict, **told, **more}


IMAGE_CELL = "NetBox image:4.5.8, Python 3.13, testpypi, fresh, pve, small, superuser, usual"
WHEEL_CELL = "NetBox pypi:4.7.3, Python 3.13, testpypi, fresh, pve, small, superuser, usual"


def knowing(house: House, folder: Path, *rows: dict[str, Any]) -> EndToEndReport:
    """Play the new pair, of which some cells ran elsewhere."""
    new, core = delivery(APP, NEW), delivery(CORE, NEW_CORE)
    return stage(house, folder).run(new, companions=(core,), progress=lambda _: None, known=rows)


def test_a_cell_that_ran_on_another_machine_is_not_run_again(house: House, tmp_path: Path) -> None:
    report = knowing(house, tmp_path, row(IMAGE_CELL))
    assert [netbox for netbox, _, _ in house.played] == ["pypi:4.7.3"]
    assert cells(report) == {"NetBox image:4.5.8": "pass", "NetBox pypi:4.7.3": "pass"}
    (known,) = (each for each in report.evidence["cells"] if each["cell"] == IMAGE_CELL)
    assert known["notes"] == ["restored", "known from another run on the same files"]
    assert known["objects"] == {"devices": 1}


def test_where_every_cell_is_known_no_engine_is_needed(house: House, tmp_path: Path) -> None:
    report = knowing(house, tmp_path, row(IMAGE_CELL), row(WHEEL_CELL, "fail"), row(WHEEL_CELL))
    assert (report.verdict, house.played, house.removed) == ("pass", [], [])


def test_a_cell_that_failed_elsewhere_has_failed(house: House, tmp_path: Path) -> None:
    problems = ["contract pair.sync broke: it ended errored"]
    report = knowing(house, tmp_path, row(IMAGE_CELL), row(WHEEL_CELL, "fail", problems=problems))
    assert report.verdict == "fail"
    assert report.problems == (f"{WHEEL_CELL}: {problems[0]}",)


@pytest.mark.parametrize(
    "spoilt",
    [
        row("another cell"),
        row(WHEEL_CELL, "not run"),
        {},
        {**row(WHEEL_CELL), "seconds": "x"},
        row(WHEEL_CELL, phases=7),
    ],
    ids=["of another matrix", "not judged", "empty", "no number", "no table"],
)
def test_what_is_no_verdict_of_a_cell_is_run(house: House, tmp_path: Path, spoilt: dict[str, Any]) -> None:
    knowing(house, tmp_path, row(IMAGE_CELL), spoilt)
    assert [netbox for netbox, _, _ in house.played] == ["pypi:4.7.3"]


def test_what_a_word_for_a_host_stands_for_is_kept_with_its_cells_and_holds_for_the_same_files(
    house: House, tmp_path: Path
) -> None:
    stack, said = replace(STACK, dimensions=hosts("newest")), list[str]()
    first = play(house, tmp_path, said, stack=stack)
    assert cells(first) == {"NetBox pypi:4.7.3": "pass"}
    assert said[0] == "NetBox newest is NetBox pypi:4.7.3"
    (known,) = first.evidence["cells"]
    assert known["aliases"] == {"NetBox newest": "NetBox pypi:4.7.3"}

    later = stage(house, tmp_path, stack=stack, hosts=lambda _: (Version("4.7.4"),))
    new, core = delivery(APP, NEW), delivery(CORE, NEW_CORE)
    again = later.run(new, companions=(core,), progress=lambda _: None, known=(known,))
    assert (cells(again), len(house.played)) == ({"NetBox pypi:4.7.3": "pass"}, 1)
    other = later.run(new, companions=(core,), progress=lambda _: None)
    assert cells(other) == {"NetBox pypi:4.7.4": "pass"}


def test_what_the_packages_code_says_of_each_other_is_judged_before_an_engine_is_asked_for(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broke = GateFailed("contract plugin.routes broke: app names /x, which core does not answer", hint="Mend it")
    monkeypatch.setattr(running, "unanswered_routes", lambda *_: broke)
    report = play(house, tmp_path)
    assert cells(report) == {"NetBox image:4.5.8": "fail", "NetBox pypi:4.7.3": "fail"}
    assert (house.played, house.removed) == ([], [])
    assert all("contract plugin.routes broke" in problem for problem in report.problems)
