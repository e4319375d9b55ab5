"""Another repository is handed over: shown first, and nothing that is there already is replaced."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest
from git_repositories import ENVIRON, git, make_repository
from testpair import Quiet, sources

from releasegate.app.adoption import propose
from releasegate.app.compose import Workshop
from releasegate.app.gates import versions
from releasegate.app.project import load
from releasegate.core.errors import ConfigurationError

PROJECT, NOXFILE, TASKS = (PurePosixPath(name) for name in ("pyproject.toml", "noxfile.py", "tasks.py"))
WORKFLOW = PurePosixPath(".github/workflows/release.yml")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "repository"
    make_repository(root, sources("tiny-api", version="1.0.0"))
    git(root, "remote", "add", "origin", "git@github.com:octo/tiny-api.git")
    return root


def test_what_would_be_written_is_shown_and_nothing_is(folder: Path) -> None:
    before = git(folder, "status", "--porcelain")
    proposal = propose(folder, environ=ENVIRON)
    assert set(proposal.files) == {PROJECT, NOXFILE, TASKS, WORKFLOW}
    shown = "\n".join(proposal.diff())
    assert "+++ b/tasks.py" in shown
    assert '+    { python = "tiny_api/__init__.py", attribute = "__version__" },' in shown
    assert git(folder, "status", "--porcelain") == before


def test_what_was_written_passes_the_gate_of_versions(folder: Path) -> None:
    propose(folder, environ=ENVIRON).write()
    git(folder, "remote", "remove", "origin")  # which is on a network
    project = load(folder, environ=ENVIRON)
    (package,) = project.settings.packages
    assert package.branch == "develop"
    assert package.forge is not None
    assert package.forge.repository == "octo/tiny-api"
    assert [s.version for s in versions(Workshop(project, Quiet()), package)] == ["1.0.0", "1.0.0"]


def test_every_byte_that_was_there_stays(folder: Path) -> None:
    file = folder / PROJECT
    old = file.read_text() + "\n# the last word,   oddly spaced\n[tool.other]\nkey = 'x' # y\n"
    file.write_text(old)
    propose(folder, environ=ENVIRON).write()
    assert file.read_text().startswith(old.rstrip())


def test_adopting_again_changes_nothing(folder: Path) -> None:
    propose(folder, environ=ENVIRON).write()
    assert propose(folder, environ=ENVIRON).files == {}


def test_files_that_are_there_are_left_and_what_to_add_is_said(folder: Path) -> None:
    for path, text in ((NOXFILE, "import nox\n"), (TASKS, "x = 1\n"), (WORKFLOW, "name: mine\n")):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    git(folder, "add", "--all")
    proposal = propose(folder, environ=ENVIRON)
    assert set(proposal.files) == {PROJECT}
    assert any('sessions(prefix="release-")' in note for note in proposal.notes)
    assert any("import ns" in note for note in proposal.notes)
    assert any("invoke workflows --force" in note for note in proposal.notes)


def test_the_tags_say_how_a_version_is_written_there(folder: Path) -> None:
    git(folder, "tag", "nightly")
    git(folder, "tag", "tiny-api-0.9.1")
    assert 'tag-prefix = "tiny-api-"' in dict(propose(folder, environ=ENVIRON).files)[PROJECT][1]


@pytest.mark.parametrize(
    ("address", "forge"),
    [
        ("https://github.com/octo/tiny-api.git", '{ kind = "github", repository = "octo/tiny-api" }'),
        (
            "ssh://git@gitea.harbor.example:2222/octo/tiny-api",
            '{ kind = "gitea", repository = "octo/tiny-api", address = "https://gitea.harbor.example" }',
        ),
        ("https://git.harbor.example/octo/tiny-api", None),
        ("https://github.com/octo/deep/tiny-api", None),
        ("/srv/git/tiny-api.git", None),
    ],
)
def test_the_remote_says_which_forge_it_is(folder: Path, address: str, forge: str | None) -> None:
    git(folder, "remote", "set-url", "origin", address)
    proposal = propose(folder, environ=ENVIRON)
    text = proposal.files[PROJECT][1]
    assert (f"forge = {forge}" in text) if forge else ("forge" not in text)
    assert any("No workflow" in note for note in proposal.notes) == (forge is None)


def test_an_unpacked_archive_is_adopted_and_told_what_a_build_needs(tmp_path: Path) -> None:
    for path, text in sources("tiny-api", version="1.0.0").items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    proposal = propose(tmp_path, environ=ENVIRON)
    assert set(proposal.files) == {PROJECT, NOXFILE, TASKS}
    assert any("no Git repository" in note for note in proposal.notes)


def test_what_a_build_wrote_into_an_archive_is_shown_and_removed(folder: Path) -> None:
    (folder / "PKG-INFO").write_text("Metadata-Version: 2.1\nName: tiny-api\n")
    git(folder, "add", "--all")
    proposal = propose(folder, environ=ENVIRON)
    assert "-Name: tiny-api" in list(proposal.diff())
    proposal.write()
    assert not (folder / "PKG-INFO").exists()
    (folder / "PKG-INFO").write_text("a file of one's own\n")
    assert propose(folder, environ=ENVIRON).files == {}


def test_a_repository_without_a_project_file_gets_one(tmp_path: Path) -> None:
    files = {"setup.py": 'from setuptools import setup\nsetup(name="h")\n', "h/__init__.py": '__version__ = "1.0"\n'}
    make_repository(tmp_path, files)
    proposal = propose(tmp_path, environ=ENVIRON)
    assert proposal.files[PROJECT][0] == ""
    assert proposal.files[PROJECT][1].startswith("[[tool.releasegate.packages]]")


def test_what_is_no_folder_or_no_package_is_an_error_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="is no folder"):
        propose(tmp_path / "nowhere", environ=ENVIRON)
    (tmp_path / "pyproject.toml").write_text("[project\n")
    with pytest.raises(ConfigurationError, match=r"pyproject\.toml"):
        propose(tmp_path, environ=ENVIRON)
