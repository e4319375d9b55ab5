"""The matrix of the end-to-end run."""

from __future__ import annotations

import shlex
from dataclasses import replace

import pytest

from releasegate.core.config.stack import PATHS, SERVICES, ImageNames, NetBox, Stack, netbox, variable
from releasegate.core.e2e.matrix import Cell, Wanted, matrix, side_by_side
from releasegate.core.errors import ConfigurationError

STACK = Stack(
    plugin="app",
    module="app",
    backend="core",
    mock="mock==1",
    netbox=(netbox("image:4.5.8"), netbox("4.7.3")),
    pythons=("3.12", "3.13"),
)


def test_every_combination_is_a_cell_and_fresh_ones_come_first() -> None:
    cells = matrix(STACK, Wanted())
    assert len(cells) == len(set(cells)) == 2 * 2 * 2
    assert [cell.path for cell in cells] == ["fresh"] * 4 + ["upgrade"] * 4


def test_each_version_to_upgrade_from_is_a_cell_of_its_own() -> None:
    stack = replace(STACK, upgrade_from=("1.0", "1.1"), pythons=("3.13",), netbox=STACK.netbox[1:])
    assert [(c.path, c.upgrade_from) for c in matrix(stack, Wanted())] == [
        ("fresh", ""),
        ("upgrade", "1.0"),
        ("upgrade", "1.1"),
    ]


def test_what_is_asked_for_replaces_what_is_configured() -> None:
    wanted = Wanted(("4.7.0",), ("3.14",), ("testpypi", "pypi"), ("upgrade",), ("pbs",), ("0.9",))
    assert matrix(STACK, wanted) == tuple(
        Cell(NetBox("4.7.0", "pypi"), "3.14", source, "upgrade", "pbs", "0.9") for source in ("testpypi", "pypi")
    )


def test_a_cell_s_options_choose_that_cell_alone() -> None:
    for cell in matrix(replace(STACK, upgrade_from=("1.0",)), Wanted()):
        options = dict(zip(cell.options[::2], cell.options[1::2], strict=True))
        wanted = Wanted(
            netbox=(options["--netbox"],),
            pythons=(options["--python"],),
            sources=(options["--source"],),
            paths=(options["--path"],),
            services=(options["--service"],),
            upgrade_from=(options["--from"],) if "--from" in options else (),
        )
        assert matrix(STACK, wanted) == (cell,)
        assert shlex.split(" ".join(cell.options)) == list(cell.options)


def test_cells_have_names_and_folders_of_their_own() -> None:
    cells = matrix(replace(STACK, upgrade_from=("1.0", "1.1"), services=SERVICES), Wanted())
    assert len({cell.name for cell in cells}) == len({cell.slug for cell in cells}) == len(cells)
    assert all("/" not in cell.slug and ":" not in cell.slug for cell in cells)


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        (Wanted(netbox=("latest",)), "--netbox: 'latest' is no NetBox"),
        (Wanted(netbox=("pypi:4.5.8",)), "NetBox 4.5.8 is not on PyPI"),
        (Wanted(paths=("downgrade",)), "There is no path downgrade"),
        (Wanted(services=("pmg",)), "There is no service pmg"),
        (Wanted(paths=("fresh",), upgrade_from=("1.0",)), "no upgrade is run"),
    ],
)
def test_what_cannot_be_run_is_refused(wanted: Wanted, said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        matrix(STACK, wanted)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("4.7.3", NetBox("4.7.3", "pypi")),
        ("v4.7.3", NetBox("4.7.3", "pypi")),
        ("4.6.9", NetBox("4.6.9", "image")),
        ("image:4.7.3", NetBox("4.7.3", "image")),
        ("pypi:4.7.0", NetBox("4.7.0", "pypi")),
    ],
)
def test_a_netbox_comes_from_pypi_where_it_is_published_there(text: str, found: NetBox) -> None:
    assert netbox(text) == found
    assert netbox(str(found)) == found


@pytest.mark.parametrize("text", ["", "4.7", "docker:4.7.3", "4.7.3rc1", "pypi:4.6.9"])
def test_what_names_no_netbox_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="NetBox"):
        netbox(text)


@pytest.mark.parametrize(
    ("cells", "memory", "cpus", "at_once"), [(4, 24, 2, 2), (4, 3, 8, 1), (1, 24, 8, 1), (4, 0.5, 0.5, 1), (3, 8, 8, 3)]
)
def test_no_more_cells_run_at_once_than_the_machine_carries(
    cells: int, memory: float, cpus: float, at_once: int
) -> None:
    assert side_by_side(cells, memory=memory, cpus=cpus) == at_once


def test_an_environment_variable_replaces_an_image() -> None:
    images = ImageNames().replaced({"RELEASEGATE_REDIS_IMAGE": "mine", "RELEASEGATE_PYTHON_IMAGE": ""})
    assert images == ImageNames(redis="mine")
    assert variable("postgres") == "RELEASEGATE_POSTGRES_IMAGE"


def test_the_paths_are_the_ones_that_a_stack_has_by_default() -> None:
    assert STACK.paths == PATHS
