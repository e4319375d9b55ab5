"""Versions that a package states of itself, found without any configuration."""

from __future__ import annotations

from dataclasses import replace

import pytest
from archives import PACKAGE, said, subject, tracked, wheel, wheel_files

from releasegate.core.audit.checks.versions import left_behind
from releasegate.core.audit.subject import Subject

INIT = "sample_app/__init__.py"
BARE = replace(PACKAGE, version_files=())


def stating(
    text: str, *, path: str = INIT, version: str = "1.1rc1", before: str | None = None, last: str = "1.0"
) -> Subject:
    """Return a release of which one module is *text*, after one of which it was *before*."""
    previous = None
    if before is not None:
        files = {**wheel_files(tracked(last), version=last), path: before.encode()}
        previous = wheel(files, version=last)
    return subject(package=BARE, version=version, add={path: text.encode()}, previous=previous)


def names(built: Subject) -> list[str]:
    return [problem.about for problem in left_behind(built) if not isinstance(problem, str)]


def test_versions_that_are_the_release_s_are_no_findings() -> None:
    assert left_behind(subject()) == ()
    assert left_behind(stating('__version__ = "1.1rc1"\nVERSION = (1, 1)\nversion_info = (1, 1, 0, "rc", 1)')) == ()
    assert left_behind(stating('__version__ = "1.1rc1+local"\nversion: str = "v1.1rc1"')) == ()
    assert left_behind(stating('__version__ = "1.1+dev"', version="1.1+dev")) == ()


def test_a_version_that_was_left_behind_is_a_finding_with_the_line_to_paste() -> None:
    (found,) = left_behind(stating('"""App."""\n\nVERSION = (1, 0, 4)\n'))
    where = "sample_app/__init__.py:3 in sample_app-1.1rc1-py3-none-any.whl"
    assert str(found) == f"{where} states (1, 0, 4) (VERSION), not 1.1rc1."
    assert not isinstance(found, str)
    member = '{ python = "src/sample_app/__init__.py", attribute = "VERSION" }'
    assert found.lines == (f"if it is the release's version, in version-files: {member},",)


def test_a_version_made_of_parts_that_were_left_behind_is_a_finding_and_must_be_one_text_first() -> None:
    (found,) = left_behind(stating('MAJOR = 1\nMINOR = 0\n__version__ = f"{MAJOR}.{MINOR}"\n'))
    assert not isinstance(found, str)
    assert str(found).endswith("states 1.0 (__version__), not 1.1rc1.")
    assert found.lines[0].startswith(
        'if it is the release\'s version, write it as one text, __version__ = "1.1rc1", and in version-files: { python'
    )


@pytest.mark.parametrize(
    "text",
    [
        'MAJOR = 1\nMINOR = 1\n__version__ = f"{MAJOR}.{MINOR}"\n',
        'RELEASE = (1, 0)\n__version__ = ".".join(map(str, RELEASE))\n',
        'MAJOR = 1\n__version__ = f"{MAJOR}.x"\n',
        'MAJOR = 1\nCODE = f"{MAJOR}.2"\n',
    ],
)
def test_what_is_made_of_numbers_in_step_of_a_version_or_is_none_is_no_finding(text: str) -> None:
    assert left_behind(stating(text)) == ()


@pytest.mark.parametrize(
    ("path", "text", "name"),
    [
        (INIT, '__version__ = "1.0"', "__version__"),
        (INIT, 'version = "1.0.0"', "version"),
        (INIT, "__version_info__ = (1, 0)", "__version_info__"),
        (INIT, "VERSION = [1, 0, 'final']", "VERSION"),
        ("sample_app/_version.py", 'version = "1.0"', "version"),
        ("sample_app/__about__.py", '__version__ = "1.0"', "__version__"),
        ("space/app/__init__.py", '__version__ = "1.0"', "__version__"),
        ("version.py", '__version__ = "1.0"', "__version__"),
        ("lamp.py", '__version__ = "1.0"', "__version__"),
        (INIT, 'class App(PluginConfig):\n    version = "1.0"', "App.version"),
        (INIT, 'class App(netbox.PluginConfig):\n    name = "a"\n    version: str = "1.0"', "App.version"),
        (INIT, 'class Base(PluginConfig): ...\nclass App(Base):\n    version = "1.0"', "App.version"),
        (INIT, 'from plugins import PluginConfig as B\nclass App(B):\n    version = "1.0"', "App.version"),
        (INIT, 'MAJOR, MINOR = 1, 0\n__version__ = f"{MAJOR}.{MINOR}"\n(x, y), z = v = w', "__version__"),
        ("sample_app/apps.py", 'class App(AppConfig):\n    version = "1.0"', "App.version"),
        (INIT, 'NUMBER = "1.0"\nversion = NUMBER', "version"),
        (INIT, "from .other import N\nclass App(PluginConfig):\n    version = N", None),
    ],
)
def test_the_usual_names_in_the_usual_modules_are_looked_at(path: str, text: str, name: str | None) -> None:
    assert names(stating(text, path=path)) == ([] if name is None else [f"{path} {name}"])


