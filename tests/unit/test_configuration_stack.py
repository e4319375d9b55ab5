"""The stack's table, and what must fit between it, its kit and the packages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from stacks import kit

from releasegate.core.config.keys import Settings
from releasegate.core.config.parse import parse_settings
from releasegate.core.errors import ConfigurationError
from releasegate.core.stacks.host import Hosts
from releasegate.core.stacks.kit import Kit
from releasegate.core.stacks.stack_keys import DimensionValue

PACKAGES = """\
[[tool.releasegate.packages]]
name = "core"
path = "../core"
version-files = [{ lock = "uv.lock" }]
pythons = ["3.12"]
service = { command = ["core", "--host", "{host}", "{port}"], environment = { KEY = "{secret}" } }

[[tool.releasegate.packages]]
name = "app"
version-files = [{ lock = "uv.lock" }]
pythons = ["3.12"]
companion = { name = "core" }
"""
ALONE = PACKAGES.partition("\n\n")[2].replace('companion = { name = "core" }\n', "")
STACK = """\
[tool.releasegate.stack]
kit = "proxbox"
packages = { plugin = ["app"], backend = ["core"] }
dimensions = { netbox = ["image:4.5.8", "4.7.3"] }
pythons = ["3.13", "3.12"]
"""


class Kits:
    """Gives the kits that come with releasegate, and a few that only a test has."""

    hosts: Callable[[], Hosts] = tuple

    def kit(self, name: str) -> Kit:
        """Return the kit of that name."""
        if name == "bare":
            required = replace(kit("netbox").dimensions[0], default=())
            return Kit(roles={"app": "what is under test"}, dimensions=(required,))
        if name == "varied":
            variant = replace(kit().dimensions[1], name="variant", values=(DimensionValue("x"),), default=("x",))
            return replace(kit(), dimensions=(*kit().dimensions, variant))
        return kit(name)


def parsed(text: str) -> Settings:
    return parse_settings(text, where="pyproject.toml", kits=Kits())


def problems(text: str) -> str:
    with pytest.raises(ConfigurationError) as caught:
        parsed(text)
    return "\n".join(caught.value.details)


def test_a_stack_needs_little_and_the_rest_has_defaults() -> None:
    stack = parsed(PACKAGES + STACK).stack
    assert stack is not None
    assert (stack.kit_name, stack.kit, stack.pythons) == ("proxbox", kit(), ("3.12", "3.13"))
    assert (stack.members, stack.role("core"), stack.role("other")) == (("app", "core"), "backend", "")


def test_one_package_plays_the_one_role_of_a_stack_where_nothing_says_so() -> None:
    table = '[tool.releasegate.stack]\nkit = "netbox"\npythons = ["3.13"]\n'
    settings = parsed(ALONE + table)
    assert settings.stack is not None
    assert (settings.stack.members, settings.judged("app"), settings.calling()) == (("app",), True, "app")
    assert "has nobody for the role plugin" in problems(PACKAGES + table)


def test_several_packages_may_play_one_role() -> None:
    second = ALONE.replace('"app"', '"other"')
    table = '[tool.releasegate.stack]\nkit = "netbox"\npythons = ["3.13"]\npackages = { plugin = ["app", "other"] }\n'
    settings = parsed(ALONE + second + table)
    assert settings.stack is not None
    assert (settings.stack.members, settings.calling()) == (("app", "other"), None)


def test_every_key_of_a_stack_is_read() -> None:
    more = """\
