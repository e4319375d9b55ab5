"""What a wheel requires is there for an installer, as far as each requirement tells by itself."""

from __future__ import annotations

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

from releasegate.core.dists.requirements import required, unmet

SAID = [
    "six",
    "old; python_version < '3.11'",
    "here>=2; python_version >= '3.12'",
    "fast; extra == 'speed'",
    "slow; extra == 'test'",
    "elsewhere @ https://localhost/elsewhere.zip",
    "never; python_full_version < '3'",
    "no requirement",
]


def test_what_the_tried_pythons_and_extras_need_is_required() -> None:
    def names(*, pythons: tuple[str, ...], extras: tuple[str, ...] = ()) -> list[str]:
        return [each.name for each in required(SAID, pythons=pythons, extras=extras)]

    assert names(pythons=("3.11",)) == ["six"]
    assert names(pythons=("3.10", "3.12")) == ["six", "old", "here"]
    assert names(pythons=("3.11",), extras=("speed",)) == ["six", "fast"]


@pytest.mark.parametrize(
    ("text", "versions", "why"),
    [
        ("six", ["1.0"], None),
        ("six>=1.5", ["1.0", "2.0rc1"], None),
        ("six>=2", ["1.0", "1.9"], "has none that fits: its newest is 1.9"),
        ("six>=2", ["1.0", None], None),
        ("six", [], "has no such project"),
    ],
)
def test_a_requirement_is_met_by_any_file_that_fits_or_may(
    text: str, versions: list[str | None], why: str | None
) -> None:
    held = [None if version is None else Version(version) for version in versions]
    assert unmet(Requirement(text), held) == why
