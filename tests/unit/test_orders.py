"""What an order means for a package as it stands, and when it means nothing."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from release_fixture import APP, ReleaseFixture
from test_plan import BEGUN, FAILED, HEAD, OTHER, SEALED, package_state, v

from releasegate.app.orders import Order, plan_order, selected
from releasegate.app.release import require_gate
from releasegate.app.workspace import Workspace
from releasegate.core.errors import ConfigurationError, Refused
from releasegate.core.release.plan import PackageState, PipelineName, Plan

RELEASED = package_state("1.0", pypi="1.0", tags={"v1.0": HEAD}, records={"1.0": SEALED})
PROVEN = package_state("1.0rc1", testpypi="1.0rc1", tags={"v1.0rc1": HEAD}, records={"1.0rc1": SEALED})


def test_of_all_packages_one_without_anything_new_is_left_alone() -> None:
    assert plan_order(Order("rc"), RELEASED) == (None, "1.0 is published and nothing has changed since")


@pytest.mark.parametrize("order", [Order("rc", "demo"), Order("rc", to="1.1")])
def test_a_package_that_is_named_gets_its_next_candidate_all_the_same(order: Order) -> None:
    made, reason = plan_order(order, RELEASED)
    assert (made and str(made.version).endswith("rc1"), reason) == (True, "")


@pytest.mark.parametrize(
    "standing",
    [
        package_state("1.0", pypi="1.0", tags={"v1.0": OTHER}, records={"1.0": SEALED}),
        package_state("1.0", tags={"v1.0": HEAD}, records={"1.0": SEALED}),
        package_state("1.0", pypi="1.0", tags={"v1.0": HEAD}, records={"1.0": FAILED}),
        package_state("1.0", pypi="1.0", tags={"v1.0": HEAD}, records={"1.0": BEGUN}),
    ],
    ids=["HEAD went on", "nobody can install it", "it failed", "it is under way"],
)
def test_what_is_not_published_from_here_and_whole_is_something_new(standing: PackageState) -> None:
    assert plan_order(Order("rc"), standing)[0] is not None


@pytest.mark.parametrize(
    ("pipeline", "standing", "made", "reason"),
    [
        ("rc", PROVEN, Plan("rc", v("1.0rc1"), v("1.0rc1"), finished=True), "1.0rc1 is proven"),
        ("final", PROVEN, Plan("final", v("1.0"), v("1.0rc1")), ""),
        ("final", RELEASED, Plan("final", v("1.0"), v("1.0"), finished=True), "1.0 is released"),
        ("post", RELEASED, Plan("post", v("1.0.post1"), v("1.0.post1.dev1")), ""),
    ],
)
def test_each_pipeline_has_its_own_plan_and_says_where_it_is_finished(
    pipeline: PipelineName, standing: PackageState, made: Plan, reason: str
) -> None:
    assert plan_order(Order(pipeline, "demo"), standing) == (made, reason)


def test_a_version_that_is_neither_stated_nor_published_is_not_released() -> None:
    with pytest.raises(Refused, match=r"demo 1.1rc1 was asked for, and the version files state 1.0rc1"):
        plan_order(Order("rc", "demo", exactly=v("1.1rc1")), PROVEN)


def test_a_stated_version_that_is_not_the_next_one_is_not_released() -> None:
    with pytest.raises(Refused, match=r"demo 1.0rc1 was asked for, but as things stand 1.0 would be next"):
        plan_order(Order("final", "demo", exactly=v("1.0rc1")), PROVEN)


@pytest.mark.parametrize("standing", [PROVEN, package_state("1.0rc1")])
def test_exactly_the_stated_version_is_planned(standing: PackageState) -> None:
    made, _ = plan_order(Order("rc", "demo", exactly=v("1.0rc1")), standing)
    assert made is not None
    assert made.version == v("1.0rc1")


def test_a_published_version_may_be_asked_for_again_when_the_files_went_on() -> None:
    gone_on = package_state(
        "1.1rc1", pypi="1.0", tags={"v1.0": OTHER, "v1.1rc1": HEAD}, records={"1.0": SEALED, "1.1rc1": SEALED}
    )
    with pytest.raises(Refused, match=r"but as things stand 1.1 would be next"):
        plan_order(Order("final", "demo", exactly=v("1.0")), gone_on)


def project(*names: str) -> Workspace:
    """Return a workspace that knows packages by name and nothing else."""
    packages = tuple(SimpleNamespace(name=name) for name in names)

    def select(name: str | None) -> tuple[Any, ...]:
        return tuple(each for each in packages if name in {None, each.name})

    return cast("Workspace", SimpleNamespace(project=SimpleNamespace(select=select)))


def test_an_aim_is_one_package_s() -> None:
    assert [each.name for each in selected(project("one"), Order("rc", to="1.1"))] == ["one"]
    assert [each.name for each in selected(project("one", "two"), Order("rc", "two", to="1.1"))] == ["two"]
    with pytest.raises(ConfigurationError, match="does not say which package is meant") as caught:
        selected(project("one", "two"), Order("rc", to="1.1"))
    assert caught.value.hint == "Add --package: one of one, two"


def test_a_post_has_no_aim_of_its_own() -> None:
    assert len(selected(project("one", "two"), Order("post"))) == 2
    with pytest.raises(ConfigurationError, match=r"A post has no --to\."):
        selected(project("one"), Order("post", to="1.1"))


@pytest.mark.parametrize("pipeline", ["rc", "final", "post"])
def test_a_gate_to_stop_before_is_one_of_the_pipeline(pipeline: PipelineName, tmp_path: Path) -> None:
    run = ReleaseFixture(tmp_path).release("1.0rc1").run
    project = SimpleNamespace(select=lambda _: (APP,))
    workspace = cast(Workspace, SimpleNamespace(project=project, run_context=lambda: run))
    require_gate(workspace, Order(pipeline, until="tag"))
    with pytest.raises(ConfigurationError, match="No gate begins with 'e3e'"):
        require_gate(workspace, Order(pipeline, until="e3e"))
