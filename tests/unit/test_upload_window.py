"""A release of which one file is stored says for how long the other is taken."""

from __future__ import annotations

import pytest

from releasegate.core.release.upload_window import DAY, half_stored

WHEEL, SDIST = "demo-1.0-py3-none-any.whl", "demo-1.0.tar.gz"
HOUR = 3600.0
FIRST = 1_000_000.0


@pytest.mark.parametrize(
    ("passed", "said"),
    [
        (0, "14 days remain to send it"),
        (HOUR, "13 days remain to send it"),
        (12 * DAY + HOUR, "1 day remains to send it"),
        (14 * DAY - HOUR, "less than one day remains to send it"),
        (14 * DAY + 1, "the 14 days in which PyPI takes it are over"),
    ],
)
def test_the_days_are_counted_from_the_first_file(passed: float, said: str) -> None:
    found = half_stored([(WHEEL, FIRST), ("demo-1.0-cp312-cp312-linux.whl", FIRST + DAY)], now=FIRST + passed)
    assert str(found) == f"{WHEEL} is stored and the sdist is not; {said}"


def test_an_index_that_does_not_say_when_it_was_uploaded_is_told_the_rule() -> None:
    found = half_stored([(SDIST, None)], now=FIRST)
    assert str(found) == f"{SDIST} is stored and the wheel is not; PyPI takes it for 14 days after the first file"


@pytest.mark.parametrize("names", [(), (WHEEL, SDIST), ("demo-1.0.exe",)])
def test_a_release_that_is_whole_or_not_begun_misses_nothing(names: tuple[str, ...]) -> None:
    assert half_stored([(name, FIRST) for name in names], now=FIRST) is None
