"""What was built is installed and tried before its number is consumed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from release_fixture import ReleaseFixture, entry
from stacks import pair_stack

from releasegate.core.errors import GateFailed
from releasegate.pipelines import RC
from releasegate.steps.installable import Installable
from releasegate.steps.tag import Tag


@pytest.fixture
def fixture(tmp_path: Path) -> ReleaseFixture:
    return ReleaseFixture(tmp_path)


def step(fixture: ReleaseFixture, *pythons: str) -> Installable:
    release = fixture.built("1.0rc1")
    return Installable(replace(release, package=replace(release.package, pythons=pythons or release.package.pythons)))


def test_a_wheel_that_does_not_work_is_refused_before_its_tag(fixture: ReleaseFixture) -> None:
    assert RC.index(Installable) < RC.index(Tag)
    fixture.install_checker.problems["3.11 wheel"] = ("Cannot import sample_app: No module named 'requests'",)
    with pytest.raises(GateFailed, match=r"1\.0rc1 as it was built fails its install check") as refusal:
        step(fixture, "3.11", "3.12").run()
    assert refusal.value.details == ("3.11 wheel: Cannot import sample_app: No module named 'requests'",)
    assert refusal.value.hint.endswith("nothing is consumed yet")
    assert [each["verdict"] for each in refusal.value.evidence["cells"]] == ["fail", "pass"]


def test_the_wheel_is_tried_at_either_end_of_its_pythons(fixture: ReleaseFixture) -> None:
    one = step(fixture, "3.11", "3.12", "3.13")
    assert one.already() is None
    assert one.subject() == one.release.manifest().identity
    assert one.describe() == "install the wheel on Python 3.11 and 3.13 and try it"
    assert [each["cell"] for each in one.run()["cells"]] == ["3.11 wheel", "3.13 wheel"]
    assert fixture.install_checker.asked == [("uv", ("3.11", "3.13"))]


def test_the_only_python_is_tried_once(fixture: ReleaseFixture) -> None:
    assert step(fixture, "3.12").describe() == "install the wheel on Python 3.12 and try it"
    step(fixture, "3.12").run()
    assert fixture.install_checker.asked == [("uv", ("3.12",))]


def test_a_python_that_is_not_here_is_left_to_who_has_it(fixture: ReleaseFixture) -> None:
    fixture.machine = replace(fixture.machine, missing=frozenset({"3.11", "3.13"}))
    step(fixture, "3.11", "3.12", "3.13").run()
    assert fixture.install_checker.asked == [("uv", ("3.12",))]
    fixture.machine = replace(fixture.machine, missing=frozenset({"3.11", "3.12"}))
    assert step(fixture, "3.11", "3.12").run() == {"cells": [], "reason": "none of its Pythons is on this machine"}


def judged(fixture: ReleaseFixture, *hosts: str, range_: str) -> Installable:
    """Return the step for a plugin that states *range_*, which a stack judges on these *hosts*."""
    code = f"from netbox.plugins import PluginConfig\n\n\nclass Sample(PluginConfig):\n    {range_}\n".encode()
    fixture.builds.spoil = lambda members: replace(members, files={**members.files, "sample_app/__init__.py": code})
    release = fixture.built("1.0rc1")
    stack = pair_stack(fixture.app.name, fixture.core.name, dimensions={"netbox": hosts})
    settings = replace(release.run.settings, stack=stack)
    return Installable(replace(release, run=replace(release.run, settings=settings)))


def test_a_plugin_that_keeps_out_the_host_that_is_to_judge_it_is_refused_before_its_tag(
    fixture: ReleaseFixture,
) -> None:
    with pytest.raises(GateFailed, match=r"does not accept NetBox 4\.7\.3: it says 4\.9\.0 or newer") as refusal:
        judged(fixture, "newest", "4.7.3", range_='min_version = "4.9.0"').run()
    assert 'min_version = "4.7.3"' in refusal.value.hint
    assert "give netbox in the stack's dimensions another value; then run" in refusal.value.hint
    assert refusal.value.hint.endswith("nothing is consumed yet")
    assert fixture.install_checker.asked == []


def test_a_host_that_is_accepted_or_not_yet_known_or_waived_keeps_nobody_out(fixture: ReleaseFixture) -> None:
    assert judged(fixture, "4.7.3", range_='min_version = "4.5.0"').run()["source"] == "dist"
    assert judged(fixture, "newest", range_='min_version = "4.9.0"').run()["source"] == "dist"
    one = judged(fixture, "4.7.3", range_='min_version = "4.9.0"')
    fixture.ledger.append(one.release.version, replace(entry("e2e:staging"), event="waived", verdict="waived"))
    assert one.run()["source"] == "dist"
