"""The ends of the chain: a final begins at its sealed candidate, and every version ends with its own seal."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from fakes import FakeForge
from packaging.version import Version
from release_fixture import ALONE, START, ReleaseFixture, done, entry

from releasegate.core.config.keys import ForgeConfig
from releasegate.core.errors import GateFailed, Refused
from releasegate.core.evidence.note import read
from releasegate.core.release.entry import SEAL
from releasegate.steps.candidate import CandidateProven
from releasegate.steps.companions import CompanionPublished
from releasegate.steps.forge_release import PublishForgeRelease
from releasegate.steps.prove import EndToEnd
from releasegate.steps.seal import Seal


@pytest.fixture
def fixture(tmp_path: Path) -> ReleaseFixture:
    return ReleaseFixture(tmp_path)


def sealed_with(fixture: ReleaseFixture, version: str | None) -> CompanionPublished:
    """Return the guard of a final whose candidate ran with *version* of the companion."""
    companion = None if version is None else {"name": "sample-core", "version": version}
    fixture.ledger.append("1.0rc1", entry(SEAL, evidence={"companion": companion, "files": {}}))
    return CompanionPublished(fixture.release("1.0", candidate="1.0rc1"))


def test_a_final_begins_at_its_proven_candidate(fixture: ReleaseFixture) -> None:
    candidate = fixture.proven("1.0rc1")
    step = CandidateProven(fixture.release("1.0", candidate="1.0rc1"))
    assert step.already() is None
    assert step.run() == {"candidate": "1.0rc1", "commit": candidate.commit(), "at": "2026-01-01T00:00:00Z"}
    assert step.subject() == "1.0rc1"
    assert step.describe() == "1.0rc1 is proven, and its record is here"


@pytest.mark.parametrize(
    "evidence", [{"files": ["a.whl"]}, {"files": {"a.whl": 1}}, {"files": {"a.whl": "0"}, "commit": 1}], ids=str
)
def test_a_seal_that_names_no_files_or_no_commit_proves_nothing(
    fixture: ReleaseFixture, evidence: dict[str, object]
) -> None:
    fixture.ledger.append("1.0rc1", entry(SEAL, evidence=evidence))
    with pytest.raises(Refused, match="does not say of which files and commit it is"):
        CandidateProven(fixture.release("1.0", candidate="1.0rc1")).run()


def test_a_final_whose_candidate_is_not_proven_here_is_refused(fixture: ReleaseFixture) -> None:
    fixture.uploaded("1.0rc1")
    with pytest.raises(Refused, match=r"1\.0rc1 of sample-app is not proven here") as refusal:
        CandidateProven(fixture.release("1.0", candidate="1.0rc1")).run()
    assert refusal.value.hint == "Prove it first: invoke release --rc --package sample-app"


def test_other_bytes_than_the_sealed_ones_are_not_proven(fixture: ReleaseFixture) -> None:
    candidate = fixture.proven("1.0rc1")
    contents = {held.filename: held.content for held in fixture.staging.held}
    candidate.require_proven(contents)
    with pytest.raises(GateFailed, match="not the ones that were proven") as failure:
        candidate.require_proven({**contents, "more.whl": b""})
    assert failure.value.details == ("more.whl",)
    assert candidate.candidate_identity() == candidate.manifest().identity


def test_a_package_alone_needs_no_companion(tmp_path: Path) -> None:
    step = CompanionPublished(ReleaseFixture(tmp_path, app=ALONE).release("1.0", candidate="1.0rc1"))
    assert step.already() == {"companions": []}
    assert step.describe() == "the companion is published: it has none"


@pytest.mark.parametrize("proven", ["2.0rc3", "2.0", "2.0.0"])
def test_the_published_companion_is_the_proven_one_or_what_became_of_it(fixture: ReleaseFixture, proven: str) -> None:
    fixture.publish_core("2.0", on=fixture.production)
    step = sealed_with(fixture, proven)
    assert step.already() is None
    told = {"name": "sample-core", "version": "2.0", "named by": "the configuration", "proven with": proven}
    assert step.run() == {"companions": [told]}
    assert step.subject() == "1.0rc1"
    assert step.describe() == "sample-core, as proven with 1.0rc1, is on pypi"


def test_a_companion_that_is_only_staged_is_refused(fixture: ReleaseFixture) -> None:
    fixture.publish_core("2.0", on=fixture.staging)
    with pytest.raises(Refused, match=r"sample-core 2\.0 \(named by the configuration\) is not on pypi") as refusal:
        sealed_with(fixture, "2.0rc1").run()
    assert refusal.value.hint == "Release sample-core 2.0 first: invoke release --package sample-core"


def test_another_companion_than_the_proven_one_is_refused(fixture: ReleaseFixture) -> None:
    fixture.publish_core("2.0", on=fixture.production)
    fixture.by_hand = "2.0"
    with pytest.raises(Refused, match=r"1\.0rc1 was proven with sample-core 2\.1rc1, not with 2\.0") as refusal:
        sealed_with(fixture, "2.1rc1").run()
    assert refusal.value.hint == "Release sample-core 2.1 first: invoke release --package sample-core"


def test_a_staged_post_of_the_companion_becomes_its_post(fixture: ReleaseFixture) -> None:
    fixture.by_hand = "2.0.post1"
    fixture.publish_core("2.0.post1", on=fixture.production)
    assert sealed_with(fixture, "2.0.post1.dev2").run()["companions"][0]["version"] == "2.0.post1"


def test_a_waived_end_to_end_run_leaves_nothing_to_compare_with(fixture: ReleaseFixture) -> None:
    fixture.publish_core("2.0", on=fixture.production)
    assert sealed_with(fixture, None).run()["companions"][0]["proven with"] is None


def test_a_final_without_a_sealed_candidate_has_no_proven_companion(fixture: ReleaseFixture) -> None:
    fixture.publish_core("2.0", on=fixture.production)
    with pytest.raises(Refused, match="is not proven here"):
        CompanionPublished(fixture.release("1.0", candidate="1.0rc1")).run()


def test_a_seal_names_the_bytes_and_the_companion_they_were_proven_with(fixture: ReleaseFixture) -> None:
    fixture.publish_core("2.0", on=fixture.production)
    release = fixture.uploaded("1.0rc1")
    ran = EndToEnd(release, "staging")
    done(ran, ran.run())
    step = Seal(release, "staging")
    assert step.already() is None
    evidence = step.run()
    assert evidence["companions"][0]["version"] == "2.0"
    assert evidence == {
        "package": "sample-app",
        "version": "1.0rc1",
        "commit": fixture.repository.head(),
        "files": {a.filename: a.sha256 for a in release.manifest().artifacts},
        "index": "testpypi",
        "companions": evidence["companions"],
    }
    assert step.subject() == release.manifest().identity


def test_a_seal_knows_nothing_of_a_run_on_other_bytes(fixture: ReleaseFixture) -> None:
    release = fixture.uploaded("1.0rc1")
    fixture.ledger.append("1.0rc1", entry("e2e:staging", subject="others", evidence={"companion": {"version": "2.0"}}))
    assert Seal(release, "staging").run()["companions"] == []


def test_a_seal_says_whether_it_proves_or_releases(fixture: ReleaseFixture) -> None:
    assert Seal(fixture.release("1.0rc1"), "staging").describe() == "record 1.0rc1 as proven"
    assert Seal(fixture.release("1.0"), "production").describe() == "record 1.0 as released"


def test_a_seal_on_another_commit_than_the_candidates_tag_proves_nothing(fixture: ReleaseFixture) -> None:
    fixture.proven("1.0rc1")
    fixture.repository.remote["v1.0rc1"] = fixture.repository.local["v1.0rc1"] = START
    with pytest.raises(Refused, match=r"The record of 1\.0rc1 was sealed on .*, and its tag names 000000000000"):
        CandidateProven(fixture.release("1.0", candidate="1.0rc1")).run()


@pytest.mark.parametrize("immutable", [True, False])
def test_the_receipt_is_completed_where_a_release_still_can_change(fixture: ReleaseFixture, *, immutable: bool) -> None:
    fixture.app = replace(fixture.app, forge=ForgeConfig("github", "octo/app", immutable=immutable))
    release = fixture.built("1.0")
    PublishForgeRelease(release).run()
    fixture.ledger.append("1.0", entry("e2e:production"))
    Seal(release, "production").run()
    assert isinstance(fixture.forge, FakeForge)
    told = read(fixture.forge.assets["receipt.jsonl"], package="sample-app").get(Version("1.0"), [])
    assert [e.step for e in told] == ([] if immutable else ["e2e:production"])


@pytest.mark.parametrize("immutable", [True, False])
def test_a_seal_is_attached_as_a_statement_where_a_release_still_can_change(
    fixture: ReleaseFixture, *, immutable: bool
) -> None:
    fixture.app = replace(fixture.app, forge=ForgeConfig("github", "octo/app", immutable=immutable))
    release = fixture.built("1.0")
    PublishForgeRelease(release).run()
    Seal(release, "production").run()
    assert isinstance(fixture.forge, FakeForge)
    assert ("seal.intoto.json" in fixture.forge.assets) != immutable
    if not immutable:
        said = json.loads(fixture.forge.assets["seal.intoto.json"])
        assert [each["digest"]["sha256"] for each in said["subject"]] == sorted(
            (a.sha256 for a in release.manifest().artifacts),
            key={a.sha256: a.filename for a in release.manifest().artifacts}.__getitem__,
        )
        assert said["predicate"]["resourceUri"] == "pkg:pypi/sample-app@1.0"
