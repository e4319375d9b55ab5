"""Versions assigned in Python files: what is found, and what is refused."""

from pathlib import PurePosixPath as Path

import pytest

from releasegate.core.config.version_file_types import PythonVersionFile
from releasegate.core.errors import ConfigurationError, Refused
from releasegate.core.version_files.occurrences import Occurrence, bump, find

NAME = PythonVersionFile(Path("pkg/__init__.py"), "version")
CLASS = PythonVersionFile(Path("pkg/__init__.py"), "A.B.version")


def occurrence(text: str, version_file: PythonVersionFile = NAME) -> Occurrence:
    return find(version_file, text.encode(), package="pkg")


def test_a_class_attribute_is_found_with_its_line() -> None:
    text = (
        'version = "3"\nclass Config(Base):\n    """A."""\n    version = "1.0"\n    def version(self): version = "4"\n'
    )
    found = occurrence(text, PythonVersionFile(Path("a.py"), "Config.version"))
    assert found == Occurrence(Path("a.py"), 4, "1.0", "Config.version")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('version = "1.0"', 1),
        ('version: str = "1.0"', 1),
        ('version: Final = ("1.0")', 1),
        ('version: str\nversion = "1.0"', 2),
        ('a = version = b = "1.0"', 1),
        ("x = 1; version = '1.0'; y = 2", 1),
        ("version = (\n    # here\n    '1.0'\n)", 3),
        ("version = '''1.0'''", 1),
        ('version = """1.0"""', 1),
        ("version = r'1.0'", 1),
        ("version = U'1.0'", 1),
        ("if True:\n    version = '1.0'", 2),
        ("if a:\n    pass\nelif b:\n    pass\nelse:\n    version = '1.0'", 6),
        ("try:\n    import a\nexcept E:\n    version = '1.0'\nfinally:\n    pass", 4),
        ("match a:\n    case 1:\n        version = '1.0'", 3),
        ("with a:\n\tversion = '1.0'", 2),
        ("def version(): version = '2.0'\nclass A: version = '2.0'\nversion = '1.0'", 3),
        ("a.version = '2.0'\nversion_info = version[0] = '3.0'\nversion = '1.0'", 3),
        ("a, (b, *c) = d\nversion = '1.0'", 2),
        ("x = 'é\U0001f40d'; version = '1.0'  # é", 1),
        ("\ufeffversion = '1.0'", 1),
        ("\ufeff# a\r\n\r\nversion = '1.0'\r\n", 3),
        ("a = 1\rversion = '1.0'\r", 2),
        ("a = '''\r\n\r\n'''; version = '1.0'\r\n", 3),
        ("\x0c\nif a:\n\x0c    version = '1.0'\n", 3),
        ("a = 'x\x0cy\x0bz\x1c\u2028'\nversion = '1.0'", 2),
        ("# -*- coding: utf-8 -*-\nversion = '1.0'", 2),
        ("# coding: utf8\nversion = '1.0'", 2),
        ("a = '\\d'\nversion = '1.0'", 2),
    ],
)
def test_a_version_is_found_however_python_assigns_it(text: str, line: int) -> None:
    found = occurrence(text)
    assert (found.version, found.line) == ("1.0", line)


def test_a_nested_class_is_found_under_conditions_too() -> None:
    text = "class A:\n  if a:\n    class B:\n      x = 1\n      version: ClassVar[str] = '1.0'\n"
    assert occurrence(text, CLASS) == Occurrence(CLASS.path, 5, "1.0", "A.B.version")


@pytest.mark.parametrize(
    "text",
    ["", "version: str", "from a import version", "def version(): ...", "self.version = '1.0'", "versions = '1.0'"],
)
def test_a_file_without_the_assignment_is_refused(text: str) -> None:
    with pytest.raises(ConfigurationError, match=r"^pkg/__init__\.py has no assignment to version\."):
        occurrence(text)


@pytest.mark.parametrize(
    "text", ["version = '1'", "class A:\n  version = '1'", "class B:\n  class A:\n    version = '1'"]
)
def test_an_assignment_in_another_scope_is_none(text: str) -> None:
    with pytest.raises(ConfigurationError, match=r"has no assignment to A\.B\.version"):
        occurrence(text, CLASS)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("version = '1.0'\nversion = '1.0'", "1, 2"),
        ("if a:\n  if b:\n    version = '1'\nelse:\n  version = '2'", "3, 5"),
        ("version = '1.0'\n\nversion += 'rc1'", "1, 3"),
    ],
)
def test_several_assignments_are_refused_with_their_lines(text: str, lines: str) -> None:
    with pytest.raises(ConfigurationError, match=rf"assigns version 2 times \(lines {lines}\)"):
        occurrence(text)


def test_two_classes_of_one_name_are_refused() -> None:
    text = "class A:\n  class B:\n    version = '1'\nclass A:\n  class B:\n    version = '2'\n"
    with pytest.raises(ConfigurationError, match=r"assigns A\.B\.version 2 times \(lines 3, 6\)"):
        occurrence(text, CLASS)