sources = ["testpypi"]
paths = ["upgrade"]
upgrade-from = ["1.0", "1.0.post1"]
variables = { PLUGINS_CONFIG = "{}" }
requirements = { mock = ["proxmox-sdk==1.0"] }
checks = [["python", "check.py"]]
images = { postgres = "mine:17" }
suite = "tests/stack"
left-out = [{ pattern = "pair.outage", reason = "the backend is asked for rarely" }]
variants = { strict = { PLUGINS_CONFIG = "{}" } }
memory = 8
cpus = 1.5
cache = 5
"""
    stack = parsed(PACKAGES + STACK + more).stack
    assert stack is not None
    assert (stack.sources, stack.paths, str(stack.suite)) == (("testpypi",), ("upgrade",), "tests/stack")
    assert (stack.upgrade_from, stack.checks) == (("1.0", "1.0.post1"), (("python", "check.py"),))
    assert (stack.images, stack.requirements) == ({"postgres": "mine:17"}, {"mock": ("proxmox-sdk==1.0",)})
    assert (stack.memory, stack.cpus, stack.cache) == (8.0, 1.5, 5.0)
    assert stack.every_dimension[-1].default == ("strict",)
    assert stack.left_out[0].pattern == "pair.outage"


def test_what_plays_in_a_stack_is_judged_in_it() -> None:
    settings, bare = parsed(PACKAGES + STACK), parsed(PACKAGES)
    assert [settings.judged(name) for name in ("core", "app")] == [True, True]
    assert [bare.judged(name) for name in ("core", "app")] == [False, False]
    assert (settings.calling(), bare.calling()) == ("app", None)


def test_a_service_s_variables_are_kept_with_their_places() -> None:
    service = parsed(PACKAGES).package("core").service
    assert service is not None
    assert service.environment == {"KEY": "{secret}"}


def test_a_table_is_read_without_any_kit_where_nothing_is_run() -> None:
    settings = parse_settings(PACKAGES + STACK.replace('"proxbox"', '"nowhere"'), where="pyproject.toml")
    assert settings.stack is not None
    assert settings.stack.kit == Kit()


PYTHONS = 'pythons = ["3.13", "3.12"]'


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('plugin = ["app"]', 'plugin = ["apps"]', '"apps" is not a configured package'),
        ('plugin = ["app"]', "plugin = []", "is empty"),
        ('plugin = ["app"]', 'plugins = ["app"]', "is no role in the stack proxbox; did you mean plugin?"),
        (', backend = ["core"]', "", "app has the companion core, which plays no role"),
        (', backend = ["core"]', "", "has nobody for the role backend"),
        ('backend = ["core"]', 'backend = ["core", "app"]', "app plays two roles"),
        ('netbox = ["image:4.5.8", "4.7.3"]', 'netbox = ["latest"]', "is no NetBox"),
        ('netbox = ["image:4.5.8", "4.7.3"]', "netbox = []", "is empty"),
        ('netbox = ["image:4.5.8", "4.7.3"]', 'moon = ["full"]', "is no dimension of the stack proxbox"),
        ('kit = "proxbox"', 'kit = "bare"\nimages = { a = "b" }', "there is none"),
        (PYTHONS, 'pythons = ["3.13"]\nrequirements = { mock = ["mock=1"] }', "is not a requirement"),
        (PYTHONS, 'pythons = ["3.13"]\nrequirements = { mocks = ["mock"] }', "did you mean mock?"),
        (PYTHONS, 'pythons = ["3.13"]\nimages = { postgre = "mine" }', "did you mean postgres?"),
        (PYTHONS, 'pythons = ["3.13"]\nvariables = { PLUGIN_CONFIG = "{}" }', "did you mean PLUGINS_CONFIG?"),
        (PYTHONS, 'pythons = ["3.13"]\npaths = ["downgrade"]', "is not known here"),
        (PYTHONS, 'pythons = ["3.13"]\nmemory = "8"', "is no amount"),
        (PYTHONS, 'pythons = ["3.13"]\ncpus = -1', "is no amount"),
        ('environment = { KEY = "{secret}" }', 'environment = { "A B" = "1" }', "is no variable"),
        ('environment = { KEY = "{secret}" }', "environment = { KEY = 1 }", "is no variable"),
        ('environment = { KEY = "{secret}" }', 'environment = "KEY=1"', "environment"),
        ("service = {", "# service = {", "core has no service"),
        (
            '["app"], backend = ["core"]',
            "[], backend = ['core', 'app']",
            "backend serves one package, and core and app play",
        ),
    ],
)
def test_what_does_not_fit_is_a_problem_with_its_line(old: str, new: str, said: str) -> None:
    text = PACKAGES + STACK
    assert old in text
    found = problems(text.replace(old, new))
    assert said in found
    assert found.startswith("pyproject.toml:")


def test_a_dimension_without_values_of_its_own_must_have_some() -> None:
    table = '[tool.releasegate.stack]\nkit = "bare"\npythons = ["3.13"]\n'
    assert 'has no netbox; write netbox = ["VALUE"]' in problems(ALONE + table)


def test_a_kit_that_has_variants_of_its_own_takes_no_others() -> None:
    text = PACKAGES + STACK.replace('"proxbox"', '"varied"') + "variants = { strict = {} }\n"
    assert "has a dimension of that name" in problems(text)
