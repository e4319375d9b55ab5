"""The stack's table, and what must fit between it and the packages."""

from __future__ import annotations

import pytest

from releasegate.core.config.model import Settings
from releasegate.core.config.parse import parse_settings
from releasegate.core.config.stack import ImageNames, NetBox, Stack
from releasegate.core.errors import ConfigurationError

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
STACK = """\
[tool.releasegate.stack]
plugin = "app"
module = "my_app"
backend = "core"
mock = "mock==1.0"
netbox = ["image:4.5.8", "4.7.3"]
pythons = ["3.13", "3.12"]
"""


def parsed(text: str) -> Settings:
    return parse_settings(text, where="pyproject.toml")


def problems(text: str) -> str:
    with pytest.raises(ConfigurationError) as caught:
        parsed(text)
    return "\n".join(caught.value.details)


def test_a_stack_needs_little_and_the_rest_has_defaults() -> None:
    hosts = (NetBox("4.5.8", "image"), NetBox("4.7.3", "pypi"))
    stack = parsed(PACKAGES + STACK).stack
    assert stack == Stack("app", "my_app", "core", "mock==1.0", hosts, ("3.12", "3.13"))


def test_every_key_of_a_stack_is_read() -> None:
    more = """\
sources = ["testpypi"]
paths = ["upgrade"]
upgrade-from = ["1.0", "1.0.post1"]
services = ["pve", "pbs"]
checks = [["python", "check.py"]]
images = { postgres = "mine:17" }
memory = 8
cpus = 1.5
cache = 5
"""
    stack = parsed(PACKAGES + STACK + more).stack
    assert stack is not None
    assert (stack.sources, stack.paths, stack.services) == (("testpypi",), ("upgrade",), ("pve", "pbs"))
    assert (stack.upgrade_from, stack.checks) == (("1.0", "1.0.post1"), (("python", "check.py"),))
    assert (stack.images, stack.memory, stack.cpus, stack.cache) == (ImageNames(postgres="mine:17"), 8.0, 1.5, 5.0)


def test_the_pair_of_a_stack_is_judged_in_it() -> None:
    settings, bare = parsed(PACKAGES + STACK), parsed(PACKAGES)
    assert [settings.judged(name) for name in ("core", "app")] == [True, True]
    assert [bare.judged(name) for name in ("core", "app")] == [False, False]


def test_a_service_s_variables_are_kept_with_their_places() -> None:
    service = parsed(PACKAGES).package("core").service
    assert service is not None
    assert service.environment == {"KEY": "{secret}"}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('plugin = "app"', 'plugin = "apps"', '"apps" is not a configured package'),
        ('backend = "core"', 'backend = "cores"', '"cores" is not a configured package'),
        ('backend = "core"', 'backend = "app"', "is not the companion of app"),
        ('netbox = ["image:4.5.8", "4.7.3"]', 'netbox = ["latest"]', "is no NetBox"),
        ('netbox = ["image:4.5.8", "4.7.3"]', "netbox = []", "is empty"),
        ('mock = "mock==1.0"', 'mock = "mock=1"', "is not a requirement"),
        ('module = "my_app"', 'module = "my-app"', "module"),
        ('pythons = ["3.13", "3.12"]', 'pythons = ["3.13"]\npaths = ["downgrade"]', "is not known here"),
        ('pythons = ["3.13", "3.12"]', 'pythons = ["3.13"]\nservices = ["pmg"]', "is not known here"),
        ('pythons = ["3.13", "3.12"]', 'pythons = ["3.13"]\nmemory = "8"', "is no amount"),
        ('pythons = ["3.13", "3.12"]', 'pythons = ["3.13"]\ncpus = -1', "is no amount"),
        ('environment = { KEY = "{secret}" }', 'environment = { "A B" = "1" }', "is no variable"),
        ('environment = { KEY = "{secret}" }', "environment = { KEY = 1 }", "is no variable"),
        ('environment = { KEY = "{secret}" }', 'environment = "KEY=1"', "environment"),
        ("service = {", "# service = {", "core has no service"),
    ],
)
def test_what_does_not_fit_is_a_problem_with_its_line(old: str, new: str, said: str) -> None:
    text = PACKAGES + STACK
    assert old in text
    found = problems(text.replace(old, new))
    assert said in found
    assert found.startswith("pyproject.toml:")
