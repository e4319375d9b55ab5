"""The companions of a package: which version of each it is run with, from where, and what users have today."""

from __future__ import annotations

from pathlib import Path

import pytest
from family import BOTH, MAIL, SECOND, family, publish_both, sealed_with
from packaging.version import Version
from release_fixture import ALONE, CORE, ReleaseFixture, entry

from releasegate.core.errors import ConfigurationError, GateFailed, Refused
from releasegate.core.release.entry import SEAL
from releasegate.core.release.record import record
from releasegate.steps.companions import Beside, CompanionPublished, as_today, by_rule, today
from releasegate.steps.end_to_end import cell_subject
from releasegate.steps.preflight.doctor_questions import QUESTIONS
from releasegate.steps.preflight.question import Inquiry
from releasegate.steps.prove import AgainstReleasedCompanion, EndToEnd, PairProven
from releasegate.steps.release import Release, Role


@pytest.fixture
def fixture(tmp_path: Path) -> ReleaseFixture:
    return ReleaseFixture(tmp_path)


def ran(beside: Beside) -> list[tuple[str, str, str]]:
    return [(each.package.name, str(each.version), each.source) for each in beside.deliveries]


def asked(release: Release, *, pipeline: str = "rc", before: frozenset[str] = frozenset()) -> str:
    """Return what the preflight finds of the companions."""
    (question,) = (each for each in QUESTIONS if each.key == "companion")
    inquiry = Inquiry(release, pipeline, before=before)  # type: ignore[arg-type]
    return str(question.ask(inquiry))


def test_a_package_alone_has_no_companion(tmp_path: Path) -> None:
    release = ReleaseFixture(tmp_path, app=ALONE).release("1.0rc1")
    assert by_rule(release, "staging") == Beside()
    assert as_today(release) == Beside()


def test_the_companion_of_a_candidate_comes_from_the_staging_index_first(fixture: ReleaseFixture) -> None:
    fixture.publish_core("2.0", on=fixture.production)
    release = fixture.release("1.0rc1")
    assert ran(by_rule(release, "staging")) == [("sample-core", "2.0", "pypi")]
    fixture.publish_core("2.0", on=fixture.staging)
    found = by_rule(release, "staging")
    assert ran(found) == [("sample-core", "2.0", "testpypi")]
    assert found.named_by == {"sample-core": "the configuration"}


def test_the_companion_of_a_final_never_comes_from_the_staging_index(fixture: ReleaseFixture) -> None:
    fixture.publish_core("2.0", on=fixture.staging)
    with pytest.raises(Refused, match=r"sample-core 2\.0 \(named by the configuration\) is not on pypi\."):
        by_rule(fixture.release("1.0"), "production")


@pytest.mark.parametrize(("role", "names"), [("staging", "testpypi nor pypi"), ("production", "pypi")])
def test_a_companion_that_is_on_no_index_that_counts_is_refused(
    fixture: ReleaseFixture, role: Role, names: str
) -> None:
    fixture.by_hand = "3.0rc1"
    with pytest.raises(Refused, match=rf"sample-core 3\.0rc1 \(named by --companion\) is not on {names}\.") as refusal:
        by_rule(fixture.release("1.0rc1"), role)
    assert refusal.value.hint == (
        "Name another version with --companion VERSION, or release it first: invoke release --rc --package sample-core"
    )


def test_a_package_runs_with_all_its_companions_and_each_is_known_by_its_bytes(tmp_path: Path) -> None:
    fixture = family(tmp_path)
    fixture.publish_core("2.0", on=fixture.production)
    fixture.publish_core("3.0", on=fixture.staging, package=MAIL)
    step = EndToEnd(fixture.uploaded("1.0rc1"), "staging")
    told = step.run()["companions"]
    assert [(e["name"], e["version"], e["source"], e["named by"]) for e in told] == [
        ("sample-core", "2.0", "pypi", "the configuration"),
        ("sample-mail", "3.0", "testpypi", "the configuration"),
    ]
    assert all(len(each["files"]) == 2 for each in told)
    assert step.describe() == "run 1.0rc1 from testpypi with sample-core and sample-mail end to end"


def test_a_run_that_fails_names_all_that_ran_and_leaves_the_last_words_to_their_speakers(tmp_path: Path) -> None:
    fixture = family(tmp_path)
    publish_both(fixture, on=fixture.production)
    fixture.runner.broken = {("1.0rc1", "2.0", "3.0")}
    with pytest.raises(GateFailed, match=r"with sample-core 2\.0 from pypi and sample-mail 3\.0 from pypi") as failure:
        EndToEnd(fixture.uploaded("1.0rc1"), "staging").run()
    assert failure.value.details == ("a check fails", "a last word")


def test_in_which_order_companions_are_configured_is_nothing_that_a_cell_is_about(tmp_path: Path) -> None:
    fixture = family(tmp_path)
    publish_both(fixture, on=fixture.production)
    both = by_rule(fixture.release("1.0rc1"), "staging").deliveries
    app = both[0]
    assert cell_subject(app, both) == cell_subject(app, both[::-1])
    assert cell_subject(app, both) != cell_subject(app, both[:1])


