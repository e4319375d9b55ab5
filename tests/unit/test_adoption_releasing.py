"""How a repository is released is asked where its remotes and its notes let one guess."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from releasegate.core.adopt.asked.releasing import of_notes, of_remotes
from releasegate.core.adopt.table import RepositoryFacts
from releasegate.core.config.keys import ForgeConfig


def test_a_remote_on_another_forge_may_be_the_mirror_that_is_released_from() -> None:
    elsewhere = (("github", ForgeConfig("github", "octo/lamp")),)
    (asked,) = of_remotes(RepositoryFacts("develop", "origin", None, elsewhere=elsewhere))
    assert asked.answers == ('tag-remote = "github"', 'forge = { kind = "github", repository = "octo/lamp" }')
    assert "a mirror which follows origin" in asked.asks
    own = ForgeConfig("gitea", "lab/lamp", "https://git.lab.example")
    (asked,) = of_remotes(RepositoryFacts("develop", "origin", own, elsewhere=elsewhere))
    assert asked.answers[2] == (
        'branch-forge = { kind = "gitea", repository = "lab/lamp", address = "https://git.lab.example", '
        'token-env = "BRANCH_FORGE_TOKEN" }'
    )
    assert list(of_remotes(RepositoryFacts("develop", "origin", None))) == []


@pytest.mark.parametrize(
    ("files", "found"),
    [
        (["docs/release-notes/version-1.0.md", "docs/release-notes/version-1.1.md"], ["docs/release-notes"]),
        (["docs/whatsnew/v1_0.rst", "docs/whatsnew/v1_1.rst", "CHANGES.rst"], ["docs/whatsnew", "CHANGES.rst"]),
        (["CHANGELOG.md", "docs/CHANGELOG.md"], ["CHANGELOG.md"]),
        (["release-notes.txt", "NEWS"], ["release-notes.txt", "NEWS"]),
        (["docs/release-notes/version-1.0.md", "docs/release-notes/index.md"], []),
        (["docs/versions/1.0.md", "docs/versions/1.1.md"], []),
        (["README.md"], []),
    ],
)
def test_release_notes_are_found_by_what_they_are_called(files: list[str], found: list[str]) -> None:
    lines = [line for each in of_notes([PurePosixPath(path) for path in files]) for line in each.answers]
    assert lines == [f'release-notes = "{each}"' for each in found]
