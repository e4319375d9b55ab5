"""The files: built once, audited, and for a final proven to be the candidate's."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest
from archives import sdist, tracked, wheel, wheel_files
from fakes import FakeForge, sha256, stamped
from ground import START, Ground, entry

from releasegate.core.dists.archive import Members
from releasegate.core.dists.manifest import manifest_from_json
from releasegate.core.errors import Conflict, GateFailed, Refused
from releasegate.steps.announcing import Announce
from releasegate.steps.making import Audit, Build, Promotion
from releasegate.steps.publishing import Upload
from releasegate.steps.source import Bump
from releasegate.steps.step import Role

WHEEL, SDIST = "sample_app-1.0rc1-py3-none-any.whl", "sample_app-1.0rc1.tar.gz"


@pytest.fixture
def ground(tmp_path: Path) -> Ground:
    return Ground(tmp_path)


def wheel_of(version: str, **more: bytes) -> bytes:
    files = {**wheel_files(tracked(version), version=version), **more}
    return stamped(wheel(files, version=version), stamp=0)


def test_a_build_is_known_by_its_bytes(ground: Ground) -> None:
    release = ground.release("1.0rc1")
    Bump(release).run()
    step = Build(release)
    assert step.already() is None
    evidence = step.run()
    manifest = release.manifest()
    assert evidence["files"] == {a.filename: a.sha256 for a in manifest.artifacts}
    assert [a.filename for a in manifest.artifacts] == [WHEEL, SDIST]
    assert evidence["bytes of the index"] == []
    assert step.already() == {key: evidence[key] for key in ("commit", "files", "tools")}
    assert step.subject() == ground.repository.head()


def test_the_build_of_another_commit_is_not_taken(ground: Ground) -> None:
    release = ground.built("1.0rc1")
    ground.repository.commit({}, message="another")
    assert Build(release).already() is None


def test_without_its_files_a_release_has_no_manifest(ground: Ground) -> None:
    with pytest.raises(Refused, match=r"The files of sample-app 1\.0rc1 are not here"):
        ground.release("1.0rc1").manifest()


@pytest.mark.parametrize("hashes", [True, False])
@pytest.mark.parametrize(("version", "role"), [("1.0rc1", "staging"), ("1.0", "production")])
def test_a_lost_build_that_is_on_the_index_is_gone_on_with(
    ground: Ground, *, version: str, role: Role, hashes: bool
) -> None:
    uploaded = ground.uploaded(version, role=role).manifest()
    index = ground.staging if role == "staging" else ground.production
    index.hashes = hashes
    index.sent.clear()
    ground.builds.kept.clear()
    ground.builds.stamp = 1
    release = ground.release(version)
    evidence = Build(release).run()
    assert release.manifest().artifacts == uploaded.artifacts
    assert evidence["bytes of the index"] == sorted(a.filename for a in uploaded.artifacts)
    assert evidence["files"] == {a.filename: a.sha256 for a in uploaded.artifacts}
    assert [release.world.builds.path(release.package, version, a).read_bytes() for a in uploaded.artifacts] == [
        held.content for held in index.held
    ]
    Upload(release, role).run()
    assert index.sent == []


def test_a_file_that_is_not_on_the_index_stays_as_it_was_built(ground: Ground) -> None:
    uploaded = ground.uploaded("1.0rc1").manifest()
    ground.staging.held.pop()
    ground.builds.stamp = 1
    release = ground.release("1.0rc1")
    assert Build(release).run()["bytes of the index"] == [WHEEL]
    wheel_here, sdist_here = release.manifest().artifacts
    assert wheel_here == uploaded.artifacts[0]
    assert sdist_here != uploaded.artifacts[1]
    Upload(release, "staging").run()
    assert {h.filename: sha256(h.content) for h in ground.staging.held}[SDIST] == sdist_here.sha256


@pytest.mark.parametrize("hashes", [True, False])
def test_the_same_bytes_on_the_index_need_no_adoption(ground: Ground, *, hashes: bool) -> None:
    ground.uploaded("1.0rc1")
    ground.staging.hashes = hashes
    assert Build(ground.release("1.0rc1")).run()["bytes of the index"] == []


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
def test_files_that_differ_inside_are_never_adopted(ground: Ground, filename: str, content: bytes) -> None:
    ground.staging.put(filename, content)
    release = ground.built("1.0rc1")
    assert sha256(content) not in release.manifest().identity
    with pytest.raises(Conflict, match=filename):
        Upload(release, "staging").run()


def test_a_candidate_takes_nothing_from_the_production_index(ground: Ground) -> None:
    ground.uploaded("1.0rc1", role="production")
    ground.builds.stamp = 1
    assert Build(ground.release("1.0rc1")).run()["bytes of the index"] == []


def test_a_sound_build_passes_its_audit(ground: Ground) -> None:
    release = ground.built("1.0rc1")
    step = Audit(release)
    assert step.already() is None
    assert step.run() == {"files": [WHEEL, SDIST], "compared with": None}
    assert step.subject() == release.manifest().identity


def test_an_audit_finding_is_refused(ground: Ground) -> None:
    def with_stray(members: Members) -> Members:
        return replace(members, files={**members.files, "tests/test_it.py": b""})

    ground.builds.spoil = with_stray
    with pytest.raises(GateFailed, match="not what it should be") as refusal:
        Audit(ground.built("1.0rc1")).run()
    assert "tree: tests/test_it.py is in the wheel, but Git does not track it." in refusal.value.details
    assert "comparing the files with the commit" in ground.said
    assert not [line for line in ground.said if line.startswith("compiling")]


def test_a_module_that_does_not_compile_is_refused(ground: Ground) -> None:
    ground.repository.commits[START]["src/sample_app/cli.py"] = b"def main(:\n"
    with pytest.raises(GateFailed) as refusal:
        Audit(ground.built("1.0rc1")).run()
    (problem,) = refusal.value.details
    assert problem.startswith("sample_app/cli.py: ")
    assert problem.endswith("(Python 3.11)")


def test_what_twine_objects_to_is_refused(ground: Ground) -> None:
    ground.tools.unrenderable = ("no long description",)
    with pytest.raises(GateFailed) as refusal:
        Audit(ground.built("1.0rc1")).run()
    assert refusal.value.details == (f"{WHEEL}: no long description", f"{SDIST}: no long description")


def test_the_audit_compares_with_the_newest_published_wheel_before_this_one(ground: Ground) -> None:
    ground.production.put("sample_app-0.8.zip", b"an old kind of sdist")
    ground.production.put("strange.whl", b"", version="9" * 5000)
    ground.production.put("sample_app-x.whl", b"", version="no version")
    for version in ("0.8", "0.10", "0.9", "2.0"):
        ground.production.put(f"sample_app-{version}-py3-none-any.whl", wheel_of(version))
    ground.production.put("sample_app-0.11rc1-py3-none-any.whl", wheel_of("0.11rc1"))
    ground.production.put("sample_app-0.12-py3-none-any.whl", wheel_of("0.12"), yanked=True)
    ground.production.put("sample_app-0.13.tar.gz", b"")
    assert Audit(ground.built("1.0rc1")).run()["compared with"] == "sample_app-0.10-py3-none-any.whl"


def test_a_final_that_is_its_candidate_is_proven(ground: Ground) -> None:
    ground.proven("1.0rc1")
    step = Promotion(ground.built("1.0", candidate="1.0rc1"))
    assert step.already() is None
    evidence = step.run()
    assert evidence["candidate"] == "1.0rc1"
    assert "wheel: sample_app/__init__.py" in evidence["changed"]
    assert step.subject() == step.release.manifest().identity


def test_a_final_that_differs_from_its_candidate_is_refused(ground: Ground) -> None:
    ground.proven("1.0rc1")
    ground.repository.commits[ground.repository.head()]["src/sample_app/cli.py"] += b"# more\n"
    with pytest.raises(GateFailed, match=r"is not the proven 1\.0rc1") as refusal:
        Promotion(ground.built("1.0", candidate="1.0rc1")).run()
    assert "sample_app/cli.py in the wheel differs" in refusal.value.details
    assert "  +# more" in refusal.value.details


def test_a_candidate_that_left_the_staging_index_proves_nothing(ground: Ground) -> None:
    ground.proven("1.0rc1")
    del ground.staging.held[1]
    with pytest.raises(GateFailed, match="no longer holds all proven files") as refusal:
        Promotion(ground.built("1.0", candidate="1.0rc1")).run()
    assert refusal.value.details == (SDIST,)


def test_candidate_bytes_other_than_the_sealed_ones_prove_nothing(ground: Ground) -> None:
    ground.proven("1.0rc1")
    ground.staging.swapped[WHEEL] = wheel_of("1.0rc1") + b"\0"
    with pytest.raises(GateFailed, match="not the ones that were proven") as refusal:
        Promotion(ground.built("1.0", candidate="1.0rc1")).run()
    assert refusal.value.details == (WHEEL,)


def test_other_files_of_the_candidate_on_the_index_do_not_matter(ground: Ground) -> None:
    ground.proven("1.0rc1")
    ground.staging.put("sample_app-1.0rc1.zip", b"")
    ground.staging.put("sample_app-1.0rc1-py2-none-any.whl", b"")
    assert Promotion(ground.built("1.0", candidate="1.0rc1")).run()["identical otherwise"] is True


def test_without_a_sealed_candidate_there_is_no_promotion(ground: Ground) -> None:
    with pytest.raises(Refused, match=r"1\.0rc1 of sample-app is not proven here"):
        Promotion(ground.built("1.0", candidate="1.0rc1")).run()


def announced(ground: Ground) -> FakeForge:
    """Return a forge whose release of 1.0 carries what another machine built."""
    release = ground.built("1.0")
    Announce(release).run()
    assert isinstance(ground.forge, FakeForge)
    ground.builds.kept.clear()
    ground.builds.stamp = 7
    return ground.forge


def test_what_the_forge_release_carries_is_the_build_and_none_is_made_again(ground: Ground) -> None:
    forge = announced(ground)
    ground.ledger.append("1.0", entry("audit", subject=identity(forge)))
    ground.said.clear()
    evidence = Build(ground.release("1.0")).run()
    assert evidence["bytes of"] == "the forge release"
    assert ground.release("1.0").manifest().identity == identity(forge)
    assert not any(line.startswith("building") for line in ground.said)


def test_attached_files_that_nobody_audited_are_built_beside_for_the_audit(ground: Ground) -> None:
    forge = announced(ground)
    Build(ground.release("1.0")).run()
    assert any(line.startswith("building") for line in ground.said)
    assert ground.release("1.0").manifest().identity == identity(forge)
    Audit(ground.release("1.0")).run()


@pytest.mark.parametrize("name", ["sample_app-1.0.tar.gz", "sample_app-1.0-py3-none-any.whl"])
def test_attached_files_that_are_not_those_of_their_manifest_are_refused(ground: Ground, name: str) -> None:
    announced(ground).assets[name] = b"others"
    with pytest.raises(GateFailed, match="carries files that are not of this version") as failure:
        Build(ground.release("1.0")).run()
    assert failure.value.details == (name,)


def test_an_attached_manifest_of_another_commit_is_refused(ground: Ground) -> None:
    announced(ground)
    ground.repository.commit({}, message="another")
    with pytest.raises(GateFailed) as failure:
        Build(ground.release("1.0")).run()
    assert failure.value.details == ("manifest.json",)


def test_for_a_candidate_no_forge_is_asked(ground: Ground) -> None:
    ground.forge = cast("FakeForge", object())
    release = ground.release("1.0rc1")
    Bump(release).run()
    assert "bytes of the index" in Build(release).run()


def test_a_draft_or_a_release_without_a_manifest_carries_no_build(ground: Ground) -> None:
    forge = announced(ground)
    forge.releases["v1.0"] = replace(forge.releases["v1.0"], draft=True)
    assert "bytes of the index" in Build(ground.release("1.0")).run()
    forge.releases["v1.0"] = replace(forge.releases["v1.0"], draft=False, assets=())
    assert "bytes of the index" in Build(ground.release("1.0")).run()


def identity(forge: FakeForge) -> str:
    """Return what the attached files are known by."""
    return manifest_from_json(forge.assets["manifest.json"].decode(), where="the release").identity


def test_a_race_of_two_machines_ends_with_the_bytes_of_the_first(ground: Ground) -> None:
    release = ground.built("1.0rc1")
    theirs = {a.filename: stamped_again(ground, a.filename) for a in release.manifest().artifacts}
    for name, content in theirs.items():
        ground.staging.put(name, content)
    evidence = Upload(release, "staging").already()
    assert evidence is not None
    assert evidence["files"] == {name: sha256(content) for name, content in theirs.items()}
    assert ground.staging.sent == []


def stamped_again(ground: Ground, name: str) -> bytes:
    """Return the same files as another machine packs them."""
    tree = ground.repository.tree(ground.repository.head())
    packed = (
        wheel(wheel_files(tree, version="1.0rc1"), version="1.0rc1")
        if name.endswith(".whl")
        else sdist(tree, version="1.0rc1")
    )
    return stamped(packed, stamp=9)
