"""The text of a forge release: the project's own notes, present at the candidate, else the commits."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import cast

import pytest
from fakes import FakeForge
from packaging.version import Version
from release_fixture import ReleaseFixture

from releasegate.core.errors import Refused
from releasegate.core.release.notes import note_file, note_section, notes_of_commits
from releasegate.steps.forge_release import PublishForgeRelease
from releasegate.steps.notes import release_notes
from releasegate.steps.preflight.preflight import answers
from releasegate.steps.preflight.question import Inquiry

FOLDER, CHANGES = PurePosixPath("docs/release-notes"), PurePosixPath("CHANGELOG.md")
MARKDOWN = """\
# Changes

## Unreleased

Soon.

## [1.0] - 2026-11-26

### Added

- A berth.

```
# no heading, 0.9
```

## v0.9

- A quay.
"""
RST = """\
=======
Changes
=======

1.0 (unreleased)
----------------

* A berth.

Fixed
~~~~~

* A rope.

0.9
---
"""


@pytest.mark.parametrize(
    ("names", "version", "found"),
    [
        (["index.md", "version-1.0.md", "version-1.0.post1.md"], "1.0", "version-1.0.md"),
        (["version-1.0.md", "version-1.0.post1.md"], "1.0.post1", "version-1.0.post1.md"),
        (["v1.0.md", "2026-11-26_1.0.md"], "1.0", "v1.0.md"),
        (["release_1.0.rst"], "1.0", "release_1.0.rst"),
        (["1.0"], "1.0", "1.0"),
        (["1.0.png", "11.0.md", "1.0.1.md"], "1.0", None),
        (["1.2.md", "1.2.3.mdx"], "1.2.3", "1.2.3.mdx"),
        (["v1_2_3.md"], "1.2.3", "v1_2_3.md"),
        (["2026-11-26_1-2-3.adoc"], "1.2.3", "2026-11-26_1-2-3.adoc"),
        (["harbor2-v1.2.3.md"], "1.2.3", "harbor2-v1.2.3.md"),
        (["1.2.md"], "1.2.0", "1.2.md"),
        (["1-2-3-post1.md"], "1.2.3", None),
        (["1-2-3-post1.md"], "1.2.3.post1", "1-2-3-post1.md"),
        (["v1.2.3-rc1.md"], "1.2.3", None),
        (["notes.md"], "1.2.3", None),
        ([], "1.0", None),
    ],
)
def test_a_file_is_found_by_the_version_in_its_name(names: list[str], version: str, found: str | None) -> None:
    path = note_file(map(PurePosixPath, names), Version(version))
    assert (None if path is None else str(path)) == found


@pytest.mark.parametrize(
    ("text", "version", "said"),
    [
        (MARKDOWN, "1.0", "### Added\n\n- A berth.\n\n```\n# no heading, 0.9\n```"),
        (MARKDOWN, "0.9", "- A quay."),
        (MARKDOWN, "0.9.1", None),
        (RST, "1.0", "* A berth.\n\nFixed\n~~~~~\n\n* A rope."),
        (RST, "0.9", None),
        ("", "1.0", None),
        ("Title\n=====\n", "1.0", None),
        ("## [v1.0](https://x.example/compare/v0.9...v1.0) (2026-11-26)\nx", "1.0", "x"),
        ("## harbor-api v1.0.0 {#v1-0-0}\nx", "1.0", "x"),
        ("harbor 1.0 (2026-11-26)\n=======================\n\nx", "1.0", "x"),
        ("## Unreleased, since 1.0\nold\n\n## 1.0\nx", "1.0", "x"),
        ("## [1.1] compared with 1.0\nno\n## **1.0**\nx", "1.0", "x"),
        ("## 1.0rc1\nno\n## 1.0\nx", "1.0", "x"),
        ("---\ntitle: 1.0\n---\n# 1.0\nx", "1.0", "x"),
        ("## January 1, 2026: 1.0\nx", "1.0", "x"),
        ("<h2 id='a'>1.0</h2>\nx\n<h2>0.9</h2>\nold", "1.0", "x"),
        ("== 1.0 ==\nx\n\n==== ====\n\n== 0.9\nold", "1.0", "x\n\n==== ===="),
        ("## 2\nx", "2", "x"),
    ],
)
def test_a_section_is_found_by_its_heading_whatever_date_it_has(text: str, version: str, said: str | None) -> None:
    assert note_section(text, Version(version)) == said


def test_commits_are_listed_newest_first_and_not_without_end() -> None:
    assert notes_of_commits(["Mend\x07 it", "Begin"], since="0.9") == "Since 0.9:\n\n- Mend it\n- Begin"
    assert notes_of_commits([], since=None) == ""
    many = notes_of_commits([f"commit {n}" for n in range(103)], since=None).splitlines()
    assert (many[0], many[-1]) == ("Commits:", "- and 3 more")


def noted(tmp_path: Path, where: PurePosixPath, files: dict[str, str]) -> ReleaseFixture:
    """Return a fixture whose package has release notes, with *files* committed."""
    fixture = ReleaseFixture(tmp_path)
    fixture.app = replace(fixture.app, release_notes=where)
    fixture.repository.commit(
        {PurePosixPath(path): text.encode() for path, text in files.items()}, message="Write the notes"
    )
    return fixture


def test_the_notes_of_what_a_candidate_leads_to_are_asked_for_before_it_is_made(tmp_path: Path) -> None:
    fixture = noted(tmp_path, CHANGES, {str(CHANGES): MARKDOWN})
    found = {answer.key: answer for answer in answers(Inquiry(fixture.release("1.0rc1"), "rc"))}
    assert found["release notes"].found == "there, beginning with '### Added'"
    missing = {answer.key: answer for answer in answers(Inquiry(fixture.release("1.1rc1"), "rc"))}[
        "release notes"
    ].error
    assert missing is not None
    assert missing.problem == "CHANGELOG.md has no section about 1.1."
    assert missing.hint == "Write a heading with 1.1 into CHANGELOG.md, and commit it; a date may follow later"
    without = {answer.key for answer in answers(Inquiry(ReleaseFixture(tmp_path).release("1.0rc1"), "rc"))}
    assert "release notes" not in without


def test_a_folder_has_a_file_for_each_version(tmp_path: Path) -> None:
    fixture = noted(tmp_path, FOLDER, {f"{FOLDER}/version-1.0.md": "# 1.0\n\nA berth.\n", f"{FOLDER}/v1.1.md": " \n"})
    assert release_notes(fixture.release("1.0")) == "# 1.0\n\nA berth."
    for version in ("1.1", "1.2"):
        with pytest.raises(Refused, match=rf"docs/release-notes has no file about {version}") as caught:
            release_notes(fixture.release(version))
        assert f"Write docs/release-notes/version-{version}.md" in caught.value.hint


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("1.2.3/index.md", "A berth."),
        ("v1.2.3/README.rst", "A berth."),
        ("1.2/v1.2.3.md", "A berth."),
        ("v1.2/1_2_3.md", "A berth."),
        ("version-1.2.md", "# 1.2\n\n## 1.2.4\n\nNo.\n\n## 1.2.3\n\nA berth.\n"),
    ],
)
def test_a_folder_may_have_folders_or_a_file_for_a_series(tmp_path: Path, path: str, text: str) -> None:
    fixture = noted(tmp_path, FOLDER, {f"{FOLDER}/{path}": text, f"{FOLDER}/1.2/index.md": "of the series"})
    assert release_notes(fixture.release("1.2.3rc1")) == "A berth."
    with pytest.raises(Refused, match=r"has no (?:file|section) about 1\.3\.0"):
        release_notes(fixture.release("1.3.0"))


def test_notes_that_are_not_there_at_all_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"CHANGELOG\.md has no section about 1\.0"):
        release_notes(noted(tmp_path, CHANGES, {}).release("1.0"))


def test_without_notes_the_commits_since_the_last_final_are_told(tmp_path: Path) -> None:
    fixture = ReleaseFixture(tmp_path)
    first = fixture.repository.head()
    fixture.repository.local |= {"v0.9": first, "v0.8": first, "vessel": first, "x": first}
    rc = fixture.repository.commit({}, message="Mend it")
    fixture.repository.local["v1.0rc1"] = rc
    assert release_notes(fixture.release("1.0")) == "Since 0.9:\n\n- Mend it"
    fixture.repository.local.clear()
    assert release_notes(fixture.release("1.0")) == "Commits:\n\n- Mend it\n- first"


def test_a_forge_release_is_drafted_with_them(tmp_path: Path) -> None:
    fixture = noted(tmp_path, CHANGES, {str(CHANGES): MARKDOWN})
    release = fixture.uploaded("1.0", role="production")
    PublishForgeRelease(release).run()
    assert cast("FakeForge", fixture.forge).releases["v1.0"].notes.startswith("### Added")
