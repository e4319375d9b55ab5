"""The files: built once, audited, and for a final proven to be the candidate's."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest
from archives import sdist, tracked, wheel, wheel_files
from fakes import FakeForge, sha256, stamped, wheel_of
from packaging.version import Version
from release_fixture import ReleaseFixture, entry

from releasegate.core.dists.archive import Members
from releasegate.core.dists.manifest import manifest_from_json
from releasegate.core.errors import Conflict, GateFailed, Refused
from releasegate.steps.audit import Audit
from releasegate.steps.build import Build, Promotable, Promotion
from releasegate.steps.forge_release import PublishForgeRelease
from releasegate.steps.release import Role
from releasegate.steps.source import Bump
from releasegate.steps.upload import Upload

WHEEL, SDIST = "sample_app-1.0rc1-py3-none-any.whl", "sample_app-1.0rc1.tar.gz"


@pytest.fixture
def fixture(tmp_path: Path) -> ReleaseFixture:
    return ReleaseFixture(tmp_path)


def test_a_build_is_known_by_its_bytes(fixture: ReleaseFixture) -> None:
    release = fixture.release("1.0rc1")
    Bump(release).run()
    step = Build(release)
    assert step.already() is None
    evidence = step.run()
    manifest = release.manifest()
    assert evidence["files"] == {a.filename: a.sha256 for a in manifest.artifacts}
    assert [a.filename for a in manifest.artifacts] == [WHEEL, SDIST]
    assert evidence["bytes of the index"] == []
    assert step.already() == {key: evidence[key] for key in ("commit", "files", "tools")}
    assert step.subject() == fixture.repository.head()


def test_the_build_of_another_commit_is_not_taken(fixture: ReleaseFixture) -> None:
    release = fixture.built("1.0rc1")
    fixture.repository.commit({}, message="another")
    assert Build(release).already() is None


def test_work_after_a_release_is_built_as_it_is_and_nothing_of_an_index_is_taken_for_it(
    fixture: ReleaseFixture,
) -> None:
    released = fixture.uploaded("1.0rc1")
    later = replace(released, at=fixture.repository.commit({}, message="later"))
    fixture.builds.stamp = 1
    assert Build(later).already() is None
    assert Build(later).run()["bytes of the index"] == []
    assert later.manifest().commit == later.at
    assert Build(later).describe().endswith(f"{later.at:.12}, which is not the commit of {later.tag}")
    untagged = replace(later, version=Version("1.0rc7"))
    assert Build(untagged).describe().endswith("of the commit")


def test_without_its_files_a_release_has_no_manifest(fixture: ReleaseFixture) -> None:
    with pytest.raises(Refused, match=r"The files of sample-app 1\.0rc1 are not here"):
        fixture.release("1.0rc1").manifest()


@pytest.mark.parametrize("hashes", [True, False])
@pytest.mark.parametrize(("version", "role"), [("1.0rc1", "staging"), ("1.0", "production")])
def test_a_lost_build_that_is_on_the_index_is_gone_on_with(
    fixture: ReleaseFixture, *, version: str, role: Role, hashes: bool
) -> None:
    uploaded = fixture.uploaded(version, role=role).manifest()
    index = fixture.staging if role == "staging" else fixture.production
    index.hashes = hashes
    index.sent.clear()
    fixture.builds.kept.clear()
    fixture.builds.stamp = 1
    release = fixture.release(version)
    evidence = Build(release).run()
    assert release.manifest().artifacts == uploaded.artifacts
    assert evidence["bytes of the index"] == sorted(a.filename for a in uploaded.artifacts)
    assert evidence["files"] == {a.filename: a.sha256 for a in uploaded.artifacts}
    paths = [fixture.builds.path(release.package, version, a) for a in uploaded.artifacts]
    assert [path.read_bytes() for path in paths] == [held.content for held in index.held]
    Upload(release, role).run()
    assert index.sent == []


def test_a_file_that_is_not_on_the_index_stays_as_it_was_built(fixture: ReleaseFixture) -> None:
    uploaded = fixture.uploaded("1.0rc1").manifest()
    fixture.staging.held.pop()
    fixture.builds.stamp = 1
    release = fixture.release("1.0rc1")
    assert Build(release).run()["bytes of the index"] == [WHEEL]
    wheel_here, sdist_here = release.manifest().artifacts
    assert wheel_here == uploaded.artifacts[0]
    assert sdist_here != uploaded.artifacts[1]
    Upload(release, "staging").run()
    assert {h.filename: sha256(h.content) for h in fixture.staging.held}[SDIST] == sdist_here.sha256


@pytest.mark.parametrize("hashes", [True, False])
def test_the_same_bytes_on_the_index_need_no_adoption(fixture: ReleaseFixture, *, hashes: bool) -> None:
    fixture.uploaded("1.0rc1")
    fixture.staging.hashes = hashes
    assert Build(fixture.release("1.0rc1")).run()["bytes of the index"] == []


@pytest.mark.parametrize(
    ("filename", "content"),
    [
        (WHEEL, wheel_of("1.0rc1", **{"sample_app/more.py": b""})),
        (WHEEL, b"no wheel"),
        (SDIST, b"no sdist"),
        (SDIST, stamped(replace(sdist(tracked("1.0rc1"), version="1.0rc1"), folder="other"), stamp=0)),
    ],
    ids=["another member", "damaged wheel", "damaged sdist", "another folder"],
)
def test_files_that_differ_inside_are_never_adopted(fixture: ReleaseFixture, filename: str, content: bytes) -> None:
    fixture.staging.put(filename, content)
    release = fixture.built("1.0rc1")
    assert sha256(content) not in release.manifest().identity
    with pytest.raises(Conflict, match=filename):
        Upload(release, "staging").run()


def test_a_candidate_takes_nothing_from_the_production_index(fixture: ReleaseFixture) -> None:
    fixture.uploaded("1.0rc1", role="production")
    fixture.builds.stamp = 1
    assert Build(fixture.release("1.0rc1")).run()["bytes of the index"] == []


@pytest.mark.parametrize(("version", "final"), [("1.0rc1", "1.0"), ("1.0.post1.dev1", "1.0.post1")])
def test_what_a_candidate_leads_to_is_built_once_before_its_tag(
    fixture: ReleaseFixture, version: str, final: str
) -> None:
    step = Promotable(fixture.built(version))
    before = fixture.repository.head()
    assert step.already() is None
    assert step.describe() == f"build {final} once, compare it with {version}, and throw it away"
    evidence = step.run()
    assert evidence["final"] == final
    assert "wheel: sample_app/__init__.py" in evidence["changed"]
    assert step.subject() == step.release.manifest().identity
    assert fixture.repository.head() == before
    assert fixture.builds.find(fixture.app, final) is None


def test_a_candidate_that_could_never_be_promoted_is_refused_before_its_tag(fixture: ReleaseFixture) -> None:
    made = iter(range(9))

    def counted(members: Members) -> Members:
        """Number the builds, as a backend does that writes the time into a module."""
        return replace(members, files={**members.files, "sample_app/_built.py": f"NUMBER = {next(made)}\n".encode()})

    fixture.builds.spoil = counted
    with pytest.raises(GateFailed, match=r"1\.0 could not be made of 1\.0rc1") as refusal:
        Promotable(fixture.built("1.0rc1")).run()
    assert "sample_app/_built.py in the wheel differs" in refusal.value.details
    assert {"  -NUMBER = 0", "  +NUMBER = 1"} <= set(refusal.value.details)
    assert refusal.value.hint.endswith("nothing is consumed yet")


def test_a_final_that_is_its_candidate_is_proven(fixture: ReleaseFixture) -> None:
    fixture.proven("1.0rc1")
    step = Promotion(fixture.built("1.0", candidate="1.0rc1"))
    assert step.already() is None
    evidence = step.run()
    assert evidence["candidate"] == "1.0rc1"
    assert "wheel: sample_app/__init__.py" in evidence["changed"]
    assert step.subject() == step.release.manifest().identity


def test_a_final_that_differs_from_its_candidate_is_refused(fixture: ReleaseFixture) -> None:
    fixture.proven("1.0rc1")
    fixture.repository.commits[fixture.repository.head()]["src/sample_app/cli.py"] += b"# more\n"
    with pytest.raises(GateFailed, match=r"is not the proven 1\.0rc1") as refusal:
        Promotion(fixture.built("1.0", candidate="1.0rc1")).run()
    assert "sample_app/cli.py in the wheel differs" in refusal.value.details
    assert "  +# more" in refusal.value.details


def test_a_candidate_that_left_the_staging_index_proves_nothing(fixture: ReleaseFixture) -> None:
    fixture.proven("1.0rc1")
    del fixture.staging.held[1]
    with pytest.raises(GateFailed, match="no longer holds all proven files") as refusal:
        Promotion(fixture.built("1.0", candidate="1.0rc1")).run()
    assert refusal.value.details == (SDIST,)


def test_candidate_bytes_other_than_the_sealed_ones_prove_nothing(fixture: ReleaseFixture) -> None:
    fixture.proven("1.0rc1")
    fixture.staging.swapped[WHEEL] = wheel_of("1.0rc1") + b"\0"
    with pytest.raises(GateFailed, match="not the ones that were proven") as refusal:
        Promotion(fixture.built("1.0", candidate="1.0rc1")).run()
    assert refusal.value.details == (WHEEL,)


def test_other_files_of_the_candidate_on_the_index_do_not_matter(fixture: ReleaseFixture) -> None:
    fixture.proven("1.0rc1")
    fixture.staging.put("sample_app-1.0rc1.zip", b"")
    fixture.staging.put("sample_app-1.0rc1-py2-none-any.whl", b"")
    assert Promotion(fixture.built("1.0", candidate="1.0rc1")).run()["identical otherwise"] is True


def test_a_seal_of_no_files_proves_none(fixture: ReleaseFixture) -> None:
    fixture.ledger.append("1.0rc1", entry("seal", evidence={"files": {}}))
    with pytest.raises(GateFailed, match="no longer holds all proven files"):
        Promotion(fixture.built("1.0", candidate="1.0rc1")).run()


def test_without_a_sealed_candidate_there_is_no_promotion(fixture: ReleaseFixture) -> None:
    with pytest.raises(Refused, match=r"1\.0rc1 of sample-app is not proven here"):
        Promotion(fixture.built("1.0", candidate="1.0rc1")).run()


def announced(fixture: ReleaseFixture) -> FakeForge:
    """Return a forge whose release of 1.0 carries what another machine built."""
    release = fixture.built("1.0")
    PublishForgeRelease(release).run()
    assert isinstance(fixture.forge, FakeForge)
    fixture.builds.kept.clear()
    fixture.builds.stamp = 7
    return fixture.forge


def test_what_the_forge_release_carries_is_the_build_and_none_is_made_again(fixture: ReleaseFixture) -> None:
    forge = announced(fixture)
    fixture.ledger.append("1.0", entry("audit", subject=identity(forge)))
    fixture.said.clear()
    evidence = Build(fixture.release("1.0")).run()
    assert evidence["bytes of"] == "the forge release"
    assert fixture.release("1.0").manifest().identity == identity(forge)
    assert not any(line.startswith("building") for line in fixture.said)


def test_attached_files_that_nobody_audited_are_built_beside_for_the_audit(fixture: ReleaseFixture) -> None:
    forge = announced(fixture)
    Build(fixture.release("1.0")).run()
    assert any(line.startswith("building") for line in fixture.said)
    assert fixture.release("1.0").manifest().identity == identity(forge)
    Audit(fixture.release("1.0")).run()


@pytest.mark.parametrize("name", ["sample_app-1.0.tar.gz", "sample_app-1.0-py3-none-any.whl"])
def test_attached_files_that_are_not_those_of_their_manifest_are_refused(fixture: ReleaseFixture, name: str) -> None:
    announced(fixture).assets[name] = b"others"
    with pytest.raises(GateFailed, match="carries files that are not of this version") as failure:
        Build(fixture.release("1.0")).run()
    assert failure.value.details == (name,)


def test_an_attached_manifest_of_another_commit_is_refused(fixture: ReleaseFixture) -> None:
    announced(fixture)
    fixture.repository.commit({}, message="another")
    with pytest.raises(GateFailed) as failure:
        Build(fixture.release("1.0")).run()
    assert failure.value.details == ("manifest.json",)


def test_for_a_candidate_no_forge_is_asked(fixture: ReleaseFixture) -> None:
    fixture.forge = cast("FakeForge", object())
    release = fixture.release("1.0rc1")
    Bump(release).run()
    assert "bytes of the index" in Build(release).run()


def test_a_draft_or_a_release_without_a_manifest_carries_no_build(fixture: ReleaseFixture) -> None:
    forge = announced(fixture)
    forge.releases["v1.0"] = replace(forge.releases["v1.0"], draft=True)
    assert "bytes of the index" in Build(fixture.release("1.0")).run()
    forge.releases["v1.0"] = replace(forge.releases["v1.0"], draft=False, assets=())
    assert "bytes of the index" in Build(fixture.release("1.0")).run()


def identity(forge: FakeForge) -> str:
    """Return what the attached files are known by."""
    return manifest_from_json(forge.assets["manifest.json"].decode(), where="the release").identity


def test_a_race_of_two_machines_ends_with_the_bytes_of_the_first(fixture: ReleaseFixture) -> None:
    release = fixture.built("1.0rc1")
    theirs = {a.filename: stamped_again(fixture, a.filename) for a in release.manifest().artifacts}
    for name, content in theirs.items():
        fixture.staging.put(name, content)
    evidence = Upload(release, "staging").already()
    assert evidence is not None
    assert evidence["files"] == {name: sha256(content) for name, content in theirs.items()}
    assert fixture.staging.sent == []


def stamped_again(fixture: ReleaseFixture, name: str) -> bytes:
    """Return the same files as another machine packs them."""
    tree = fixture.repository.tree(fixture.repository.head())
    packed = (
        wheel(wheel_files(tree, version="1.0rc1"), version="1.0rc1")
        if name.endswith(".whl")
        else sdist(tree, version="1.0rc1")
    )
    return stamped(packed, stamp=9)
