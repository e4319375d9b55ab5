"""The proofs: what was not installed, not run, or run with something else is not proven."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import pytest
from fakes import sha256
from packaging.version import Version
from release_fixture import ALONE, APP, START, ReleaseFixture, entry

from releasegate.core.config.companion import Companion
from releasegate.core.errors import GateFailed, Refused, Unavailable
from releasegate.core.release.entry import SEAL
from releasegate.core.release.taken_back import CELL
from releasegate.ports import CellReport, Delivery
from releasegate.steps.after_red import after_red
from releasegate.steps.end_to_end import cell_subject
from releasegate.steps.fetch import GivenFiles, deliver
from releasegate.steps.prove import (
    AgainstReleasedCompanion,
    EndToEnd,
    InstallCheck,
    PairProven,
    require_passed,
)


@pytest.fixture
def fixture(tmp_path: Path) -> ReleaseFixture:
    return ReleaseFixture(tmp_path)


def requiring(text: str, root: Path) -> ReleaseFixture:
    return ReleaseFixture(root, app=replace(APP, companions=(Companion("sample-core", default="2.0", requires=text),)))


def test_every_python_tries_the_wheel_and_the_sdist_as_the_index_serves_them(fixture: ReleaseFixture) -> None:
    release = fixture.uploaded("1.0rc1")
    step = InstallCheck(release, "staging")
    assert step.already() is None
    evidence = step.run()
    files = {a.filename: a.sha256 for a in release.manifest().artifacts}
    assert evidence["source"] == "testpypi"
    assert evidence["files"] == files
    assert [cell["cell"] for cell in evidence["cells"]] == ["3.11 wheel", "3.11 sdist", "3.12 wheel", "3.12 sdist"]
    assert evidence["cells"][0] == {
        "cell": "3.11 wheel",
        "verdict": "pass",
        "seconds": 1.2,
        "problems": [],
        "tried": "",
        "origins": [
            {"name": "sample-app", "version": "1.0rc1", "sha256": next(iter(files.values())), "host": "index.test"}
        ],
    }
    assert step.subject() == release.manifest().identity
    assert step.key == "install:staging"


def test_a_cell_that_fails_is_refused(fixture: ReleaseFixture) -> None:
    fixture.install_checker.problems["3.12 sdist"] = ("sample_app.cli cannot be imported",)
    with pytest.raises(GateFailed, match=r"sample-app 1\.0rc1 from testpypi fails its install check") as failure:
        InstallCheck(fixture.uploaded("1.0rc1"), "staging").run()
    assert failure.value.details == ("3.12 sdist: sample_app.cli cannot be imported",)
    cells = {each["cell"]: each["verdict"] for each in failure.value.evidence["cells"]}
    assert cells["3.12 sdist"] == "fail"
    assert cells["3.12 wheel"] == "pass"


def test_a_cell_that_fails_without_a_word_is_refused_too() -> None:
    cells = [CellReport("3.11 wheel", "pass", (), (), 1.0), CellReport("3.12 wheel", "fail", (), (), 1.0)]
    with pytest.raises(GateFailed, match="it fails its install check"):
        require_passed(cells, what="it")


def test_cells_that_could_not_all_be_run_are_enough_if_one_passed(fixture: ReleaseFixture) -> None:
    fixture.install_checker.missing = frozenset({"3.12"})
    cells = InstallCheck(fixture.uploaded("1.0rc1"), "staging").run()["cells"]
    assert [cell["verdict"] for cell in cells] == ["pass", "pass", "not run", "not run"]


def test_nothing_is_proven_where_no_cell_was_run(fixture: ReleaseFixture) -> None:
    fixture.install_checker.missing = frozenset({"3.11", "3.12"})
    with pytest.raises(Refused, match=r"No install of sample-app 1\.0rc1 from testpypi could be tried") as refusal:
        InstallCheck(fixture.uploaded("1.0rc1"), "staging").run()
    assert len(refusal.value.details) == 4
    with pytest.raises(Refused, match="No install of nothing"):
        require_passed([], what="nothing")


def test_a_package_runs_with_its_companion_and_both_are_known_by_their_bytes(fixture: ReleaseFixture) -> None:
    fixture.publish_core("2.0", on=fixture.production)
    release = fixture.uploaded("1.0rc1")
    step = EndToEnd(release, "staging")
    assert step.already() is None
    assert step.run() == {
        "package": "sample-app",
        "version": "1.0rc1",
        "source": "testpypi",
        "files": {a.filename: a.sha256 for a in release.manifest().artifacts},
        "companions": [
            {
                "name": "sample-core",
                "version": "2.0",
                "source": "pypi",
                "files": {held.filename: sha256(held.content) for held in fixture.production.held},
                "named by": "the configuration",
            }
        ],
        "seconds": 2.0,
    }
    assert step.subject() == release.manifest().identity
    assert step.key == "e2e:staging"
    assert step.describe() == "run 1.0rc1 from testpypi with sample-core end to end"


def given(delivery: Delivery) -> GivenFiles:
    return GivenFiles(delivery.source, lambda: nullcontext(delivery))


def test_files_and_a_companion_from_elsewhere_are_run_instead_of_the_releases_own(fixture: ReleaseFixture) -> None:
    fixture.publish_core("1.9", on=fixture.production)
    run = fixture.run()
    theirs = deliver(run, fixture.core, version=Version("1.9"), index=fixture.production)
    ours = Delivery(fixture.app, Version("1.0rc1"), "local", START, (fixture.root,))
    step = EndToEnd(
        fixture.release("1.0rc1"), "staging", files=given(ours), companion_files={"sample-core": given(theirs)}
    )
    evidence = step.run()
    assert fixture.runner.seen == [(ours, (theirs,))]
    assert (evidence["source"], evidence["files"]) == ("local", {})
    (beside,) = evidence["companions"]
    assert (beside["version"], "named by" in beside) == ("1.9", False)
    assert step.describe() == "run 1.0rc1 from local with sample-core end to end"
    assert step.subject() == "local"


def test_files_from_elsewhere_run_with_the_companion_that_its_rule_picks(fixture: ReleaseFixture) -> None:
    fixture.publish_core("2.0", on=fixture.production)
    ours = Delivery(fixture.app, Version("1.0rc1"), "local", START, (fixture.root,))
    evidence = EndToEnd(fixture.release("1.0rc1"), "staging", files=given(ours)).run()
    assert (evidence["source"], evidence["companions"][0]["named by"]) == ("local", "the configuration")


def test_files_from_elsewhere_are_installed_instead_of_the_releases_own(fixture: ReleaseFixture) -> None:
    fixture.publish_core("1.9", on=fixture.production)
    theirs = deliver(fixture.run(), fixture.core, version=Version("1.9"), index=fixture.production)
    step = InstallCheck(fixture.release("1.9", package=fixture.core), "production", files=given(theirs))
    assert step.run()["source"] == "pypi"
    assert step.describe() == "install wheel and sdist from pypi on Python 3.12 and try them"
    assert step.subject() == "pypi"


def test_a_cell_on_a_checkout_is_known_by_its_commit(fixture: ReleaseFixture) -> None:
    fixture.publish_core("2.0", on=fixture.production)
    ours = deliver(fixture.run(), fixture.core, version=Version("2.0"), index=fixture.production)
    checkouts = [Delivery(fixture.app, Version("1.0"), "local", commit * 40, (fixture.root,)) for commit in "ab"]
    assert [cell_subject(ours, [each]).split(" ")[-1] for each in checkouts] == ["a" * 40, "b" * 40]


def test_a_package_without_a_companion_runs_alone(tmp_path: Path) -> None:
    fixture = ReleaseFixture(tmp_path, app=ALONE)
    step = EndToEnd(fixture.uploaded("1.0rc1"), "staging")
    assert step.run()["companions"] == []
    assert step.describe() == "run 1.0rc1 from testpypi end to end"
    (seen,) = fixture.runner.seen
    assert (seen[0].commit, seen[1]) == (fixture.repository.head(), ())


def test_a_run_that_fails_says_what_failed_and_the_companions_last_words(fixture: ReleaseFixture) -> None:
    fixture.publish_core("2.0", on=fixture.production)
    fixture.runner.broken = {("1.0rc1", "2.0")}
    with pytest.raises(GateFailed, match=r"with sample-core 2\.0 from pypi fails end to end") as failure:
        EndToEnd(fixture.uploaded("1.0rc1"), "staging").run()
    assert failure.value.details == ("a check fails", "sample-core: a last word")


def test_a_run_alone_that_fails_is_told_with_its_own_last_words(tmp_path: Path) -> None:
    fixture = ReleaseFixture(tmp_path, app=ALONE)
    fixture.runner.broken = {("1.0rc1", None)}
    with pytest.raises(GateFailed, match=r"sample-app 1\.0rc1 from testpypi fails end to end") as failure:
        EndToEnd(fixture.uploaded("1.0rc1"), "staging").run()
    assert failure.value.details == ("a check fails", "sample-app: a last word")


@pytest.mark.parametrize(
    ("version", "source", "line"),
    [
        ("1.0rc1", "testpypi", "Mend it and commit, then go on with the next number: invoke release --rc"),
        ("1.0.post1.dev1", "testpypi", "Mend it and commit, then go on with the next number: invoke release --post"),
        ("1.0", "pypi", "Repair it forward: invoke release --post"),
        ("1.0.post1", "pypi", "Repair it forward: invoke release --post"),
    ],
)
def test_what_an_index_holds_and_is_red_is_gone_on_from_with_the_line_that_makes_the_next_number(
    fixture: ReleaseFixture, version: str, source: str, line: str
) -> None:
    delivery = Delivery(fixture.app, Version(version), source, START, ())
    assert after_red(fixture.release(version), delivery) == f"{line} --package sample-app"


def test_a_final_that_a_post_came_after_is_not_repaired_again(fixture: ReleaseFixture) -> None:
    old, newest, other = (Delivery(fixture.app, Version(v), "pypi", START, ()) for v in ("1.0", "1.0.post2", "1.1"))
    for version in ("1.0", "1.0.post1", "1.0.post2", "1.1"):
        fixture.publish_core(version, on=fixture.production, package=fixture.app)
    said = "1.0.post2 came after it: what is there to do says invoke status --package sample-app"
    assert after_red(fixture.release("1.0"), old) == said
    assert all(after_red(fixture.release("1.0"), each).startswith("Repair it forward") for each in (newest, other))


def test_an_index_that_is_away_does_not_hide_a_red_verdict(
    fixture: ReleaseFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_: str) -> None:
        raise Unavailable("pypi does not answer.", hint="Wait")

    monkeypatch.setattr(fixture.production, "versions", away)
    old = Delivery(fixture.app, Version("1.0"), "pypi", START, ())
    assert after_red(fixture.release("1.0"), old) == "Repair it forward: invoke release --post --package sample-app"


def test_what_was_never_published_is_mended_and_tried_again(fixture: ReleaseFixture) -> None:
    delivery = Delivery(fixture.app, Version("1.0"), "dist", START, ())
    assert after_red(fixture.release("1.0"), delivery) == "Mend it, then run the same command again"


def test_what_is_not_out_yet_is_mended_where_what_is_out_fails_with_it(fixture: ReleaseFixture) -> None:
    out = Delivery(fixture.app, Version("1.0.post1"), "pypi", "", ())
    coming, known = (Delivery(fixture.core, Version(each), "testpypi", "", ()) for each in ("2.1rc1", "2.0"))
    line = "invoke release --rc --package sample-core"
    assert after_red(fixture.release("1.0.post1"), out, (known, coming)) == (
        f"sample-core 2.1rc1 is not out yet: mend it and commit, then go on with the next number: {line}"
    )
    both = Delivery(fixture.app, Version("1.1rc1"), "testpypi", "", ())
    assert after_red(fixture.release("1.1rc1"), both, (coming,)).endswith("--rc --package sample-app")
    assert after_red(fixture.release("1.0.post1"), out, (known,)).endswith("--post --package sample-app")


def test_a_run_that_could_not_be_judged_says_why_and_is_no_failure(fixture: ReleaseFixture) -> None:
    fixture.publish_core("2.0", on=fixture.production)
    fixture.runner.unjudged = Unavailable("no room on the disk", hint="Make some")
    with pytest.raises(Unavailable, match="no room on the disk"):
        EndToEnd(fixture.uploaded("1.0rc1"), "staging").run()


def test_a_package_that_declares_no_command_is_not_proven(tmp_path: Path) -> None:
    fixture = ReleaseFixture(tmp_path, app=replace(ALONE, end_to_end=None))
    with pytest.raises(Refused, match="sample-app declares no end-to-end command") as refusal:
        EndToEnd(fixture.uploaded("1.0rc1"), "staging").run()
    assert "invoke waive" in refusal.value.hint


def test_a_companion_that_is_on_no_index_is_refused_before_anything_runs(fixture: ReleaseFixture) -> None:
    with pytest.raises(Refused, match="is not on testpypi nor pypi"):
        EndToEnd(fixture.uploaded("1.0rc1"), "staging").run()
    assert fixture.runner.seen == []


def test_a_candidate_runs_with_what_users_have_today(fixture: ReleaseFixture) -> None:
    for version in ("1.9", "1.10", "2.0rc1"):
        fixture.publish_core(version, on=fixture.production)
    release = fixture.uploaded("1.0rc1")
    step = AgainstReleasedCompanion(release)
    assert step.already() is None
    (partner,) = step.run()["companions"]
    assert (partner["version"], partner["source"]) == ("1.10", "pypi")
    assert step.subject() == release.manifest().identity
    assert step.describe() == "run 1.0rc1 with the sample-core that users have today"


def test_a_candidate_that_breaks_with_what_users_have_today_is_refused(fixture: ReleaseFixture) -> None:
    fixture.publish_core("1.9", on=fixture.production)
    fixture.runner.broken = {("1.0rc1", "1.9")}
    with pytest.raises(GateFailed, match="fails end to end"):
        AgainstReleasedCompanion(fixture.uploaded("1.0rc1")).run()


def test_there_is_no_today_without_a_companion(tmp_path: Path) -> None:
    step = AgainstReleasedCompanion(ReleaseFixture(tmp_path, app=ALONE).release("1.0rc1"))
    assert step.already() == {"companions": [], "reason": "it has no companion"}
    assert step.describe().endswith("it has no companion")


def test_there_is_no_today_before_the_companions_first_final(fixture: ReleaseFixture) -> None:
    fixture.publish_core("1.0rc1", on=fixture.production)
    fixture.publish_core("1.0", on=fixture.production, yanked=True)
    assert AgainstReleasedCompanion(fixture.release("1.0rc1")).already() == {
        "companions": [],
        "reason": "no sample-core is published",
    }


def test_what_the_package_does_not_mean_to_work_with_is_not_run(tmp_path: Path) -> None:
    fixture = requiring(">=2", tmp_path)
    fixture.publish_core("1.9", on=fixture.production)
    step = AgainstReleasedCompanion(fixture.release("1.0rc1"))
    assert step.already() == {"companions": [], "reason": "sample-core 1.9 is outside of requires = '>=2'"}
    fixture.publish_core("2.0", on=fixture.production)
    assert step.already() is None


def test_a_package_nobody_depends_on_is_green_together(fixture: ReleaseFixture) -> None:
    step = PairProven(fixture.proven("1.0rc1"))
    assert step.already() is None
    assert step.run() == {"dependents": {}}
    assert step.describe() == "the pair is green together: nothing depends on this package"


def test_the_dependents_candidate_must_have_run_with_this_very_candidate(fixture: ReleaseFixture) -> None:
    core = fixture.seal_core("2.0rc1", on=fixture.staging)
    fixture.by_hand = "2.0rc1"
    app = fixture.uploaded("1.0rc1")
    evidence = EndToEnd(app, "staging").run()
    fixture.ledger.append("1.0rc1", entry(SEAL, evidence={"companions": evidence["companions"]}))
    step = PairProven(core)
    assert step.run() == {"dependents": {"sample-app": {"version": "1.0rc1", "ran with": evidence["companions"][0]}}}
    assert step.describe() == "sample-app is green together with 2.0rc1"
    hashes = [held.content for held in fixture.staging.held if held.filename.startswith("sample_core")]
    assert step.subject() == " ".join(["2.0rc1", *map(sha256, hashes)])


def test_a_dependents_candidate_that_ran_with_another_companion_is_refused(fixture: ReleaseFixture) -> None:
    core = fixture.seal_core("2.0rc2", on=fixture.staging)
    fixture.repository.remote["v1.0rc1"] = START
    fixture.ledger.append("1.0rc1", entry(SEAL, evidence={"companion": {"name": "sample-core", "version": "2.0rc1"}}))
    with pytest.raises(Refused, match=r"sample-app 1\.0rc1 ran with 2\.0rc1, not with 2\.0rc2"):
        PairProven(core).run()


@pytest.mark.parametrize("sealed", [False, True], ids=["no seal", "end-to-end waived"])
def test_a_dependents_candidate_that_is_not_proven_is_refused(fixture: ReleaseFixture, *, sealed: bool) -> None:
    core = fixture.seal_core("2.0rc1", on=fixture.staging)
    fixture.staging.put("sample_app-1.0rc1.tar.gz", b"")
    if sealed:
        fixture.ledger.append("1.0rc1", entry(SEAL, evidence={"companion": None}))
    with pytest.raises(Refused, match=r"sample-app 1\.0rc1 is not proven yet") as refusal:
        PairProven(core).run()
    assert refusal.value.hint.endswith("invoke release --rc --package sample-app")


def test_only_the_newest_open_candidate_counts(fixture: ReleaseFixture) -> None:
    core = fixture.seal_core("2.0rc1", on=fixture.staging)
    fixture.production.put("sample_app-1.0.tar.gz", b"")
    for version in ("1.0rc9", "1.1rc2", "1.1rc10"):
        fixture.staging.put(f"sample_app-{version}.tar.gz", b"")
    with pytest.raises(Refused, match=r"sample-app 1\.1rc10 is not proven yet"):
        PairProven(core).run()


def published_app(fixture: ReleaseFixture) -> None:
    """Publish the app as ``1.0``; its candidate is then no longer open."""
    fixture.uploaded("1.0rc1")
    fixture.uploaded("1.0", role="production")


def test_without_a_candidate_the_published_dependent_is_run_with_ours(fixture: ReleaseFixture) -> None:
    core = fixture.seal_core("2.0rc1", on=fixture.staging)
    published_app(fixture)
    evidence = PairProven(core).run()["dependents"]["sample-app"]
    assert (evidence["version"], evidence["source"]) == ("1.0", "pypi")
    assert (evidence["companions"][0]["version"], evidence["companions"][0]["source"]) == ("2.0rc1", "testpypi")
    assert evidence["companions"][0]["files"] == core.candidate_seal().evidence["files"]
    assert fixture.runner.seen[0][0].commit == fixture.repository.tags()["v1.0"]
    assert "sample-app has no candidate: running its published 1.0 with 2.0rc1" in fixture.said


def test_a_published_dependent_that_breaks_with_ours_is_refused(fixture: ReleaseFixture) -> None:
    core = fixture.seal_core("2.0rc1", on=fixture.staging)
    published_app(fixture)
    fixture.runner.broken = {("1.0", "2.0rc1")}
    with pytest.raises(GateFailed, match=r"sample-app 1\.0 from pypi with sample-core 2\.0rc1 from testpypi") as no:
        PairProven(replace(core, version=Version("2.0"))).run()
    # The final that was about to go out has no number spent: what its dependent breaks on is proven anew.
    assert no.value.hint.endswith("then prove another candidate: invoke release --rc --package sample-core")


def test_the_pair_is_run_with_the_proven_bytes_and_no_others(fixture: ReleaseFixture) -> None:
    core = fixture.seal_core("2.0rc1", on=fixture.staging)
    published_app(fixture)
    fixture.staging.swapped["sample_core-2.0rc1.tar.gz"] = b"theirs"
    with pytest.raises(GateFailed, match="other bytes"):
        PairProven(core).run()
    assert fixture.runner.seen == []


def test_a_dependent_that_is_nowhere_yet_is_refused(fixture: ReleaseFixture) -> None:
    core = fixture.seal_core("2.0rc1", on=fixture.staging)
    with pytest.raises(Refused, match="sample-app has neither a candidate nor a published version"):
        PairProven(core).run()


def test_cells_that_ran_elsewhere_on_these_very_files_are_handed_to_the_stage(fixture: ReleaseFixture) -> None:
    release = fixture.uploaded("1.0rc1")
    fixture.publish_core("2.0", on=fixture.production)
    step = EndToEnd(release, "staging")
    step.run()
    delivery, partner = fixture.runner.seen[-1]
    ours = cell_subject(delivery, partner)
    for subject, cell in ((ours, "a cell"), (f"{ours} more", "of other bytes")):
        fixture.ledger.append("1.0rc1", entry(CELL, subject=subject, evidence={"cell": cell}))
    step.run()
    assert [dict(row) for row in fixture.runner.known[-1]] == [{"cell": "a cell"}]
    assert cell_subject(delivery, ()) != ours


def test_a_cell_that_is_red_after_the_proof_is_run_again_and_no_older_green_stands_for_it(
    fixture: ReleaseFixture,
) -> None:
    release = fixture.uploaded("1.0rc1")
    fixture.publish_core("2.0", on=fixture.production)
    step = EndToEnd(release, "staging")
    step.run()
    ours = cell_subject(*fixture.runner.seen[-1])
    green = entry(CELL, subject=ours, evidence={"cell": "4.7", "verdict": "pass"})
    red = replace(green, verdict="fail", evidence={"cell": "4.7", "verdict": "fail"})
    other = replace(green, evidence={"cell": "4.5", "verdict": "pass"})
    for each in (green, red):
        fixture.ledger.append("1.0rc1", each)
    step.run()
    assert list(fixture.runner.known[-1]) == [green.evidence, red.evidence], "before it is proven what failed is known"
    for each in (entry(SEAL, evidence={"files": {}}), other, green, red):
        fixture.ledger.append("1.0rc1", each)
    step.run()
    assert list(fixture.runner.known[-1]) == [other.evidence]
    fixture.ledger.append("1.0rc1", replace(green, step="revoked", event="revoked"))
    step.run()
    assert list(fixture.runner.known[-1]) == []
