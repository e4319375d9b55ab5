"""Versions stated in TOML files and lock files: what is found, and what is refused."""

from pathlib import PurePosixPath as Path
from typing import get_args

import pytest

from releasegate.core.config.version_file_types import LockVersionFile, TomlVersionFile, VersionFile
from releasegate.core.errors import ConfigurationError, Refused
from releasegate.core.toml.lines import read_toml
from releasegate.core.version_files.occurrences import Occurrence, bump, find, kind_of
from releasegate.core.version_files.toml import prove, with_string

VERSION = TomlVersionFile(Path("pyproject.toml"), "project.version")
LOCK = LockVersionFile(Path("uv.lock"))


def occurrence(text: str, version_file: TomlVersionFile | LockVersionFile = VERSION) -> Occurrence:
    return find(version_file, text.encode(), package="my-plugin")


def test_a_key_of_a_table_is_found_with_its_line() -> None:
    found = occurrence('[project]\nname = "a"\nversion = "1.0rc1"\n')
    assert found == Occurrence(Path("pyproject.toml"), 3, "1.0rc1", "project.version")
    assert str(found) == "pyproject.toml:3 states 1.0rc1 (project.version)"


@pytest.mark.parametrize(
    ("text", "key", "line"),
    [
        ("project.version = '1.0'", "project.version", 1),
        ("project = { name = 'a', version = '1.0' }", "project.version", 1),
        ("[ project ] # here\nversion='1.0'", "project.version", 2),
        ('["project"]\n"version" = "1.0"', "project.version", 2),
        ("['a.b'.c]\n\"d\\u0065\" = '1.0'", "'a.b' . c.\"de\"", 2),
        ("[a]\nb.c = '1.0'\n[[x]]\nc = '2'", "a.b.c", 2),
        ("v = '1.0'", "v", 1),
        ('v = """1.0"""', "v", 1),
        ('v = """\r\n1.0"""', "v", 2),
        ("v = '''\n1.0'''", "v", 2),
        ("\ufeff# mark\r\n\r\nv = '1.0'\r\n", "v", 3),
        ('s = """a"""""\nt = \'\'\'b\'\'\'\'\'\nu = "\\"v = 2"\nv = "1.0" # v = "2"', "v", 4),
        ("d = 1979-05-27 07:32:00Z\nn = [1, [2, {v = '2'}], # ]\n]\nv = '1.0'", "v", 4),
        ("[[a]]\n[a.b]\nv = '2'\n[[a]]\n[[a.c]]\n[c]\nv = '1.0'", "c.v", 7),
        ("é = 'é'\nv = '1.0'".replace("é =", '"é" ='), "v", 2),
    ],
)
def test_a_version_is_found_however_toml_writes_it(text: str, key: str, line: int) -> None:
    found = occurrence(text, TomlVersionFile(Path("a.toml"), key))
    assert (found.version, found.line) == ("1.0", line)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[project]\nname = 'a'", r"^pyproject\.toml has no key project\.version\."),
        ("project = 1", r"has no key project\.version"),
        ("[[project]]\nversion = '1.0'", r"has no key project\.version"),
        ("[project]\nversion = 1.0", r"pyproject\.toml:2: project\.version is not a string"),
        ("\n[project.version]\na = '1.0'", r"pyproject\.toml:2: project\.version is not a string"),
        ("[project]\nversion.a = '1.0'", r"pyproject\.toml:1: project\.version is not a string"),
        ("[project]\nversion = '1.0'\nversion = '1.1'", r"pyproject\.toml:3 is not TOML"),
        ("[project]\ndynamic = 1", r"has no key project\.version"),
    ],
)
def test_a_version_file_that_does_not_fit_the_file_is_refused(text: str, problem: str) -> None:
    with pytest.raises(ConfigurationError, match=problem):
        occurrence(text)


def test_a_version_file_whose_key_is_no_key_is_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"has no key a\.\.b"):
        occurrence("a = 1", TomlVersionFile(Path("a.toml"), "a..b"))


def test_a_file_that_is_not_utf8_is_refused_with_the_line() -> None:
    with pytest.raises(ConfigurationError, match=r"^pyproject\.toml:2 is not UTF-8\."):
        find(VERSION, b"[project]\nname = '\xe9'\n", package="a")


def test_a_dynamic_version_without_a_file_is_refused() -> None:
    with pytest.raises(Refused) as caught:
        occurrence("[project]\nname = 'a'\ndynamic = ['readme', 'version']")
    assert caught.value.problem.startswith(
        "pyproject.toml:3 declares the version dynamic, and no file that states it is named"
    )
    assert caught.value.hint.startswith("Name the file that holds it instead")


def test_another_dynamic_field_is_no_dynamic_version() -> None:
    with pytest.raises(ConfigurationError, match="has no key"):
        occurrence("[project]\ndynamic = ['readme']")


def test_another_missing_key_is_not_blamed_on_the_dynamic_version() -> None:
    with pytest.raises(ConfigurationError, match="has no key"):
        occurrence("[project]\ndynamic = ['version']", TomlVersionFile(Path("a.toml"), "tool.version"))


@pytest.mark.parametrize("text", ["v = '1.0.x'", "v = ''", "v = ' 1.0'", 'v = """1.0\n"""', f"v = '{'1' * 5000}'"])
def test_what_is_no_version_is_refused_with_its_line(text: str) -> None:
    with pytest.raises(Refused, match=r"^a\.toml:1 states '.*', which is not a version by PEP 440\."):
        occurrence(text, TomlVersionFile(Path("a.toml"), "v"))


