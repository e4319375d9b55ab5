"""The report of a record: what it says is shown, and what another machine wrote wrongly is left out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from releasegate.core.e2e.matrix import Told, read_cell
from releasegate.core.release.entry import SEAL, Entry, EntryEvent
from releasegate.core.release.record import Record
from releasegate.core.release.taken_back import CELL
from releasegate.core.report.evidence_sections import artifacts, cells, members, plain, promotion, texts
from releasegate.core.report.model import CellVerdict, PairMember
from releasegate.core.report.of_record import imported_nothing, of_record, standing_waivers, state_of

WHEEL, SDIST = "demo-1.0-py3-none-any.whl", "demo-1.0.tar.gz"
FILES = {SDIST: "b" * 64, WHEEL: "a" * 64}
RAN = {"version": "1.0", "source": "pypi", "files": FILES}
NETBOX = "NetBox pypi:4.7.3, Python 3.13, testpypi, upgrade from 1.0.0, pve"


def entry(
    step: str,
    event: EntryEvent = "done",
    evidence: Mapping[str, Any] | None = None,
    *,
    at: str = "1",
    verdict: str = "pass",
) -> Entry:
    return Entry(at, "run", step, event, "subject", f"do {step}", "work", verdict, evidence or {})


def between(one: str, other: str) -> float:
    return float(other) - float(one)


WAIVED = entry("e2e:staging", "waived", {"by": "Ada", "reason": "no host"}, at="7", verdict="waived")


def test_each_step_is_told_once_with_how_it_ended_and_how_long_it_took() -> None:
    record = Record(
        (
            entry("build", "started", at="1"),
            entry("build", "failed", {"problem": "no\nroom"}, at="3", verdict="unavailable"),
            entry("build", "started", at="4"),
            entry("build", evidence={"files": FILES, "commit": "c" * 40}, at="9"),
            entry("tag", "started", at="9"),
            entry("upload:staging", "started", at="10"),
            entry("upload:staging", "failed", {"problem": "no\nroom"}, at="11", verdict="fail"),
        )
    )
    told = of_record("demo", "1.0", record, between=between)
    assert [(s.key, s.verdict, s.seconds, s.problem) for s in told.path] == [
        ("build", "pass", 5.0, ""),
        ("tag", "begun", None, ""),
        ("upload:staging", "fail", 1.0, "no room"),
    ]
    assert [s.at for s in told.path] == ["9", "", "11"]
    assert (told.state, told.commit) == ("failed at upload:staging", "c" * 40)
    assert [a.filename for a in told.artifacts] == [WHEEL, SDIST]


def test_a_step_that_was_found_so_took_no_time_that_anybody_knows() -> None:
    told = of_record("demo", "1.0", Record((entry("clean"),)), between=between)
    assert [(s.verdict, s.seconds, s.line) for s in told.path] == [("pass", None, "do clean")]


def test_a_record_is_sealed_failed_under_way_or_empty() -> None:
    failed = entry("e2e:staging", "failed", verdict="fail")
    states = [(), (entry("build"),), (failed,), (failed, entry(SEAL))]
    assert [state_of(Record(each)) for each in states] == [
        "nothing is recorded",
        "under way",
        "failed at e2e:staging",
        "sealed",
    ]


def test_what_ran_together_is_told_for_each_gate_with_who_named_it() -> None:
    companion = {"name": "api", "version": "2.0", "source": "pypi", "files": {}, "named by": "the configuration"}
    pair = {"dependents": {"plugin": {**RAN, "companion": companion}, "other": "nonsense"}}
    record = Record((entry("e2e:staging", evidence={**RAN, "companion": None}), entry("pair", evidence=pair)))
    found = of_record("demo", "1.0", record, between=between).pair
    assert [(m.gate, m.package, m.version, m.named_by) for m in found] == [
        ("e2e:staging", "demo", "1.0", ""),
        ("pair", "plugin", "1.0", ""),
        ("pair", "api", "2.0", "the configuration"),
    ]
    assert found[0] == PairMember("e2e:staging", "demo", "1.0", "pypi", artifacts(FILES))


def test_the_cells_of_every_gate_are_told_with_their_place_in_the_grid() -> None:
    install = {"cells": [{"cell": "3.12 wheel", "verdict": "pass", "seconds": 1.5, "tried": "3 modules imported"}]}
    row = {"cell": NETBOX, "verdict": "fail", "seconds": 9, "phases": {"start": 4}, "problems": ["a check fails"]}
    record = Record(
        (entry(CELL, evidence=row), entry(CELL, "failed", row), entry("install:staging", evidence=install), WAIVED)
    )
    told = of_record("demo", "1.0", record, between=between)
    assert told.cells == (
        CellVerdict(
            "e2e",
            NETBOX,
            "NetBox pypi:4.7.3, Python 3.13",
            "upgrade from 1.0.0, pve, testpypi",
            "fail",
            9.0,
            {"start": 4.0},
            problems=("a check fails",),
        ),
        CellVerdict("install:staging", "3.12 wheel", "Python 3.12", "wheel", "pass", 1.5, tried="3 modules imported"),
    )
    assert [(w.gate, w.by, w.reason) for w in told.waivers] == [("e2e:staging", "Ada", "no host")]
    assert [step.key for step in told.path] == ["install:staging", "e2e:staging"]
    assert told.path[1].verdict == "waived"


def test_a_cell_that_was_run_by_itself_says_with_what() -> None:
    def ran(version: str, verdict: str) -> Entry:
        beside = [{"name": "api", "version": version}, {"name": "mail", "version": "3.0"}]
        return entry(CELL, evidence={"cell": "processes", "verdict": verdict, "ran": {"companions": beside}})

    runs = (ran("2.0", "fail"), ran("1.0", "pass"), ran("2.0", "pass"), entry(CELL, evidence={"ran": "x"}))
    told = of_record("demo", "1.0", Record((*runs, entry(SEAL))), between=between)
    assert [(each.gate, each.verdict) for each in told.cells] == [
        ("e2e with api 2.0 and mail 3.0", "pass"),
        ("e2e with api 1.0 and mail 3.0", "pass"),
        ("e2e", ""),
    ]


@pytest.mark.parametrize("name", ["", "processes", "3.12 egg", "NetBox 4.7.3, Python 3.13", "Net [x](y)"])
def test_a_cell_of_another_runner_is_a_row_of_its_own(name: str) -> None:
    assert read_cell(name) is None
    (cell,) = cells("e2e", {"cells": [{"cell": name}]})
    assert (cell.row, cell.column) == (name, "run")


def test_the_name_of_a_cell_says_which_it_is() -> None:
    assert read_cell(NETBOX) == Told("NetBox pypi:4.7.3", "3.13", "testpypi", "upgrade from 1.0.0, pve")
    assert read_cell("Python 3.13, dist, fresh") == Told("", "3.13", "dist", "fresh")
    (cell,) = cells("e2e", {"cells": [{"cell": "Python 3.13, dist, fresh"}]})
    assert (cell.row, cell.column) == ("Python 3.13", "fresh, dist")


def test_a_promotion_and_the_trial_of_one_tell_what_differs() -> None:
    trial, proof = {"final": "1.0", "changed": ["wheel: x"]}, {"candidate": "1.0rc1", "changed": ["wheel: y"]}
    assert promotion({"x": 1}) is None
    record = Record((entry("promotable", evidence=trial), entry("promotion", evidence=proof), entry("tag")))
    told = of_record("demo", "1.0", record, between=between).promotion
    assert told is not None
    assert (told.candidate, told.changed) == ("1.0rc1", ("wheel: y",))
    only = of_record("demo", "1.0rc1", Record((entry("promotable", evidence=trial),)), between=between).promotion
    assert only is not None
    assert only.candidate == "1.0"


@pytest.mark.parametrize(
    "evidence",
    [
        {"cells": "x", "files": [1], "companion": 3, "source": "pypi", "changed": 7},
        {"cells": [1, None, {"cell": {}, "phases": 3, "seconds": "x", "problems": 5, "verdict": []}]},
        {"cells": [{"cell": "x", "seconds": float("nan"), "phases": {"a": 10**400, "b": None}}]},
        {"files": {"a": 1}, "dependents": ["x"], "commit": ["x"]},
        {"dependents": {"plugin": {"companion": {"name": 1, "files": "x"}, "source": None}}},
    ],
)
def test_evidence_of_another_form_is_left_out_and_breaks_nothing(evidence: dict[str, Any]) -> None:
    steps = ("build", "e2e:staging", "install:staging", "pair", "promotion", SEAL, "candidate", CELL)
    told = of_record("demo", "1.0", Record(tuple(entry(step, evidence=evidence) for step in steps)), between=between)
    assert told.artifacts == ()
    assert {cell.seconds for cell in told.cells} <= {None}


def test_text_of_a_record_is_one_line_without_control_characters() -> None:
    assert plain("a\x1b[31m\n\tb\u202e") == "a [31m b"
    assert plain(None) == plain([]) == plain({}) == ""
    assert plain(1.5) == "1.5"
    assert texts(["a\nb", None]) == ("a b", "")
    assert list(members("pair", {}, package="demo")) == []


def test_a_gate_that_was_waived_before_it_ran_tells_what_ran_and_what_was_wrong() -> None:
    companion = {"name": "api", "version": "2.0", "source": "pypi", "files": {}}
    ran = {**RAN, "companion": companion, "problem": "It breaks.", "cells": [{"cell": "all", "verdict": "fail"}]}
    failed = entry("e2e:staging", "failed", ran, at="9", verdict="waived")
    found = of_record("demo", "1.0", Record((WAIVED, entry("e2e:staging", "started", at="8"), failed)), between=between)
    assert [(m.package, m.version) for m in found.pair] == [("demo", "1.0"), ("api", "2.0")]
    assert [(cell.cell, cell.verdict) for cell in found.cells] == [("all", "fail")]
    (step,) = found.path
    assert (step.verdict, step.problem, step.seconds) == ("waived", "It breaks.", 1.0)
    assert [(w.gate, w.by) for w in found.waivers] == [("e2e:staging", "Ada")]
    assert standing_waivers(Record((WAIVED, failed))) == (WAIVED,)


def test_a_waiver_stands_until_its_gate_has_passed() -> None:
    failed, passed = entry("e2e:staging", "failed", verdict="fail"), entry("e2e:staging")
    assert standing_waivers(Record((failed, WAIVED))) == (WAIVED,)
    assert standing_waivers(Record((WAIVED,))) == (WAIVED,)
    assert standing_waivers(Record((failed, WAIVED, passed))) == ()


@pytest.mark.parametrize(
    ("tried", "nothing"),
    [
        (["0 modules imported, all exempted, 1 entry point loaded"], True),
        (["0 modules imported, 0 entry points loaded", "3 modules imported"], False),
        (["12 modules imported"], False),
        ([], False),
    ],
)
def test_a_proof_that_imported_nothing_is_known(tried: list[str], nothing: bool) -> None:  # noqa: FBT001
    rows = [{"cell": "3.12 wheel", "verdict": "pass", "tried": words} for words in tried]
    rows.append({"cell": "3.13 wheel", "verdict": "not run", "tried": ""})
    assert imported_nothing(Record((entry("install:staging", evidence={"cells": rows}),))) is nothing
    assert imported_nothing(Record(())) is False
