"""A package with two companions, one of which another package calls too, from their candidates to their finals."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from git_repositories import add_remote, git, make_repository
from judge import Judge, judging, without_programs
from packaging.version import Version
from real_indexes import RunningIndex
from stored import store_files
from test_doctor import Folder
from test_pairs_command import BUILD
from testpair import PYTHON, VERSION_FILES, Pair, Quiet, on_indexes, sources
from typed import Typed, typed

from releasegate.app.ledgers import companion_sources
from releasegate.app.project import load
from releasegate.app.workspace import RunOptions, Workspace
from releasegate.core.release.record import record
from releasegate.rehearsal.index import EmbeddedIndex

__all__ = ["typed"]

API, MAIL, SECOND, PLUGIN = "tiny-api", "tiny-mail", "tiny-second", "tiny-plugin"
LIKE = {API: API, MAIL: API, SECOND: PLUGIN, PLUGIN: PLUGIN}
"""Every package, in release order, and the one of the pair that it is made like."""
COMPANIONS = {
    SECOND: f'{{ name = "{API}" }}',
    PLUGIN: f'[{{ name = "{API}" }}, {{ name = "{MAIL}", requires = ">=1.0" }}]',
}


def configuration(settings: str) -> str:
    tables = []
    for name, companions in ((name, COMPANIONS.get(name)) for name in LIKE):
        version_files = VERSION_FILES.replace("MODULE", name.replace("-", "_"))
        tables.append(
            f'[[tool.releasegate.packages]]\nname = "{name}"\npath = "{name}"\nversion-files = [{version_files}]\n'
            f'pythons = ["{PYTHON}"]\nend-to-end = {{ command = ["python", "check.py"] }}\n'
            + (f"companion = {companions}\n" if companions else "")
        )
    return "\n".join([f"[tool.releasegate]\n{settings}", *tables])


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    with ExitStack() as stack:
        both = []
        for name in ("staging", "production"):
            index = stack.enter_context(EmbeddedIndex(name=name, root=tmp_path / "indexes" / name, token="secret"))
            both.append(RunningIndex(name, index.upload_url, index.simple_url, "__token__", "secret"))
        for name, like in LIKE.items():
            old, new = like.replace("-", "_"), name.replace("-", "_")
            files = {
                path.replace(old, new): text.replace(like, name).replace(old, new)
                for path, text in sources(like, version="1.0.0").items()
            }
            add_remote(make_repository(tmp_path / name, files), tmp_path / "remotes" / f"{name}.git")
        (tmp_path / "pyproject.toml").write_text(configuration(on_indexes(both[0], both[1])), encoding="utf-8")
        yield Folder(Pair(tmp_path), {"STAGING_TOKEN": "secret", "PRODUCTION_TOKEN": "secret"})


@pytest.fixture
def judge() -> Iterator[Judge]:
    judge = Judge()
    with judging(judge):
        yield judge


@pytest.fixture(autouse=True)
def quick() -> Iterator[None]:
    """How files reach an index is another test's."""
    with without_programs():
        yield


def workspace(folder: Folder, options: RunOptions | None = None) -> Workspace:
    project = load(folder.pair.root, environ={**os.environ, **folder.environ})
    return Workspace(project, Quiet(), options or RunOptions())


def sealed_with(folder: Folder, name: str, version: str) -> list[tuple[str, str, str]] | None:
    """Return the companions that a version is sealed with, ``None`` where it is not sealed."""
    opened = workspace(folder)
    seal = record(opened.ledger(opened.project.settings.package(name)).read(Version(version))).seal
    return None if seal is None else [(e["name"], e["version"], e["source"]) for e in seal.evidence["companions"]]


def ends(typed: Typed, *words: str) -> tuple[int, str]:
    code, *outputs = typed("releasegate", *words)
    return code, "".join(outputs)


def publish(folder: Folder, name: str) -> None:
    """Tag, build and upload a version as it lies there: what users have of a package."""
    clone, out = folder.pair.clone(name), folder.pair.root / "built"
    git(clone, "tag", "v1.0.0")
    git(clone, "push", "--quiet", "origin", "v1.0.0")
    out.mkdir()
    subprocess.run([sys.executable, "-c", BUILD, str(out)], cwd=clone, check=True)
    store_files(workspace(folder).index("production"), *sorted(out.iterdir(), reverse=True))


def test_all_go_out_in_order_and_each_proof_names_every_companion(folder: Folder, judge: Judge, typed: Typed) -> None:
    publish(folder, SECOND)
    for name in (API, MAIL, PLUGIN):
        code, said = ends(typed, "release", "--rc", "--package", name, "--yes")
        assert code == 0, said
    assert judge.seen == [
        ("tiny-api 1.0.0rc1",),
        ("tiny-mail 1.0.0rc1",),
        ("tiny-plugin 1.0.0rc1", "tiny-api 1.0.0rc1", "tiny-mail 1.0.0rc1"),
    ]
    assert sealed_with(folder, PLUGIN, "1.0.0rc1") == [(n, "1.0.0rc1", "staging") for n in (API, MAIL)]
    _see_both_dependents_asked(folder, judge, typed)
    for name in (MAIL, PLUGIN):
        code, said = ends(typed, "release", "--package", name, "--yes")
        assert code == 0, said
    assert sealed_with(folder, PLUGIN, "1.0.0") == [(n, "1.0.0", "production") for n in (API, MAIL)]
    _see_the_matrix(typed)