@pytest.mark.parametrize("text", ['v = "1\\u002e0"', 'v = """1.\\\n0"""'])
def test_a_version_written_with_escapes_is_refused(text: str) -> None:
    with pytest.raises(Refused, match=r"^a\.toml:1: v is written with escapes"):
        occurrence(text, TomlVersionFile(Path("a.toml"), "v"))


ENTRIES = """\
version = 1

[[package]]
name = "other"
version = "3.0"
source = { registry = "https://a.example/simple" }
dependencies = [
    { name = "my-plugin", version = "9.9" },
]

[[package]]
name = "my-plugin"
version = "2.0"
source = { registry = "https://a.example/simple" }

[[package]]
name = "My_Plugin"
version = "1.0"
source = { editable = "." }

[package.metadata]
requires-dist = [{ name = "other", specifier = ">=3" }]
"""


@pytest.mark.parametrize("source", ["editable", "virtual", "directory"])
def test_the_own_entry_of_a_lock_file_is_found_by_normalized_name_and_source(source: str) -> None:
    found = occurrence(ENTRIES.replace("editable", source), LOCK)
    assert found == Occurrence(Path("uv.lock"), 18, "1.0", "package my-plugin")


def test_a_name_in_the_configuration_is_normalized_too() -> None:
    assert find(LOCK, ENTRIES.encode(), package="My.Plugin").version == "1.0"


@pytest.mark.parametrize(
    "text",
    [
        ENTRIES.replace('{ editable = "." }', '{ registry = "https://b.example/simple" }'),
        ENTRIES.replace('{ editable = "." }', '"."'),
        "package = 1",
        "package = [1, { name = 2 }]",
        "version = 1",
    ],
)
def test_a_lock_file_without_the_own_entry_is_refused(text: str) -> None:
    with pytest.raises(ConfigurationError, match=r"^uv\.lock has no entry for my-plugin with the project's own folder"):
        occurrence(text, LOCK)


def test_several_own_entries_are_refused_with_their_lines() -> None:
    with pytest.raises(ConfigurationError, match=r"has several entries \(lines 11, 16\) for my-plugin"):
        occurrence(ENTRIES.replace('{ registry = "https://a.example/simple" }\n\n', '{ virtual = "." }\n\n'), LOCK)


def test_an_own_entry_without_a_version_is_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"^uv\.lock:16 states no version for my-plugin"):
        occurrence(ENTRIES.replace('version = "1.0"\n', ""), LOCK)


def test_an_own_entry_whose_version_is_no_string_is_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"^uv\.lock:18: package\[2\]\.version is not a string"):
        occurrence(ENTRIES.replace('version = "1.0"\n', "version = 1.0\n"), LOCK)


@pytest.mark.parametrize(
    "after",
    [
        "n = nan\nv = '1.1'\nw = '1.1'\n",
        "n = nan\nv = '1.0'\nw = '1.0'\nx = 1\n",
        "m = nan\nv = '1.1'\nw = '1.0'\n",
    ],
)
def test_a_change_of_anything_else_is_refused(after: str) -> None:
    before = read_toml("n = nan\nv = '1.0'\nw = '1.0'\n", where="a.toml")
    with pytest.raises(Refused, match=r"^Changing the version at a\.toml:2 would change another value too\."):
        prove(before, after, ("v",), "1.1", where="a.toml")


def test_a_change_that_breaks_the_syntax_is_refused() -> None:
    before = read_toml("v = '1.0'\n", where="a.toml")
    with pytest.raises(ConfigurationError, match=r"a\.toml:1 is not TOML"):
        prove(before, "v = '1.0\n", ("v",), "1.1", where="a.toml")


@pytest.mark.parametrize(
    "text",
    [
        "[[c]]\n[project]\nversion = '1.0'\n[c.d]\n",  # which tomlkit would write anew
        "project = { name = '1.0', version = '1.0', x = '1.0' }\n",
        'x = \'1.0\'\nproject.version = """\n1.0""" # 1.0\r\n',
        "\ufeff[project]\r\nversion='1.0'",
    ],
)
def test_the_characters_change_however_the_file_is_written(text: str) -> None:
    at = text.index("1.0", text.index("version"))
    changed = bump(VERSION, text.encode(), package="my-plugin", version="1.1rc1")
    assert changed.decode() == f"{text[:at]}1.1rc1{text[at + 3 :]}"


def test_a_change_of_what_is_written_with_escapes_is_refused() -> None:
    before = read_toml("v = '0'\nw = \"1\\u002e0\"\n", where="a.toml")
    with pytest.raises(Refused, match=r"^a\.toml:5: w is written with escapes"):
        with_string(before, ("w",), "1.1", where="a.toml", lines_above=3)


def test_a_lock_file_whose_entries_are_written_another_way_is_refused() -> None:
    text = "package = [{ name = 'my-plugin', version = '1.0', source = { virtual = '.' } }]\n"
    with pytest.raises(Refused, match=r"^uv\.lock is not written as its tool writes it"):
        occurrence(text, LOCK)


def test_a_lock_file_that_ends_with_the_own_entry_is_bumped() -> None:
    text = "[[package]]\nname = 'my-plugin'\nversion = '1.0'\nsource.virtual = '.'"
    assert bump(LOCK, text.encode(), package="my-plugin", version="1.1") == text.replace("1.0", "1.1").encode()


def test_every_kind_of_version_file_can_be_found_and_bumped() -> None:
    modules = {kind_of(kind.__new__(kind)) for kind in get_args(VersionFile)}
    assert len(modules) == len(get_args(VersionFile))
    assert all(callable(module.find) and callable(module.replace) for module in modules)
