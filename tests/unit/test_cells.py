"""The matrix of the end-to-end run."""

from __future__ import annotations

import shlex
from dataclasses import replace

import pytest
from stacks import PLAIN, hosts, kit, pair_stack

from releasegate.core.config.stack import PATHS, compose_variable, image_variable
from releasegate.core.e2e.matrix import Told, Wanted, matrix, read_cell, side_by_side
from releasegate.core.e2e.places import filled
from releasegate.core.errors import ConfigurationError
from releasegate.core.stacks.dimensions import chosen
from releasegate.core.stacks.kit import fits
from releasegate.core.stacks.stack_keys import Dimension, DimensionValue, KitImage, VersionOrigin

STACK = pair_stack("app", "core", dimensions=hosts("image:4.5.8", "4.7.3"), pythons=("3.12", "3.13"))
NETBOX, SERVICE, *_ = kit().dimensions


def test_every_combination_is_a_cell_and_fresh_ones_come_first() -> None:
    cells = matrix(STACK, Wanted())
    assert len(cells) == len(set(cells)) == 2 * 2 * 2
    assert [cell.path for cell in cells] == ["fresh"] * 4 + ["upgrade"] * 4


def spread_out(*versions: str, paths: tuple[str, ...] = PATHS) -> list[str]:
    stack = pair_stack("app", "core", dimensions={"netbox": versions}, paths=paths)
    everywhere = replace(stack, dimensions={"netbox": versions})
    return [f"{each.choices[0].bare} {each.task}" for each in matrix(everywhere, Wanted())]


def test_what_is_spread_is_run_in_one_cell_each_and_the_first_cell_has_none_of_it() -> None:
    assert spread_out("4.5.8", "4.7.3") == [
        "4.5.8 fresh, pve, small, superuser, usual",
        "4.7.3 fresh, pve, large, superuser, usual",
        "4.5.8 upgrade, pve, small, ordinary, usual",
        "4.7.3 upgrade, pve, small, superuser, whole",
    ]


def test_where_there_are_fewer_cells_than_values_a_cell_has_several_and_one_is_added_where_there_is_no_other() -> None:
    assert spread_out("4.7.3") == [
        "4.7.3 fresh, pve, small, superuser, usual",
        "4.7.3 upgrade, pve, large, ordinary, whole",
    ]
    assert spread_out("4.7.3", paths=("upgrade",)) == [
        "4.7.3 upgrade, pve, small, superuser, usual",
        "4.7.3 upgrade, pve, large, ordinary, whole",
    ]
    three = Dimension("size", "", values=tuple(map(DimensionValue, "abc")), default=("a", "b", "c"), spread=True)
    stack = replace(STACK, kit=replace(kit(), dimensions=(three,)), paths=("fresh",), pythons=("3.13",), dimensions={})
    assert [each.task for each in matrix(stack, Wanted())] == ["fresh, a", "fresh, b", "fresh, c"]


def test_what_is_asked_for_by_hand_is_run_in_every_cell() -> None:
    stack = replace(STACK, pythons=("3.13",), dimensions={"netbox": ("4.7.3",)}, paths=("fresh",))
    wanted = Wanted({"user": ("ordinary", "superuser"), "depth": ("usual",), "world": ("large",)})
    assert [each.task for each in matrix(stack, wanted)] == [
        "fresh, pve, large, ordinary, usual",
        "fresh, pve, large, superuser, usual",
    ]
    assert [each.task for each in matrix(stack, Wanted(), every_value=False)] == ["fresh, pve, small, superuser, usual"]


def test_each_source_has_all_that_is_spread() -> None:
    stack = replace(STACK, pythons=("3.13",), dimensions={"netbox": ("4.7.3",)}, paths=("fresh",))
    cells = matrix(stack, Wanted(sources=("testpypi", "pypi")))
    assert [(each.source, each.task) for each in cells] == [
        (source, f"fresh, pve, {task}")
        for source in ("testpypi", "pypi")
        for task in ("small, superuser, usual", "large, ordinary, whole")
    ]


