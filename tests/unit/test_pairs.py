"""What fits what: told of bytes by runs, red where it broke, and unknown where nobody ran it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from packaging.version import Version

from releasegate.core.errors import ConfigurationError
from releasegate.core.pairs.matrix import PackageVersion, Pairs
from releasegate.core.pairs.proofs import Proof, Side, proofs
from releasegate.core.pairs.question import PairsQuestion, answer
from releasegate.core.pairs.table import BEGIN, END, with_table
from releasegate.core.release.entry import Entry, EntryEvent
from releasegate.core.release.taken_back import CELL

EDGES = {"plugin": ["api", "cache"], "other": ["api"]}
NETBOX = "NetBox pypi:4.7.3, Python 3.13, testpypi, fresh, pve"
OLD = NETBOX.replace("pypi:4.7.3", "image:4.5.8")


def key(text: str) -> PackageVersion:
    name, _, version = text.partition(" ")
    return name, Version(version)


def side(text: str, *files: str) -> Side:
    return Side(*key(text), frozenset(files or (text,)))


def proof(
    one: str, other: str, *, green: bool = True, at: str = "1", where: tuple[str, str, str] = ("", "", "")
) -> Proof:
    return Proof(side(one), side(other), green, *where, run=f"run {at}", at=at)


def ran(one: str = "plugin 1.0", other: str = "api 2.0", **more: Any) -> dict[str, Any]:
    (name, version), (beside, its) = one.split(), other.split()
    companion = {"name": beside, "version": its, "files": {"b.whl": "b"}}
    return {"package": name, "version": version, "files": {"a.whl": "a"}, "companion": companion, **more}


def entry(step: str, evidence: Mapping[str, Any], event: EntryEvent = "done", verdict: str = "pass") -> Entry:
    return Entry("2026", "r1", step, event, "", "", "work", verdict, evidence)


def read(*entries: Entry, package: str = "plugin") -> list[Proof]:
    return list(proofs(package, entries, edges=EDGES))


def test_a_run_of_two_is_a_proof_on_their_bytes_by_its_run() -> None:
    (found,) = read(entry("e2e:staging", ran(python="3.12")))
    assert found == Proof(side("plugin 1.0", "a"), side("api 2.0", "b"), green=True, python="3.12", run="r1", at="2026")
    without = ran()
    del without["package"]
    assert read(entry("e2e:staging", without)) == read(entry("e2e:staging", ran()))


@pytest.mark.parametrize("step", ["e2e:staging", "e2e:today", "pair"])
def test_a_run_that_failed_is_red_and_one_that_was_not_judged_is_nothing(step: str) -> None:
    (found,) = read(entry(step, ran(), "failed", "fail"))
    assert not found.green
    assert read(entry(step, ran(), "failed", "unavailable"), entry(step, ran(), "waived", "waived")) == []
    assert read(entry("build", ran()), entry("e2e:staging", ran(), verdict="wait")) == []
    assert read(entry(step, {"problem": "no command"}, "failed", "fail"), entry(step, ran(), "started")) == []


@pytest.mark.parametrize("step", ["e2e:staging", "e2e:today", "pair"])
def test_a_run_that_failed_is_red_even_where_a_person_took_that_on(step: str) -> None:
    (found,) = read(entry(step, ran(), "failed", "waived"))
    assert not found.green
    assert read(entry(step, {"problem": "no command"}, "failed", "waived")) == []


def test_each_cell_of_a_run_is_a_proof_of_its_own() -> None:
    cells = [
        {"cell": NETBOX, "verdict": "pass"},
        {"cell": OLD, "verdict": "fail"},
        {"cell": "x", "verdict": "left out"},
        7,
    ]
    found = read(entry("e2e:staging", ran(cells=cells), "failed", "fail"))
    assert [(p.host, p.python, p.cell, p.green) for p in found] == [
        ("NetBox pypi:4.7.3", "3.13", "fresh, pve", True),
        ("NetBox image:4.5.8", "3.13", "fresh, pve", False),
    ]


def test_a_cell_on_a_host_that_was_named_by_a_word_is_a_proof_of_the_word_too() -> None:
    cell = {"cell": NETBOX, "verdict": "pass", "aliases": {"NetBox newest": "NetBox pypi:4.7.3"}}
    found = read(entry("e2e:staging", ran(cells=[cell])))
    assert [each.host for each in found] == ["NetBox pypi:4.7.3", "NetBox newest"]


def test_a_cell_that_was_recorded_by_itself_is_a_proof_of_what_it_says_ran() -> None:
    row = {"cell": NETBOX, "verdict": "fail", "ran": ran()}
    (found,) = read(entry(CELL, row, verdict="fail"))
    assert (found.host, found.green, found.dependent) == ("NetBox pypi:4.7.3", False, side("plugin 1.0", "a"))
    (process,) = read(entry(CELL, {"cell": "processes", "verdict": "pass", "python": "3.11", "ran": ran()}))
    assert (process.host, process.python, process.cell, process.green) == ("", "3.11", "processes", True)
    assert read(entry(CELL, {**row, "verdict": "not run"}), entry(CELL, {"cell": NETBOX, "verdict": "pass"})) == []


def test_what_a_companion_s_record_says_of_its_dependents_counts_too() -> None:
    pair = {"dependents": {"plugin": ran(), "other": {"version": "1.0", "ran with": {}}, "third": "x"}}
    (found,) = read(entry("pair", pair), package="api")
    assert (found.dependent.package, found.companion.package) == ("plugin", "api")


def test_a_backend_that_is_judged_alone_is_known_by_where_all_came_from() -> None:
    origins = [
        {"name": "plugin", "version": "1.0", "sha256": "a"},
        {"name": "django", "version": "5.2", "sha256": "d"},
        {"name": "api", "version": "2.0rc1", "sha256": "b"},
        "x",
    ]
    alone = {"version": "2.0rc1", "files": {"b.whl": "b"}, "companion": None}
    (found,) = read(
        entry("e2e:staging", {**alone, "cells": [{"cell": NETBOX, "verdict": "pass", "origins": origins}]}),
        package="api",
    )
    assert (found.dependent, found.companion) == (side("plugin 1.0", "a"), side("api 2.0rc1", "b"))
    assert read(entry("e2e:staging", alone), package="api") == []


@pytest.mark.parametrize(
    "evidence",
    [
        ran(version="nonsense"),
        ran(version=3),
        ran(files={}),
        ran(files="x"),
        ran(companion={"name": "api"}),
        ran(companion={"name": "stranger", "version": "1.0", "files": {"a": "b"}}),
        ran(package="stranger"),
        ran(cells=[{"verdict": []}, {"cell": "x"}]),
        {"dependents": 3},
    ],
)
def test_evidence_of_another_form_proves_nothing(evidence: dict[str, Any]) -> None:
    assert [p for step in ("e2e:staging", CELL, "pair") for p in read(entry(step, evidence))] == []


def test_what_nobody_ran_is_unknown_and_not_red() -> None:
    (row,) = Pairs(EDGES).rows(key("plugin 1.0"), key("api 2.0"))
    assert (row.verdict, row.runs, row.files) == ("unknown", (), ())


def test_the_newest_run_of_a_cell_counts() -> None:
    older, newer = proof("plugin 1.0", "api 2.0", green=False, at="1"), proof("plugin 1.0", "api 2.0", at="2")
    for each in ((older, newer), (newer, older)):
        (row,) = Pairs(EDGES, each).rows(key("plugin 1.0"), key("api 2.0"))
        assert (row.verdict, row.runs, row.files) == ("green", ("run 2",), ("api 2.0", "plugin 1.0"))


def test_one_red_cell_of_a_host_is_red_there_and_not_elsewhere() -> None:
    two = (
        proof("plugin 1.0", "api 2.0", where=("4.7", "3.13", "fresh")),
        proof("plugin 1.0", "api 2.0", where=("4.7", "3.13", "upgrade"), green=False),
        proof("plugin 1.0", "api 2.0", where=("4.5", "3.13", "fresh")),
    )
    rows = Pairs(EDGES, two).rows(key("plugin 1.0"), key("api 2.0"))
    assert [(row.host, row.verdict) for row in rows] == [("4.7", "red"), ("4.5", "green")]


def test_a_host_is_green_once_every_cell_of_it_was_run() -> None:
    cells = {
        ("plugin", "api"): {("4.7", "3.13"): frozenset({"fresh", "upgrade"}), ("4.5", "3.13"): frozenset({"fresh"})}
    }
    known = (
        proof("plugin 1.0", "api 2.0", where=("4.7", "3.13", "fresh")),
        proof("plugin 1.0", "api 2.0", where=("4.7", "3.13", "other"), green=False),
        proof("plugin 1.0", "api 2.0", where=("4.4", "3.13", "fresh"), green=False),
    )
    pairs, both = Pairs(EDGES, known, cells=cells), (key("plugin 1.0"), key("api 2.0"))
    told = [(row.host, row.verdict) for row in pairs.rows(*both)]
    assert told == [("4.7", "unknown"), ("4.5", "unknown"), ("4.4", "red")]
    assert [row.host for row in pairs.asked(*both)] == ["4.7", "4.5"], "a host that is not asked for breaks nobody"
    assert pairs.missing(*both) == ((("4.7", "3.13"), "upgrade"), (("4.5", "3.13"), "fresh"))
    whole = Pairs(EDGES, (*known, proof("plugin 1.0", "api 2.0", where=("4.7", "3.13", "upgrade"))), cells=cells)
    assert whole.rows(*both)[0].verdict == "green"


def test_a_proof_on_other_bytes_is_about_something_else() -> None:
    known = (proof("plugin 1.0", "api 2.0"),)
    both = (key("plugin 1.0"), key("api 2.0"))
    for files, verdict in (({"plugin 1.0", "more"}, "green"), ({"others"}, "unknown")):
        (row,) = Pairs(EDGES, known, files={key("plugin 1.0"): frozenset(files)}).rows(*both)
        assert row.verdict == verdict


def test_a_candidate_stands_for_the_final_that_it_is_but_for_its_version() -> None:
    known = (proof("plugin 1.0rc2", "api 2.0rc1"), proof("plugin 1.0rc1", "api 2.0", green=False))
    pairs = Pairs(EDGES, known, candidates={key("plugin 1.0"): Version("1.0rc2"), key("api 2.0"): Version("2.0rc1")})
    (row,) = pairs.rows(key("plugin 1.0"), key("api 2.0"))
    assert (row.verdict, row.proven_as) == ("green", "plugin 1.0rc2, api 2.0rc1")
    (row,) = pairs.rows(key("plugin 1.0rc2"), key("api 2.0rc1"))
    assert (row.verdict, row.proven_as) == ("green", "")
    assert list(pairs.known()) == [
        (key("plugin 1.0rc2"), key("api 2.0rc1")),
        (key("plugin 1.0rc1"), key("api 2.0")),
    ]


RELEASED = {
    "plugin": [Version("1.2"), Version("1.1"), Version("1.0")],
    "other": [Version("5.0")],
    "api": [Version("2.1"), Version("2.0")],
    "cache": [Version("9.0")],
}


def asked(text: str, **more: Any) -> list[str]:
    question = PairsQuestion(*key(text), **more)
    found = question.asked(Pairs(EDGES, released=RELEASED))
    return [f"{one[0]} {one[1]} {other[0]} {other[1]}" for one, other in found]


def test_a_companion_is_asked_about_with_every_released_version_of_every_dependent() -> None:
    assert asked("api 2.2") == [
        "plugin 1.2 api 2.2",
        "plugin 1.1 api 2.2",
        "plugin 1.0 api 2.2",
        "other 5.0 api 2.2",
    ]


def test_a_package_is_asked_about_with_every_released_version_of_every_companion() -> None:
    assert asked("plugin 1.3") == ["plugin 1.3 api 2.1", "plugin 1.3 api 2.0", "plugin 1.3 cache 9.0"]
    assert asked("stranger 1.0") == []


def test_who_does_not_accept_the_version_is_not_asked_about() -> None:
    requires = {("plugin", "api"): ">=2.1,<3"}
    assert asked("plugin 1.3", requires=requires) == ["plugin 1.3 api 2.1", "plugin 1.3 cache 9.0"]
    assert asked("api 3.0rc1", requires=requires) == ["other 5.0 api 3.0rc1"]
    # A range is written for finals: 2.1rc1 leads to one that is accepted.
    assert asked("api 2.1rc1", requires=requires)[0] == "plugin 1.2 api 2.1rc1"


def test_only_as_many_versions_back_are_asked_about_as_is_said() -> None:
    back = {("plugin", "api"): 2, ("other", "api"): 0}
    assert asked("api 2.2", back=back) == ["plugin 1.2 api 2.2", "plugin 1.1 api 2.2"]


def test_the_answer_is_red_where_anything_is_else_unknown_where_anything_is_else_green() -> None:
    released = {"plugin": [Version("1.1"), Version("1.0")]}
    new, old = proof("plugin 1.1", "api 2.0"), proof("plugin 1.0", "api 2.0")
    broken = proof("plugin 1.0", "api 2.0", green=False)
    question = PairsQuestion(*key("api 2.0"))
    for known, verdict in (((new, old), "green"), ((new,), "unknown"), ((new, broken), "red"), ((broken,), "red")):
        said = answer(Pairs({"plugin": ["api"]}, known, released), question)
        assert said.verdict == verdict
        assert [row.version for row in said.rows] == ["1.1", "1.0"]
    assert said.unknown == ((key("plugin 1.1"), key("api 2.0")),)
    assert answer(Pairs({"plugin": ["api"]}), question).verdict == "green", "nobody has anything that it could break"


def test_the_table_replaces_what_stands_between_its_markers_and_nothing_else() -> None:
    rows = Pairs(EDGES, (proof("plugin 1.0", "api 2.0"),)).rows(key("plugin 1.0"), key("api 2.0"))
    page = f"# A\n{BEGIN}\nold\n{END}\nafter | it"
    new = with_table(page, rows, where="README.md")
    assert new.startswith(f"# A\n{BEGIN}\n\n| package | companion |")
    assert "| plugin 1.0 | api 2.0 |  |  | green | run 1 |" in new
    assert new.endswith(f"\n\n{END}\nafter | it")
    assert "old" not in new
    assert with_table(new, rows, where="README.md") == new
    crlf = with_table(page.replace("\n", "\r\n"), rows, where="README.md")
    assert crlf == new.replace("\n", "\r\n")
    assert f"{BEGIN}\n\nNothing is proven yet.\n\n{END}" in with_table(page, (), where="README.md")


@pytest.mark.parametrize("page", ["", BEGIN, END, f"{END}{BEGIN}", f"{BEGIN}{END}{BEGIN}", f"{BEGIN}{END}{END}"])
def test_a_page_without_its_two_markers_is_refused(page: str) -> None:
    with pytest.raises(ConfigurationError, match=r"README\.md has no place for the table") as refusal:
        with_table(page, (), where="README.md")
    assert BEGIN in refusal.value.hint
