"""Mutants: those that are listed have names of their own, those that are drawn come from a seed and still parse."""

from __future__ import annotations

import ast
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.mutants import reached
from tests.mutants.batches import batches
from tests.mutants.drawn import drawn
from tests.mutants.listed import LISTED
from tests.mutants.mutant import KINDS, NO_PLACE, NOT_STARTED, Caught, Mutant, Side
from tests.mutants.results import counted, keep, kept, table
from tests.mutants.rounds import USUAL, WHOLE, rounds

SOURCE = """def state(guest, known):
    if guest.name in known and guest.vmid == 3:
        known.add(guest)
    if not guest.running:
        return guest.state
    return None
"""


def test_the_listed_are_many_have_names_of_their_own_and_some_are_harmless() -> None:
    assert len(LISTED) >= 40
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


def _mutant(name: str, by: str = "", *disturbs: str, **more: Any) -> Mutant:
    return Mutant(name, "plugin", "a.py", "b", "c", by=by, disturbs=disturbs, **more)


def test_together_are_planted_those_of_which_none_breaks_what_tells_of_another() -> None:
    one, same, other = _mutant("one", "x"), _mutant("same", "x"), _mutant("other", "y")
    near, alone, harmless = _mutant("near", "z", "x"), _mutant("alone"), _mutant("h", harmless=True)
    large, again = _mutant("large", "w", world="large"), _mutant("i", harmless=True)
    made = batches([one, same, other, near, alone, harmless, large, again])
    assert made == [[one, other], [same], [near], [alone], [harmless, again], [large]]


def test_every_listed_one_has_a_kind_and_each_kind_is_there() -> None:
    assert {mutant.kind for mutant in LISTED if not mutant.harmless} == set(KINDS)
    assert not any(mutant.kind or mutant.by for mutant in LISTED if mutant.harmless)


def test_one_that_is_removed_has_a_place_in_any_file() -> None:
    assert Mutant("x", "plugin", "a.py", removed=True).planted("text") is not None


def test_drawn_are_only_lines_that_were_reached() -> None:
    sources = {("backend", "state.py"): SOURCE}
    made = list(drawn(sources, 3, 10, {("backend", "state.py"): frozenset({2})}))  # type: ignore[arg-type]
    assert made
    assert all("guest.name in known" in mutant.old.splitlines()[-1] for mutant in made)
    assert list(drawn(sources, 3, 10, {})) == []  # type: ignore[arg-type]


def test_what_was_judged_is_kept_and_told_as_a_table(tmp_path: Path) -> None:
    file = tmp_path / "new" / "results"
    caught = [Caught(_mutant("one", "x", "y", kind="page"), ("x",), seconds=2.0), Caught(_mutant("two"), seconds=1.0)]
    assert list(kept(file)) == []
    for each in caught:
        keep(file, each)
    assert list(kept(file)) == caught
    assert counted(caught) == "1 caught, 1 missed"
    assert list(table(caught))[2:] == [
        "| one | page | plugin | caught | x | 2 |",
        "| two | - | plugin | missed |  | 1 |",
    ]


@pytest.mark.parametrize(
    ("sides", "records"),
    [
        (["plugin"], [True, True, False]),
        (["backend"], [False, False]),
        (["plugin", "backend"], [True, False]),
        ([], [True, True, False]),
    ],
)
def test_a_backend_is_not_judged_by_what_is_of_netbox_alone(sides: list[Side], records: list[bool]) -> None:
    batch = [Mutant("x", side, "a.py") for side in sides]
    every = list(rounds(batch, WHOLE))
    assert ["test_4_records.py" in {file.name for file in each.files} for each in every] == records
    assert every[-1].depth == WHOLE
    assert [each.depth for each in rounds(batch, USUAL)] == [USUAL] * (len(every) - 1)
    assert [[file.name for file in each.files] for each in rounds(batch, USUAL, ("test_4_keys.py",))] == [
        ["test_4_keys.py"]
    ]


@pytest.mark.parametrize("mutant", [each for each in LISTED if each.by], ids=lambda each: each.name)
def test_the_contract_that_is_due_to_tell_of_a_defect_is_asked_first(mutant: Mutant) -> None:
    first, *more = rounds([mutant], WHOLE)
    assert any(f'"{mutant.by}"' in file.read_text(encoding="utf-8") for file in first.files)
    assert first.files[0].name == "test_1_up.py"
    assert len(first.files) == len(set(first.files))
    assert first.depth == WHOLE
    assert more


def test_what_is_planted_together_is_judged_by_the_contracts_that_are_due_alone() -> None:
    batch = [each for each in LISTED if each.by in {"pair.guests", "plugin.lists"}]
    (only,) = rounds(batch, WHOLE)
    assert [file.name for file in only.files] == [
        "test_1_up.py", "test_1_up_backend.py", "test_2_pair.py", "test_4_records.py",
    ]  # fmt: skip


def test_a_defect_where_nothing_runs_is_known() -> None:
    source = "def one():\n    return 1\n\n\ndef two():\n    return 2\n"
    lines: reached.Lines = {("backend", "a.py"): frozenset({1, 5, 6})}
    of_one = Mutant("one", "backend", "a.py", "return 1", "return 2")
    assert reached.unreached(of_one, source, lines)
    assert reached.unreached(replace(of_one, file="b.py"), source, lines)
    assert not reached.unreached(replace(of_one, old="return 2"), source, lines)
    assert not reached.unreached(replace(of_one, file="a.html"), source, lines)
    assert not reached.unreached(replace(of_one, old="return 3"), source, lines)
    long = "fields = [\n    'a',\n    'b',\n]\n"
    of_long = Mutant("long", "backend", "c.py", "    'b',\n", "")
    assert not reached.unreached(of_long, long, {("backend", "c.py"): frozenset({1})})
    assert reached.unreached(of_long, long, {})
