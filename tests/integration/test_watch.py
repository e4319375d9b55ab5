"""``releasegate watch`` on what was released: as it was, other bytes, a file less, no longer installable."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import test_verify
from git_repositories import git
from test_verify import NAME, REF, SDIST, WHEEL, World, typed
from testpair import PYTHON

from releasegate.rehearsal.index import BrokenFile, Refuse

released = test_verify.world
"""A released package, whose record travels with its remote."""


def watching(world: World, folder: Path, *, on: str = "production", more: str = "", remote: Path | None = None) -> Path:
    """Make *folder* a clone that watches what the index called *on* serves; *more* ends the package's table."""
    project = world.stranger(folder, remote=remote)
    text = world.configuration.replace('production = "production"', f'production = "{on}"')
    (project / "pyproject.toml").write_text(f"{text}\n{more}")
    return project


def test_what_is_as_it_was_released_is_said_to_be_so_and_nothing_is_changed(released: World, tmp_path: Path) -> None:
    project = watching(released, tmp_path / "project")
    before = git(released.remote, "show-ref")
    code, output = typed(project, "watch")
    assert code == 0, output
    for line in (
        "  ok          served files: 1.0.0 on production: 2 files as they were released, fetched and hashed",
        "  ok          served files: 1.0.0rc1 on staging: 2 files as they were released, fetched and hashed",
        f"  ok          newest final: 1.0.0 from production installs and works: {PYTHON} wheel, {PYTHON} sdist",
        "  ok          newest pair: 1.0.0: pass",
    ):
        assert line in output, output
    assert git(released.remote, "show-ref") == before


def test_a_served_file_that_differs_from_the_record_is_red_with_both_hashes(released: World, tmp_path: Path) -> None:
    project = watching(released, tmp_path / "project", on="altered")
    code, output = typed(project, "watch", "--json")
    assert code == 4, output
    report = json.loads(output[output.index("{\n") :])
    (package,) = report["packages"]
    assert report["kind"] == "watch"
    assert report["exit_code"] == 4
    found = {each["question"]: each["problem"] for each in package["in_the_way"]}
    assert found["served files"]["problem"] == "altered does not serve tiny-api 1.0.0 as it was released."
    assert found["served files"]["exit_code"] == 5
    assert any(line.startswith(f"{WHEEL}: sealed ") for line in found["served files"]["details"])
    assert "releasegate verify tiny-api 1.0.0 --index altered" in found["served files"]["hint"]
    assert "newest final" in found, "and it does not import"


def test_a_file_that_is_missing_is_red(released: World, tmp_path: Path) -> None:
    project = watching(released, tmp_path / "project", on="wheel-only")
    code, output = typed(project, "watch", "--last", "0", "--without-e2e")
    assert code == 4, output
    assert "  fail        served files: wheel-only does not serve tiny-api 1.0.0 as it was released." in output
    assert f"{SDIST} is sealed, and wheel-only lists no such file" in output
    assert "newest pair" not in output


def test_a_final_that_no_longer_installs_is_red(released: World, tmp_path: Path) -> None:
    gone = '[tool.releasegate.packages.install]\nrequirements = ["tiny-gone"]\n'
    code, output = typed(watching(released, tmp_path / "project", more=gone), "watch")
    assert code == 4, output
    assert "  ok          served files: 1.0.0 on production" in output
    assert "  fail        newest final: tiny-api 1.0.0 from production" in output
    assert "tiny-gone" in output


def test_a_pair_that_does_not_do_its_job_any_more_is_red(released: World, tmp_path: Path) -> None:
    project = watching(released, tmp_path / "project")
    file = project / "pyproject.toml"
    file.write_text(file.read_text().replace('["python", "check.py"]', '["python", "-c", "raise SystemExit(3)"]'))
    code, output = typed(project, "watch")
    assert code == 4, output
    assert "  ok          newest final" in output
    assert "  fail        newest pair: tiny-api 1.0.0 from production" in output


def test_what_the_index_serves_otherwise_than_it_lists_is_red_and_a_listing_alone_is_not_believed(
    released: World, tmp_path: Path
) -> None:
    faults = released.indexes["production"].faults
    faults.add(BrokenFile("altered", SDIST, times=50))
    try:
        code, output = typed(watching(released, tmp_path / "project"), "watch", "--without-e2e")
    finally:
        faults.clear()
    assert code == 4, output
    assert f"The bytes of {SDIST} that production served are not what it lists." in output


