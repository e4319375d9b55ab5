"""Doctor, plan and status give the same answers; a release asks them before it changes anything."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from forked import forks
from git_repositories import git
from real_indexes import RunningIndex
from testpair import AUTHOR, PYTHON, Pair, make_pair, on_indexes

from releasegate.rehearsal.index import EmbeddedIndex

REFUSED = re.compile(r"^  (refused|unavailable) +([a-z ]+): (.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Folder:
    """A project's folder, and what is typed there with which token; whether what is built there is really tried."""

    pair: Pair
    tokens: dict[str, str]
    tries: bool = True

    @property
    def environ(self) -> dict[str, str]:
        """What a command's environment has of its own."""
        return {**AUTHOR, **self.tokens, "COLUMNS": "200"}

    def type(self, *words: str) -> tuple[int, str]:
        """Return the exit code and all output of a command."""
        tool, *more = words
        env = {**os.environ, **self.environ}
        if tool == "releasegate":
            code, output = forks("releasegate.__main__" if self.tries else "judge").run(
                more, cwd=self.pair.root, env=env
            )
        else:
            argv, said = [sys.executable, "-m", *words], subprocess.PIPE
            done = subprocess.run(
                argv,
                cwd=self.pair.root,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                text=True,
                timeout=180,
                check=False,
            )
            code, output = done.returncode, done.stdout + done.stderr
        assert "Traceback" not in output, output
        return code, output

    def configure(self, old: str, new: str) -> None:
        """Change the project's configuration."""
        file = self.pair.root / "pyproject.toml"
        assert old in file.read_text()
        file.write_text(file.read_text().replace(old, new))


@contextmanager
def opened(root: Path, begun: Path | None = None) -> Iterator[Folder]:
    """Give the project in *root* while its two indexes are served, with what *begun* holds where that is given."""
    with ExitStack() as stack:
        both = []
        for name in ("staging", "production"):
            index = stack.enter_context(EmbeddedIndex(name=name, root=root / "indexes" / name, token="secret"))
            both.append(RunningIndex(name, index.upload_url, index.simple_url, "__token__", "secret"))
        pair = make_pair(root, settings=on_indexes(both[0], both[1]), begun=begun)
        (root / "tasks.py").write_text("from releasegate.frontends.invoke import ns\n")
        yield Folder(pair, {"STAGING_TOKEN": "secret", "PRODUCTION_TOKEN": "secret"})


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    with opened(tmp_path) as folder:
        yield folder


def test_where_all_is_well_every_answer_is_ok_and_the_exit_code_0(folder: Folder) -> None:
    code, output = folder.type("releasegate", "doctor", "--package", "tiny-api")
    assert code == 0, output
    assert REFUSED.findall(output) == []
    for question in ("work tree", "version files", "remote", "indexes", "plan", "number", "token", "pythons", "space"):
        assert f"  ok          {question}: " in output, output


def test_five_things_wrong_are_the_same_five_answers_everywhere_and_a_release_changes_nothing(folder: Folder) -> None:
    clone = folder.pair.clone("tiny-api")
    (clone / "check.py").write_text("changed\n")
    folder.tokens.pop("STAGING_TOKEN")
    folder.configure(
        f'pythons = ["{PYTHON}"]\nend-to-end = {{ command = ["python", "check.py"], timeout = 60 }}\nservice',
        'pythons = ["3.98"]\nservice',
    )
    git(clone, "remote", "set-url", "origin", str(folder.pair.root / "nowhere.git"))
    before = git(clone, "log", "--format=%H"), git(clone, "tag"), git(clone, "status", "--porcelain")

    said = {}
    for name, words in {
        "doctor": ("releasegate", "doctor", "--package", "tiny-api"),
        "plan": ("releasegate", "release", "--rc", "--plan", "--package", "tiny-api"),
        "status": ("releasegate", "status", "--package", "tiny-api"),
    }.items():
        _, output = folder.type(*words)
        said[name] = REFUSED.findall(output)
    assert [question for _, question, _ in said["doctor"]] == ["work tree", "remote", "token", "pythons", "end to end"]
    assert said["plan"] == said["doctor"]
    assert said["status"] == said["doctor"]

    code, output = folder.type("releasegate", "release", "--rc", "--package", "tiny-api", "--yes")
    assert code in {3, 6}, output
    assert (git(clone, "log", "--format=%H"), git(clone, "tag"), git(clone, "status", "--porcelain")) == before


def test_a_release_tells_all_that_is_in_the_way_before_its_first_commit(folder: Folder) -> None:
    folder.tokens.pop("STAGING_TOKEN")
    folder.configure(f'pythons = ["{PYTHON}"]', 'pythons = ["3.98"]')
    code, output = folder.type("invoke", "release", "--rc", "--package", "tiny-api")
    assert code == 3, output
    assert "3 things keep the release from being begun; nothing was changed." in output
    for line in ("token: No token for staging.", "confirmation: Nobody can be asked", "pythons: Python 3.98"):
        assert line in output, output
    assert git(folder.pair.clone("tiny-api"), "log", "--format=%s") == "First"


def test_a_plan_names_each_package_of_which_none_can_be_made(folder: Folder) -> None:
    words = ("--package", "tiny-api", "--to", "0.1.0")
    git(folder.pair.clone("tiny-api"), "tag", "v1.0.0")
    _, output = folder.type("releasegate", "release", "--rc", "--plan", *words)
    assert "tiny-api: no version of it can be planned\n  refused     plan: A candidate of 0.1.0" in output


def test_of_a_proposal_only_the_commit_itself_is_asked(folder: Folder) -> None:
    clone = folder.pair.clone("tiny-api")
    folder.tokens.clear()
    git(clone, "checkout", "--quiet", "--detach")
    folder.configure(f'pythons = ["{PYTHON}"]', 'pythons = ["3.98"]')
    words = ("releasegate", "release", "--rc", "--package", "tiny-api")
    code, output = folder.type(*words, "--plan", "--proposed")
    assert code == 0, output
    assert "tiny-api 1.0.0rc1 (rc)" in output
    assert REFUSED.findall(output) == []
    code, output = folder.type(*words, "--plan")
    assert {question for _, question, _ in REFUSED.findall(output)} >= {"work tree", "token", "pythons"}
    (clone / "tiny_api" / "__init__.py").write_text('__version__ = "9.9"\n')
    git(clone, "commit", "--quiet", "--all", "--message=Disagree")
    code, output = folder.type(*words, "--plan", "--proposed")
    assert code == 3, output
    assert "version files" in output
    code, output = folder.type(*words, "--proposed")
    assert code == 2, output
    assert "--proposed only looks at a commit." in output


def test_of_all_packages_the_companion_is_released_first_and_of_one_it_must_be_named(folder: Folder) -> None:
    code, output = folder.type("releasegate", "doctor")
    assert code == 0, output
    assert "  ok          companion: tiny-api is released before it" in output
    code, output = folder.type("releasegate", "doctor", "--package", "tiny-plugin")
    assert (code, [question for _, question, _ in REFUSED.findall(output)]) == (2, ["companion"]), output
