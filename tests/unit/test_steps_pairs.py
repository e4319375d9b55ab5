"""The gate of a final that asks the matrix: red is refused, unknown is told with what to run, green goes on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from packaging.version import Version
from release_fixture import ALONE, APP, CORE, ReleaseFixture, done, entry
from stacks import hosts, pair_stack

from releasegate.core.config.companion import Companion
from releasegate.core.config.keys import Settings
from releasegate.core.errors import GateFailed, Refused
from releasegate.core.pairs.question import answer
from releasegate.core.release.entry import SEAL
from releasegate.rehearsal.index import sample_sdist, sample_wheel
from releasegate.steps.companions import Beside
from releasegate.steps.end_to_end import run_end_to_end
from releasegate.steps.fetch import deliver
from releasegate.steps.pairs import ReleasedPairs, commands, pairs, question
from releasegate.steps.prove import EndToEnd
from releasegate.steps.release import Release

BOTH = replace(APP, companions=(Companion(CORE.name, default="2.0", released_versions=2),))


@pytest.fixture
def fixture(tmp_path: Path) -> ReleaseFixture:
    return ReleaseFixture(tmp_path, app=BOTH)


def final(fixture: ReleaseFixture) -> Release:
    """Return the final of the app whose candidate 1.0rc1 is proven, with two versions of the core published."""
    for version in ("1.9", "2.0"):
        fixture.publish_core(version, on=fixture.production)
    release = fixture.uploaded("1.0rc1")
    step = EndToEnd(release, "staging")
    done(step, step.run())
    files = {artifact.filename: artifact.sha256 for artifact in release.manifest().artifacts}
    fixture.ledger.append("1.0rc1", entry(SEAL, evidence={"files": files, "commit": release.commit()}))
    return fixture.release("1.0", candidate="1.0rc1")


def ran(fixture: ReleaseFixture, core: str) -> None:
    """Record a run of the candidate with a version of the core, as a session does; a pair that is broken fails."""
    run = fixture.run()
    ours = deliver(run, fixture.app, version=Version("1.0rc1"), index=fixture.staging)
    theirs = deliver(run, fixture.core, version=Version(core), index=fixture.production)
    try:
        found, verdict = run_end_to_end(fixture.release("1.0rc1"), ours, Beside((theirs,))), "pass"
    except GateFailed as error:
        found, verdict = dict(error.evidence), "fail"
    evidence = {"cell": "processes", "verdict": verdict, "ran": found}
    fixture.ledger.append("1.0rc1", replace(entry("e2e:cell", evidence=evidence), verdict=verdict))


def test_a_version_that_was_not_run_is_refused_with_the_line_that_runs_it(fixture: ReleaseFixture) -> None:
    step = ReleasedPairs(final(fixture))
    assert step.already() is None
    assert step.describe() == "1.0rc1 is proven with the last 2 of sample-core"
    with pytest.raises(Refused, match="was not run with every released version") as refusal:
        step.run()
    candidate = "--package sample-app --source testpypi --version 1.0rc1"
    assert refusal.value.details == (f"nox -s e2e -- {candidate} --backend-source pypi --backend-version 1.9 --record",)
    ran(fixture, "1.9")
    assert step.run() == {
        "asked": ["sample-app 1.0rc1 with sample-core 2.0: green", "sample-app 1.0rc1 with sample-core 1.9: green"]
    }
    assert step.subject().startswith("1.0rc1 ")


def test_a_version_that_broke_is_a_gate_that_failed(fixture: ReleaseFixture) -> None:
    release = final(fixture)
    fixture.runner.broken = {("1.0rc1", "1.9")}
    ran(fixture, "1.9")
    with pytest.raises(GateFailed, match="breaks a released version") as failure:
        ReleasedPairs(release).run()
    assert failure.value.details == ("sample-app 1.0rc1 with sample-core 1.9: red",)


def test_one_version_back_is_what_the_candidate_s_own_gates_run(tmp_path: Path) -> None:
    step = ReleasedPairs(ReleaseFixture(tmp_path).release("1.0", candidate="1.0rc1"))
    assert step.already() == {"asked": "nothing: released-versions is 1"}
    assert step.describe() == "what goes out fits older released versions: released-versions asks for none"
    alone = ReleasedPairs(ReleaseFixture(tmp_path, app=ALONE).release("1.0"))
    assert alone.already() is not None


def test_a_companion_s_final_is_asked_about_with_what_users_have_of_its_dependents(fixture: ReleaseFixture) -> None:
    core = fixture.seal_core("2.1rc1", on=fixture.staging)
    for version in ("0.8", "0.9", "0.7"):
        for sample in (sample_wheel(APP.name, version), sample_sdist(APP.name, version)):
            fixture.production.put(sample.filename, sample.content)
    step = ReleasedPairs(replace(core, version=Version("2.1")))
    assert step.describe() == "2.1rc1 is proven with the last 2 of sample-app"
    with pytest.raises(Refused) as refusal:
        step.run()
    assert [line.partition(" --backend-source ")[0] for line in refusal.value.details] == [
        f"nox -s e2e -- --package sample-app --source pypi --version {version}" for version in ("0.9", "0.8")
    ]
    assert all("--backend-source testpypi --backend-version 2.1rc1" in line for line in refusal.value.details)


def test_of_many_versions_not_all_lines_are_told(tmp_path: Path) -> None:
    fixture = ReleaseFixture(tmp_path, app=replace(APP, companions=(Companion(CORE.name, released_versions=30),)))
    core = fixture.seal_core("2.1rc1", on=fixture.staging)
    for number in range(22):
        sample = sample_wheel(APP.name, f"0.{number}")
        fixture.production.put(sample.filename, sample.content)
    with pytest.raises(Refused) as refusal:
        ReleasedPairs(replace(core, version=Version("2.1"))).run()
    assert refusal.value.details[20:] == ("and 2 more: releasegate pairs shows them",)


def test_a_final_that_was_promoted_is_known_by_its_candidate(fixture: ReleaseFixture) -> None:
    final(fixture)
    ran(fixture, "1.9")
    promotion = entry("promotion", evidence={"candidate": "1.0rc1"})
    fixture.ledger.append("1.0", promotion)
    for number, wrong in enumerate((replace(promotion, event="failed"), entry("promotion"), entry("tag"))):
        fixture.ledger.append(f"0.{number}", wrong)
    known = pairs(fixture.run())
    assert known.candidates == {(APP.name, Version("1.0")): Version("1.0rc1")}
    said = answer(known, question(fixture.run().settings, APP.name, Version("1.0"), back=2))
    assert (said.verdict, {row.proven_as for row in said.rows}) == ("green", {"sample-app 1.0rc1"})
    assert commands(fixture.run(), known, said) == ()


def test_what_is_yanked_or_staged_is_not_released(fixture: ReleaseFixture) -> None:
    for version, yanked in (("1.0", False), ("1.1", True), ("1.2rc1", False)):
        fixture.publish_core(version, on=fixture.production, yanked=yanked)
    assert pairs(fixture.run()).released == {APP.name: (), CORE.name: (Version("1.0"),)}


def test_a_final_that_is_nowhere_yet_is_run_as_its_candidate(fixture: ReleaseFixture) -> None:
    final(fixture)
    run = fixture.run()
    known = pairs(run)
    asked = question(run.settings, APP.name, Version("1.0"))
    lines = commands(run, known, answer(known, asked))
    assert len(lines) == 1
    assert "--source testpypi --version 1.0rc1 " in lines[0]


def test_each_cell_of_a_pair_in_containers_is_a_line_of_its_own(fixture: ReleaseFixture) -> None:
    final(fixture)
    run = fixture.run()
    values = ("pypi:4.7.3", "image:4.5.8")
    stack = pair_stack(APP.name, CORE.name, dimensions=hosts(*values), paths=("fresh",))
    stacked = replace(run, settings=Settings(run.settings.packages, {}, stack=stack))
    known = pairs(stacked)
    said = answer(known, question(stacked.settings, APP.name, Version("1.0rc1"), back=1))
    assert [row.verdict for row in said.rows] == ["unknown", "unknown"]
    assert commands(stacked, known, said) == tuple(
        "nox -s e2e -- --package sample-app --source testpypi --version 1.0rc1 --backend-source pypi "
        f"--backend-version 2.0 --netbox {host} --python 3.13 --path fresh --service pve "
        "--world small --user superuser --depth usual --record"
        for host in values
    )
