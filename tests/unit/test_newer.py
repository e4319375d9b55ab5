"""What is out, and newer than all that a package was run with, is told; what it never ran with is not."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import pytest
from packaging.version import Version

from releasegate.app.newer import newer
from releasegate.core.errors import Unavailable
from releasegate.core.release.entry import Entry


@dataclass
class Shelf:
    """An index that holds versions, or does not answer."""

    held: dict[str, tuple[str, ...]] = field(default_factory=dict)
    away: bool = False

    def versions(self, project: str) -> tuple[Version, ...]:
        """Return the versions of a project."""
        if self.away:
            raise Unavailable("The index does not answer.", hint="Wait")
        return tuple(map(Version, self.held.get(project, ())))


def ran(companion: str, *, cell: str = "") -> Entry:
    said: dict[str, Any] = {
        "package": "plugin",
        "version": "1.0rc1",
        "files": {"plugin.whl": "a" * 64},
        "companion": {"name": "api", "version": companion, "source": "pypi", "files": {"api.whl": "b" * 64}},
    }
    rows = [{"cell": cell, "verdict": "pass"}] if cell else []
    words = {"releasegate": "1", "at": "2026-01-01", "run": "r", "step": "e2e:staging", "kind": "work", "event": "done"}
    made = SimpleNamespace(**words, subject="", line="", verdict="pass", evidence={**said, "cells": rows})
    return cast("Entry", made)


def told(
    *entries: Entry,
    index: Shelf,
    requires: str = "",
    companion: bool = True,
    stack: bool = False,
    more: tuple[str, ...] = (),
) -> list[str]:
    package = SimpleNamespace(
        name="plugin", companions=[SimpleNamespace(name="api", requires=requires)] if companion else []
    )
    package.companions += [SimpleNamespace(name=name, requires="") for name in more]
    hosts = SimpleNamespace(every_dimension=[SimpleNamespace(project="netbox"), SimpleNamespace(project="")])
    settings = SimpleNamespace(
        production="pypi", dependencies="pypi", in_stack=lambda _: stack, stack=hosts if stack else None
    )
    workspace = SimpleNamespace(project=SimpleNamespace(settings=settings), index=lambda _: index)
    records = {Version("1.0rc1"): SimpleNamespace(entries=entries)}
    return list(newer(cast("Any", workspace), cast("Any", SimpleNamespace(package=package, records=records))))


def test_each_of_several_companions_is_looked_for_by_itself() -> None:
    shelf = Shelf({"api": ("1.0",), "mail": ("3.0",)})
    run = ran("1.0")
    both = [run.evidence["companion"], {"name": "mail", "version": "2.0", "files": {"m.whl": "c" * 64}}]
    run = cast("Entry", SimpleNamespace(**{**vars(run), "evidence": {**run.evidence, "companions": both}}))
    (said,) = told(run, index=shelf, more=("mail",))
    assert said == "mail 3.0 is out, and no proof here ran with it: the newest that one ran with is 2.0"


@pytest.mark.parametrize(
    ("companion", "held", "requires", "out"),
    [
        ("1.0", ("1.0",), "", ""),
        ("1.0", ("1.0", "1.1"), "", "1.1"),
        ("1.1rc2", ("1.0", "1.1"), "", ""),
        ("1.0", ("1.0", "1.1rc1"), "", ""),
        ("1.0", ("1.0", "2.0"), "<2", ""),
        ("1.0", ("1.0", "1.0.post1"), "", "1.0.post1"),
        ("1.0", (), "", ""),
    ],
)
def test_a_companion_that_is_out_and_that_no_proof_ran_with_is_told(
    companion: str, held: tuple[str, ...], requires: str, out: str
) -> None:
    found = told(ran(companion), index=Shelf({"api": held}), requires=requires)
    said = f"api {out} is out, and no proof here ran with it: the newest that one ran with is {companion}"
    assert found == ([said] if out else [])


def test_a_host_that_is_out_and_that_no_proof_ran_on_is_told() -> None:
    shelf = Shelf({"api": ("1.0",), "netbox": ("4.7.3", "4.8.0")})
    cell = ran("1.0", cell="NetBox pypi:4.7.3, Python 3.12, testpypi, fresh, pve")
    assert told(cell, index=shelf) == []
    said = "netbox 4.8.0 is out, and no proof here ran with it: the newest that one ran with is 4.7.3"
    assert told(cell, index=shelf, stack=True) == [said]
    assert told(cell, index=shelf, stack=True, companion=False) == [said]
    assert told(ran("1.0"), index=shelf, stack=True) == []


def test_a_package_that_never_ran_with_any_or_has_no_companion_is_told_nothing() -> None:
    assert told(index=Shelf(away=True)) == []
    assert told(ran("1.0"), index=Shelf(away=True), companion=False) == []


def test_where_the_index_does_not_answer_that_is_told() -> None:
    said = "whether a newer api is out cannot be told: The index does not answer."
    assert told(ran("1.0"), index=Shelf(away=True)) == [said]