def test_an_index_that_is_away_is_no_verdict_on_the_release(released: World, tmp_path: Path) -> None:
    faults = released.indexes["production"].faults
    faults.add(Refuse(status=503, of="page", times=500))
    try:
        code, output = typed(watching(released, tmp_path / "project"), "watch")
    finally:
        faults.clear()
    assert code == 6, output
    assert "  unavailable served files: " in output


def test_a_pruned_candidate_a_yanked_release_and_a_missing_record_are_told(released: World, tmp_path: Path) -> None:
    released.indexes["production"].yank(NAME, "1.0.0")
    try:
        project = watching(released, tmp_path / "project")
        text = (project / "pyproject.toml").read_text()
        (project / "pyproject.toml").write_text(text.replace('staging = "staging"', 'staging = "sdist-only"'))
        code, output = typed(project, "watch")
    finally:
        released.indexes["production"].unyank(NAME, "1.0.0")
    assert code == 0, output
    assert "fetched and hashed; it is yanked" in output
    assert "  told        served files: 1.0.0rc1 is not on sdist-only any more, which may prune candidates" in output
    assert "  told        newest final: production has no final" in output
    remote = released.other_remote(tmp_path / "remote.git")
    git(remote, "update-ref", "-d", REF)
    code, output = typed(watching(released, tmp_path / "other", remote=remote), "watch", "--without-e2e")
    assert code == 0, output
    assert "  told        served files: no version has a closed record to compare with" in output


@pytest.mark.parametrize("known", [False, True])
def test_where_other_machines_evidence_cannot_be_read_nothing_is_well(
    released: World, tmp_path: Path, *, known: bool
) -> None:
    project = watching(released, tmp_path / "project")
    if known:
        assert typed(project, "watch", "--without-e2e")[0] == 0
    git(project / NAME, "remote", "set-url", "origin", str(tmp_path / "nowhere.git"))
    code, output = typed(project, "watch", "--without-e2e", "--json")
    assert code == 6, output
    report = json.loads(output[output.index("{\n") :])
    (package,) = report["packages"]
    assert report["exit_code"] == 6
    assert [(each["question"], each["problem"]["verdict"]) for each in package["in_the_way"]] == [
        ("served files", "unavailable")
    ]
    assert "Other machines' evidence is not known" in package["in_the_way"][0]["problem"]["problem"]
    # What is known here is compared all the same, and nothing that was not compared is called well.
    well = [each["question"] for each in package["questions"] if each["verdict"] == "ok"]
    assert well == (["served files", "served files", "newest final"] if known else ["newest final"])


def test_where_nothing_was_compared_the_report_does_not_say_that_it_is_as_it_was(
    released: World, tmp_path: Path
) -> None:
    remote = released.other_remote(tmp_path / "remote.git")
    git(remote, "update-ref", "-d", REF)
    project = watching(released, tmp_path / "other", remote=remote)
    code, output = typed(project, "watch", "--without-e2e", "--json")
    assert code == 0, output
    (package,) = json.loads(output[output.index("{\n") :])["packages"]
    assert package["state"] == "there is nothing to compare it with"
    assert [each["verdict"] for each in package["questions"]] == ["told", "ok"]


@pytest.mark.parametrize(
    ("words", "told"), [(("--last", "-1"), "-1"), (("--package", "no"), "There is no package no.")]
)
def test_what_was_typed_wrongly_is_told(released: World, tmp_path: Path, words: tuple[str, ...], told: str) -> None:
    code, output = typed(watching(released, tmp_path / "project"), "watch", *words)
    assert code == 2, output
    assert told in output


def test_without_its_repository_what_needs_none_is_asked_all_the_same(released: World, tmp_path: Path) -> None:
    project = watching(released, tmp_path / "project")
    shutil.rmtree(project / NAME)
    code, output = typed(project, "watch", "--without-e2e")
    assert "Other machines' evidence is not known" in output
    assert "  ok          newest final: 1.0.0 from production installs and works" in output, output
    assert code == 6, output
