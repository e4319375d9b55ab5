"""What a repository does not tell of how it is released: a mirror that tags go to, the project's own release notes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

import tomlkit

from releasegate.core.adopt.asked.questions import Question
from releasegate.core.adopt.table import RepositoryFacts, forge_table
from releasegate.core.release.notes import is_about_versions

_FILES = ("CHANGELOG", "CHANGES", "HISTORY", "NEWS", "RELEASES", "RELEASE_NOTES")
_WORDS = ("release", "changelog", "whatsnew", "changes", "notes")
BRANCH_TOKEN = "BRANCH_FORGE_TOKEN"  # noqa: S105 - the name of a variable
"""The variable proposed for the token of the forge that the branch is on: that of another host is not sent there."""
_LEAST = 2
"""Files about versions that make a folder one of release notes."""


def of_remotes(repository: RepositoryFacts) -> Iterator[Question]:
    """Yield what is asked where another remote is the same repository on another forge."""
    own = repository.forge
    for name, forge in repository.elsewhere:
        asked = () if own is None else (f"branch-forge = {forge_table(own, token_env=BRANCH_TOKEN).as_string()}",)
        yield Question(
            f"Where is it released? The remote {name} is {forge.repository} on another forge than {repository.remote}. "
            f"Where that is a mirror which follows {repository.remote}, and tags and releases are made there, say all "
            "of this (instead of another forge):",
            (f"tag-remote = {tomlkit.item(name).as_string()}", f"forge = {forge_table(forge).as_string()}", *asked),
        )


def of_notes(files: Sequence[PurePosixPath]) -> Iterator[Question]:
    """Yield what is asked where a project writes release notes: *files* are paths from the package's folder."""
    found = [*_folders(files), *(str(each) for each in files if each.parent == PurePosixPath() and _is_file(each))]
    if found:
        yield Question(
            "What does a forge release say? The commits since the last final, if nothing is said; or what the project "
            "writes itself, which then must be there when a candidate is made:",
            tuple(f"release-notes = {tomlkit.item(each).as_string()}" for each in found),
        )


def _is_file(path: PurePosixPath) -> bool:
    return path.stem.upper().replace("-", "_") in _FILES and path.suffix.lower() in {"", ".md", ".rst", ".txt", ".adoc"}


def _folders(files: Sequence[PurePosixPath]) -> Iterator[str]:
    about: dict[PurePosixPath, int] = {}
    for path in files:
        if any(word in path.parent.name.lower() for word in _WORDS) and is_about_versions(path):
            about[path.parent] = about.get(path.parent, 0) + 1
    yield from (str(folder) for folder, count in sorted(about.items()) if count >= _LEAST)
