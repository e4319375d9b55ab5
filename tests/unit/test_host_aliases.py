"""The words for a host's version: the newest that a package accepts, and the newest that there is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from packaging.version import Version
from release_fixture import APP, CORE
from stacks import hosts, kit, pair_stack

from releasegate.core.config.stack import Stack
from releasegate.core.e2e.accepted import accepts, correction
from releasegate.core.e2e.aliases import aliases, called, settled, told
from releasegate.core.e2e.matrix import Cell, Wanted, matrix, on_newest
from releasegate.core.errors import ConfigurationError
from releasegate.core.stacks.dimensions import chosen

HELD = tuple(map(Version, ("4.7.1", "4.7.3", "4.8.0", "4.9.0b1")))


def stack(*versions: str) -> Stack:
    return pair_stack(APP.name, CORE.name, dimensions=hosts(*versions), paths=("fresh",))


def old(version: Version) -> bool:
    return version < Version("4.8")


@pytest.mark.parametrize(("word", "found"), [("newest", "pypi:4.7.3"), ("next", "pypi:4.8.0")])
def test_newest_is_the_newest_final_that_is_accepted_and_next_the_newest_there_is(word: str, found: str) -> None:
    (alias,) = aliases(stack("4.7.1", word), Wanted())
    assert alias.found(HELD, old).text == found
    assert alias.ground == f"NetBox {word}"


def test_where_none_is_accepted_the_way_out_is_told() -> None:
    (alias,) = aliases(stack("newest"), Wanted())
    with pytest.raises(ConfigurationError, match="no NetBox that is accepted, so 'newest' stands for none") as error:
        alias.found(HELD, lambda _: False)
    assert error.value.hint.startswith("Name one in place of newest: --netbox takes")


def test_a_version_that_no_host_of_the_kind_can_have_is_none() -> None:
    (alias,) = aliases(stack("next"), Wanted())
    assert alias.found((Version("4.7.1"), Version("4.8")), old).text == "pypi:4.7.1"


def test_a_word_that_is_asked_for_by_hand_stands_in_place_of_the_configured() -> None:
    wanted = Wanted(dimensions={"netbox": ("next",)})
    (alias,) = aliases(stack("newest"), wanted)
    assert alias.word == "next"
    assert settled(stack("newest"), wanted, {"NetBox next": "NetBox pypi:4.8.0"}).dimensions == {
        "netbox": ("pypi:4.8.0",)
    }


def test_a_word_and_the_version_that_it_stands_for_are_one_cell() -> None:
    both = stack("4.7.3", "newest")
    wanted = settled(both, Wanted(), {"NetBox newest": "NetBox pypi:4.7.3"})
    assert [each.ground for each in matrix(both, wanted)] == ["NetBox pypi:4.7.3"]
    assert settled(stack("4.7.3"), Wanted(), {}) == Wanted()


@pytest.mark.parametrize("said", [{}, {"NetBox newest": "NetBox pypi:0"}, {"NetBox newest": "NetBox newest"}])
def test_what_is_recalled_of_a_word_must_be_a_version_of_the_host(said: dict[str, str]) -> None:
    (alias,) = aliases(stack("newest"), Wanted())
    assert alias.recalled(said) == ""
    assert alias.recalled({"NetBox newest": "NetBox pypi:4.7.3"}) == "pypi:4.7.3"


def test_what_earlier_cells_say_of_a_word_holds_as_it_was_said_first() -> None:
    rows: list[dict[str, Any]] = [
        {},
        {"aliases": "none"},
        {"aliases": {"NetBox newest": 3}},
        {"aliases": {"NetBox newest": "NetBox pypi:4.7.1"}},
        {"aliases": {"NetBox newest": "NetBox pypi:4.7.3"}},
    ]
    assert told(rows) == {"NetBox newest": "NetBox pypi:4.7.1"}


def test_what_a_cell_ran_on_has_the_name_of_the_word_too() -> None:
    meant = {"NetBox newest": "NetBox pypi:4.7.3", "NetBox next": "NetBox pypi:4.8.0"}
    assert list(called("NetBox pypi:4.7.3, Redis 7", meant)) == [
        "NetBox pypi:4.7.3, Redis 7",
        "NetBox newest, Redis 7",
    ]
    assert list(called("", {})) == [""]


def test_a_dimension_without_a_project_knows_no_such_word() -> None:
    (netbox,) = (each for each in kit().dimensions if each.name == "netbox")
    with pytest.raises(ValueError, match="is no NetBox"):
        chosen(replace(netbox, project=""), "newest")


def test_what_watches_runs_a_word_on_the_newest_host_there_is() -> None:
    (cell,) = matrix(stack("newest"), Wanted())
    assert on_newest(cell, stack("newest"), lambda _: HELD).ground == "NetBox pypi:4.8.0"


def sources(newest: str) -> dict[str, bytes]:
    code = "from netbox.plugins import PluginConfig\n\n\nclass Lamp(PluginConfig):\n"
    return {"lamp/__init__.py": f"{code}    min_version = '4.7.0'\n    max_version = '{newest}'\n".encode()}


def test_what_a_package_accepts_is_asked_of_the_host_s_own_dimension_only() -> None:
    assert accepts(kit(), "netbox", sources("4.7.99"), Version("4.7.3"))
    assert not accepts(kit(), "netbox", sources("4.7.99"), Version("4.8.0"))
    assert accepts(kit(), "world", sources("4.7.99"), Version("4.8.0"))
    assert accepts(replace(kit(), host=None), "netbox", sources("4.7.99"), Version("4.8.0"))


@pytest.mark.parametrize(("host", "line"), [("4.8.0", 'max_version = "4.8.99"'), ("4.6.2", 'min_version = "4.6.2"')])
def test_a_refusal_names_the_line_that_would_accept_the_host(host: str, line: str) -> None:
    (cell,) = matrix(stack(host), Wanted())
    assert f"write {line} where it states its range" in correction(kit(), cell, sources("4.7.99"))


def test_without_a_host_there_is_no_such_line() -> None:
    nowhere = Cell((), "3.13", "dist", "fresh")
    assert correction(kit(), nowhere, {}) == "Give the stack's dimensions other values"
    assert correction(replace(kit(), host=None), nowhere, {}) == "Give the stack's dimensions other values"
