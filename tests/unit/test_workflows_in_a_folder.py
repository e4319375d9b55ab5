"""A table in a folder of a repository: its workflow is at the top, and its lines run where the table is."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
import yaml

from releasegate.app.adopt.publishers import generated
from releasegate.app.ci import workflows as app
from releasegate.app.ci.top import top_of
from releasegate.app.project import Project
from releasegate.core.ci.top import seen_from_top
from releasegate.core.ci.workflows import workflows, written_from
from releasegate.core.config.ci import Ci
from releasegate.core.config.keys import ForgeConfig, IndexConfig, Package, Settings
from releasegate.core.errors import GateFailed, Refused

PATH = PurePosixPath(".github/workflows/release.yml")
FOLDER = PurePosixPath("packages/lamp")
FORGE = ForgeConfig("github", "octo/quay")
LAMP = Package("lamp", PurePosixPath(), (), ("3.12",), tag_prefix="lamp-v", forge=FORGE)
BUOY = replace(LAMP, name="buoy", path=PurePosixPath("../buoy"), tag_prefix="buoy-v")
INDEXES = {name: IndexConfig(name) for name in ("testpypi", "pypi")}
SETTINGS = Settings((LAMP, BUOY), INDEXES, ci=Ci(setup=(("pip", "install", "ci/releasegate"),), workflows=("release",)))
BESIDE = replace(LAMP, name="tide", path=PurePosixPath("../../../tide"), forge=ForgeConfig("github", "octo/tide"))


def jobs(settings: Settings) -> dict[str, Any]:
    return dict(yaml.safe_load(workflows(settings, FOLDER)[PATH])["jobs"])


def test_the_lines_run_in_the_folder_and_the_setup_at_the_top() -> None:
    for key, job in jobs(SETTINGS).items():
        assert job["defaults"]["run"]["working-directory"] == "packages/lamp"
        (setup,) = (step for step in job["steps"] if step["name"] == "set up")
        assert setup["working-directory"] == ".", key
    (given,) = (
        step["with"]["path"] for step in jobs(SETTINGS)["build-staging"]["steps"] if step["name"] == "hand over"
    )
    assert given == "packages/lamp/given"


def test_another_package_of_the_same_repository_is_no_other_checkout() -> None:
    body = yaml.safe_load(workflows(SETTINGS, FOLDER)[PATH])
    assert body[True]["push"]["tags"] == ["lamp-v*rc*", "buoy-v*rc*"]
    assert [s["name"] for s in body["jobs"]["build-staging"]["steps"] if "checkout@" in s.get("uses", "")] == [
        "check out"
    ]


def test_one_of_a_repository_beside_it_is_laid_out_beside() -> None:
    job = jobs(replace(SETTINGS, packages=(LAMP, BESIDE)))["build-staging"]
    own, beside = (step["with"] for step in job["steps"] if "checkout@" in step.get("uses", ""))
    assert (own["path"], beside["path"]) == ("lamp", "tide")
    assert job["defaults"]["run"]["working-directory"] == "lamp/packages/lamp"


@pytest.mark.parametrize(
    ("path", "seen"),
    [(".", "packages/lamp"), ("../buoy", "packages/buoy"), ("../../../tide", "../tide"), ("../..", ".")],
)
def test_paths_are_seen_from_the_top(path: str, seen: str) -> None:
    settings = replace(SETTINGS, packages=(replace(LAMP, path=PurePosixPath(path)),))
    assert str(seen_from_top(settings, FOLDER).packages[0].path) == seen


@pytest.fixture
def project(tmp_path: Path) -> Project:
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    (tmp_path / FOLDER).mkdir(parents=True)
    return Project(tmp_path / FOLDER, SETTINGS, {})


def test_they_are_written_and_checked_where_the_forge_looks(project: Project, tmp_path: Path) -> None:
    assert app.write(project) == (PATH,)
    assert (tmp_path / PATH).is_file()
    assert not (tmp_path / FOLDER / ".github").exists()
    assert app.check(project) == (PATH,)
    (tmp_path / PATH).unlink()
    with pytest.raises(GateFailed):
        app.check(project)


def test_two_tables_of_one_repository_do_not_write_one_file(project: Project, tmp_path: Path) -> None:
    app.write(project)
    text = (tmp_path / PATH).read_text()
    other = replace(project, root=tmp_path / "packages" / "buoy")
    other.root.mkdir()
    with pytest.raises(
        Refused, match=r"release\.yml was written from the table in packages/lamp/pyproject\.toml"
    ) as no:
        app.write(other)
    assert "Move the packages of both into one table" in no.value.hint
    _, (asked,) = generated(other.root, SETTINGS, top=tmp_path)
    assert asked.answers == ("releasegate workflows --force",)
    assert (tmp_path / PATH).read_text() == text
    # The folder was renamed, say.
    assert app.write(other, force=True) == (PATH,)
    assert app.check(other) == (PATH,)
    with pytest.raises(Refused, match="was written from the table in packages/buoy"):
        app.write(project)


def test_a_link_to_nowhere_in_a_workflow_s_place_is_left_as_it_is(project: Project, tmp_path: Path) -> None:
    (tmp_path / PATH).parent.mkdir(parents=True)
    (tmp_path / PATH).symlink_to("nowhere.yml")
    wanted, (asked,) = generated(project.root, SETTINGS, top=tmp_path)
    assert (wanted, asked.answers) == ({}, ("releasegate workflows --force",))


def test_what_another_table_wrote_is_not_removed_as_wanted_no_more(project: Project, tmp_path: Path) -> None:
    app.write(replace(project, settings=replace(SETTINGS, ci=replace(SETTINGS.ci, workflows=("release", "watch")))))
    other = replace(project, root=tmp_path / "packages" / "buoy")
    other.root.mkdir()
    (tmp_path / PATH).unlink()
    assert app.write(other) == (PATH,)
    assert (tmp_path / PATH).with_name("watch.yml").is_file()


def test_a_workflow_of_the_table_at_the_top_says_nothing_of_a_folder() -> None:
    (text,) = workflows(replace(SETTINGS, packages=(LAMP,))).values()
    assert "folder" not in text.splitlines()[1]
    assert written_from(text) == PurePosixPath()


def test_adopt_proposes_them_there(project: Project, tmp_path: Path) -> None:
    wanted, _ = generated(project.root, SETTINGS, top=tmp_path)
    assert set(wanted) == {PurePosixPath("../..") / PATH}
    assert wanted[PurePosixPath("../..") / PATH] == workflows(SETTINGS, FOLDER)[PATH]


def test_files_of_no_repository_have_their_own_folder_as_the_top(tmp_path: Path) -> None:
    assert top_of(Project(tmp_path, SETTINGS, {})) == (tmp_path.resolve(), PurePosixPath())