def test_each_version_to_upgrade_from_is_a_cell_of_its_own() -> None:
    stack = replace(STACK, upgrade_from=("1.0", "1.1"), pythons=("3.13",), dimensions=PLAIN)
    assert [(c.path, c.upgrade_from) for c in matrix(stack, Wanted())] == [
        ("fresh", ""),
        ("upgrade", "1.0"),
        ("upgrade", "1.1"),
    ]


def test_what_is_asked_for_replaces_what_is_configured() -> None:
    asked = {"netbox": ("4.7.0",), "service": ("pbs",)}
    wanted = Wanted(asked, ("3.14",), ("testpypi", "pypi"), ("upgrade",), ("0.9",))
    assert [cell.name for cell in matrix(STACK, wanted)] == [
        f"NetBox pypi:4.7.0, Python 3.14, {source}, upgrade from 0.9, pbs, small, superuser, usual"
        for source in ("testpypi", "pypi")
    ]


def test_a_cell_s_options_choose_that_cell_alone() -> None:
    for cell in matrix(replace(STACK, upgrade_from=("1.0",)), Wanted()):
        options = dict(zip(cell.options[::2], cell.options[1::2], strict=True))
        wanted = Wanted(
            dimensions={name: (options[f"--{name}"],) for name in ("netbox", "service", "world", "user", "depth")},
            pythons=(options["--python"],),
            sources=(options["--source"],),
            paths=(options["--path"],),
            upgrade_from=(options["--from"],) if "--from" in options else (),
        )
        assert matrix(STACK, wanted) == (cell,)
        assert shlex.split(" ".join(cell.options)) == list(cell.options)


def test_cells_have_names_and_folders_of_their_own() -> None:
    every = {**STACK.dimensions, "service": ("pve", "pbs", "pdm")}
    cells = matrix(replace(STACK, upgrade_from=("1.0", "1.1"), dimensions=every), Wanted())
    assert len({cell.name for cell in cells}) == len({cell.slug for cell in cells}) == len(cells)
    assert all("/" not in cell.slug and ":" not in cell.slug for cell in cells)


def test_the_name_of_a_cell_tells_what_it_was_whichever_stack_it_was_of() -> None:
    for cell in matrix(replace(STACK, upgrade_from=("1.0",)), Wanted()):
        assert read_cell(cell.name) == Told(cell.ground, cell.python, cell.source, cell.task)
    plain = matrix(pair_stack("app", "core", kit=replace(kit(), dimensions=())), Wanted())[0]
    assert (plain.name, plain.ground, plain.slug) == ("Python 3.13, dist, fresh", "", "3.13-dist-fresh")
    assert read_cell(plain.name) == Told("", "3.13", "dist", "fresh")
    assert read_cell("3.12 wheel") is None


def test_variants_are_a_dimension_of_any_stack() -> None:
    stack = replace(
        STACK, variants={"plain": {}, "strict": {"PLUGINS_CONFIG": "{}"}}, pythons=("3.13",), dimensions=PLAIN
    )
    cells = matrix(stack, Wanted(paths=("fresh",)))
    assert [(cell.task, cell.variables.get("PLUGINS_CONFIG")) for cell in cells] == [
        ("fresh, pve, small, superuser, usual, plain", None),
        ("fresh, pve, small, superuser, usual, strict", "{}"),
    ]
    (one,) = matrix(stack, Wanted({"variant": ("strict",)}, paths=("fresh",)))
    assert one.options[-2:] == ("--variant", "strict")


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        (Wanted({"netbox": ("latest",)}), "--netbox: 'latest' is no NetBox"),
        (Wanted({"netbox": ("pypi:4.5.8",)}), "NetBox 4.5.8 is not there from pypi"),
        (Wanted({"service": ("pmg",)}), "There is no service pmg"),
        (Wanted({"moon": ("full",)}), "has no dimension moon"),
        (Wanted(paths=("downgrade",)), "There is no path downgrade"),
        (Wanted(paths=("fresh",), upgrade_from=("1.0",)), "no upgrade is run"),
    ],
)
def test_what_cannot_be_run_is_refused(wanted: Wanted, said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        matrix(STACK, wanted)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("4.7.3", "pypi:4.7.3"),
        ("v4.7.3", "pypi:4.7.3"),
        ("4.6.9", "image:4.6.9"),
        ("image:4.7.3", "image:4.7.3"),
        ("pypi:4.7.0", "pypi:4.7.0"),
    ],
)
def test_a_version_comes_from_the_first_origin_that_has_it(text: str, found: str) -> None:
    assert chosen(NETBOX, text).text == found
    assert chosen(NETBOX, found) == chosen(NETBOX, text)
    assert chosen(NETBOX, text).fits == {found, found.partition(":")[0]}


