"""The source: what is uncommitted, consumed or inconsistent stops a release before anything is made."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path, PurePosixPath

import pytest
from archives import tracked
from release_fixture import APP, START, ReleaseFixture, entry

from releasegate.core.config.version_file_types import TomlVersionFile
from releasegate.core.errors import GateFailed, Refused
from releasegate.core.version_files.occurrences import bump_all
from releasegate.core.version_files.survey import survey
from releasegate.steps.source import Bump, Clean, VersionFilesAgree, VersionUnused
from releasegate.steps.stated import require_agreement, version_file_contents


@pytest.fixture
def fixture(tmp_path: Path) -> ReleaseFixture:
    return ReleaseFixture(tmp_path)


def version_files(version: str) -> dict[str, bytes]:
    """Return the version files' files as a bump to *version* writes them."""
    old = {PurePosixPath(path): data for path, data in tracked("0.9").items()}
    return {str(path): data for path, data in bump_all(APP, old, version=version).items()}


def test_a_clean_release_branch_is_accepted(fixture: ReleaseFixture) -> None:
    step = Clean(fixture.release("1.0rc1"))
    assert step.already() is None
    assert step.run() == {"branch": "develop", "commit": START}
    assert step.subject() == START


@pytest.mark.parametrize(("branch", "shown"), [("topic", "topic"), (None, "no branch")])
def test_another_branch_is_refused(fixture: ReleaseFixture, branch: str | None, shown: str) -> None:
    fixture.repository.on = branch
    with pytest.raises(Refused, match=f"is on {shown}, and is released from develop") as refusal:
        Clean(fixture.release("1.0rc1")).run()
    assert "switch develop" in refusal.value.hint
    fixture.repository.branches = frozenset({"main"})
    with pytest.raises(Refused, match="There is no develop here") as refusal:
        Clean(fixture.release("1.0rc1")).run()
    assert refusal.value.hint.endswith("git switch --create develop")
    fixture.repository.holders["develop"] = "/there it is"
    with pytest.raises(Refused) as refusal:
        Clean(fixture.release("1.0rc1")).run()
    assert refusal.value.hint == "develop is checked out in another work tree; go on there: cd '/there it is'"


@pytest.mark.parametrize("branch", [None, "topic"])
def test_what_is_changed_is_told_where_nothing_is_released_from_too(
    fixture: ReleaseFixture, branch: str | None
) -> None:
    fixture.repository.on = branch
    fixture.repository.work["pyproject.toml"] = b"changed"
    with pytest.raises(Refused, match="is released from develop; and what is changed here is not committed") as refusal:
        Clean(fixture.release("1.0rc1")).run()
    assert refusal.value.details == ("pyproject.toml",)


@pytest.mark.parametrize(("begun", "back"), [("merge", "merge --abort"), ("bisect", "bisect reset")])
@pytest.mark.parametrize("branch", [None, "develop"])
def test_what_git_is_in_the_middle_of_is_ended_before_anything_is_committed(
    fixture: ReleaseFixture, begun: str, back: str, branch: str | None
) -> None:
    fixture.repository.on, fixture.repository.begun = branch, begun
    fixture.repository.work["pyproject.toml"] = b"<<<<<<< ours"
    with pytest.raises(Refused, match=f"A {begun} was begun in sample-app and is not ended") as refusal:
        Clean(fixture.release("1.0rc1")).run()
    assert refusal.value.hint.endswith(f"git {back}")


@pytest.mark.parametrize(("branch", "clean"), [("0.9.x", True), ("release/0.9", True), ("topic/0.9.x", False)])
def test_a_branch_on_which_an_older_line_is_mended_is_a_release_branch(
    fixture: ReleaseFixture, branch: str, *, clean: bool
) -> None:
    fixture.app = replace(fixture.app, maintenance_branches=("0.*.x", "release/*"))
    fixture.repository.on = branch
    step = Clean(fixture.release("0.9.1rc1"))
    if clean:
        assert step.run()["branch"] == branch
        assert step.describe().endswith(f"is clean and on {branch}")
        return
    with pytest.raises(Refused, match=r"is released from develop or 0\.\*\.x or release/\*"):
        step.run()


