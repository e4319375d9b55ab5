"""``pairs`` on a real pair with three versions a side, one of them breaking, and the lines that it says to run."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from git_repositories import git
from stored import store_files
from test_doctor import Folder, folder
from testpair import PYTHON, sources
from typed import Typed, typed

from releasegate.app.project import load
from releasegate.app.workspace import Workspace

__all__ = ["folder", "typed"]

VERSIONS = ("1.0.0", "1.1.0", "1.2.0")
BREAKS = "1.1.0"
BUILD = "import backend, sys; backend.build_wheel(sys.argv[1]); backend.build_sdist(sys.argv[1])"


def publish(folder: Folder, name: str, version: str, *, breaks: bool = False) -> None:
    """Commit, tag, build and upload a version; a companion that *breaks* says another one than it is."""
    clone = folder.pair.clone(name)
    for path, content in sources(name, version=version).items():
        told = content.replace("__version__.encode()", "b'nonsense'") if breaks else content
        (clone / path).write_text(told, encoding="utf-8")
    git(clone, "add", "--all")
    git(clone, "commit", "--quiet", "--allow-empty", f"--message={version}")
    git(clone, "tag", f"v{version}")
    git(clone, "push", "--quiet", "origin", "develop", f"v{version}")
    out = folder.pair.root / "built" / f"{name}-{version}"
    out.mkdir(parents=True)
    subprocess.run([sys.executable, "-c", BUILD, str(out)], cwd=clone, check=True)
    index = Workspace(load(folder.pair.root, environ=folder.environ), lambda _: None).index("production")
    store_files(index, *sorted(out.iterdir(), reverse=True))


def run_lines(folder: Folder, lines: list[str]) -> list[int]:
    """Return how the lines that were named end, typed as they are."""
    # Not the folder's own way to type: the check that fails says so with a traceback of its own.
    environ = {**os.environ, **folder.environ}
    typed = ([sys.executable, "-m", *shlex.split(line)] for line in lines)
    return [
        subprocess.run(each, cwd=folder.pair.root, env=environ, timeout=300, check=False).returncode for each in typed
    ]


def pairs(typed: Typed, *words: str) -> tuple[int, dict[tuple[str, str], str], list[str]]:
    """Return how the command ends, the verdict of each two versions, and what is to be run."""
    code, output, _ = typed("invoke", "pairs", "--json", *words)
    report = json.loads(output)
    assert report["exit_code"] == code
    rows = {(row["version"], row["companion_version"]): row["verdict"] for row in report["pairs"]}
    return code, rows, (report["answer"] or {}).get("commands", [])


def test_what_is_unknown_becomes_known_by_the_lines_that_are_named(folder: Folder, typed: Typed) -> None:
    folder.configure('companion = { name = "tiny-api" }', 'companion = { name = "tiny-api", requires = ">=1.1" }')
    (folder.pair.root / "noxfile.py").write_text("from releasegate.frontends.nox import sessions\n\nsessions()\n")
    for version in VERSIONS:
        publish(folder, "tiny-api", version, breaks=version == BREAKS)
        publish(folder, "tiny-plugin", version)

    code, rows, lines = pairs(typed, "--for", "tiny-api==1.2.0")
    assert code == 75
    assert rows == {(version, "1.2.0"): "unknown" for version in VERSIONS}
    assert len(lines) == 3
    assert run_lines(folder, lines) == [0, 0, 0]
    assert pairs(typed, "--for", "tiny-api==1.2.0") == (0, dict.fromkeys(rows, "green"), [])

    code, rows, lines = pairs(typed, "--for", f"tiny-api=={BREAKS}", "--last", "1")
    assert (code, rows) == (75, {("1.2.0", BREAKS): "unknown"})
    assert run_lines(folder, lines) == [1]
    assert pairs(typed, "--for", f"tiny-api=={BREAKS}", "--last", "1") == (4, {("1.2.0", BREAKS): "red"}, [])

    code, rows, lines = pairs(typed, "--for", "tiny-plugin==1.2.0")
    assert (code, rows) == (4, {("1.2.0", "1.2.0"): "green", ("1.2.0", BREAKS): "red"}), "1.0.0 is not accepted"
    assert lines == []
    code, rows, _ = pairs(typed, "--for", "tiny-api==1.0.0")
    assert (code, rows) == (0, {}), "nobody accepts it"

    _, rows, _ = pairs(typed)
    assert len(rows) == 6
    assert list(rows.values()).count("green") == 3
    assert (rows["1.2.0", BREAKS], rows["1.0.0", BREAKS]) == ("red", "unknown")
    _, rows, _ = pairs(typed, "--last", "1")
    assert rows == {("1.2.0", "1.2.0"): "green"}, "what is older is not shown"
    _see_the_page(folder, typed)
    _see_another_machine(folder, typed)


def _see_the_page(folder: Folder, typed: Typed) -> None:
    page = folder.pair.root / "README.md"
    page.write_text("# Pair\n\n<!-- releasegate pairs: begin -->\n<!-- releasegate pairs: end -->\n\nMore\n")
    code, *outputs = typed("releasegate", "pairs", "--check", "README.md")
    output = "".join(outputs)
    assert (code, "releasegate pairs --write README.md" in output) == (4, True), output
    for said in ("wrote README.md", "README.md holds what the records say"):
        code, *outputs = typed("releasegate", "pairs", "--write", "README.md")
        output = "".join(outputs)
        assert (code, said in output) == (0, True), output
    assert typed("invoke", "pairs", "--check", "README.md")[0] == 0
    text = page.read_text()
    assert text.endswith("<!-- releasegate pairs: end -->\n\nMore\n")
    assert text.count(f"| tiny-plugin 1.2.0 | tiny-api 1.1.0 |  | {PYTHON} | red |") == 1
    assert text.count("| unknown |  |  |") == 2
    page.write_text(text.replace("| red |", "| green |"))
    assert typed("releasegate", "pairs", "--check", "README.md")[0] == 4
    _, output, _ = typed("releasegate", "pairs", "--markdown")
    assert output in text
    _, output, _ = typed("releasegate", "pairs")
    assert f"  red     tiny-plugin 1.2.0 with tiny-api 1.1.0 on Python {PYTHON} (" in output


def _see_another_machine(folder: Folder, typed: Typed) -> None:
    """What one machine ran is known to another by the notes."""
    (folder.pair.root / ".releasegate" / "ledger").rename(folder.pair.root / "of another machine")
    assert pairs(typed, "--for", "tiny-api==1.2.0")[0] == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--for", "tiny-api"), "'tiny-api' names no version."),
        (("--for", "tiny-api==x"), "'tiny-api==x' names no version."),
        (("--for", "tiny==1.0"), "There is no package tiny."),
        (("--for", "tiny-api==9.9"), "No index holds tiny-api 9.9, and it has no proven candidate."),
        (("--for", "tiny-api==1.0", "--write", "x.md"), "--for is a question, and a page holds the table."),
        (("--write", "x.md", "--check", "x.md"), "--check writes nothing, and --write does."),
        (("--write", "x.md"), "x.md cannot be read"),
        (("--write", "pyproject.toml"), "pyproject.toml has no place for the table."),
        (("--last=-1",), "--last counts versions, and '-1' is no count."),
        (("--last", "0"), "--last counts versions, and '0' is no count."),
        (("--last", "x"), "--last counts versions, and 'x' is no count."),
    ],
)
def test_what_makes_no_sense_is_said_with_what_to_do(typed: Typed, words: tuple[str, ...], said: str) -> None:
    code, *outputs = typed("releasegate", "pairs", *words)
    output = "".join(outputs)
    assert code == 2, output
    assert said in output
    assert output.count("\n-> ") == 1


def test_a_project_without_companions_is_told_so(folder: Folder, typed: Typed) -> None:
    code, *outputs = typed("releasegate", "pairs")
    output = "".join(outputs)
    assert (code, output) == (0, "Nothing is proven yet, and nothing is released.\n")
    folder.configure('companion = { name = "tiny-api" }\n', "")
    code, *outputs = typed("releasegate", "pairs")
    output = "".join(outputs)
    assert code == 2
    assert "No package has a companion, so nothing is proven with anything." in output


def test_a_package_that_runs_with_no_other_is_told_so(folder: Folder, typed: Typed) -> None:
    file = folder.pair.root / "pyproject.toml"
    alone = 'name = "third"\npath = "tiny-api"\npythons = ["3.11"]\nversion-from-tag = true\n'
    alone = f"[[tool.releasegate.packages]]\n{alone}"
    file.write_text(f"{file.read_text()}\n{alone}")
    code, _, err = typed("releasegate", "pairs", "--for", "third==1.0")
    assert code == 2
    assert "third runs with no other package." in err


def test_a_remote_that_is_away_keeps_nobody_from_what_is_known_here(folder: Folder, typed: Typed) -> None:
    (folder.pair.root / "remotes" / "tiny-plugin.git").rename(folder.pair.root / "gone.git")
    code, out, _ = typed("releasegate", "pairs")
    assert code == 0
    assert out.startswith("Other machines' evidence on tiny-plugin is not known: ")


def test_an_index_that_is_away_is_no_answer(folder: Folder, typed: Typed) -> None:
    file = Path(folder.pair.root / "pyproject.toml")
    file.write_text(file.read_text().replace("127.0.0.1:", "127.0.0.1:9"))
    code, *_ = typed("releasegate", "pairs", "--for", "tiny-api==1.0.0")
    assert code in {2, 6}
