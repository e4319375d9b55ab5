"""The bench's table counts each fault in its column, and what did harm ends it with 1 and the line to see it again."""

from __future__ import annotations

import shlex
from functools import partial
from random import Random
from typing import TYPE_CHECKING

import pytest

from tests.faults.fault import MARKS, NOT_REACHED, SURVIVED, Fault, Injected, Mark, Verdict, marked, together
from tests.faults.table import exit_code, failures, row, table

if TYPE_CHECKING:
    from tests.faults.stages import Bench


def answer(_: Bench, __: Random, *, verdict: Verdict) -> Verdict:
    """Do nothing, and say so."""
    return verdict


def done(verdict: Verdict, kind: str = "kills", name: str = "one", *, whole: bool = False) -> Injected:
    return Injected(Fault(kind, name, 7, partial(answer, verdict=verdict), whole=whole), verdict, 0.1)


@pytest.mark.parametrize("mark", MARKS)
def test_each_mark_has_its_column_and_its_end(mark: Mark) -> None:
    harm = [done(SURVIVED, whole=True), done(marked(mark, "what was seen"))]
    counts = ["1" if each == mark else "0" for each in MARKS]
    assert row("kills", harm) == ("kills", "2", "1", "1", *counts)
    assert exit_code(harm) == 1
    named, word, line = failures(harm)
    assert named == f"kills/one: {MARKS[mark]}"
    assert word == "  what was seen"
    assert line == "-> nox -s faults -- --fault kills/one --seed 7"


def test_where_all_survived_it_ends_with_0() -> None:
    assert exit_code([done(SURVIVED)]) == 0
    assert failures([done(SURVIVED)]) == ()


def test_where_nothing_was_injected_nothing_is_proven() -> None:
    assert exit_code([]) == 1
    assert exit_code([done(NOT_REACHED)]) == 1
    assert row("kills", [done(NOT_REACHED)])[1:4] == ("0", "0", "0")


def test_one_fault_may_do_harm_twice() -> None:
    both = together(marked("lost", "gone"), marked("twice", "again"), SURVIVED)
    assert both.marks == {"lost", "twice"}
    assert both.words == ("gone", "again")
    assert not both.survived
    assert together(NOT_REACHED, NOT_REACHED).injected is False


def test_the_table_has_a_row_a_kind_and_one_for_all() -> None:
    heads, kills, notes, everything = table([done(SURVIVED), done(marked("green"), "notes", whole=True)])
    assert heads.split("  ")[0] == "kind"
    assert kills.split() == ["kills", "1", "0", "1", "0", "0", "0", "0", "0"]
    assert notes.split() == ["notes", "1", "1", "0", "0", "0", "1", "0", "0"]
    assert everything.split() == ["all", "2", "1", "1", "0", "0", "1", "0", "0"]


def test_the_line_names_a_fault_that_a_shell_would_take_apart() -> None:
    line = done(SURVIVED, name="wheel: it's a *").fault.line
    assert shlex.split(line)[-3:] == ["kills/wheel: it's a *", "--seed", "7"]


def test_chance_depends_on_the_fault_alone() -> None:
    one, same, other = (done(SURVIVED, name=name).fault.chance().random() for name in ("a", "a", "b"))
    assert one == same != other
