"""Places that state the first two numbers alone are proposed as such, and disagree where these are others."""

from __future__ import annotations

import pytest
from adopted import DYNAMIC, INIT, STATIC, look, stated

from releasegate.core.config.version_file_types import PythonVersionFile, TextVersionFile

TBUMP = """[version]
current = "1.4.0"
[[file]]
src = "series.txt"
version_template = "{major}.{minor}"
"""
BUMP_MY_VERSION = """[tool.bumpversion]
current_version = "1.4.0"
[[tool.bumpversion.files]]
filename = "series.txt"
search = "series {current_version}"
serialize = ["{major}.{minor}"]
"""
BUMP2VERSION = """[bumpversion]
current_version = 1.4.0
[bumpversion:file:series.txt]
serialize =
    {major}.{minor}
"""


@pytest.mark.parametrize(
    ("text", "attributes"),
    [
        ('release = "1.4.0"\nversion = "1.4"\n', [("release", "pep440"), ("version", "major.minor")]),
        ('release = "1.4"\nversion = "1.4"\n', [("release", "major.minor"), ("version", "major.minor")]),
        ('release = "1.3"\n', [("release", "pep440")]),
        ('version = "1.3"\n', [("version", "major.minor")]),
        ('version = "1.3.0"\n', [("version", "pep440")]),
        ('version = "latest"\n', []),
        ('version = "1"\n', []),
        ('version = ""\n', []),
    ],
)
def test_what_sphinx_is_told_is_the_whole_version_or_a_short_one(text: str, attributes: list[tuple[str, str]]) -> None:
    found = stated(look({"pyproject.toml": STATIC, "docs/conf.py": text}))
    assert [(f.attribute, f.spelling) for f in found if isinstance(f, PythonVersionFile)] == attributes


def test_a_short_one_that_disagrees_is_told_with_what_is_right() -> None:
    found = look({"pyproject.toml": STATIC, "docs/conf.py": 'version = "1.3"\n'})
    (note,) = [each for each in found.notes if "conf.py" in each]
    assert note == "docs/conf.py:1 states 1.3 (version), not 1.4: releasegate versions fails until they agree"
    assert found.version_files[1].remark == "states 1.3, not 1.4: correct it, or take this line out"


def test_two_numbers_are_the_whole_of_a_version_that_has_no_more() -> None:
    found = stated(look({"pyproject.toml": STATIC.replace("1.4.0", "1.4"), "docs/conf.py": 'version = "1.4"\n'}))
    assert [getattr(each, "spelling", "") for each in found] == ["pep440", "pep440"]


def test_two_numbers_that_the_build_reads_are_the_version() -> None:
    dynamic = f'{DYNAMIC}[tool.hatch.version]\npath = "{INIT}"\n'
    found = look({"pyproject.toml": dynamic, INIT: '__version__ = "1.4"\n', "docs/conf.py": 'version = "1.4"\n'})
    assert (found.version, len(found.version_files)) == ("1.4", 2)


BUMPVER = """[bumpver]
current_version = "1.4.0"
[bumpver.file_patterns]
"series.txt" = ["series MAJOR.MINOR"]
"""


@pytest.mark.parametrize(
    ("path", "text", "pattern"),
    [
        ("bumpver.toml", BUMPVER, "series {version}"),
        ("tbump.toml", TBUMP, "series {version}"),
        (".bumpversion.toml", BUMP_MY_VERSION, "series {version}"),
        (".bumpversion.cfg", BUMP2VERSION, "series {version}"),
    ],
)
def test_a_tool_that_was_told_to_write_two_numbers_is_followed(path: str, text: str, pattern: str) -> None:
    files = {"pyproject.toml": STATIC, path: text, "series.txt": "series 1.4\nsince 1.4.0\n"}
    (found,) = [each for each in stated(look(files)) if isinstance(each, TextVersionFile)]
    assert (str(found.path), found.pattern, found.spelling) == ("series.txt", pattern, "major.minor")


def test_the_zeros_of_a_calendar_are_no_part_of_a_short_one() -> None:
    files = {"pyproject.toml": STATIC.replace("1.4.0", "2026.04.1"), "docs/conf.py": 'version = "2026.04"\n'}
    found = look(files)
    assert [(f.path.name, getattr(f, "spelling", "")) for f in stated(found)][1] == ("conf.py", "major.minor")
    assert not [note for note in found.notes if "fails until they agree" in note]