def _see_both_dependents_asked(folder: Folder, judge: Judge, typed: Typed) -> None:
    """The candidate of one ran with the companion already; of the other it is what users have that runs with it."""
    judge.seen.clear()
    judge.broken = {("tiny-second 1.0.0", "tiny-api 1.0.0rc1")}
    code, said = ends(typed, "release", "--package", API, "--yes")
    assert (code, judge.seen) == (4, [*judge.broken]), said
    assert "tiny-second 1.0.0 from production with tiny-api 1.0.0rc1 from staging fails end to end." in said
    assert not git(folder.pair.clone(API), "tag", "--list", "v1.0.0")
    judge.broken = set()
    code, said = ends(typed, "release", "--package", API, "--yes")
    assert code == 0, said


def _see_the_matrix(typed: Typed) -> None:
    code, output, _ = typed("releasegate", "pairs", "--json", "--for", f"{API}==1.0.0")
    report = json.loads(output)
    rows = {(row["package"], row["verdict"], tuple(row["beside"])) for row in report["pairs"]}
    assert (code, report["answer"]["verdict"]) == (0, "green")
    assert rows == {(SECOND, "green", ()), (PLUGIN, "green", ("tiny-mail 1.0.0",))}


def test_a_second_companion_that_is_nowhere_is_refused_before_anything_changes(
    folder: Folder, judge: Judge, typed: Typed
) -> None:
    for name in (API, MAIL):
        code, said = ends(typed, "release", "--rc", "--package", name, "--yes")
        assert code == 0, said
    clone, before = folder.pair.clone(PLUGIN), list(judge.seen)
    head = git(clone, "rev-parse", "HEAD")
    for word, environ in (
        (("--companion", f"{MAIL}=9.9"), {}),
        (("--companion", f"{API}=1.0.0rc1", "--companion", f"{MAIL}=9.9"), {}),
        ((), {"TINY_MAIL_STAGING_VERSION": "9.9"}),
    ):
        code, *outputs = typed("releasegate", "release", "--rc", "--package", PLUGIN, "--yes", *word, **environ)
        said = "".join(outputs)
        assert code == 3, said
        who = "--companion" if word else "TINY_MAIL_STAGING_VERSION"
        assert f"tiny-mail 9.9 (named by {who}) is not on staging nor production." in said
        assert f"Name another version with --companion {MAIL}=VERSION, or " in said
    assert judge.seen == before
    assert git(clone, "rev-parse", "HEAD") == head
    assert not git(clone, "tag")
    assert not workspace(folder).index("staging").versions(PLUGIN)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("release", "--rc", "--companion", "1.0"), "--companion 1.0 names no companion, and tiny-plugin has 2."),
        (("release", "--rc", "--companion", "tiny-mial=1.0"), "Did you mean tiny-mail?"),
        (("release", "--rc", "--companion", "tiny-mail=x"), "--companion 'x' is not a version."),
        (("e2e", "--backend-version", "1.0"), "--backend-version 1.0 names no companion, and tiny-plugin has 2."),
        (("e2e", "--backend-source", "tiny-mail=nowhere"), "There is no source nowhere."),
        (("e2e", "--backend-source", "tiny-plugin=dist"), "--backend-source tiny-plugin=dist names no companion."),
        (("e2e", "--backend-version", "tiny-mail=x"), "'x' is not a version."),
    ],
)
def test_what_makes_no_sense_of_several_companions_is_said(typed: Typed, words: tuple[str, ...], said: str) -> None:
    code, output = ends(typed, *words)
    assert (code, said in output) == (2, True), output


def test_each_of_several_companions_comes_from_where_it_is_asked_for(judge: Judge, typed: Typed) -> None:
    e2e = ("e2e", "--package", PLUGIN, "--source", "local")
    code, said = ends(typed, *e2e, "--backend-source", "local")
    assert (code, judge.seen) == (0, [("tiny-plugin 1.0.0", "tiny-api 1.0.0", "tiny-mail 1.0.0")]), said
    for name in (API, MAIL):
        assert ends(typed, "release", "--rc", "--package", name, "--yes")[0] == 0
    judge.seen.clear()
    code, said = ends(typed, *e2e, "--backend-source", f"{API}=local", "--backend-version", f"{MAIL}=1.0.0rc1")
    assert (code, judge.seen) == (0, [("tiny-plugin 1.0.0", "tiny-api 1.0.0rc1", "tiny-mail 1.0.0rc1")]), said
    code, said = ends(
        typed, *e2e, "--backend-source", "local", "--backend-source", f"{MAIL}=staging",
        "--backend-version", f"{MAIL}=1.0.0rc1",
    )  # fmt: skip
    assert code == 0, said
    assert judge.seen[-1][1:] == ("tiny-api 1.0.0rc1", "tiny-mail 1.0.0rc1")


def test_a_word_that_names_no_companion_is_of_the_one_that_a_package_has(folder: Folder) -> None:
    opened = workspace(folder, RunOptions(companions={"": "1.0", MAIL: "2.0"}))
    second, plugin = opened.project.settings.packages[2:]
    found = [companion_sources(opened, second, API, "staging"), companion_sources(opened, plugin, API, "staging")]
    assert [(each.by_hand, each.several) for each in found] == [("1.0", False), (None, True)]
    assert companion_sources(opened, plugin, MAIL, "production").by_hand == "2.0"
