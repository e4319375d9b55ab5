"""A Python that this machine lacks is said in a sentence, with the line that brings it."""

from __future__ import annotations

import pytest

from releasegate.core.errors import without_pythons


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        (["3.98"], "Python 3.98 is not on this machine, and the install check needs it."),
        (["3.98", "3.99"], "Python 3.98 and 3.99 are not on this machine, and the install check needs them."),
    ],
)
def test_pythons_that_are_not_here_are_named_with_the_line_that_installs_all(missing: list[str], said: str) -> None:
    error = without_pythons(missing)
    assert error.problem == said
    assert error.hint.startswith("Install ")
    assert error.hint.endswith(f": uv python install {' '.join(missing)}")


def test_what_may_be_left_out_is_offered_first() -> None:
    assert without_pythons(["3.98"], may_leave_out=True).hint == (
        "Leave it out with --only-available, or install it: uv python install 3.98"
    )
