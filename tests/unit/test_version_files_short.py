"""A place that states the first two numbers follows the version with them, and is never taken for all of it."""

from __future__ import annotations

from pathlib import PurePosixPath as Path

import pytest

from releasegate.core.config.keys import Package
from releasegate.core.config.parse import parse_settings
from releasegate.core.config.version_file_types import (
    JsonVersionFile,
    PythonVersionFile,
    TextVersionFile,
    TomlVersionFile,
    VersionFile,
)
from releasegate.core.errors import ConfigurationError, Refused
from releasegate.core.version_files.occurrences import agreed, bump, bump_all, find, find_all
from releasegate.core.version_files.survey import survey

CONF = PythonVersionFile(Path("docs/conf.py"), "version", "major.minor")
WHOLE = TomlVersionFile(Path("pyproject.toml"), "project.version")
FILES = (CONF, WHOLE)  # the short one first: it never leads


def contents(whole: str, short: str) -> dict[Path, bytes | None]:
    return {WHOLE.path: f'[project]\nversion = "{whole}"\n'.encode(), CONF.path: f'version = "{short}"\n'.encode()}


PACKAGE = Package("quay-lamp", Path(), FILES, ("3.12",))


@pytest.mark.parametrize(
    ("version_file", "text"),
    [
        (CONF, 'version = "<1.4|1.5>"  # 1.4.0\n'),
        (CONF, "version = (<1, 4|1, 5>)\n"),
        (TextVersionFile(Path("a"), "series {version}", "major.minor"), "series <1.4|1.5>\nof 1.4.2\n"),
        (TomlVersionFile(Path("a.toml"), "series", "major.minor"), 'series = "<1.4|1.5>"\n'),
        (JsonVersionFile(Path("a.json"), "series", "major.minor"), '{"series": "<1.4|1.5>"}\n'),
    ],
)
@pytest.mark.parametrize("version", ["1.5.0", "1.5.2rc1", "1.5.0.post1"])
def test_a_bump_writes_the_first_two_numbers(version_file: VersionFile, text: str, version: str) -> None:
    start, _, rest = text.partition("<")
    (old, new), end = rest.split(">")[0].split("|"), rest.partition(">")[2]
    changed = bump(version_file, f"{start}{old}{end}".encode(), package="quay-lamp", version=version)
    assert changed.decode() == f"{start}{new}{end}"
    assert find(version_file, changed, package="quay-lamp").version == "1.5"


@pytest.mark.parametrize("stands", ["1.4.0", "1", "1.4rc1"])
def test_more_or_less_than_two_numbers_is_refused_with_what_to_write(stands: str) -> None:
    with pytest.raises(Refused, match="more or less than two numbers") as error:
        find(CONF, f'version = "{stands}"\n'.encode(), package="quay-lamp")
    assert error.value.hint in {"Write 1.4", "Write 1.0"}


def test_the_zeros_of_a_calendar_are_read_and_not_written() -> None:
    assert find(CONF, b'version = "2026.04"\n', package="quay-lamp").version == "2026.4"
    assert bump(CONF, b'version = "2026.04"\n', package="quay-lamp", version="2026.5.0rc1") == b'version = "2026.5"\n'


def test_what_is_no_version_is_refused_as_everywhere() -> None:
    with pytest.raises(Refused, match="not a version by PEP 440"):
        find(CONF, b'version = "latest"\n', package="quay-lamp")


def test_the_whole_version_is_what_all_agree_on() -> None:
    found = find_all(PACKAGE, contents("1.4.2rc1", "1.4"))
    assert agreed(found) == "1.4.2rc1"
    assert [each.version for each in survey(PACKAGE, contents("1.4.2", "1.4")).entire] == ["1.4.2"]
    assert survey(PACKAGE, contents("1.4.2", "1.4")).problems(version="1.4.2", said_by="tag v1.4.2") == ()


def test_two_other_numbers_disagree() -> None:
    found = survey(PACKAGE, contents("1.5.0rc1", "1.4"))
    assert found.problems() == ("pyproject.toml states 1.5.0rc1, docs/conf.py:1 states 1.4 (version)",)
    assert found.problems(version="1.5.0", said_by="tag v1.5.0")[0] == (
        "tag v1.5.0 states 1.5.0, docs/conf.py:1 states 1.4 (version)"
    )


def test_by_themselves_they_state_no_version() -> None:
    found = find_all(Package("quay-lamp", Path(), (CONF,), ("3.12",)), contents("1.4.2", "1.4"))
    with pytest.raises(Refused, match="No version file states the version"):
        agreed(found)
    row = '{ python = "docs/conf.py", attribute = "version", spelling = "major.minor" }'
    text = f'[[tool.releasegate.packages]]\nname = "quay-lamp"\npythons = ["3.12"]\nversion-files = [{row}]\n'
    with pytest.raises(ConfigurationError, match="state two numbers alone"):
        parse_settings(text, where="pyproject.toml")
    parse_settings(f"{text}version-from-tag = true\n", where="pyproject.toml")


def test_all_follow_a_bump_together() -> None:
    changed = bump_all(PACKAGE, contents("1.4.2", "1.4"), version="1.5.0rc1")
    assert survey(PACKAGE, dict(changed)).problems(version="1.5.0rc1") == ()
