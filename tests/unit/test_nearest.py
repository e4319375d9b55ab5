"""A word that nobody knows is answered with the one that was probably meant, or with all that there are."""

from __future__ import annotations

import pytest

from releasegate.core.nearest import meant

COMMANDS = ("status", "release", "versions", "--package", "--until")


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("stauts", "Did you mean status?"),
        ("RELEASE", "Did you mean release?"),
        ("--pakcage", "Did you mean --package?"),
        ("--final", "Name one of: status, release, versions, --package, --until"),
        ("", "Name one of: status, release, versions, --package, --until"),
        ("x" * 100_000, "Name one of: status, release, versions, --package, --until"),
    ],
)
def test_the_nearest_word_is_named_or_all_of_them(word: str, said: str) -> None:
    assert meant(word, COMMANDS) == said


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("e2e", "Name one of: e2e:staging, e2e:today"),
        ("--pac", "Did you mean --package?"),
        ("-p", "Name one of: --package, --plan"),
        ("up", "Did you mean upload?"),
        ("--json", "Name one of: e2e:staging, e2e:today, upload, --package, --plan"),
        ("", "Name one of: e2e:staging, e2e:today, upload, --package, --plan"),
    ],
)
def test_what_begins_so_goes_before_what_is_alike(word: str, said: str) -> None:
    assert meant(word, ["e2e:staging", "e2e:today", "upload", "--package", "--plan"]) == said
