"""The forge release carries everything before it is published; a laptop then waits for the CI that it starts."""

from __future__ import annotations

from pathlib import Path

import pytest
from fakes import FakeForge, sha256
from ground import START, Ground, entry

from releasegate.core.errors import NotYet, Refused, Unavailable
from releasegate.core.release.evidence import read
from releasegate.ports import CiRun, ForgeRelease
from releasegate.steps.announcing import Announce
from releasegate.steps.publishing import Upload


@pytest.fixture
def ground(tmp_path: Path) -> Ground:
    return Ground(tmp_path)


def test_without_a_forge_nothing_reaches_production(ground: Ground) -> None:
    ground.forge = None
    step = Announce(ground.release("1.0"))
    assert step.already() is None
    with pytest.raises(Refused, match=r"1\.0 may reach pypi only from a published forge release") as refusal:
        step.run()
    assert "production-without-forge = true" in refusal.value.hint


def test_production_without_forge_is_a_decision_that_is_recorded(tmp_path: Path) -> None:
    ground = Ground(tmp_path, forge=None, without_forge=True)
    assert Announce(ground.release("1.0")).run() == {"forge": None, "allowed by": "production-without-forge"}


def test_a_forge_release_carries_the_files_and_the_record(ground: Ground) -> None:
    ground.forge = forge = FakeForge()
    release = ground.built("1.0")
    ground.ledger.append("1.0", entry("build"))
    step = Announce(release)
    assert step.already() is None
    evidence = step.run()
    head = ground.repository.head()
    names = ["manifest.json", "receipt.jsonl", *(a.filename for a in release.manifest().artifacts)]
    assert evidence == {"tag": "v1.0", "commit": head, "branch": "develop", "assets": sorted(names)}
    assert forge.releases["v1.0"] == ForgeRelease(
        "v1.0", commit=head, branch="develop", draft=False, prerelease=False, assets=tuple(sorted(names))
    )
    assert all(sha256(forge.assets[a.filename]) == a.sha256 for a in release.manifest().artifacts)
    assert forge.assets["manifest.json"] == release.manifest().to_json().encode()
    assert read(forge.assets["receipt.jsonl"], package="sample-app") == {"1.0": [entry("build")]}
    assert step.already() == evidence
    assert step.subject() == head


def test_a_draft_that_was_left_is_gone_on_with(ground: Ground) -> None:
    release = ground.built("1.0")
    left = ForgeRelease("v1.0", release.commit(), "develop", draft=True, prerelease=False)
    ground.forge = forge = FakeForge({"v1.0": left})
    step = Announce(ground.release("1.0"))
    assert step.already() is None
    assert len(step.run()["assets"]) == 4
    assert forge.drafts == 0


@pytest.mark.parametrize("draft", [True, False])
def test_a_forge_release_cut_from_another_commit_is_refused(ground: Ground, *, draft: bool) -> None:
    ground.built("1.0")
    ground.forge = FakeForge({"v1.0": ForgeRelease("v1.0", START, "develop", draft=draft, prerelease=False)})
    with pytest.raises(Refused, match="is cut from 000000000000, not ") as refusal:
        Announce(ground.release("1.0")).already()
    assert "use the next version" in refusal.value.hint


@pytest.fixture
def laptop(tmp_path: Path) -> Ground:
    """A laptop that may not upload finals, and a forge whose CI does."""
    return Ground(tmp_path, from_laptop=False)


def waiting(laptop: Ground, *runs: CiRun) -> Upload:
    forge = laptop.forge = FakeForge(runs=list(runs))
    release = laptop.built("1.0")
    Announce(release).run()
    assert not laptop.production.held
    assert isinstance(forge, FakeForge)
    return Upload(laptop.release("1.0"), "production")


def test_the_record_is_sent_before_the_release_starts_anybody(ground: Ground) -> None:
    Announce(ground.built("1.0")).run()
    assert ground.ledger.sent == 1


def test_a_laptop_uploads_no_final_but_waits_until_ci_has(laptop: Ground) -> None:
    step = waiting(laptop, CiRun("waiting", "the run"), CiRun("running", "the run"))
    assert step.describe() == "wait until CI has uploaded the wheel and the sdist of 1.0 to pypi"
    slept = laptop.patience.sleep

    def ci(seconds: float) -> None:
        slept(seconds)
        if laptop.patience.now > 3:
            for artifact in step.release.manifest().artifacts:
                path = laptop.builds.path(laptop.app, "1.0", artifact)
                if artifact.filename not in {h.filename for h in laptop.production.held}:
                    laptop.production.put(path.name, path.read_bytes())

    laptop.patience.sleep = ci  # type: ignore[method-assign]
    evidence = step.run()
    assert evidence["uploaded by"] == "CI"
    assert laptop.production.sent == []
    assert "waiting for CI to upload 1.0: waiting (0 s): the run" in laptop.said
    assert "waiting for CI to upload 1.0: running (1 s): the run" in laptop.said


def test_a_ci_run_that_fails_is_named_and_judges_nothing(laptop: Ground) -> None:
    step = waiting(laptop, CiRun("failed", "https://forge.example/runs/7"))
    with pytest.raises(Unavailable, match=r"CI did not upload 1\.0: its run failed: https://forge.example/runs/7"):
        step.run()


def test_ci_that_does_not_come_is_not_yet(laptop: Ground) -> None:
    step = waiting(laptop)
    with pytest.raises(NotYet, match=r"CI has not uploaded 1\.0 in 36\d\d s\.") as wait:
        step.run()
    assert "run the same command again" in wait.value.hint
    assert "waiting for CI to upload 1.0: not started (0 s)" in laptop.said


def test_what_ci_has_uploaded_already_is_not_waited_for(laptop: Ground) -> None:
    step = waiting(laptop)
    for artifact in step.release.manifest().artifacts:
        path = laptop.builds.path(laptop.app, "1.0", artifact)
        laptop.production.put(path.name, path.read_bytes())
    assert step.run()["uploaded by"] == "CI"
    assert laptop.said[-1].startswith("attaching")
