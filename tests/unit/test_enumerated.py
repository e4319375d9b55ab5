"""Several things are told in one sentence as people tell them."""

from __future__ import annotations

import pytest

from releasegate.core.enumerated import counted, first_of, joined


def test_things_are_counted_as_people_do() -> None:
    assert [counted(n, "module") for n in (0, 1, 2)] == ["0 modules", "1 module", "2 modules"]


@pytest.mark.parametrize(
    ("names", "said"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_the_last_of_several_is_joined_by_a_word(names: list[str], said: str) -> None:
    assert joined(names) == said


@pytest.mark.parametrize(
    ("names", "said"), [([], ""), (["a"], "a"), (["a", "b"], "a, b"), (["a", "b", "c"], "a, b and 1 more")]
)
def test_of_many_the_first_are_named_and_the_others_counted(names: list[str], said: str) -> None:
    assert first_of(names, 2) == said