def test_a_second_companion_that_is_nowhere_is_refused_before_anything_is_fetched(tmp_path: Path) -> None:
    fixture = family(tmp_path)
    fixture.publish_core("2.0", on=fixture.production)
    release = fixture.release("1.0rc1")
    with pytest.raises(Refused, match=r"sample-mail 3\.0 \(named by the configuration\) is not on") as refusal:
        by_rule(release, "staging")
    assert refusal.value.hint.startswith("Name another version with --companion sample-mail=VERSION, or ")
    assert not any(line.startswith("fetching") for line in fixture.said)
    with pytest.raises(Refused, match=r"sample-mail 3\.0"):
        asked(release)


def test_the_preflight_tells_of_every_companion(tmp_path: Path) -> None:
    fixture = family(tmp_path)
    publish_both(fixture, on=fixture.production)
    release = fixture.release("1.0rc1")
    first, second = asked(release).split("; sample-mail ")
    assert first.startswith("sample-core 2.0 (named by the configuration) on pypi")
    assert second.startswith("3.0 (named by the configuration) on pypi")
    before = asked(release, before=frozenset({"sample-mail"}))
    assert before.endswith("; sample-mail is released before it")


def test_all_companions_that_are_missing_are_told_together(tmp_path: Path) -> None:
    fixture = family(tmp_path, mail={"default": None})
    with pytest.raises(ConfigurationError, match="2 companions of sample-app are not there to run with") as refusal:
        asked(fixture.release("1.0rc1"))
    assert [line.partition(" ")[0] for line in refusal.value.details] == ["sample-core", "Nothing"]
    fixture.by_hand = "no version"
    with pytest.raises(ConfigurationError, match="2 companions"):
        asked(fixture.release("1.0rc1"))


def test_a_final_begins_where_every_companion_is_published_as_it_was_proven(tmp_path: Path) -> None:
    fixture = family(tmp_path)
    publish_both(fixture, on=fixture.production)
    release = sealed_with(fixture, ("sample-core", "2.0rc2"), ("sample-mail", "3.0"))
    step = CompanionPublished(release)
    assert [(e["name"], e["version"], e["proven with"]) for e in step.run()["companions"]] == [
        ("sample-core", "2.0", "2.0rc2"),
        ("sample-mail", "3.0", "3.0"),
    ]
    assert step.describe() == "sample-core and sample-mail, as proven with 1.0rc1, are on pypi"
    assert asked(release, pipeline="final") == (
        "sample-core, as proven with 1.0rc1, is on pypi; sample-mail, as proven with 1.0rc1, is on pypi"
    )


def test_a_final_whose_second_companion_is_another_than_the_proven_one_is_refused(tmp_path: Path) -> None:
    fixture = family(tmp_path)
    publish_both(fixture, on=fixture.production)
    release = sealed_with(fixture, ("sample-core", "2.0"), ("sample-mail", "3.1rc1"))
    with pytest.raises(Refused, match=r"sample-mail 3\.1 \(named by the proof of 1\.0rc1\) is not on pypi"):
        CompanionPublished(release).run()


@pytest.mark.parametrize("ran_with", [("sample-core", "2.0"), ("sample-mail", "no version")], ids=str)
def test_a_candidate_that_was_proven_without_one_of_the_companions_becomes_no_final(
    tmp_path: Path, ran_with: tuple[str, str]
) -> None:
    fixture = family(tmp_path)
    publish_both(fixture, on=fixture.production)
    release = sealed_with(fixture, ("sample-core", "2.0"), ran_with)
    with pytest.raises(Refused, match=r"1\.0rc1 was proven without sample-mail, which sample-app calls") as refusal:
        CompanionPublished(release).run()
    assert refusal.value.hint.endswith("invoke release --rc --package sample-app")


def test_an_older_seal_of_one_companion_still_counts(fixture: ReleaseFixture) -> None:
    fixture.publish_core("2.0", on=fixture.production)
    evidence = {"companion": {"name": "sample-core", "version": "2.0rc1"}, "files": {}}
    fixture.ledger.append("1.0rc1", entry(SEAL, evidence=evidence))
    told = CompanionPublished(fixture.release("1.0", candidate="1.0rc1")).run()
    assert told["companions"][0]["proven with"] == "2.0rc1"


def test_a_candidate_runs_with_all_companions_that_users_have_today(tmp_path: Path) -> None:
    fixture = family(tmp_path)
    publish_both(fixture, on=fixture.production, core="1.9", mail="2.9")
    step = AgainstReleasedCompanion(fixture.uploaded("1.0rc1"))
    assert step.already() is None
    assert [each["version"] for each in step.run()["companions"]] == ["1.9", "2.9"]
    assert step.describe() == "run 1.0rc1 with the sample-core and the sample-mail that users have today"


