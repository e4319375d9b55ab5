"""What stands around a version is taken into a pattern that fits it again."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from releasegate.core.adopt.claims.claim import by_line, fits_once
from releasegate.core.config.version_file_types import TextVersionFile

NAME = "python-semantic-release/python-semantic-release"


@pytest.mark.parametrize(
    ("line", "pattern"),
    [
        (f"    uses: {NAME}@COMMIT_HASH  # v{{}}", f"/{NAME.rpartition('/')[2]}@COMMIT_HASH  # v{{version}}"),
        ("v{} of " + "some-word " * 9, "v{version} of some-word some-word some-word some-word some-word some-"),
        ("x" * 80 + " {} " + "y" * 80, "{version}"),
        ("short {} line", "short {version} line"),
    ],
)
def test_it_is_cut_between_words(line: str, pattern: str) -> None:
    text = line.format("1.2.3").encode()
    (found,) = by_line(PurePosixPath("a.txt"), text, "1.2.3")
    assert isinstance(found, TextVersionFile)
    assert found.pattern == pattern
    assert fits_once(found, text)
