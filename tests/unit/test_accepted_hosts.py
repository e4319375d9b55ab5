"""What a package says of the hosts that it accepts is held against a cell before anything is started."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from packaging.version import Version
from release_fixture import APP, CORE
from stacks import cell, kit, pair_stack

from releasegate.adapters.containers.images.ensemble_images import Ensemble
from releasegate.adapters.containers.images.hosting import require_loadable, unanswered_routes
from releasegate.core.config.exemptions import Exemption
from releasegate.core.config.keys import Package
from releasegate.core.e2e.accepted import refusal
from releasegate.core.e2e.host_settings import proposed_line, untold
from releasegate.core.errors import ConfigurationError, GateFailed
from releasegate.core.stacks.kit import Kit
from releasegate.ports import Delivery
from releasegate.rehearsal.index import sample_wheel

CODE = "from netbox.plugins import PluginConfig\n\n\nclass Lamp(PluginConfig):\n    name = 'lamp'\n"


def sources(**stated: str) -> dict[str, bytes]:
    lines = "".join(f"    {name} = '{value}'\n" for name, value in stated.items())
    return {"lamp/__init__.py": f"{CODE}{lines}".encode()}


@pytest.mark.parametrize(
    ("stated", "host", "said"),
    [
        ({"min_version": "4.7.1", "max_version": "4.7.99"}, "4.7.0", "4.7.0: it says 4.7.1 to 4.7.99"),
        ({"min_version": "4.8.0"}, "4.7.3", "4.7.3: it says 4.8.0 or newer"),
        ({"max_version": "4.6.99"}, "4.7.3", "4.7.3: it says 4.6.99 or older"),
    ],
)
def test_a_host_that_is_not_accepted_is_named_with_what_is(stated: dict[str, str], host: str, said: str) -> None:
    assert refusal(kit(), cell(host), sources(**stated)) == f"does not accept NetBox {said}"


def test_a_host_that_is_accepted_or_of_which_nothing_is_said_is_tried() -> None:
    assert refusal(kit(), cell("4.7.3"), sources(min_version="4.7.3", max_version="4.7.3")) == ""
    assert refusal(kit(), cell("4.7.3"), sources(min_version="soon")) == ""
    assert refusal(kit(), cell("4.7.3"), {}) == ""
    assert refusal(Kit(), cell("4.7.3"), sources(min_version="5.0.0")) == ""
    assert refusal(kit(), replace(cell(), choices=()), sources(min_version="5.0.0")) == ""


def test_what_does_not_accept_the_host_fails_by_a_contract_of_its_role(tmp_path: Path) -> None:
    stack = pair_stack(APP.name, CORE.name)
    core = Delivery(CORE, Version("2.0"), "pypi", "", (tmp_path / "not.tar.gz",))

    def ensemble(content: bytes) -> Ensemble:
        file = tmp_path / "app-1.1-py3-none-any.whl"
        file.write_bytes(content)
        return Ensemble((Delivery(APP, Version("1.1"), "pypi", "", (file,)), core))

    wheel = sample_wheel(APP.name, "1.1", files={n: c.decode() for n, c in sources(min_version="4.8.0").items()})
    with pytest.raises(GateFailed, match=f"contract plugin.host broke: {APP.name} 1.1 does not accept NetBox"):
        require_loadable(stack, cell(), ensemble(wheel.content))
    require_loadable(stack, cell(), ensemble(b"damaged: pip says so"))


NEEDS = {
    "lamp/__init__.py": CODE.encode() + b"    required_settings = ['USER', 'KEY']\n",
    "lamp/a.py": b"",
    "b/__init__.py": b"(",
}


def test_a_setting_that_the_stack_does_not_give_is_named_with_the_line_that_gives_it() -> None:
    given = {"PLUGINS_CONFIG": '{"lamp": {"KEY": 1}}'}
    assert untold(kit(), NEEDS, {}) == ("USER", "KEY")
    assert untold(kit(), NEEDS, given) == ("USER",)
    assert untold(kit(), NEEDS, {"PLUGINS_CONFIG": '{"lamp": {"KEY": 1, "USER": ""}}'}) == ()
    told = """variables = { PLUGINS_CONFIG = '{"lamp": {"USER": "...", "KEY": 1}}' }"""
    assert proposed_line(kit(), NEEDS, given) == told
    assert tomllib.loads(told)["variables"].keys() == {"PLUGINS_CONFIG"}


@pytest.mark.parametrize("odd", ["{", "[]", '{"lamp": 3}', '{"lamp": null}'])
def test_settings_that_are_none_give_nothing(odd: str) -> None:
    assert untold(kit(), NEEDS, {"PLUGINS_CONFIG": odd}) == ("USER", "KEY")
    assert '"lamp": {"USER": "..."' in proposed_line(kit(), NEEDS, {"PLUGINS_CONFIG": odd})


def test_no_setting_is_asked_for_where_the_package_or_the_stack_knows_of_none() -> None:
    assert untold(kit(), sources(), {}) == ()
    assert untold(Kit(), NEEDS, {}) == ()
    host = kit().host
    assert host is not None
    assert untold(replace(kit(), host=replace(host, settings="")), NEEDS, {}) == ()
    assert untold(kit(), {"lamp/__init__.py": CODE.encode() + b"    required_settings = NAMES\n"}, {}) == ()


def test_a_plugin_is_not_red_for_settings_that_nobody_gave(tmp_path: Path) -> None:
    stack, file = pair_stack(APP.name, CORE.name), tmp_path / "app-1.1-py3-none-any.whl"
    file.write_bytes(sample_wheel(APP.name, "1.1", files={n: c.decode() for n, c in NEEDS.items()}).content)
    made = Ensemble(
        (Delivery(APP, Version("1.1"), "pypi", "", (file,)), Delivery(CORE, Version("2.0"), "pypi", "", ()))
    )
    with pytest.raises(ConfigurationError, match="does not load without USER and KEY") as told:
        require_loadable(stack, cell(), made)
    assert "PLUGINS_CONFIG" in told.value.hint
    require_loadable(replace(stack, variables={"PLUGINS_CONFIG": '{"lamp": {"USER": 1, "KEY": 2}}'}), cell(), made)


def test_what_a_plugin_names_and_its_backend_does_not_answer_is_told_unless_the_stack_declares_it(
    tmp_path: Path,
) -> None:
    def delivered(package: Package, version: str, **code: str) -> Delivery:
        content = sample_wheel(package.name, version, files={f"{n}/a.py": text for n, text in code.items()}).content
        (tmp_path / f"{package.name}-{version}-py3-none-any.whl").write_bytes(content)
        return Delivery(
            package, Version(version), "pypi", "", (tmp_path / f"{package.name}-{version}-py3-none-any.whl",)
        )

    stack = pair_stack(APP.name, CORE.name)
    backend = delivered(CORE, "2.0", core="@app.get('/dcim/sites')\ndef sites(): ...\n")
    plugin = delivered(APP, "1.1", lamp="one = '/dcim/devices'\ntwo = '/dcim/racks'\n")
    broke = unanswered_routes(stack, Ensemble((plugin, backend)))
    assert broke is not None
    assert broke.problem == (
        f"contract plugin.routes broke: {APP.name} 1.1 names /dcim/devices (lamp/a.py:1), "
        f"which {CORE.name} 2.0 does not answer; the nearest that it does is /dcim/sites"
    )
    assert [each.split("(")[0] for each in broke.details] == [f"{APP.name} 1.1 names /dcim/racks "]
    declared = replace(stack, allowed=(Exemption("* names /dcim/*", "they come with the next one"),))
    assert unanswered_routes(declared, Ensemble((plugin, backend))) is None
