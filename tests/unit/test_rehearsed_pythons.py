"""A rehearsal tries the Python that runs it, whichever that is: the older ones that a package names are no finding."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest
from release_fixture import ALONE

from releasegate.app.rehearse import sandbox
from releasegate.app.rehearse.sandbox import running_python


@pytest.mark.parametrize(("running", "allowed"), [((3, 11), ()), ((3, 13), ("pythons: 3.11",))])
def test_only_what_is_older_than_the_running_python_is_left_untried(
    running: tuple[int, int], allowed: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    version = SimpleNamespace(major=running[0], minor=running[1])
    monkeypatch.setattr(sandbox, "sys", SimpleNamespace(version_info=version))
    (package,) = running_python([replace(ALONE, pythons=("3.11", "3.12"))])
    assert package.pythons == (f"{running[0]}.{running[1]}",)
    assert tuple(each.pattern for each in package.wheel.allowed) == allowed
