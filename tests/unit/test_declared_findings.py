"""What is known of a pair is declared in its configuration, and its checks are told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from packaging.version import Version
from release_fixture import APP, CORE
from stacks import cell, pair_stack
from suite_modules import imported

from releasegate.adapters.containers.compose import ComposeProject
from releasegate.adapters.containers.environment import checks_environment
from releasegate.adapters.containers.images.ensemble_images import Ensemble
from releasegate.core.config.exemptions import Exemption, Exemptions
from releasegate.ports import Delivery

DECLARED = (Exemption("/things/*/edit/ answered 500 (KeyError: *)", "known"),)


@pytest.fixture(scope="module")
def suite(pytestconfig: pytest.Config) -> Iterator[SimpleNamespace]:
    """Return what reads the cell."""
    pytestconfig.addinivalue_line("markers", "depths(names): as the suites say")
    with imported("cell", "pair_cell", "proxbox_fixtures") as modules:
        yield modules


def _told(allowed: Exemptions = DECLARED, *, relay: object = None) -> dict[str, str]:
    stack = replace(pair_stack(APP.name, CORE.name), allowed=allowed)
    packages = Ensemble(tuple(Delivery(each, Version("1.0"), "pypi", "", ()) for each in (APP, CORE)))
    project = SimpleNamespace(
        variables={"SUPERUSER_API_TOKEN": "t", "SUPERUSER_NAME": "n", "SUPERUSER_PASSWORD": "p", "WORLD_SEED": "1"},
        project="rg", files=[Path("f")], folder=Path("r"), address=lambda *_: "127.0.0.1:1", relay=relay,
    )  # fmt: skip
    return dict(checks_environment(cast("ComposeProject", project), packages, cell(), stack, phase="candidate"))


def test_the_checks_are_told_where_a_service_of_an_engine_elsewhere_is_reached() -> None:
    assert json.loads(_told()["RELEASEGATE_STACK_RELAYED"]) == {}
    relayed = json.loads(_told(relay=object())["RELEASEGATE_STACK_RELAYED"])
    assert relayed["backend:8000"] == "127.0.0.1:1"
    with imported("containers") as modules, pytest.MonkeyPatch.context() as patch:
        patch.setenv("RELEASEGATE_STACK_RELAYED", json.dumps(relayed))
        assert modules.containers.Stack(None, (), {}).published("backend", 8000) == "127.0.0.1:1"


def test_the_checks_are_told_what_is_declared_and_find_it_as_they_tell_it(suite: SimpleNamespace) -> None:
    told = suite.cell.Cell.of(_told())
    refused = {"/things/3/edit/": "answered 500 (KeyError: 'x')", "/things/3/": "answered 500 (KeyError: 'x')"}
    assert told.undeclared(refused) == {"/things/3/": "answered 500 (KeyError: 'x')"}


def test_another_error_at_the_same_place_is_not_declared(suite: SimpleNamespace) -> None:
    told = suite.cell.Cell.of(_told())
    refused = {"/things/3/edit/": "answered 500 (TypeError: no)"}
    assert told.undeclared(refused) == refused


def test_a_cell_without_declarations_is_told_that_there_are_none(suite: SimpleNamespace) -> None:
    assert json.loads(_told(())["RELEASEGATE_ALLOWED"]) == []
    refused = {"/things/3/edit/": "answered 500 (KeyError: 'x')"}
    assert suite.cell.Cell.of(_told(())).undeclared(refused) == refused


def test_the_checks_of_the_pair_are_told_the_cell_s_datacenter_and_whose_token_is_used(suite: SimpleNamespace) -> None:
    told = suite.pair_cell.PairCell.of(_told())
    assert (told.world, told.world_seed, told.pair_user, told.depth) == ("small", "1", "superuser", "usual")


@pytest.mark.parametrize("depth", ["usual", "whole"])
def test_what_takes_minutes_is_skipped_where_nobody_asks_for_it(
    depth: str, suite: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    cell = suite.pair_cell.PairCell.of(_told() | {"RELEASEGATE_DEPTH": depth})
    monkeypatch.setattr(suite.pair_cell.PairCell, "of", lambda: cell)
    slow = SimpleNamespace(
        get_closest_marker=lambda name: pytest.mark.depths("whole").mark if name == "depths" else None
    )
    if depth == "whole":
        suite.proxbox_fixtures.pytest_runtest_setup(slow)
    else:
        with pytest.raises(pytest.skip.Exception, match="run with --depth whole"):
            suite.proxbox_fixtures.pytest_runtest_setup(slow)
