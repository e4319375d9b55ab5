"""Every kind of version file: where the version is found, what a bump changes, and what is refused."""

from __future__ import annotations

from pathlib import PurePosixPath as Path

import pytest
from packaging.version import Version

from releasegate.core.config.version_file_types import (
    IniVersionFile,
    JsonVersionFile,
    LockVersionFile,
    PythonVersionFile,
    SetupVersionFile,
    TextVersionFile,
    TomlVersionFile,
    VersionFile,
)
from releasegate.core.errors import ConfigurationError, Refused, ReleasegateError
from releasegate.core.version_files.kind import spelled
from releasegate.core.version_files.occurrences import bump, find
from releasegate.core.version_files.tuples import parts_of, version_of

TUPLE = PythonVersionFile(Path("pkg/__init__.py"), "VERSION")
NAMED = PythonVersionFile(Path("pkg/__init__.py"), "Config.version")
SETUP = SetupVersionFile(Path("setup.py"))
INI = IniVersionFile(Path("setup.cfg"), "metadata.version")
BUMPVERSION = IniVersionFile(Path(".bumpversion.cfg"), "bumpversion.current_version")
JSON = JsonVersionFile(Path("package.json"), "version")
NPM = JsonVersionFile(Path("package-lock.json"), 'packages."".version', "semver")
CARGO = TomlVersionFile(Path("Cargo.toml"), "workspace.package.version", "semver")
CRATE = LockVersionFile(Path("Cargo.lock"), "my-crate")
PYLOCK = LockVersionFile(Path("pylock.toml"))
CITATION = TextVersionFile(Path("CITATION.cff"), "version: {version}")
CHART = TextVersionFile(Path("Chart.yaml"), 'appVersion: "{version}"', "semver")
ALONE = TextVersionFile(Path("VERSION"), "{version}")
BARE = TextVersionFile(Path("VERSION.txt"), "{version} is it")

CRATES = '[[package]]\nname = "my-crate"\nversion = "9.9.9"\nsource = "registry+x"\n\n[[package]]\nname = "my_crate"\n'
PEP751 = '[[packages]]\nname = "a"\nversion = "1.4.0"\n[[packages]]\nname = "My_Package"\n'


@pytest.mark.parametrize(
    ("version_file", "text", "line"),
    [
        (TUPLE, 'x = 1\nVERSION = <1, 4, 0|1, 4, 1, "rc1">\n', 2),
        (TUPLE, "VERSION = (<1, 4, 0|1, 4, 1, \"rc1\">)\r\n", 1),
        (TUPLE, "VERSION = [<1,4,0|1,4,1,\"rc1\">]", 1),
        (TUPLE, "\ufeffé = 'é'; VERSION: tuple = (\n    <1,\n    4,\n    0|1,\n    4,\n    1,\n    \"rc1\">,\n)\n", 2),
        (TUPLE, "VERSION = (<1, 4, 0, 'final', 0|1, 4, 1, 'rc', 1>)", 1),
        (NAMED, '__version__ = "<1.4.0|1.4.1rc1>"\nclass Config:\n    version = __version__\n', 1),
        (NAMED, 'class Config:\n    number = "<1.4.0|1.4.1rc1>"\n    version = number\n', 2),
        (NAMED, 'V = (<1, 4, 0|1, 4, 1, "rc1">)\nW = V\nclass Config:\n    version = W\n', 1),
        (SETUP, 'from setuptools import setup\nsetup(name="x", version="<1.4.0|1.4.1rc1>")\n', 2),
        (SETUP, "import setuptools\nV = '<1.4.0|1.4.1rc1>'\nsetuptools.setup(version=V)\n", 2),
        (INI, "[metadata]\nname = x\nversion = <1.4.0|1.4.1rc1>\n", 3),
        (INI, "\ufeff[a]\r\nversion = 1.4.0\r\n[metadata]\r\nVersion:  <1.4.0|1.4.1rc1> \r\n[b]\r\nversion=1\r\n", 4),
        (BUMPVERSION, "[bumpversion]\ncurrent_version = <1.4.0|1.4.1rc1>", 2),
        (JSON, '{\n  "a": {"version": "1.4.0"},\n  "version": "<1.4.0|1.4.1rc1>"\n}\n', 3),
        (JSON, '\ufeff{"x": [1, {"version": "0"}], "version" : "<1.4.0|1.4.1rc1>", "é": "1.4.0"}', 1),
        (NPM, '{"version": "1.4.0", "packages": {"": {"version": "<1.4.0|1.4.1-rc.1>"}, "a": {"version": "1"}}}', 1),
        (CARGO, '[workspace.package]\nversion = "<1.4.0|1.4.1-rc.1>"\n[dependencies]\na = "1.4.0"\n', 2),
        (CRATE, f'{CRATES}version = "<1.4.0|1.4.1-rc.1>"\n', 8),
        (PYLOCK, f'{PEP751}version = "<1.4.0|1.4.1rc1>"\ndirectory = {{ path = "." }}\n', 6),
        (CITATION, "cff-version: 1.2.0\nversion: <1.4.0|1.4.1rc1>\ndate: 2026-01-01\n", 2),
        (CITATION, "see version: <1.4.0|1.4.1rc1>.\r\nversion: <1.4.0|1.4.1rc1>", 1),
        (CHART, 'version: 0.1.0\nappVersion: "<1.4.0|1.4.1-rc.1>" # 1.4.0\n', 2),
        (ALONE, "<1.4.0|1.4.1rc1>\n", 1),
        (BARE, "1.3.0 was\n<1.4.0|1.4.1rc1> is it\n<1.4.0|1.4.1rc1> is it again", 2),
    ],
)  # fmt: skip
def test_a_version_is_found_and_nothing_but_its_characters_changes(
    version_file: VersionFile, text: str, line: int
) -> None:
    """A text has ``<old|new>`` where the version stands."""
    before, after = ("", "")
    for part in text.split("<"):
        literal, _, rest = part.rpartition(">")
        old, _, new = literal.partition("|")
        before, after = before + old + rest, after + new + rest
    found = find(version_file, before.encode(), package="my-package")
    assert (found.version, found.line) == ("1.4.0", line)
    changed = bump(version_file, before.encode(), package="my-package", version="1.4.1rc1")
    assert changed == after.encode()
    assert find(version_file, changed, package="my-package").version == "1.4.1rc1"
    assert bump(version_file, changed, package="my-package", version="1.4.0") == before.encode()


