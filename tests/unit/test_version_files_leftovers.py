"""Lines that hold a version and follow no bump are told, however the version is spelled there."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path, PurePosixPath

import pytest
from release_fixture import APP, ReleaseFixture

from releasegate.core.config.exemptions import Exemption
from releasegate.core.version_files.leftovers import Leftover, held, left_in, roughly, spellings
from releasegate.steps.source import Bump, VersionFilesAgree
from releasegate.steps.stated import before, left_behind


@pytest.mark.parametrize(
    ("version", "text"),
    [
        ("1.2.0", "is 1.2.0."),
        ("1.2.0", "v1.2.0"),
        ("1.2.0", "name==1.2.0;"),
        ("1.2.0", "name@1.2.0"),
        ("1.2.0", "badge/version-1.2.0-blue"),
        ("1.2.0", "name-1.2.0.tar.gz"),
        ("2026.1.3", "2026.01.03"),
        ("1.2.0rc1", "1.2.0-rc.1"),
        ("1.2.0a1", "1.2.0alpha1"),
        ("1.2.0.post1", "1.2.0-post.1"),
        ("1.2.0.post1.dev2", "1.2.0.post1.dev2"),
        ("1.2.0.dev0", "1.2.0.dev"),
        ("1.2.0rc0", "1.2.0rc"),
        ("1.2.0.post0", "1.2.0-post"),
        ("1!2.0", "1!2.0"),
        ("1.2+a.b", "1.2+a.b"),
    ],
)
def test_a_version_is_found_as_a_token_however_it_is_spelled(version: str, text: str) -> None:
    assert spellings(version).search(text)
    assert re.search(roughly(version), text)


@pytest.mark.parametrize(
    "text",
    [".. versionadded:: 1.2.0", "```{versionchanged} 1.2.0", ":::{deprecated} 1.2.0", ".. deprecated:: 1.2.0 Use",
     "<!-- version-added: 1.2.0 -->"]
)  # fmt: skip
def test_since_when_something_is_so_stays_so(text: str) -> None:
    assert list(held(PurePosixPath("a"), text.encode(), "1.2.0")) == []
    assert list(held(PurePosixPath("a"), b"deprecated names of 1.2.0", "1.2.0")) != []


@pytest.mark.parametrize(
    "text",
    ["11.2.0", "1.2.01", "1.2.0.1", "1.2.0rc1", "1.2.0-rc.1", "1.2.0.post1", "1.2",
      "a1.2.0", "1.2.0a", "1!1.2.0", "1.2.0+x"]
)  # fmt: skip
def test_another_version_is_not_found(text: str) -> None:
    assert not spellings("1.2.0").search(text)


@pytest.mark.parametrize("text", ["1.2.0.dev1", "1.2.0.develop", "1.2.0.dev01"])
def test_a_number_that_is_left_out_is_no_other_one(text: str) -> None:
    assert not spellings("1.2.0.dev0").search(text)


def test_lines_are_told_with_their_place_and_files_that_are_no_text_are_not() -> None:
    path = PurePosixPath("a")
    assert list(held(path, b"x\r\nv1.0 and 1.0\r\n", "1.0")) == [
        Leftover(path, 2, "1.0", "v1.0 and 1.0"),
        Leftover(path, 2, "1.0", "v1.0 and 1.0"),
    ]
    assert list(held(path, b"\0 1.0", "1.0")) == []
    assert list(held(path, b"y" * 20_000 + b" 1.0", "1.0")) == []
    assert [each.line for each in held(path, b"1.0", "1.0", line=7)] == [7]
    assert str(Leftover(path, 7, "1.0", "  now\t1.0 ")) == "a:7 holds 1.0 and no bump follows: now 1.0"


@pytest.mark.parametrize(
    "path",
    ["CHANGELOG.md", "docs/changes.rst", "HISTORY.rst", "NEWS", "docs/release-notes/1.0.md", "changelog.d/1.md",
     "uv.lock", "package-lock.json", "pnpm-lock.yaml", "pylock.dev.toml", "docs/release_notes.md"],
)  # fmt: skip
def test_what_is_about_changes_or_locks_others_is_expected(path: str) -> None:
    assert left_in([Leftover(PurePosixPath(path), 1, "1.0", "1.0")]) == ()


def test_a_folder_that_is_named_for_how_releases_are_made_is_about_no_changes() -> None:
    left = Leftover(PurePosixPath("docs/automatic-releases/a.rst"), 1, "1.0", "1.0")
    assert left_in([left]) == (left,)
    assert left_in([replace(left, path=PurePosixPath("docs/releases/1.0.rst"))]) == ()


def test_the_rest_is_told_once_and_in_order_but_for_what_is_meant() -> None:
    lines = [
        Leftover(PurePosixPath(path), line, "1.0", "") for path, line in (("b", 2), ("b", 1), ("a/c", 1), ("b", 2))
    ]
    assert [(str(each.path), each.line) for each in left_in(lines)] == [("a/c", 1), ("b", 1), ("b", 2)]
    assert {str(e.path) for e in left_in(lines, exemptions=[Exemption("a/**", "an example"), Exemption("x", "y")])} == {
        "b"
    }


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('"pytest-pretty>=1.0",', False),
        ("pier[all] == 1.0, <2", False),
        ("pier ~=1.0; quay-lamp>=1.0", True),
        ('"Quay_Lamp>=1.0",', True),
        ('__version__ == "1.0"', True),
        ("APP_VERSION==1.0", True),
        ("pip install 1.0", True),
    ],
)
def test_what_is_required_of_another_package_is_no_version_of_this_one(text: str, *, told: bool) -> None:
    assert bool(left_in([Leftover(PurePosixPath("a.txt"), 1, "1.0", text)], name="quay-lamp")) is told


@pytest.fixture
def fixture(tmp_path: Path) -> ReleaseFixture:
    made = ReleaseFixture(tmp_path)
    tree = made.repository.commits[made.repository.head()]
    tree["README.md"] = b"install sample-app==0.9\n"
    tree["docs/old.md"] = b"0.9\n"
    return made


def test_a_bump_tells_the_lines_that_still_hold_the_old_version(fixture: ReleaseFixture) -> None:
    release = fixture.release("1.0rc1")
    Bump(release).run()
    left = VersionFilesAgree(release).run()["left behind"]
    assert "README.md:1 holds 0.9 and no bump follows: install sample-app==0.9" in left
    assert "docs/old.md:1 holds 0.9 and no bump follows: 0.9" in left
    meant = replace(APP, left_behind=(Exemption("docs/**", "about old versions"), Exemption("README.md", "x")))
    assert "left behind" not in VersionFilesAgree(replace(release, package=meant)).run()


def test_the_version_before_is_the_last_commits_else_the_newest_tags(fixture: ReleaseFixture) -> None:
    repository, release = fixture.repository, fixture.release("1.0rc1")
    first = repository.head()
    assert before(repository, APP, release.version, commit=first) is None
    repository.local["v0.8"] = first
    assert before(repository, APP, release.version, commit=first) == "0.8"
    Bump(release).run()
    assert before(repository, APP, release.version, commit=repository.head()) == "0.9"


def test_version_files_are_no_leftovers_even_where_they_cannot_be_bumped(fixture: ReleaseFixture) -> None:
    repository = fixture.repository
    found = left_behind(repository, APP, "0.9", commit=None)
    assert {str(each.path) for each in found} == {"README.md", "docs/old.md"}
    tree = repository.commits[repository.head()]
    tree["uv.lock"] = b""
    assert left_behind(repository, APP, "0.9", commit=None) == found
    tree["pyproject.toml"] = b"sample-app 0.9"
    assert "pyproject.toml" in {str(each.path) for each in left_behind(repository, APP, "0.9", commit=None)}


def test_a_version_file_s_other_lines_are_told_and_its_own_place_is_not(fixture: ReleaseFixture) -> None:
    tree = fixture.repository.commits[fixture.repository.head()]
    lines = tree["pyproject.toml"].count(b"\n")
    tree["pyproject.toml"] += b"# as of 0.9\n"
    found = left_behind(fixture.repository, APP, "0.9", commit=None)
    assert [each.line for each in found if each.path.name == "pyproject.toml"] == [lines + 1]


def test_a_line_that_holds_the_version_twice_is_told_as_it_is_written(fixture: ReleaseFixture) -> None:
    tree = fixture.repository.commits[fixture.repository.head()]
    project = tree["pyproject.toml"].decode()
    tree["pyproject.toml"] = project.replace('version = "0.9"', 'version = "0.9" # 0.9 of the year').encode()
    found = left_behind(fixture.repository, APP, "0.9", commit=None)
    told = [each.text for each in found if each.path.name == "pyproject.toml"]
    assert told == ['version = "0.9" # 0.9 of the year']