def test_where_users_have_none_that_fits_the_one_that_goes_out_runs_in_its_place(tmp_path: Path) -> None:
    fixture = family(tmp_path, mail={"requires": ">=3"})
    publish_both(fixture, on=fixture.production, core="1.9", mail="2.9")
    fixture.publish_core("3.0", on=fixture.staging, package=MAIL)
    release = fixture.uploaded("1.0rc1")
    assert today(release).reasons == ("sample-mail 2.9 is outside of requires = '>=3'",)
    told = AgainstReleasedCompanion(release).run()["companions"]
    assert [(e["version"], e["source"], e.get("named by")) for e in told] == [
        ("1.9", "pypi", None),
        ("3.0", "testpypi", "the configuration"),
    ]


def test_there_is_no_today_where_users_have_none_of_the_companions(tmp_path: Path) -> None:
    fixture = family(tmp_path, mail={"requires": ">=3"})
    fixture.publish_core("2.9", on=fixture.production, package=MAIL)
    assert AgainstReleasedCompanion(fixture.release("1.0rc1")).already() == {
        "companions": [],
        "reason": "no sample-core is published; sample-mail 2.9 is outside of requires = '>=3'",
    }


def test_a_companion_with_two_dependents_is_green_with_each(tmp_path: Path) -> None:
    fixture = family(tmp_path)
    core = fixture.seal_core("2.0rc1", on=fixture.staging)
    for name, more in ((BOTH.name, [{"name": "sample-mail", "version": "3.0"}]), (SECOND.name, [])):
        fixture.staging.put(f"{name.replace('-', '_')}-1.0rc1.tar.gz", b"")
        companions = [{"name": "sample-core", "version": "2.0rc1"}, *more]
        fixture.ledger_of(name).append("1.0rc1", entry(SEAL, evidence={"companions": companions}))
    step = PairProven(core)
    assert step.describe() == "sample-second, sample-app is green together with 2.0rc1"
    assert step.run()["dependents"] == {
        name: {"version": "1.0rc1", "ran with": {"name": "sample-core", "version": "2.0rc1"}}
        for name in ("sample-second", "sample-app")
    }


def test_a_dependent_that_ran_with_another_companion_alone_is_refused(tmp_path: Path) -> None:
    fixture = family(tmp_path)
    core = fixture.seal_core("2.0rc1", on=fixture.staging)
    fixture.repository.remote["v1.0rc1"] = core.commit()
    sealed_with(fixture, ("sample-mail", "2.0rc1"))
    fixture.staging.put("sample_second-0.5.tar.gz", b"")
    fixture.publish_core("0.4", on=fixture.production, package=SECOND)
    with pytest.raises(Refused, match=r"sample-app 1\.0rc1 ran without sample-core\."):
        PairProven(core).run()


def test_a_published_dependent_runs_with_ours_and_with_what_users_have_of_its_other_companions(tmp_path: Path) -> None:
    fixture = family(tmp_path)
    core = fixture.seal_core("2.0rc1", on=fixture.staging)
    publish_both(fixture, on=fixture.production, core="1.9", mail="2.9")
    for name in (BOTH, SECOND):
        fixture.publish_core("0.8", on=fixture.production, package=name)
    told = PairProven(core).run()["dependents"]
    assert [(e["name"], e["version"], e["source"]) for e in told["sample-app"]["companions"]] == [
        ("sample-core", "2.0rc1", "testpypi"),
        ("sample-mail", "2.9", "pypi"),
    ]
    assert [each["version"] for each in told["sample-second"]["companions"]] == ["2.0rc1"]


def test_a_seal_is_taken_back_by_a_cell_on_the_bytes_of_all_companions(tmp_path: Path) -> None:
    fixture = family(tmp_path)
    publish_both(fixture, on=fixture.production)
    both = by_rule(fixture.release("1.0rc1"), "staging").deliveries
    hashes = [{"files": {path.name: str(n) * 64 for path in each.files}} for n, each in enumerate(both)]
    own = "a" * 64
    ledger = fixture.ledger
    ledger.append("1.0rc1", entry("e2e:staging", evidence={"cells": [{"cell": "one", "verdict": "pass"}]}))
    seal = {"files": {"app.whl": own}, "companions": hashes, "commit": ""}
    ledger.append("1.0rc1", entry(SEAL, evidence=seal))
    for subject, stands in ((f"{own} {'0' * 64}", True), (f"{own} {'0' * 64} {'1' * 64}", False)):
        red = entry("e2e:cell", subject=subject, evidence={"cell": "one", "verdict": "fail"})
        ledger.append("1.0rc1", type(red)(**{**red.__dict__, "verdict": "fail"}))
        assert (record(ledger.read(Version("1.0rc1"))).seal is not None) == stands


def test_nobody_names_the_second_companion_by_a_word_that_names_none(tmp_path: Path) -> None:
    fixture = family(tmp_path, core={"default": None}, mail={"default": None})
    with pytest.raises(ConfigurationError, match="Nothing says which version of sample-core to run with"):
        by_rule(fixture.release("1.0rc1"), "staging")


def test_a_project_knows_every_package_by_its_companions(tmp_path: Path) -> None:
    settings = family(tmp_path).run().settings
    edges = {("sample-second", "sample-core"), ("sample-app", "sample-core"), ("sample-app", "sample-mail")}
    assert set(settings.edges) == edges
    assert [each.name for each in settings.dependents(CORE.name)] == ["sample-second", "sample-app"]