@pytest.mark.parametrize(
    ("version_file", "text", "problem"),
    [
        (SETUP, "setup(name='x')", "setup.py calls setup without a version"),
        (SETUP, "setup(version='1')\nsetup(version='2')", "setup.py calls setup twice with a version"),
        (SETUP, "setup(version=read())", r"setup.py:1: setup\(version\) is computed by an expression"),
        (SETUP, "setup(", "setup.py:1 is not Python"),
        (INI, "version = 1.0\n", "setup.cfg is not INI: .*no section headers"),
        (INI, "[metadata]\nname = x\n", r"setup.cfg has no key version in \[metadata\]"),
        (INI, "[metadata]\nversion =\n", r"setup.cfg has no key version in \[metadata\]"),
        (INI, "[other]\nversion = 1.0\n[metadata]\nversion =\n  1.0\n", "does not state metadata.version on one line"),
        (INI, "[metadata]\nversion = attr: x.y\n", "states 'attr: x.y', which is not a version"),
        (JSON, "{", "package.json:1 is not JSON: Expecting property name"),
        (JSON, '{"version": 1.0}', "package.json:1: version is not a string"),
        (JSON, '{"name": "x"}', "package.json has no key version"),
        (JSON, "[]", "package.json has no key version"),
        (JSON, '{"version": "1.0", "version": "1.0"}', "package.json has two keys version"),
        (JSON, '{"version": "1\\u002e0"}', "package.json:1: version is written with escapes"),
        (JSON, "[" * 100_000, "package.json is nested too deeply"),
        (JSON, '{"a": ' + "1" * 5000 + "}", "package.json:1 is not JSON"),
        (NPM, '{"packages": {"": {"version": "1.0.0rc1"}}}', "states '1.0.0rc1', which is not how SemVer spells it"),
        (NPM, '{"packages": {"": {"version": "main"}}}', "states 'main', which is not a version"),
        (CARGO, "[workspace.package]\nversion = '1.0'", "is spelled as SemVer, which has no form for 1.0"),
        (CRATE, CRATES, "Cargo.lock:6 states no version for my-crate"),
        (CRATE, "package = [1]", "Cargo.lock has no entry for my-crate"),
        (PYLOCK, "[[packages]]\nname = 'my-package'\nversion = '1.0'\n", "pylock.toml has no entry for my-package"),
        (CITATION, "cff-version: 1.2.0\n", "CITATION.cff has no text that fits the pattern 'version: {version}'"),
        (CITATION, "version: 1.0\nversion: 1.1\n", "fits several versions in .*: 1.0 on line 1, 1.1 on line 2"),
        (ALONE, "1.4.0 and 2 more\n", "fits several versions in VERSION"),
        (BARE, "v1.0 is it, 1.0 is itself", "has no text that fits"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_with_what_to_do(version_file: VersionFile, text: str, problem: str) -> None:
    with pytest.raises(ReleasegateError, match=problem) as caught:
        find(version_file, text.encode(), package="my-package")
    assert caught.value.hint
    assert not caught.value.hint.endswith(".")


@pytest.mark.parametrize("kind", [TUPLE, NAMED, SETUP, INI, JSON, CARGO, CRATE, PYLOCK, CITATION])
@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"\x00", b"(" * 5000, b"[[" * 5000, b"version: " * 5000])
def test_rubbish_is_refused_in_words(kind: VersionFile, content: bytes) -> None:
    with pytest.raises((ConfigurationError, Refused)):
        find(kind, content, package="my-package")


@pytest.mark.parametrize(
    ("parts", "version"),
    [
        ((1, 4), "1.4"),
        ((1, 4, 0, "rc1"), "1.4.0rc1"),
        ((1, 4, 0, "post1", "dev2"), "1.4.0.post1.dev2"),
        ((1, 4, 0, "beta", 2), "1.4.0b2"),
        ((1, 4, 0, "candidate", 1), "1.4.0rc1"),
        ((1, 4, 0, "final", 3), "1.4.0"),
        ((1, 4, 0, "final"), None),
        (("1", "4"), None),
        ((), None),
        ((10**5000,), None),
    ],
)
def test_a_tuple_is_a_version(parts: tuple[int | str, ...], version: str | None) -> None:
    assert version_of(parts) == version


@pytest.mark.parametrize(
    ("version", "like", "parts"),
    [
        ("1.4.1", (1, 4, 0, "rc1"), (1, 4, 1)),
        ("1.4.1b2", (1, 4), (1, 4, 1, "b2")),
        ("1.4.1.post1.dev2", (1, 4), (1, 4, 1, "post1", "dev2")),
        ("1!1.4", (1, 4), None),
        ("1.4+local", (1, 4), None),
        ("1.4.1rc2", (1, 4, 0, "candidate", 1), (1, 4, 1, "candidate", 2)),
        ("1.4.1a1", (1, 4, 0, "final", 0), (1, 4, 1, "alpha", 1)),
        ("1.4.1.post1", (1, 4, 0, "final", 0), None),
        ("1.4", (1, 4, 0, "final", 0), None),
    ],
)
def test_a_version_takes_the_form_of_the_tuple(
    version: str, like: tuple[int | str, ...], parts: tuple[int | str, ...] | None
) -> None:
    assert parts_of(Version(version), like=like) == parts


def test_a_version_that_has_no_form_in_the_tuple_is_refused() -> None:
    with pytest.raises(
        Refused, match=r"__init__\.py:1 states the version as a tuple in which 1\.4\.0\.post1 has no form"
    ):
        bump(TUPLE, b"VERSION = (1, 4, 0, 'final', 0)", package="p", version="1.4.0.post1")


@pytest.mark.parametrize(
    ("version", "semver"),
    [
        ("1.2.0", "1.2.0"),
        ("1.2.0a1", "1.2.0-alpha.1"),
        ("1.2.0b1", "1.2.0-beta.1"),
        ("1.2.0rc10", "1.2.0-rc.10"),
        ("1.2.0.post1", "1.2.0-post.1"),
        ("1.2.0.post1.dev2", "1.2.0-post.1.dev.2"),
    ],
)
def test_semver_spells_a_version_in_its_own_way_and_it_reads_back(version: str, semver: str) -> None:
    assert spelled(version, "semver", where="a") == semver
    assert str(Version(semver)) == version


@pytest.mark.parametrize("version", ["1.2", "1!1.2.0", "1.2.0+local", "1.2.0.4"])
def test_what_semver_has_no_form_for_is_refused(version: str) -> None:
    with pytest.raises(Refused, match="has no form for"):
        spelled(version, "semver", where="Cargo.toml")


def test_the_zeros_of_a_calendar_are_no_part_of_the_version() -> None:
    text = b"[project]\nversion = '2026.01.03'\n"
    kind = TomlVersionFile(Path("pyproject.toml"), "project.version")
    assert find(kind, text, package="p").version == "2026.1.3"
    assert bump(kind, text, package="p", version="2026.1.4rc1") == b"[project]\nversion = '2026.1.4rc1'\n"


@pytest.mark.parametrize(
    ("written", "version"),
    [("1.0-rc01", "1.0rc1"), ("8.5.0.dev", "8.5.0.dev0"), ("1.0.RC1", "1.0rc1"), ("v1.0", "v1.0")],
)
def test_a_version_is_what_every_index_calls_it(written: str, version: str) -> None:
    kind = TomlVersionFile(Path("pyproject.toml"), "project.version")
    assert find(kind, f"project.version = '{written}'".encode(), package="p").version == version


def test_an_epoch_is_found_and_bumped() -> None:
    kind = TextVersionFile(Path("a.txt"), "is {version}")
    assert bump(kind, b"it is 1!2.0 now", package="p", version="1!2.1rc1") == b"it is 1!2.1rc1 now"
