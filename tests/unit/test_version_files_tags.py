"""Where the tag states the version: what is declared, what a build is, and what a release leaves alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from packaging.version import Version
from release_fixture import APP, START, ReleaseFixture

from releasegate.core.errors import GateFailed
from releasegate.core.version_files.survey import survey
from releasegate.core.version_files.tags import FIRST, coming, newest
from releasegate.steps.source import Bump, Clean, VersionFilesAgree
from releasegate.steps.stated import declared, require_agreement, version_file_contents

TAGGED = replace(APP, version_files=(), version_from_tag=True, tag_prefix="app@")


@pytest.mark.parametrize(
    ("tags", "said"),
    [
        ([], None),
        (["v9.0", "app@nightly", "other@8.0"], None),
        (["app@1.2.0", "app@1.10.0", "app@1.10.0rc2", "v9.0"], "the tag app@1.10.0 states 1.10.0"),
        (["app@1!0.1", "app@2026.01.03"], "the tag app@1!0.1 states 1!0.1"),
    ],
)
def test_the_newest_of_the_packages_own_tags_states_the_version(tags: list[str], said: str | None) -> None:
    found = newest(TAGGED, tags)
    assert (None if found is None else str(found)) == said


@pytest.mark.parametrize(
    ("here", "before", "version"),
    [
        (["app@1.2.0rc1", "app@1.2.0"], ["app@1.1.0"], "1.2.0"),
        ([], ["app@1.2.0", "app@1.1.0"], "1.2.1rc1"),
        ([], ["app@1.2.0", "app@1.3.0rc2"], "1.3.0rc3"),
        (["other"], [], f"{FIRST}rc1"),
    ],
)
def test_a_build_of_a_commit_is_its_tags_version_or_the_next_candidate(
    here: list[str], before: list[str], version: str
) -> None:
    assert coming(TAGGED, at_head=here, before=[*here, *before]) == Version(version)


@pytest.fixture
def fixture(tmp_path: Path) -> ReleaseFixture:
    return ReleaseFixture(tmp_path, app=TAGGED)


def test_the_commit_declares_what_its_newest_tag_states(fixture: ReleaseFixture) -> None:
    repository = fixture.repository
    assert declared(repository, TAGGED) == FIRST
    repository.local["app@0.9"] = START
    repository.commit({}, message="more")
    assert declared(repository, TAGGED) == Version("0.9")
    # Another machine's tag of this very commit is not here yet.
    repository.remote["app@1.0rc1"] = repository.head()
    assert declared(repository, TAGGED) == Version("1.0rc1")


def test_the_version_files_declare_it_where_there_are_any(fixture: ReleaseFixture) -> None:
    assert declared(fixture.repository, replace(APP, version_from_tag=True)) == Version("0.9")


def test_nothing_is_committed_and_the_tag_is_the_evidence(fixture: ReleaseFixture) -> None:
    release = fixture.release("1.0rc1")
    bump, agree = Bump(release), VersionFilesAgree(release)
    assert Clean(release).run()["commit"] == START
    assert bump.describe() == "commit nothing: the tag states 1.0rc1"
    assert bump.already() == {"commit": START}
    assert agree.describe() == "the tag states 1.0rc1"
    assert agree.run() == {"commit": START, "places": ["the tag app@1.0rc1 = 1.0rc1"]}
    require_agreement(TAGGED, survey(TAGGED, {}), tags=["app@1.0rc1"])


def test_a_file_beside_the_tag_must_agree_with_it(fixture: ReleaseFixture) -> None:
    package = replace(APP, version_from_tag=True)
    release = replace(fixture.release("1.0rc1"), package=package)
    assert Bump(release).describe() == "commit 1.0rc1 to the 3 version files"
    contents = version_file_contents(fixture.repository, package)
    with pytest.raises(GateFailed, match="The tag of sample-app is not of the version that is stated"):
        require_agreement(package, survey(package, contents), tags=["v1.0rc1"])