@pytest.mark.parametrize(
    ("path", "content"),
    [("README.md", b"changed"), ("README.md", None), ("uv.lock", None), ("pyproject.toml", tracked("3")["uv.lock"])],
    ids=["changed", "deleted", "place deleted", "place changed"],
)
def test_uncommitted_changes_are_refused(fixture: ReleaseFixture, path: str, content: bytes | None) -> None:
    fixture.repository.work[path] = content
    with pytest.raises(Refused, match="not committed") as refusal:
        Clean(fixture.release("1.0rc1")).run()
    assert refusal.value.details == (path,)


def test_our_own_half_written_bump_is_accepted_and_finished(fixture: ReleaseFixture) -> None:
    fixture.repository.work["pyproject.toml"] = version_files("1.0rc1")["pyproject.toml"]
    release = fixture.release("1.0rc1")
    assert Clean(release).run()["commit"] == START
    assert Bump(release).already() is None
    Bump(release).run()
    assert {p: fixture.repository.tree(fixture.repository.head())[p] for p in version_files("1.0rc1")} == version_files(
        "1.0rc1"
    )


def test_the_half_written_bump_of_what_a_version_is_proven_as_is_accepted_where_the_version_is_asked_for(
    fixture: ReleaseFixture,
) -> None:
    fixture.repository.work["pyproject.toml"] = version_files("1.0.post1.dev1")["pyproject.toml"]
    release = fixture.release("1.0.post1", candidate="1.0.post1.dev1")
    assert Clean(release).run()["commit"] == START
    with pytest.raises(Refused, match="not committed"):
        Clean(fixture.release("1.0.post1", candidate="1.0.post1.dev2")).run()


def test_the_half_written_bump_of_another_version_is_refused(fixture: ReleaseFixture) -> None:
    fixture.repository.work["pyproject.toml"] = version_files("1.0rc2")["pyproject.toml"]
    with pytest.raises(Refused, match="not committed"):
        Clean(fixture.release("1.0rc1")).run()


def test_a_free_number_is_accepted(fixture: ReleaseFixture) -> None:
    step = VersionUnused(fixture.release("1.0rc1"))
    assert step.already() is None
    assert step.run() == {"commit": START, "resumed": False}
    assert step.subject() == START


def test_a_tag_on_the_commit_that_is_checked_out_is_this_very_release(fixture: ReleaseFixture) -> None:
    release = fixture.uploaded("1.0rc1")
    assert VersionUnused(release).run() == {"tag": "v1.0rc1", "commit": fixture.repository.head(), "resumed": True}


@pytest.mark.parametrize("where", ["local", "remote"])
def test_a_tag_on_another_commit_is_refused(fixture: ReleaseFixture, where: str) -> None:
    getattr(fixture.repository, where)["v1.0rc1"] = "f" * 40
    with pytest.raises(Refused, match=r"v1\.0rc1 names ffffffffffff, and 000000000000 is checked out") as refusal:
        VersionUnused(fixture.release("1.0rc1")).run()
    assert "or use 1.0rc2" in refusal.value.hint


def test_a_candidate_on_either_index_is_consumed(fixture: ReleaseFixture) -> None:
    for index in (fixture.staging, fixture.production):
        index.held.clear()
        index.put("sample_app-1.0rc1-py3-none-any.whl", b"theirs")
        with pytest.raises(Refused, match=f"1.0rc1 of sample-app is consumed .*{index.name}") as refusal:
            VersionUnused(fixture.release("1.0rc1")).run()
        assert refusal.value.hint == "The next legal version is 1.0rc2"


@pytest.mark.parametrize("yanked", [False, True])
def test_a_final_on_the_production_index_is_consumed_though_yanked(fixture: ReleaseFixture, *, yanked: bool) -> None:
    fixture.production.put("sample_app-1.0-py3-none-any.whl", b"theirs", yanked=yanked)
    with pytest.raises(Refused, match=r"consumed \(pypi\)") as refusal:
        VersionUnused(fixture.release("1.0")).run()
    assert refusal.value.hint == "The next legal version is 1.0.post1"


def test_a_final_is_not_consumed_by_the_staging_index_or_its_own_ledger(fixture: ReleaseFixture) -> None:
    fixture.staging.put("sample_app-1.0-py3-none-any.whl", b"theirs")
    fixture.ledger.append("1.0", entry("clean"))
    assert VersionUnused(fixture.release("1.0")).run()["resumed"] is False


