"""The forge release carries everything before it is published; a laptop then waits for the CI that it starts."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from fakes import FakeForge, sha256
from packaging.version import Version
from release_fixture import START, ReleaseFixture, entry

from releasegate.core.config.keys import ForgeConfig, IndexConfig
from releasegate.core.errors import NotYet, Refused, Unavailable
from releasegate.core.evidence.note import read
from releasegate.ports import CiRun, ForgeRelease
from releasegate.steps.forge_release import PublishForgeRelease
from releasegate.steps.upload import Upload


@pytest.fixture
def fixture(tmp_path: Path) -> ReleaseFixture:
    return ReleaseFixture(tmp_path)


def test_without_a_forge_nothing_reaches_production(fixture: ReleaseFixture) -> None:
    fixture.forge = None
    step = PublishForgeRelease(fixture.release("1.0"))
    assert step.already() is None
    with pytest.raises(Refused, match=r"1\.0 may reach pypi only from a published forge release") as refusal:
        step.run()
    assert "production-without-forge = true" in refusal.value.hint


def test_production_without_forge_is_a_decision_that_is_recorded(tmp_path: Path) -> None:
    fixture = ReleaseFixture(tmp_path, forge=None, without_forge=True)
    step = PublishForgeRelease(fixture.release("1.0"))
    assert step.describe() == "no forge release: production-without-forge"
    assert step.already() == {"forge": None, "allowed by": "production-without-forge"}


def test_a_forge_release_of_an_older_line_is_cut_from_the_branch_that_mends_it(fixture: ReleaseFixture) -> None:
    fixture.app = replace(fixture.app, maintenance_branches=("0.*.x",))
    fixture.repository.on = "0.9.x"
    step = PublishForgeRelease(fixture.built("0.9.1"))
    assert step.describe() == "publish the forge release v0.9.1 from 0.9.x"
    assert step.run()["branch"] == "0.9.x"


def test_a_forge_release_carries_the_files_and_the_record(fixture: ReleaseFixture) -> None:
    fixture.forge = forge = FakeForge()
    release = fixture.built("1.0")
    fixture.ledger.append("1.0", entry("build"))
    step = PublishForgeRelease(release)
    assert step.already() is None
    evidence = step.run()
    head = fixture.repository.head()
    names = ["manifest.json", "receipt.jsonl", *(a.filename for a in release.manifest().artifacts)]
    assert evidence == {"tag": "v1.0", "commit": head, "branch": "develop", "assets": sorted(names)}
    assert forge.releases["v1.0"] == ForgeRelease(
        "v1.0",
        commit=head,
        branch="develop",
        draft=False,
        prerelease=False,
        assets=tuple(sorted(names)),
        notes="Commits:\n\n- first",
    )
    assert all(sha256(forge.assets[a.filename]) == a.sha256 for a in release.manifest().artifacts)
    assert forge.assets["manifest.json"] == release.manifest().to_json().encode()
    assert read(forge.assets["receipt.jsonl"], package="sample-app") == {Version("1.0"): [entry("build")]}
    assert step.already() == evidence
    assert step.subject() == head


def test_the_candidates_seal_is_attached_as_a_statement_of_its_own_files_on_its_own_index(
    fixture: ReleaseFixture,
) -> None:
    fixture.app = replace(fixture.app, forge=ForgeConfig("gitea", "octo/app", address="https://git.test/"))
    candidate = fixture.proven("1.0rc1")
    PublishForgeRelease(fixture.built("1.0", candidate="1.0rc1")).run()
    assert isinstance(fixture.forge, FakeForge)
    said = json.loads(fixture.forge.assets["candidate-seal.intoto.json"])
    assert {each["name"]: each["digest"]["sha256"] for each in said["subject"]} == {
        a.filename: a.sha256 for a in candidate.manifest().artifacts
    }
    assert said["predicate"]["resourceUri"] == (
        "pkg:pypi/sample-app@1.0rc1?repository_url=https:%2F%2Ftestpypi.test%2Fsimple"
    )
    assert "seal.intoto.json" not in fixture.forge.assets


def test_a_statement_says_where_anybody_reads_the_record(fixture: ReleaseFixture) -> None:
    fixture.app = replace(fixture.app, forge=ForgeConfig("github", "octo/app"))
    fixture.ledger.append("1.0rc1", entry("audit"))
    fixture.proven("1.0rc1")
    PublishForgeRelease(fixture.built("1.0", candidate="1.0rc1")).run()
    assert isinstance(fixture.forge, FakeForge)
    (gate,) = json.loads(fixture.forge.assets["candidate-seal.intoto.json"])["predicate"]["inputAttestations"]
    assert gate["uri"].endswith("/octo/app/releases/download/v1.0/receipt.jsonl#audit")
    assert sha256(fixture.forge.assets["receipt.jsonl"].splitlines()[0]) == gate["digest"]["sha256"]


def test_a_pypi_of_ones_own_is_named_in_the_statement(fixture: ReleaseFixture) -> None:
    release = fixture.release("1.0")
    assert release.index_address("production") is None
    own = replace(release.run.settings, indexes={"pypi": IndexConfig("pypi", simple="https://own.test/simple")})
    assert replace(release, run=replace(release.run, settings=own)).index_address("production") == (
        "https://pypi.test/simple"
    )


def test_a_draft_that_was_left_is_gone_on_with(fixture: ReleaseFixture) -> None:
    release = fixture.built("1.0")
    left = ForgeRelease("v1.0", release.commit(), "develop", draft=True, prerelease=False)
    fixture.forge = forge = FakeForge({"v1.0": left})
    step = PublishForgeRelease(fixture.release("1.0"))
    assert step.already() is None
    assert len(step.run()["assets"]) == 4
    assert forge.drafts == 0


@pytest.mark.parametrize("draft", [True, False])
def test_a_forge_release_cut_from_another_commit_is_refused(fixture: ReleaseFixture, *, draft: bool) -> None:
    fixture.built("1.0")
    fixture.forge = FakeForge({"v1.0": ForgeRelease("v1.0", START, "develop", draft=draft, prerelease=False)})
    with pytest.raises(Refused, match="is cut from 000000000000, not ") as refusal:
        PublishForgeRelease(fixture.release("1.0")).already()
    assert "use the next version" in refusal.value.hint


@pytest.fixture
def laptop(tmp_path: Path) -> ReleaseFixture:
    """A laptop that may not upload finals, and a forge whose CI does."""
    return ReleaseFixture(tmp_path, from_laptop=False)


def waiting(laptop: ReleaseFixture, *runs: CiRun) -> Upload:
    forge = laptop.forge = FakeForge(runs=list(runs))
    release = laptop.built("1.0")
    PublishForgeRelease(release).run()
    assert not laptop.production.held
    assert isinstance(forge, FakeForge)
    return Upload(laptop.release("1.0"), "production")


def test_the_record_is_sent_before_the_release_starts_anybody(fixture: ReleaseFixture) -> None:
    PublishForgeRelease(fixture.built("1.0")).run()
    assert fixture.ledger.sent == 1


def test_a_laptop_uploads_no_final_but_waits_until_ci_has(laptop: ReleaseFixture) -> None:
    step = waiting(laptop, CiRun("waiting", "the run"), CiRun("running", "the run"))
    assert step.describe() == "wait until CI has uploaded the wheel and the sdist of 1.0 to pypi"
    slept = laptop.clock.sleep

    def ci(seconds: float) -> None:
        slept(seconds)
        if laptop.clock.passed > 3:
            for artifact in step.release.manifest().artifacts:
                path = laptop.builds.path(laptop.app, "1.0", artifact)
                if artifact.filename not in {h.filename for h in laptop.production.held}:
                    laptop.production.put(path.name, path.read_bytes())

    laptop.clock.sleep = ci  # type: ignore[method-assign]
    evidence = step.run()
    assert evidence["uploaded by"] == "CI"
    assert laptop.production.sent == []
    assert "waiting for CI to upload 1.0: waiting (0 s): the run" in laptop.said
    assert "waiting for CI to upload 1.0: running (1 s): the run" in laptop.said


def test_a_ci_run_that_fails_is_named_and_judges_nothing(laptop: ReleaseFixture) -> None:
    step = waiting(laptop, CiRun("failed", "https://forge.example/runs/7"))
    with pytest.raises(Unavailable, match=r"CI did not upload 1\.0: its run failed: https://forge.example/runs/7"):
        step.run()


def test_ci_that_does_not_come_is_not_yet(laptop: ReleaseFixture) -> None:
    step = waiting(laptop)
    with pytest.raises(NotYet, match=r"CI has not uploaded 1\.0 in 36\d\d s\.") as wait:
        step.run()
    assert "run the same command again" in wait.value.hint
    assert "waiting for CI to upload 1.0: not started (0 s)" in laptop.said


def test_what_ci_has_uploaded_already_is_not_waited_for(laptop: ReleaseFixture) -> None:
    step = waiting(laptop)
    for artifact in step.release.manifest().artifacts:
        path = laptop.builds.path(laptop.app, "1.0", artifact)
        laptop.production.put(path.name, path.read_bytes())
    assert step.run()["uploaded by"] == "CI"
    assert laptop.said[-1].startswith("attaching")
