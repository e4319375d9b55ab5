"""What is known of a pair is declared in its configuration, and its checks are told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from suite_modules import imported

from releasegate.adapters.containers.compose import ComposeProject
from releasegate.adapters.containers.environment import checks_environment
from releasegate.adapters.containers.images.pair_images import PreparedPair
from releasegate.core.config.exemptions import Exemption
from releasegate.core.config.stack import netbox
from releasegate.core.e2e.matrix import Cell

DECLARED = (Exemption("/things/*/edit/ answered 500 (KeyError: *)", "known"),)


@pytest.fixture(scope="module")
def suite() -> Iterator[SimpleNamespace]:
    """Return what reads the cell."""
    with imported("cell") as modules:
        yield modules


def _told() -> dict[str, str]:
    delivery = SimpleNamespace(package=SimpleNamespace(name="thing"), version="1.0")
    images = SimpleNamespace(pair=SimpleNamespace(plugin=delivery, backend=delivery))
    variables = {"SUPERUSER_API_TOKEN": "t", "SUPERUSER_NAME": "n", "SUPERUSER_PASSWORD": "p", "PLUGIN_MODULE": "m"}
    stack = SimpleNamespace(
        variables=variables, project="rg", file=Path("f"), folder=Path("r"), address=lambda *_: "127.0.0.1:1"
    )
    cell = Cell(netbox("4.7.3"), "3.13", "dist", "fresh", "pve")
    told = checks_environment(
        cast("ComposeProject", stack), cast("PreparedPair", images), cell, phase="candidate", allowed=DECLARED
    )
    return dict(told)


def test_the_checks_are_told_what_is_declared_and_find_it_as_they_tell_it(suite: SimpleNamespace) -> None:
    cell = suite.cell.Cell.of(_told())
    refused = {"/things/3/edit/": "answered 500 (KeyError: 'x')", "/things/3/": "answered 500 (KeyError: 'x')"}
    assert cell.undeclared(refused) == {"/things/3/": "answered 500 (KeyError: 'x')"}


def test_another_error_at_the_same_place_is_not_declared(suite: SimpleNamespace) -> None:
    cell = suite.cell.Cell.of(_told())
    refused = {"/things/3/edit/": "answered 500 (TypeError: no)"}
    assert cell.undeclared(refused) == refused


def test_a_cell_without_declarations_is_told_that_there_are_none(suite: SimpleNamespace) -> None:
    assert suite.cell.Cell.of(_told() | {"RELEASEGATE_ALLOWED": json.dumps([])}).allowed == ()
    with pytest.raises(suite.cell.MissingCellError, match="RELEASEGATE_ALLOWED"):
        suite.cell.Cell.of({**_told(), "RELEASEGATE_ALLOWED": ""})
