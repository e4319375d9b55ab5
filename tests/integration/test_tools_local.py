"""What other tools say of a build is passed on as sentences, and nothing of the build is run."""

from __future__ import annotations

import io
import os
import sys
import zipfile
from pathlib import Path

import pytest
from fakes import FakeClock, FakeIndex
from packaging.version import Version

from releasegate.adapters.build.tools import LocalTools
from releasegate.adapters.venvs.interpreters import Interpreters
from releasegate.core.errors import Unavailable

CLOCK = FakeClock()
INDEX = FakeIndex("pypi", CLOCK)
TOOLS = LocalTools(os.environ, INDEX)
HERE = f"{sys.version_info.major}.{sys.version_info.minor}"


def wheel(folder: Path, description: str, *, kind: str = "Description-Content-Type: text/x-rst\n") -> Path:
    """Write a wheel whose description is reStructuredText."""
    metadata = f"Metadata-Version: 2.1\nName: harbor-api\nVersion: 1.0\n{kind}\n{description}\n"
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("harbor_api-1.0.dist-info/METADATA", metadata)
        archive.writestr("harbor_api-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\n")
    path = folder / "harbor_api-1.0-py3-none-any.whl"
    path.write_bytes(data.getvalue())
    return path


def test_a_description_that_renders_is_fine(tmp_path: Path) -> None:
    assert TOOLS.render([wheel(tmp_path, "A *harbor*.")]) == ()


def test_a_description_that_does_not_render_is_a_problem(tmp_path: Path) -> None:
    problems = TOOLS.render([wheel(tmp_path, "Title\n==\n\n.. no-such-directive::\n")])
    assert any("FAILED" in problem for problem in problems)
    assert any("no-such-directive" in problem or "line" in problem for problem in problems)


def test_a_missing_description_is_a_problem_too(tmp_path: Path) -> None:
    assert TOOLS.render([wheel(tmp_path, "")]) != ()


def test_what_is_only_warned_of_is_told_once_and_as_a_warning(tmp_path: Path) -> None:
    path = wheel(tmp_path, "A harbor.", kind="")
    (line,) = TOOLS.render([path, path])
    assert line.startswith("WARNING  `long_description_content_type` missing.")


def test_a_file_that_is_no_distribution_is_a_problem_without_a_traceback(tmp_path: Path) -> None:
    path = tmp_path / "harbor_api-1.0-py3-none-any.whl"
    path.write_bytes(b"no zip")
    problems = TOOLS.render([path])
    assert problems != ()
    assert not any("Traceback" in problem for problem in problems)


def test_sources_that_compile_are_fine_whatever_they_would_do() -> None:
    sources = {
        "a.py": b"raise SystemExit('never run')\n",
        "latin.py": "# -*- coding: latin-1 -*-\nname = 'Käse'\n".encode("latin-1"),
        "warned.py": b"pattern = '\\d'\nassert (1, 'always true')\n",
        "empty.py": b"",
    }
    assert TOOLS.compile(sources, python=HERE) == ()


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        (b"x = 1\ny = (\n", "a/b.py:2: "),
        (b"x = 'K\xe4se'\n", "a/b.py:1: "),
        (b"x = '\0'\n", "a/b.py:1: "),
        (b"# -*- coding: no-such -*-\n", "a/b.py:1: "),
        (b"x = " + b"(" * 500 + b")" * 500, "a/b.py:1: "),
        (b"x = " + b"-" * 200_000 + b"1", "a/b.py:1: "),
    ],
    ids=["syntax", "encoding", "null byte", "unknown cookie", "parentheses", "depth"],
)
def test_a_source_that_does_not_compile_is_named_with_its_line(source: bytes, problem: str) -> None:
    problems = TOOLS.compile({"a/b.py": source, "good.py": b"x = 1\n"}, python=HERE)
    assert len(problems) == 1
    assert problems[0].startswith(problem)
    assert len(problems[0]) > len(problem)


def test_the_asked_python_judges_and_not_the_one_that_runs_here() -> None:
    other = next((v for v in ("3.10", "3.9") if Interpreters(os.environ).find(v)), None)
    if other is None:
        pytest.skip("needs an older Python on this machine")
    source = {"a.py": b"try:\n    pass\nexcept* ValueError:\n    pass\n"}
    assert TOOLS.compile(source, python=HERE) == ()
    assert TOOLS.compile(source, python=other) != ()


def test_a_python_that_is_not_here_is_unavailable_and_says_how_to_get_it() -> None:
    with pytest.raises(Unavailable, match=r"3\.99") as error:
        TOOLS.compile({"a.py": b""}, python="3.99")
    assert "uv python install 3.99" in error.value.hint


def test_an_interpreter_that_does_not_end_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("releasegate.adapters.build.tools._TIMEOUT", 0.0)
    assert TOOLS.compile({"a.py": b""}, python=HERE)[0] == f"Python {HERE}, compiling the modules, did not end in time."


def test_the_versions_of_a_dependency_are_told_and_nothing_where_the_index_is_away() -> None:
    index = FakeIndex("pypi", CLOCK)
    index.put("six-1.17-py3-none-any.whl", b"")
    index.put("six-1.16.tar.gz", b"")
    tools = LocalTools(os.environ, index)
    assert set(tools.served("six") or ()) == {Version("1.16"), Version("1.17")}
    assert tools.served("seven") == ()
    index.away = True
    assert tools.served("six") is None
