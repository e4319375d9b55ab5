"""What fits what where more than two run together: each two that call each other, and whose doing a red run may be."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from family import BOTH, MAIL, SECOND, family, publish_both
from packaging.version import Version
from release_fixture import CORE, ReleaseFixture, entry
from test_pairs import NETBOX, key, proof, side

from releasegate.core.config.companion import Companion
from releasegate.core.pairs.matrix import Pairs
from releasegate.core.pairs.proofs import Proof, proofs
from releasegate.core.pairs.question import answer
from releasegate.core.release.taken_back import CELL
from releasegate.core.report.markdown import pairs as table
from releasegate.core.report.terminal import pairs as lines
from releasegate.steps.pairs import ReleasedPairs, commands, pairs, question

EDGES = {"plugin": ["api", "cache"], "other": ["api"]}
TWO = [
    {"name": "api", "version": "2.0", "files": {"b.whl": "b"}},
    {"name": "cache", "version": "3.0", "files": {"c.whl": "c"}},
]
RAN: dict[str, Any] = {"package": "plugin", "version": "1.0", "files": {"a.whl": "a"}, "companions": TWO}


def told(evidence: dict[str, Any], *, package: str = "plugin") -> list[Proof]:
    return list(proofs(package, [replace(entry("e2e:staging", evidence=evidence), verdict="pass")], edges=EDGES))


def test_a_run_with_two_companions_is_a_proof_for_each() -> None:
    found = told(RAN)
    assert [(p.dependent, p.companion, p.beside) for p in found] == [
        (side("plugin 1.0", "a"), side("api 2.0", "b"), ("cache 3.0",)),
        (side("plugin 1.0", "a"), side("cache 3.0", "c"), ("api 2.0",)),
    ]


def test_what_users_have_beside_the_two_is_proven_with_them() -> None:
    origins = [
        {"name": "other", "version": "0.5", "sha256": "o"},
        {"name": "django", "version": "5.2", "sha256": "d"},
        {"name": "plugin", "version": "1.0", "sha256": "a"},
    ]
    cell = {"cell": NETBOX, "verdict": "pass", "origins": origins}
    found = told({**RAN, "companions": TWO[:1], "cells": [cell]})
    assert {(p.dependent.package, p.companion.package, p.beside) for p in found} == {
        ("other", "api", ("plugin 1.0",)),
        ("plugin", "api", ("other 0.5",)),
    }


@pytest.mark.parametrize("companions", [[], "x", [7], [{"name": "api"}], {"name": "api"}], ids=str)
def test_companions_of_another_form_prove_nothing(companions: Any) -> None:
    assert told({**RAN, "companions": companions}) == []


def verdict(*found: Proof) -> str:
    (row,) = Pairs(EDGES, found).rows(key("plugin 1.0"), key("api 2.0"))
    return row.verdict


def beside(cache: str, *, green: bool, at: str) -> Proof:
    return replace(proof("plugin 1.0", "api 2.0", green=green, at=at), beside=(cache,))


def test_two_that_did_well_are_not_red_by_what_another_broke_beside_them() -> None:
    well, broken = beside("cache 3.0", green=True, at="1"), beside("cache 3.1", green=False, at="2")
    assert verdict(broken) == "red"
    assert verdict(well, broken) == "green"
    assert verdict(replace(broken, at="0"), well) == "green"


def test_two_that_break_beside_the_same_or_alone_are_red() -> None:
    well = beside("cache 3.0", green=True, at="1")
    assert verdict(well, beside("cache 3.0", green=False, at="2")) == "red"
    assert verdict(well, proof("plugin 1.0", "api 2.0", green=False, at="2")) == "red"
    again = beside("cache 3.2", green=False, at="3")
    assert verdict(well, beside("cache 3.0", green=False, at="2"), again) == "red"


def test_a_row_tells_what_ran_beside_the_two() -> None:
    rows = Pairs(EDGES, [beside("cache 3.1", green=False, at="1")]).rows(key("plugin 1.0"), key("api 2.0"))
    (line,) = lines(rows)
    assert line == "  red     plugin 1.0 with api 2.0, beside cache 3.1 (run 1)"
    assert any("| red, beside cache 3.1 |" in each for each in table(rows))


@pytest.fixture
def fixture(tmp_path: Path) -> ReleaseFixture:
    fixture = family(tmp_path, mail={"requires": ">=3"})
    publish_both(fixture, on=fixture.production, core="1.9", mail="2.9")
    publish_both(fixture, on=fixture.production)
    for package in (BOTH, SECOND):
        fixture.publish_core("0.8", on=fixture.production, package=package)
    return fixture


def test_the_line_that_runs_two_names_what_the_other_companions_are(fixture: ReleaseFixture) -> None:
    run = fixture.run()
    known = pairs(run)
    said = answer(known, question(run.settings, CORE.name, Version("2.0")))
    assert {(row.package, row.companion_version, row.verdict) for row in said.rows} == {
        ("sample-second", "2.0", "unknown"),
        ("sample-app", "2.0", "unknown"),
    }
    assert commands(run, known, said) == (
        (
            "nox -s e2e -- --package sample-second --source pypi --version 0.8 "
            "--backend-source pypi --backend-version 2.0 --record"
        ),
        (
            "nox -s e2e -- --package sample-app --source pypi --version 0.8 "
            "--backend-source sample-core=pypi --backend-version sample-core=2.0 "
            "--backend-source sample-mail=pypi --backend-version sample-mail=3.0 --record"
        ),
    )


def test_of_a_companion_that_nobody_can_get_yet_the_rule_picks_the_version(fixture: ReleaseFixture) -> None:
    fixture.production.held = [h for h in fixture.production.held if not h.filename.startswith("sample_mail-3")]
    run = fixture.run()
    known = pairs(run)
    said = answer(known, question(run.settings, BOTH.name, Version("0.8"), back=1))
    assert commands(run, known, said) == (
        (
            "nox -s e2e -- --package sample-app --source pypi --version 0.8 "
            "--backend-source sample-core=pypi --backend-version sample-core=2.0 --record"
        ),
    )


def test_a_final_is_asked_of_each_companion_as_far_back_as_it_says(tmp_path: Path) -> None:
    fixture = family(tmp_path, mail={"released_versions": 2})
    publish_both(fixture, on=fixture.production, core="1.9", mail="2.9")
    publish_both(fixture, on=fixture.production)
    fixture.proven("1.0rc1")
    step = ReleasedPairs(fixture.release("1.0", candidate="1.0rc1"))
    assert step.describe() == "1.0rc1 is proven with the last 2 of sample-mail"
    step = ReleasedPairs(fixture.release("3.1", candidate="3.1rc1", package=MAIL))
    assert step.describe() == "3.1rc1 is proven with the last 2 of sample-app"
    assert ReleasedPairs(fixture.release("2.1", package=CORE)).already() is not None


def test_one_cell_of_three_is_known_for_every_two_of_them(fixture: ReleaseFixture) -> None:
    held = {
        h.filename: f
        for h in fixture.production.held
        for f in fixture.production.files(_name(h.filename))
        if f.filename == h.filename
    }
    sides = {
        n: {f: held[f].sha256 for f in held if f.startswith(f"{n.replace('-', '_')}-{v}")}
        for n, v in (("sample-app", "0.8"), ("sample-core", "2.0"), ("sample-mail", "3.0"))
    }
    companions = [
        {"name": name, "version": version, "files": sides[name]}
        for name, version in (("sample-core", "2.0"), ("sample-mail", "3.0"))
    ]
    ran = {"package": "sample-app", "version": "0.8", "files": sides["sample-app"], "companions": companions}
    evidence = {"cell": "processes", "verdict": "pass", "ran": ran}
    fixture.ledger.append("0.8", replace(entry(CELL, evidence=evidence), verdict="pass"))
    run = fixture.run()
    known = pairs(run)
    for name, version in (("sample-core", "2.0"), ("sample-mail", "3.0")):
        (row,) = known.rows(key("sample-app 0.8"), (name, Version(version)))
        assert (row.verdict, len(row.beside)) == ("green", 1)


def _name(filename: str) -> str:
    return filename.partition("-")[0].replace("_", "-")


def test_a_companion_has_its_own_range_of_each_dependent(tmp_path: Path) -> None:
    fixture = family(tmp_path, core={"requires": "<2"})
    publish_both(fixture, on=fixture.production)
    run = fixture.run()
    assert run.settings.edges["sample-app", "sample-core"] == Companion("sample-core", "2.0", "<2")
    asked = question(run.settings, CORE.name, Version("2.0"))
    assert asked.requires == {
        ("sample-second", "sample-core"): "",
        ("sample-app", "sample-core"): "<2",
        ("sample-app", "sample-mail"): "",
    }