@pytest.mark.parametrize("text", ["", "4.7", "docker:4.7.3", "4.7.3rc1", "pypi:4.6.9"])
def test_what_names_no_version_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="NetBox"):
        chosen(NETBOX, text)


def test_a_version_that_no_origin_has_is_refused_with_the_first_that_is_there() -> None:
    only = Dimension("django", "a Django", "Django", (), (VersionOrigin("pypi", "4.2"),))
    with pytest.raises(ValueError, match=r"Django 3.2.1 is not there from pypi \(the first is 4.2\)$"):
        chosen(only, "3.2.1")


def test_a_value_is_one_of_those_that_there_are_and_tells_the_services() -> None:
    assert chosen(SERVICE, "pdm").variables["PROXMOX_SERVICE"] == "pdm"
    with pytest.raises(ValueError, match="name one of: a, b"):
        chosen(Dimension("x", "an x", "", (DimensionValue("a"), DimensionValue("b"))), "c")


@pytest.mark.parametrize(
    ("cells", "memory", "cpus", "at_once"), [(4, 24, 2, 2), (4, 3, 8, 1), (1, 24, 8, 1), (4, 0.5, 0.5, 1), (3, 8, 8, 3)]
)
def test_no_more_cells_run_at_once_than_the_machine_carries(
    cells: int, memory: float, cpus: float, at_once: int
) -> None:
    assert side_by_side(cells, memory=memory, cpus=cpus) == at_once


def test_an_environment_variable_replaces_an_image_and_else_the_project_s_table_does() -> None:
    redis, stack = KitImage("redis-7", pull="theirs"), replace(STACK, images={"redis-7": "ours"})
    assert image_variable("redis-7") == "RELEASEGATE_REDIS_7_IMAGE"
    assert compose_variable("redis-7") == "REDIS_7_IMAGE"
    assert stack.pulled(redis, {"RELEASEGATE_REDIS_7_IMAGE": "mine"}) == "mine"
    assert stack.pulled(redis, {"RELEASEGATE_REDIS_7_IMAGE": ""}) == "ours"
    assert STACK.pulled(redis, {}) == "theirs"


def test_the_paths_are_the_ones_that_a_stack_has_by_default() -> None:
    assert STACK.paths == PATHS


def test_what_is_for_some_cells_only_names_a_value_or_where_it_comes_from() -> None:
    (cell, *_) = matrix(STACK, Wanted())
    assert {name: cell.fits[name] for name in ("netbox", "service")} == {
        "netbox": {"image:4.5.8", "image"},
        "service": {"pve"},
    }
    assert fits({"netbox": "image", "service": "pve"}, cell.fits)
    assert not fits({"netbox": "pypi"}, cell.fits)
    assert not fits({"moon": "full"}, cell.fits)


def test_places_are_filled_and_what_nothing_stands_for_stays() -> None:
    (cell, *_) = matrix(STACK, Wanted())
    assert filled("v{netbox} on {python} at {host}", cell.places) == "v4.5.8 on 3.12 at {host}"