@pytest.mark.parametrize("value", ["1", "1.0", "b'1.0'", "None", "..."])
def test_a_value_that_is_no_string_is_refused(value: str) -> None:
    with pytest.raises(ConfigurationError, match=r"^pkg/__init__\.py:2: version is not a string"):
        occurrence(f"\nversion = {value}")


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("version = '1.' '0'", "put together from several literals, or written with escapes"),
        ("version = '' '1.0'", "put together from several literals"),
        ("version = '1\\x2e0'", "put together from several literals, or written with escapes"),
        ("version = f'1.0'", "an f-string"),
        ("version = OTHER", "a reference to a name that this file does not assign once"),
        ("version = OTHER\nOTHER = '1'\nOTHER = '2'", "a reference to a name"),
        ("version = other\nother = version", "a reference to a name"),
        ("version = 1, 4, True", "a tuple that is no version"),
        ("version = (1, 4, 0,  # fixed\n 1)", "a tuple that is no version, or has more than commas"),
        ("version = 1, x", "a tuple that is no version"),
        ("version = ()", "a tuple that is no version"),
        ("version = a.b", "a reference to a name"),
        ("version = '1' + '.0'", "computed by an expression"),
        ("version = get('1.0')", "computed by an expression"),
        ("version += '1.0'", "computed by an expression"),
        ("version = '1', '0'", "a tuple that is no version"),
        ("version, a = '1', '0'", "part of a tuple"),
        ("[*version] = ['1', '0']", "part of a tuple"),
        ("(a, (b.c, version)) = ['1', '0']", "part of a tuple"),
    ],
)
def test_a_version_that_is_not_one_plain_literal_is_refused(text: str, form: str) -> None:
    with pytest.raises(Refused, match=rf"^pkg/__init__\.py:1: version is {form}.*, so the version's characters cannot"):
        occurrence(text)


@pytest.mark.parametrize("value", ["'1.0.x'", "''", "'1.0 '", "'''\n1.0'''"])
def test_what_is_no_version_is_refused_with_its_line(value: str) -> None:
    with pytest.raises(Refused, match=r"^pkg/__init__\.py:1 states '.*', which is not a version by PEP 440"):
        occurrence(f"version = {value}")


@pytest.mark.parametrize(
    ("text", "line"), [("a = 1\nb = = 2", 2), ("a = '", 1), ("if a:\n\tb = 1\n        c = 1", 3), ("(\n", 1)]
)
def test_a_syntax_error_is_refused_with_its_line(text: str, line: int) -> None:
    with pytest.raises(ConfigurationError, match=rf"^pkg/__init__\.py:{line} is not Python: "):
        occurrence(text)


@pytest.mark.parametrize("text", ["a = 1\0", "a = " + "-" * 100000 + "1", "a = " + "(" * 5000])
def test_what_the_parser_cannot_take_is_refused(text: str) -> None:
    with pytest.raises(ConfigurationError, match=r"^pkg/__init__\.py.* (cannot be read as|is not) Python: ."):
        occurrence(text)


def test_a_long_chain_of_conditions_is_no_problem() -> None:
    text = "if a: pass\n" + "elif a: pass\n" * 60 + "else: version = '1.0'"
    assert occurrence(text).line == 62


@pytest.mark.parametrize("value", ["'1.0'", "(1, 0)"])
def test_an_encoding_that_is_declared_is_read_and_written(value: str) -> None:
    content = f"# coding: latin-1\r\n# \xe9\r\nx = '\xe9'; version = {value}\r\n".encode("latin-1")
    assert find(NAME, content, package="pkg") == Occurrence(NAME.path, 3, "1.0", "version")
    bumped = bump(NAME, content, package="pkg", version="1.1")
    assert bumped == content.replace(value.encode(), value.replace("0", "1").encode())


@pytest.mark.parametrize("content", [b"# coding: ascii\n# \xe9\n", b"# coding: rot13\n", b"# coding: utf-7\n# +AGE-\n"])
def test_an_encoding_that_the_file_is_not_written_in_is_refused(content: bytes) -> None:
    with pytest.raises(ConfigurationError, match=r"declares the encoding .* and is not written in it"):
        find(NAME, content + b"version = '1.0'", package="pkg")


@pytest.mark.parametrize("content", [b"# coding: no-such-thing\n", b"\xef\xbb\xbf# coding: latin-1\n", b"# \xe9\n"])
def test_an_encoding_that_contradicts_itself_is_refused(content: bytes) -> None:
    with pytest.raises(ConfigurationError, match=r"^pkg/__init__\.py: (unknown encoding|encoding problem|invalid or)"):
        find(NAME, content, package="pkg")


def test_bytes_that_are_not_utf8_are_refused_with_their_line() -> None:
    with pytest.raises(ConfigurationError, match=r"^pkg/__init__\.py:4 is not UTF-8"):
        find(NAME, b"version = '1.0'\n\n\n# \xe9\n", package="pkg")