def test_a_name_of_another_module_is_followed_and_told_where_its_value_stands() -> None:
    built = subject(
        package=BARE,
        version="1.1",
        add={
            INIT: b"from .constants import NUMBER\nclass App(PluginConfig):\n    version = NUMBER\n",
            "sample_app/constants.py": b'\nNUMBER = "1.0"\n',
        },
    )
    (found,) = said(left_behind(built))
    assert found.startswith("sample_app/constants.py:2 in ")


def test_a_version_that_two_names_hold_is_told_once() -> None:
    assert len(left_behind(stating('__version__ = "1.0"\nversion = __version__\nVERSION = version'))) == 1


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (INIT, 'min_version = "1.0"\nmax_version = "9.9"\nAPI_VERSION = "2.0"'),
        (INIT, 'class App(PluginConfig):\n    min_version = "4.5.0"\n    max_version = "4.7.99"'),
        (INIT, 'class Other:\n    version = "1.0"\nclass Third(make()):\n    version = "1.0"'),
        (INIT, 'try:\n    from ._v import __version__\nexcept ImportError:\n    __version__ = "0.0.0"'),
        (INIT, 'version = "no version"\nVERSION = 3\n__version__ = get("sample-app")\nversion_info = (1,)'),
        (INIT, '__version__ = "unknown"\nVERSION = "2"\nversion = ("a", "b")'),
        (INIT, "version = version"),
        (INIT, "def ("),
        ("sample_app/protocol.py", 'VERSION = "1.0"\n__version__ = "1.0"'),
        ("sample_app/_vendor/__init__.py", '__version__ = "1.0"'),
        ("sample_app/_vendor/six/__init__.py", '__version__ = "1.0"'),
    ],
)
def test_versions_of_something_else_are_no_findings(path: str, text: str) -> None:
    assert names(stating(text, path=path)) == []


@pytest.mark.parametrize("name", ["CLIENT_VERSION", "USER_AGENT"])
def test_any_name_that_was_in_step_and_was_left_behind_is_a_finding(name: str) -> None:
    text, path = f'{name} = "1.0.4"', "sample_app/client.py"
    assert names(stating(text, path=path, before=text, last="1.0.4")) == [f"{path} {name}"]


@pytest.mark.parametrize(
    ("name", "value", "last"),
    [
        ("CLIENT_VERSION", "0.9.1", "1.0.4"),
        ("MIN_VERSION", "1.0.4", "1.0.4"),
        ("schema_version", "1.0.4", "1.0.4"),
        ("SCALE", "1.0", "1.0"),
    ],
)
def test_a_name_that_was_not_in_step_or_is_none_of_the_release_s_is_no_finding(
    name: str, value: str, last: str
) -> None:
    text, path = f'{name} = "{value}"', "sample_app/client.py"
    assert names(stating(text, path=path, before=text, last=last)) == []


def test_a_usual_name_that_was_out_of_step_before_is_something_else_but_for_the_certain_ones() -> None:
    text = 'VERSION = "7.1"\n__version__ = "7.1"\nclass App(PluginConfig):\n    version = "7.2"'
    assert names(stating(text, before=text)) == [f"{INIT} __version__", f"{INIT} App.version"]
    assert names(stating('VERSION = "7.1"', before='VERSION = "7.1"')) == []
    assert names(stating('VERSION = "1.0"', before='VERSION = "1.0"')) == [f"{INIT} VERSION"]


def test_a_name_that_the_module_deletes_is_no_finding_but_what_it_was_given_to_is() -> None:
    assert names(stating('VERSION = version = "1.0"\ndel VERSION, version\n')) == []
    assert names(stating('version = "1.0"\ndel version\nversion = "1.0"\n')) == [f"{INIT} version"]
    assert names(stating('_v = version = "1.0"\n__version__ = version\ndel version\n')) == [f"{INIT} __version__"]
    assert names(stating('version = "1.0"\ndel version.more\n')) == [f"{INIT} version"]
