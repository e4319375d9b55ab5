"""Mutants: those that are listed have names of their own, those that are drawn come from a seed and still parse."""

from __future__ import annotations

import ast

import pytest

from tests.mutants.drawn import drawn
from tests.mutants.listed import LISTED
from tests.mutants.mutant import NO_PLACE, NOT_STARTED, Caught, Mutant

SOURCE = """def state(guest, known):
    if guest.name in known and guest.vmid == 3:
        known.add(guest)
    if not guest.running:
        return guest.state
    return None
"""


def test_the_listed_are_many_have_names_of_their_own_and_some_are_harmless() -> None:
    assert len(LISTED) >= 20
    assert len({mutant.name for mutant in LISTED}) == len(LISTED)
    assert {mutant.side for mutant in LISTED} == {"plugin", "backend"}
    assert any(mutant.harmless for mutant in LISTED)


def test_a_seed_draws_the_same_again_and_each_is_another_text_that_parses() -> None:
    sources = {("backend", "state.py"): SOURCE}
    first, again = (list(drawn(sources, 7, 20)) for _ in range(2))  # type: ignore[arg-type]
    assert first == again
    texts = {mutant.planted(SOURCE) for mutant in first}
    assert None not in texts
    assert SOURCE not in texts
    assert all(ast.parse(text or "") for text in texts)
    words = {mutant.name.partition("-1-")[2] or mutant.name.split("-", 3)[3] for mutant in first}
    assert {"compares-otherwise", "returns-nothing", "forgets-a-not", "and-for-or", "forgets-a-call"} <= words


def test_a_mutant_that_finds_no_place_is_none() -> None:
    assert Mutant("x", "plugin", "a.py", "no such text", "").planted(SOURCE) is None


@pytest.mark.parametrize(
    ("caught", "word"),
    [
        (Caught(Mutant("x", "plugin", "a", "b", "c"), ("pair.sync",)), "caught"),
        (Caught(Mutant("x", "plugin", "a", "b", "c"), how=NOT_STARTED), "caught"),
        (Caught(Mutant("x", "plugin", "a", "b", "c")), "missed"),
        (Caught(Mutant("x", "plugin", "a", "b", "c"), how=NO_PLACE), NO_PLACE),
        (Caught(Mutant("x", "plugin", "a", "b", "c", harmless=True)), "rightly green"),
        (Caught(Mutant("x", "plugin", "a", "b", "c", harmless=True), ("pair.sync",)), "falsely red"),
    ],
)
def test_what_became_of_a_mutant_has_a_word(caught: Caught, word: str) -> None:
    assert caught.word == word
