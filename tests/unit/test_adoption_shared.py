"""What two packages of a repository share is told: a bump of one is a bump of both."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from releasegate.core.adopt.shared import shared
from releasegate.core.config.keys import Package
from releasegate.core.config.version_file_types import LockVersionFile, TextVersionFile, TomlVersionFile, VersionFile

TOP = PurePosixPath("../VERSION")


@pytest.mark.parametrize(
    ("theirs", "mine", "told"),
    [
        (TextVersionFile(TOP, "{version}"), TextVersionFile(TOP, "{version}"), True),
        (TextVersionFile(TOP, "a {version}"), TextVersionFile(TOP, "b {version}"), False),
        (TextVersionFile(TOP, "{version}"), TextVersionFile(PurePosixPath("VERSION"), "{version}"), False),
        (TomlVersionFile(TOP, "a.version"), TomlVersionFile(TOP, "b.version"), False),
        (LockVersionFile(PurePosixPath("../uv.lock")), LockVersionFile(PurePosixPath("../uv.lock")), False),
    ],
)
def test_a_place_is_shared_where_both_change_the_same_characters(
    theirs: VersionFile, mine: VersionFile, *, told: bool
) -> None:
    lamp = Package("quay-lamp", PurePosixPath(), (theirs,), ("3.12",))
    said = list(shared([lamp], "../post", [mine]))
    assert [line.split(" states")[0] for line in said] == (["../VERSION"] if told else [])
