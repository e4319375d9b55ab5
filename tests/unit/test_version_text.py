"""One version's text stands for another's, and for nothing else."""

from __future__ import annotations

import pytest

from releasegate.core.dists.version_text import Source, VersionText

SOURCES = (
    Source("0123456789abcdef0123456789abcdef01234567", "2026-11-26"),
    Source("fedcba9876543210fedcba9876543210fedcba98", "2026-12-01"),
)
PROMOTED = VersionText("1.0rc1", "1.0", SOURCES)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("", ""),
        ("no version", "no version"),
        ("1.0rc1", "1.0"),
        ("v1.0rc1.tar.gz", "v1.0.tar.gz"),
        ("app-1.0rc1-py3", "app-1.0-py3"),
        ("'1.0rc1', '1.0rc1'", "'1.0', '1.0rc1'"),
        ("'1.0rc1', '1.0rc1'", "'1.0rc1', '1.0'"),
        ("1.0rc1", "1.0rc1"),
        ("t = (1, 0, 'rc1')", "t = (1, 0)"),
        ('t = (1, 0, "rc1")', "t = (1, 0)"),
        ("on 2026-11-26", "on 2026-12-01"),
    ],
)
def test_the_text_may_be_replaced_here_or_there(one: str, other: str) -> None:
    assert PROMOTED.differs_only(one.encode(), other.encode())


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1.0rc1", "1.0.0"),
        ("1.0rc1", "1.1"),
        ("1.0", "1.0rc1"),
        ("1.0rc1 a", "1.0 b"),
        ("a 1.0rc1", "b 1.0"),
        ("a", "b"),
        ("11.0rc1", "11.0"),
        ("2.1.0rc1", "2.1.0"),
        ("1!1.0rc1", "1!1.0"),
        ("1.0rc12", "1.02"),
        ("1.0rc1.1", "1.0.1"),
        ("1.0rc1.post1", "1.0.post1"),
        ("1.0rc1.dev1", "1.0.dev1"),
        ("1.0rc1+local", "1.0+local"),
        ("(1, 0, 'rc1')", "(1, 1)"),
        ("1.0rc1", ""),
        ("2026-11-26", "2026-12-02"),
        ("2026-11-260", "2026-12-010"),
    ],
)
def test_nothing_else_may_differ(one: str, other: str) -> None:
    assert not PROMOTED.differs_only(one.encode(), other.encode())


HASHES = tuple(source.commit for source in SOURCES)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (HASHES[0], HASHES[1], True),
        ("'g0123456'", "'gfedcba987'", True),
        ("'0123456' 1.0rc1", "'fedcba9' 1.0", True),
        ("012345", "fedcba", False),
        ("0123456", "fedcba", False),
        ("0123456", "fedcba8", False),
        ("01234567f", "fedcba987", False),
        (f"{HASHES[0]}0", f"{HASHES[1]}0", False),
        ("0123456", "0123456", True),
        ("a0123456", "afedcba9", False),
    ],
)
def test_a_commit_stands_for_a_commit(one: str, other: str, *, same: bool) -> None:
    assert PROMOTED.differs_only(one.encode(), other.encode()) is same


@pytest.mark.parametrize(
    ("before", "after", "one", "other"),
    [
        ("1.0.post1.dev2", "1.0.post1", "(1, 0, 'post1', 'dev2')", "(1, 0, 'post1')"),
        ("1.0.post1.dev2", "1.0.post1", "1.0.post1.dev2", "1.0.post1"),
        ("7rc1", "7", "(7, 'rc1')", "(7,)"),
    ],
)
def test_a_tuple_of_a_version_is_its_text_too(before: str, after: str, one: str, other: str) -> None:
    assert VersionText(before, after, SOURCES).differs_only(one.encode(), other.encode())
