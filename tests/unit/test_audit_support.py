"""A post runs wherever its forerunner ran."""

from __future__ import annotations

from dataclasses import replace

import pytest
from archives import dist_info, metadata, subject

from releasegate.adapters.kit_folders import known_hosts
from releasegate.core.audit.code.host_range import HostRange, host_range
from releasegate.core.audit.last_release.support import support
from releasegate.core.audit.subject import Subject

PLUGIN = "sample_app/__init__.py"
HOSTS = known_hosts()


def after(version: str, *, python: str = ">=3.11", plugin: str = "", before: str = "") -> Subject:
    """Return a release after 1.0, with the Requires-Python and the plugin's code that are given."""
    info = dist_info(version)
    made = subject(
        version=version,
        previous=subject(add={PLUGIN: before.encode()}).wheel,
        add={f"{info}/METADATA": metadata(version, python=python), PLUGIN: plugin.encode()},
    )
    return replace(made, hosts=HOSTS)


def plugin(oldest: str, newest: str) -> str:
    return f'class App(PluginConfig):\n    min_version = "{oldest}"\n    max_version: str = "{newest}"\n'


@pytest.mark.parametrize("python", [">=3.11", ">=3.10", ""])
def test_a_post_that_keeps_or_widens_its_pythons_is_no_finding(python: str) -> None:
    assert support(after("1.0.post1", python=python)) == ()


@pytest.mark.parametrize("version", ["1.0.post1", "1.0.post1.dev1"])
@pytest.mark.parametrize(("python", "lost"), [(">=3.12", "3.11.0"), (">=3.11.4", "3.11.0"), (">=3.11,<3.14", "3.14.0")])
def test_a_post_that_drops_a_python_is_a_finding(version: str, python: str, lost: str) -> None:
    (found,) = support(after(version, python=python))
    assert found.startswith(f"A post may not drop Python {lost}: Requires-Python went from '>=3.11' to ")


def test_a_new_release_may_drop_a_python_and_a_host() -> None:
    wide, narrow = plugin("4.5.8", "4.7.99"), plugin("4.6.0", "4.6.99")
    assert support(after("1.1", python=">=3.12", before=wide, plugin=narrow)) == ()


def test_a_first_release_promised_nothing() -> None:
    assert support(subject(version="1.0.post1")) == ()


def test_a_post_that_narrows_its_host_range_is_a_finding() -> None:
    narrowed = after("1.0.post1", before=plugin("4.5.8", "4.7.99"), plugin=plugin("4.6.0", "4.6.99"))
    assert support(narrowed) == (
        "A post may not raise the oldest host version: 4.5.8 became 4.6.0.",
        "A post may not lower the newest host version: 4.7.99 became 4.6.99.",
    )


@pytest.mark.parametrize(
    ("before", "now"),
    [("4.5.8", "4.5.8"), ("4.5.8", "4.5.0"), ("4.5.8", "unknown"), ("unknown", "4.5.8"), ("4.5.8", "9" * 5000)],
)
def test_a_host_range_that_does_not_shrink_is_no_finding(before: str, now: str) -> None:
    assert support(after("1.0.post1", before=plugin(before, "9"), plugin=plugin(now, "9"))) == ()


def test_a_plugin_that_states_no_range_any_more_is_no_finding() -> None:
    assert support(after("1.0.post1", before=plugin("4.5.8", "4.7.99"))) == ()


def test_a_host_range_is_followed_through_names() -> None:
    sources = {
        "app/__init__.py": b"class App(plugins.PluginConfig):\n    min_version = OLD\n    max_version = NEW\n",
        "app/compat.py": b'OLD = OLDEST\nOLDEST: str = "4.5.8"\nNEW = NEW\nother.thing = 1\nBARE: str\n',
        "app/sub/compat.py": b'NEW = "9"\n',
        "other/compat.py": b'NEW = "8"\n',
    }
    assert host_range(sources, HOSTS) == HostRange(oldest="4.5.8", newest=None)


@pytest.mark.parametrize("text", ["def (", "\0", "class App(Base): ...", "x = 1", "class App(PluginConfig): ..."])
def test_code_that_is_no_plugin_states_no_range(text: str) -> None:
    sources = {"app/__init__.py": text.encode(), "app/deep/__init__.py": plugin("1", "2").encode()}
    assert host_range(sources, HOSTS) == HostRange()


def test_the_plugin_of_a_host_that_is_not_known_states_no_range() -> None:
    assert host_range({PLUGIN: plugin("4.5.8", "4.7.99").encode()}, ()) == HostRange()