def test_equal_versions_of_other_spelling_are_the_same_number(fixture: ReleaseFixture) -> None:
    fixture.production.put("sample_app-1.0.0-py3-none-any.whl", b"theirs")
    with pytest.raises(Refused, match="consumed"):
        VersionUnused(fixture.release("1.0")).run()
    fixture.production.held.clear()
    fixture.repository.remote["v1.0.0"] = START
    with pytest.raises(Refused, match=r"consumed \(tag\)"):
        VersionUnused(fixture.release("1.0")).run()


def test_a_bump_changes_the_places_and_nothing_else(fixture: ReleaseFixture) -> None:
    release = fixture.release("1.0rc1")
    assert Bump(release).already() is None
    evidence = Bump(release).run()
    assert evidence == {"commit": fixture.repository.head()}
    assert fixture.repository.tree(fixture.repository.head()) == {**tracked("0.9"), **version_files("1.0rc1")}
    assert Bump(release).already() == evidence
    assert Bump(release).subject() == fixture.repository.head()


def test_a_version_that_is_spelled_otherwise_is_bumped_too(fixture: ReleaseFixture) -> None:
    fixture.repository.commits[START] = tracked("1.0.0")
    assert Bump(fixture.release("1.0")).already() is None


def test_places_that_agree_are_listed(fixture: ReleaseFixture) -> None:
    release = fixture.release("1.0rc1")
    Bump(release).run()
    step = VersionFilesAgree(release)
    assert step.already() is None
    assert step.run() == {
        "commit": fixture.repository.head(),
        "places": [
            "pyproject.toml:3 project.version = 1.0rc1",
            "src/sample_app/__init__.py:1 __version__ = 1.0rc1",
            "uv.lock:5 package sample-app = 1.0rc1",
        ],
    }
    assert step.subject() == fixture.repository.head()


def test_places_that_disagree_are_refused(fixture: ReleaseFixture) -> None:
    fixture.repository.commits[START] = {**tracked("1.0"), "uv.lock": tracked("0.9")["uv.lock"]}
    with pytest.raises(GateFailed, match=r"does not state 1\.0 everywhere") as refusal:
        VersionFilesAgree(fixture.release("1.0")).run()
    assert refusal.value.details == ("the release states 1.0, uv.lock:5 states 0.9 (package sample-app)",)


def agreeing(fixture: ReleaseFixture, *tags: str) -> None:
    """Raise unless the files of the work tree and *tags* agree."""
    found = survey(APP, version_file_contents(fixture.repository, APP, commit=None))
    require_agreement(APP, found, tags=tags)


def test_a_work_tree_may_state_any_version_that_all_its_files_and_tags_state(fixture: ReleaseFixture) -> None:
    fixture.repository.work = dict(tracked("1.1rc1"))
    agreeing(fixture, "v1.1rc1")


def test_a_work_tree_that_states_two_versions_is_refused_with_all_problems(fixture: ReleaseFixture) -> None:
    fixture.repository.work = {"uv.lock": tracked("1.0")["uv.lock"], "src/sample_app/__init__.py": None}
    with pytest.raises(GateFailed, match="sample-app does not state one version everywhere") as refusal:
        agreeing(fixture, "v0.9", "0.9")
    lock = "uv.lock:5 states 1.0 (package sample-app)"
    assert refusal.value.details == (
        "src/sample_app/__init__.py is not there",
        f"pyproject.toml:3 states 0.9 (project.version), {lock}",
        f"tag v0.9 states 0.9, {lock}",
        "tag 0.9 does not begin with 'v'",
    )


def test_a_file_that_is_missing_is_no_disagreement(fixture: ReleaseFixture) -> None:
    fixture.repository.work = {"uv.lock": None}
    with pytest.raises(GateFailed, match="has version files that are missing or cannot be read") as refusal:
        agreeing(fixture)
    assert refusal.value.details == ("uv.lock is not there",)


def test_the_tags_commit_is_asked_and_not_the_one_checked_out(fixture: ReleaseFixture) -> None:
    release = fixture.uploaded("1.0rc1")
    tagged = fixture.repository.head()
    Bump(fixture.release("1.0")).run()
    assert VersionFilesAgree(release).run()["commit"] == tagged != fixture.repository.head()


def test_plans_count_the_version_files(tmp_path: Path) -> None:
    one = replace(APP, version_files=(TomlVersionFile(PurePosixPath("pyproject.toml"), "project.version"),))
    release = ReleaseFixture(tmp_path, app=one).release("1.0rc1")
    assert Bump(release).describe() == "commit 1.0rc1 to the version file"
    assert VersionFilesAgree(release).describe() == "the version file and the tag state 1.0rc1"
