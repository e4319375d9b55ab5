"""A companion that another machine released, staged or proved: each next command goes on, with what was proven."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from begun import begun, more
from git_repositories import git
from test_belief_released import another, command, done
from test_doctor import Folder, folder

__all__ = ["folder"]

pytestmark = pytest.mark.no_cover  # what is tested runs in processes of its own

API, PLUGIN = "tiny-api", "tiny-plugin"
YES = ("releasegate", "release", "--yes")
RC = (*YES, "--rc")


def proven(*packages: str) -> tuple[tuple[str, ...], ...]:
    """Return the commands that prove one candidate more of each of *packages*."""
    return tuple(words for package in packages for words in (*more(package), (*RC, "--package", package)))


def prove(folder: Folder, package: str) -> None:
    """Prove one candidate more."""
    for words in more(package):
        git(folder.pair.root, *words[1:])
    done(folder, *RC, "--package", package)


def status(folder: Folder, package: str = PLUGIN) -> str:
    return done(folder, "releasegate", "status", "--package", package)


def follow(folder: Folder, package: str, *, until: str, steps: int = 6) -> list[str]:
    """Paste what the status says is next until it says *until*; return the lines that were pasted, which all worked."""
    pasted = list[str]()
    for _ in range(steps):
        said = status(folder, package)
        if until in said:
            return pasted
        (line,) = [each.split("next", 1)[1].strip() for each in said.splitlines() if each.startswith("  next ")]
        words = line.replace("invoke ", "releasegate ").split()
        done(folder, *words, *(["--yes"] if words[1] == "release" else []))
        pasted.append(line)
    raise AssertionError(pasted)


@pytest.fixture
def released(tmp_path: Path) -> Iterator[Folder]:
    """Give a machine that has released both packages, unsigned."""
    with begun(tmp_path, RC, YES) as folder:
        yield folder


@pytest.fixture
def dependent_proven(tmp_path: Path) -> Iterator[Folder]:
    """Give a machine that has released both, and proven the dependent's next candidate."""
    with begun(tmp_path, RC, YES, *proven(PLUGIN)) as folder:
        yield folder


@pytest.fixture
def both_proven(tmp_path: Path) -> Iterator[Folder]:
    """Give a machine that has released both, and proven the next candidates of both."""
    with begun(tmp_path, RC, YES, *proven(API, PLUGIN)) as folder:
        yield folder


def test_a_final_in_a_fresh_clone_is_run_with_the_companion_that_another_machine_released(released: Folder) -> None:
    other = another(released)
    prove(other, PLUGIN)
    assert follow(other, PLUGIN, until="1.0.1 is released") == [f"releasegate release --package {PLUGIN}"]
    shown = done(other, "releasegate", "show", "--package", PLUGIN, "--version", "1.0.1")
    assert "tiny-api 1.0.0" in shown


def test_a_proof_of_others_is_made_again_with_the_companion_that_they_ran_and_the_doctor_says_so(
    dependent_proven: Folder,
) -> None:
    other = another(dependent_proven)
    prove(other, API)
    said = done(other, "releasegate", "doctor", "--package", PLUGIN)
    assert "companion: tiny-api 1.0.0 (named by the record of 1.0.1rc1) on production is run with 1.0.1rc1" in said
    assert follow(other, PLUGIN, until="1.0.1 is released") == [f"releasegate release --package {PLUGIN}"]


def test_a_final_whose_companion_is_not_out_leads_to_the_companion_s_final(both_proven: Folder) -> None:
    said = status(both_proven)
    assert "companion: tiny-api 1.0.1 (named by the proof of 1.0.1rc1) is not on production." in said
    pasted = follow(both_proven, PLUGIN, until="1.0.1 is released")
    assert pasted == [f"releasegate release --package {package}" for package in (API, PLUGIN)]


def test_a_dependent_that_ran_with_another_candidate_is_proven_anew_from_a_commit(dependent_proven: Folder) -> None:
    released = dependent_proven
    prove(released, API)
    said = status(released, API)
    assert "tiny-plugin 1.0.1rc1 ran with 1.0.0, not with 1.0.1rc1." in said
    assert "  next      git -C tiny-plugin commit --allow-empty --message=Again\n" in said
    git(released.pair.clone(PLUGIN), "commit", "--allow-empty", "--message=Again")
    assert follow(released, PLUGIN, until="1.0.1rc2 is proven") == [f"releasegate release --rc --package {PLUGIN}"]
    assert follow(released, API, until="1.0.1 is released") == [f"releasegate release --package {API}"]


def test_a_final_that_must_fit_older_versions_is_refused_before_it_begins_and_its_lines_lead_to_it(
    both_proven: Folder,
) -> None:
    released = both_proven
    released.configure('companion = { name = "tiny-api" }', 'companion = { name = "tiny-api", released-versions = 3 }')
    (released.pair.root / "noxfile.py").write_text("from releasegate.frontends.nox import sessions\n\nsessions()\n")
    said = done(released, "releasegate", "doctor", "--package", API, code=3)
    assert "pairs: tiny-api 1.0.1rc1 was not run with every released version that it must fit." in said
    done(released, *YES, "--package", API, code=3)
    pasted = follow(released, API, until="1.0.1 is released")
    plugin = "releasegate e2e --package tiny-plugin --source production --version 1.0.0"
    run = f"{plugin} --backend-source staging --backend-version 1.0.1rc1 --record"
    assert pasted == [run, f"releasegate release --package {API}"]


def test_an_end_to_end_run_whose_companion_nobody_names_says_from_where_it_can_be_had(folder: Folder) -> None:
    e2e = ("releasegate", "e2e", "--package", PLUGIN)
    from_dist = f"releasegate e2e --source dist --package {PLUGIN} --backend-source"
    done(folder, "releasegate", "build", "--package", PLUGIN)
    assert f"take it from local: {from_dist} local\n" in done(folder, *e2e, code=2)
    done(folder, "releasegate", "build", "--package", API)
    assert f"take it from dist: {from_dist} dist\n" in done(folder, *e2e, code=2)
    done(folder, *from_dist.split(), "dist")


def test_where_a_companion_is_not_checked_out_it_is_taken_from_an_index_or_got(released: Folder) -> None:
    other = another(released)
    shutil.rmtree(other.pair.clone(API))
    e2e = ("releasegate", "e2e", "--package", PLUGIN, "--source", "staging", "--version", "1.0.0rc1")
    said = done(other, *e2e, code=2)
    line = f"releasegate e2e --source staging --package {PLUGIN} --version 1.0.0rc1"
    assert f"take it from staging: {line} --backend-source staging --backend-version 1.0.0rc1\n" in said
    said = done(other, *e2e, "--backend-source", "production", "--backend-version", "9.9", code=75)
    assert "the newest that production holds: --backend-version 1.0.0\n" in said


def test_a_companion_that_is_nowhere_is_got_first(folder: Folder) -> None:
    done(folder, "releasegate", "build", "--package", PLUGIN)
    shutil.rmtree(folder.pair.clone(API))
    said = done(folder, "releasegate", "e2e", "--package", PLUGIN, code=2)
    assert "or clone its repository to tiny-api, or correct the package's path" in said
    said = status(folder)
    assert "release it first, where it is checked out (There is no folder " in said
    assert command(said) == ["releasegate", "doctor", "--package", PLUGIN]
    shutil.rmtree(folder.pair.clone(PLUGIN))
    for package in (API, PLUGIN):
        said = done(folder, "releasegate", "status", "--package", package, code=6)
        assert command(said) == ["releasegate", "doctor", "--package", package]
