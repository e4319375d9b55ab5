"""A command that only looks asks Git for each thing once, however many packages there are."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest
import requests
from real_indexes import RunningIndex, free_port
from testpair import AUTHOR, make_pair, on_indexes

from releasegate.adapters.git import command
from releasegate.adapters.git.hooks import may_run_hooks
from releasegate.adapters.index.package_index import SimpleIndex
from releasegate.core.config.keys import IndexConfig
from releasegate.core.errors import Unavailable
from releasegate.frontends.commands.status import status
from releasegate.frontends.screen.console import Screen
from releasegate.rehearsal.index import EmbeddedIndex, Refuse, sample_wheel


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Counter[tuple[str, ...]]:
    """Have ``status`` look at a pair whose indexes do not answer, and count what Git was asked, and where."""
    address = f"http://127.0.0.1:{free_port()}/"
    down = RunningIndex("down", address, f"{address}simple", "__token__", "x")
    make_pair(tmp_path / "pair", settings=on_indexes(down, down))
    counted = Counter[tuple[str, ...]]()
    ask = command.Git.ask

    def counting(self: command.Git, *words: str, timeout: float = 120.0, given: bytes = b"") -> command.GitOutput:
        counted[self.root.name, *words] += 1
        return ask(self, *words, timeout=timeout, given=given)

    monkeypatch.setattr(command.Git, "ask", counting)
    monkeypatch.chdir(tmp_path / "pair")
    for name, value in AUTHOR.items():
        monkeypatch.setitem(os.environ, name, value)
    status(Screen(), package="")
    return counted


def test_the_evidence_of_each_package_is_fetched_once(asked: Counter[tuple[str, ...]]) -> None:
    fetched = {words[0]: count for words, count in asked.items() if words[1] == "fetch"}

    assert fetched == {"tiny-api": 1, "tiny-plugin": 1}


def test_where_the_hooks_are_is_asked_once(asked: Counter[tuple[str, ...]]) -> None:
    assert {count for words, count in asked.items() if "core.hooksPath" in words or "--git-dir" in words} == {1}


def test_git_is_started_nine_times_for_a_package_at_most(asked: Counter[tuple[str, ...]]) -> None:
    """A question that joins others has no start of its own: where the work tree is, HEAD, its branch, the hooks.

    Nor has what the list of the refs says already: the tags, and that no evidence is here.
    """
    started = Counter(package for package, *_ in asked.elements())

    assert max(started.values()) <= 9, sorted(asked)
    assert not {words[1] for words in asked} & {"symbolic-ref", "remote", "notes", "update-ref"}


@pytest.mark.parametrize(
    ("words", "may"),
    [
        (("notes", "--ref=x", "list"), False),
        (("notes", "--ref=list", "add"), True),
        (("fetch", "origin"), True),
        (("show-ref",), False),
    ],
)
def test_hooks_are_looked_for_where_git_may_run_one(words: tuple[str, ...], *, may: bool) -> None:
    assert may_run_hooks(words) is may


def test_each_index_is_asked_for_each_page_as_often_as_the_page_on_the_time_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two looks agree that there is nothing of a project; one is enough where there is something."""
    with (
        EmbeddedIndex(name="testpypi", root=tmp_path / "testpypi", token="x") as staging,
        EmbeddedIndex(name="pypi", root=tmp_path / "pypi", token="x") as production,
    ):
        sample = sample_wheel("tiny-api", "1.0.0")
        sent = {"content": (sample.filename, sample.content)}
        requests.post(production.upload_url, data=sample.fields, files=sent, auth=("__token__", "x"), timeout=30)
        running = [
            RunningIndex(each.name, each.upload_url, each.simple_url, "__token__", "x")
            for each in (staging, production)
        ]
        make_pair(tmp_path / "pair", settings=on_indexes(*running))
        monkeypatch.chdir(tmp_path / "pair")
        status(Screen(), package="")
        asked = {
            each.name: Counter(r.path for r in each.requests if r.method == "GET") for each in (staging, production)
        }

    pages = {"/simple/tiny-api/": 2, "/simple/tiny-plugin/": 2, "/pypi/tiny-api/json": 1, "/pypi/tiny-plugin/json": 1}
    assert asked == {"testpypi": pages, "pypi": {**pages, "/simple/tiny-api/": 1}}


def test_an_index_that_is_silent_is_asked_once(tmp_path: Path) -> None:
    class Dead(requests.Session):
        def get(self, url: str | bytes, **_: object) -> requests.Response:
            tried.append(str(url))
            raise requests.ConnectionError(str(url))

    tried: list[str] = []
    config = IndexConfig("pypi", "http://127.0.0.1:9/legacy/", "http://127.0.0.1:9/simple")
    index = SimpleIndex(config, environ={}, workdir=tmp_path, session=Dead()).remembering()
    for project in ("a", "b", "a"):
        with pytest.raises(Unavailable, match="The index pypi cannot be read"):
            index.files(project)

    assert tried == ["http://127.0.0.1:9/simple/a/"]


def test_what_went_wrong_with_one_project_says_nothing_of_another(tmp_path: Path) -> None:
    with EmbeddedIndex(name="pypi", root=tmp_path / "pypi", token="x") as served:
        config = IndexConfig("pypi", served.upload_url, served.simple_url)
        index = SimpleIndex(config, environ={}, workdir=tmp_path).remembering()
        served.faults.add(Refuse(400, of="page", target="a"))
        for _ in range(2):
            with pytest.raises(Unavailable, match="answered 400"):
                index.files("a")

        assert index.files("b") == ()
