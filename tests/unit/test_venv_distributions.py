"""An installed distribution is read from the files that describe it, as Python's own reader reads them."""

from __future__ import annotations

import importlib.metadata
import os
import sys
from pathlib import Path

import pytest

from releasegate.adapters.venvs.distributions import folders, installed

NAMES = sorted({each.name for each in importlib.metadata.distributions()})


def test_what_is_installed_here_is_told_as_python_tells_of_it() -> None:
    found = {name: installed(Path(sys.prefix), name) for name in NAMES}

    for name, told in found.items():
        seen = importlib.metadata.distribution(name)
        assert told is not None
        assert (told.version, told.requires) == (seen.version, seen.requires)
        assert [str(file) for file in told.files or ()] == [str(file) for file in seen.files or ()]
        assert list(told.entry_points) == list(seen.entry_points)
    assert len(found) > 20


def described(env: Path, folder: str = "Harbor.API-1.0.dist-info") -> Path:
    made = env / "lib" / "python3.12" / "site-packages" / folder
    made.mkdir(parents=True)
    (made / "METADATA").write_text("Metadata-Version: 2.1\nName: Harbor.API\nVersion: 1.0\n", encoding="utf-8")
    return made


@pytest.mark.parametrize("name", ["harbor-api", "harbor_api", "Harbor.API"])
def test_a_name_is_one_name_however_it_is_spelled(tmp_path: Path, name: str) -> None:
    made = described(tmp_path)
    found = installed(tmp_path, name)

    assert found is not None
    assert (found.version, list(folders(tmp_path))) == ("1.0", [made])
    assert found.locate_file("harbor_api/__init__.py") == made.parent / "harbor_api/__init__.py"


def test_nothing_is_told_of_what_is_not_installed(tmp_path: Path) -> None:
    described(tmp_path)
    assert installed(tmp_path, "harbor") is None


def test_a_pipe_in_place_of_a_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(described(tmp_path) / "RECORD")
    found = installed(tmp_path, "harbor-api")

    assert found is not None
    assert (found.files, list(found.entry_points)) == (None, [])


def test_a_file_that_is_no_text_is_an_error_and_no_answer(tmp_path: Path) -> None:
    (described(tmp_path) / "entry_points.txt").write_bytes(b"[console_scripts]\nx = \xff\n")
    found = installed(tmp_path, "harbor-api")

    assert found is not None
    with pytest.raises(UnicodeDecodeError):
        found.entry_points  # noqa: B018 - it is read when it is asked for
