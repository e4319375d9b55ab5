"""Another repository is handed over: shown first, and nothing that is there already is replaced."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path, PurePosixPath

import pytest
from git_repositories import ENVIRON, git, make_repository
from testpair import Quiet, sources

from releasegate.adapters.venvs.interpreters import Interpreters
from releasegate.app.adopt.propose import propose
from releasegate.app.adopt.publishers import VENDOR
from releasegate.app.project import load
from releasegate.app.version_gate import versions
from releasegate.app.workspace import Workspace
from releasegate.core.config.parse import parse_settings
from releasegate.core.errors import ConfigurationError

PROJECT, NOXFILE, TASKS = (PurePosixPath(name) for name in ("pyproject.toml", "noxfile.py", "tasks.py"))
WORKFLOW = PurePosixPath(".github/workflows/release.yml")


SETUP = '\n[tool.releasegate.ci]\nsetup = [["true"]]\n'


def written(folder: Path) -> None:
    """Adopt the repository in *folder*, and say how a runner gets releasegate."""
    propose(folder, environ=ENVIRON).write()
    (folder / PROJECT).write_text((folder / PROJECT).read_text() + SETUP)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "repository"
    make_repository(root, sources("tiny-api", version="1.0.0"))
    git(root, "remote", "add", "origin", "git@github.com:octo/tiny-api.git")
    return root


def test_what_would_be_written_is_shown_and_nothing_is(folder: Path) -> None:
    before = git(folder, "status", "--porcelain")
    proposal = propose(folder, environ=ENVIRON)
    assert set(proposal.files) == {PROJECT, NOXFILE, TASKS}
    assert VENDOR in proposal.questions
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
    assert [s.version for s in versions(Workspace(project, Quiet()), package)] == ["1.0.0", "1.0.0"]


def test_every_byte_that_was_there_stays(folder: Path) -> None:
    file = folder / PROJECT
    old = file.read_text() + "\n# the last word,   oddly spaced\n[tool.other]\nkey = 'x' # y\n"
    file.write_text(old)
    propose(folder, environ=ENVIRON).write()
    assert file.read_text().startswith(old.rstrip())


def test_a_link_is_not_proposed_and_what_it_leads_to_is(folder: Path) -> None:
    (folder / "VERSION").symlink_to("tiny_api/VERSION")
    (folder / "nowhere").symlink_to("/nonexistent/VERSION")
    (folder / "tiny_api" / "VERSION").write_text("1.0.0\n")
    git(folder, "add", "--all")
    shown = "\n".join(propose(folder, environ=ENVIRON).diff())
    assert '{ text = "tiny_api/VERSION", pattern = "{version}" }' in shown
    assert '"VERSION"' not in shown


def test_adopting_again_changes_nothing(folder: Path) -> None:
    propose(folder, environ=ENVIRON).write()
    assert propose(folder, environ=ENVIRON).files == {}


def test_files_that_are_there_are_left_and_what_to_add_is_said(folder: Path) -> None:
    written(folder)
    for path, text in ((NOXFILE, "import nox\n"), (TASKS, "x = 1\n"), (WORKFLOW, "name: mine\n")):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    git(folder, "add", "--all")
    proposal = propose(folder, environ=ENVIRON)
    assert {path.parent for path in proposal.files} == {WORKFLOW.parent}
    assert WORKFLOW not in proposal.files
    answers = [answer for each in proposal.questions for answer in each.answers]
    assert any('sessions(prefix="release-")' in answer for answer in answers)
    assert any("import ns as _gates" in answer for answer in answers)
    assert "releasegate workflows --force" in answers


def test_the_tags_say_how_a_version_is_written_there(folder: Path) -> None:
    git(folder, "tag", "nightly")
    git(folder, "tag", "a-0.9.beautiful")
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
        (
            "http://someone:secret@gitea.harbor.example:3000/octo/tiny-api.git",
            '{ kind = "gitea", repository = "octo/tiny-api", address = "http://gitea.harbor.example:3000" }',
        ),
        ("ssh://git@ssh.github.com:443/octo/tiny-api.git", '{ kind = "github", repository = "octo/tiny-api" }'),
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
    assert (VENDOR in proposal.questions) == (forge is not None)
    assert any("on which forge" in each.asks for each in proposal.questions) == (forge is None)


def test_where_no_remote_tells_the_metadata_names_the_forge(folder: Path) -> None:
    project = folder / PROJECT
    project.write_text(f'{project.read_text()}\n[project.urls]\nRepository = "https://github.com/octo/lantern"\n')
    row = 'forge = { kind = "github", repository = "octo/lantern" }'
    for address, taken in (("/srv/git/tiny-api.git", True), ("https://git.harbor.example/octo/tiny-api", False)):
        git(folder, "remote", "set-url", "origin", address)
        proposal = propose(folder, environ=ENVIRON)
        assert (row in proposal.files[PROJECT][1]) == (VENDOR in proposal.questions) == taken
        assert any(each.answers == (row,) for each in proposal.questions) != taken


def test_an_unpacked_archive_is_adopted_and_told_what_a_build_needs(tmp_path: Path) -> None:
    for path, text in sources("tiny-api", version="1.0.0").items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    proposal = propose(tmp_path, environ=ENVIRON)
    assert set(proposal.files) == {PROJECT, NOXFILE, TASKS}
    assert any("Git tracks nothing here" in note for note in proposal.notes)


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


def test_in_a_folder_below_the_package_the_package_s_own_is_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    below = folder / "below" / "it"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)
    with pytest.raises(ConfigurationError, match="and so no package") as told:
        propose(Path(), environ=ENVIRON)
    assert told.value.hint.endswith("invoke adopt ../..")
    (below / ".git").mkdir()
    with pytest.raises(ConfigurationError, match="names no package"):
        propose(below, environ=ENVIRON)


def test_what_git_does_not_know_is_never_replaced(folder: Path) -> None:
    (folder / NOXFILE).write_text("import nox  # not yet added\n")
    (folder / TASKS).symlink_to("nowhere.py")
    proposal = propose(folder, environ=ENVIRON)
    assert set(proposal.files) == {PROJECT}
    proposal.write()
    assert (folder / NOXFILE).read_text() == "import nox  # not yet added\n"
    assert (folder / TASKS).is_symlink()
    assert {each.asks.split()[0] for each in proposal.questions} >= {"noxfile.py", "tasks.py"}


def test_a_project_file_that_git_does_not_know_is_read_and_kept(folder: Path) -> None:
    git(folder, "rm", "--cached", "--quiet", "pyproject.toml")
    old = (folder / PROJECT).read_bytes()
    propose(folder, environ=ENVIRON).write()
    assert (folder / PROJECT).read_bytes().startswith(old)


@pytest.mark.parametrize(
    "changed",
    [
        lambda old: old + b"\n# the last word\n\n\n",
        lambda old: old.rstrip(),
        lambda old: old.replace(b"\n", b"\r\n"),
        lambda old: b"\xef\xbb\xbf" + old + "# \u00fc\n".encode(),
    ],
    ids=["blank lines at the end", "no line end", "CRLF", "byte order mark"],
)
def test_the_table_is_added_behind_the_very_bytes(folder: Path, changed: Callable[[bytes], bytes]) -> None:
    old = changed((folder / PROJECT).read_bytes())
    (folder / PROJECT).write_bytes(old)
    propose(folder, environ=ENVIRON).write()
    new = (folder / PROJECT).read_bytes()
    assert new.startswith(old)
    assert (b"\r\n" in old) == (b"\n" not in new.replace(b"\r\n", b""))
    assert propose(folder, environ=ENVIRON).files == {}


def test_a_table_that_is_written_another_way_counts(folder: Path) -> None:
    row = '{name="tiny-api", version-files=[{toml="pyproject.toml", key="project.version"}], pythons=["3.11"]}'
    with (folder / PROJECT).open("a") as file:
        file.write(f"\n[tool]\nreleasegate.packages = [{row}]\n")
    assert PROJECT not in propose(folder, environ=ENVIRON).files


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'[project]\nname = "h"\nversion = \n', r"pyproject\.toml:3 is not TOML"),
        (b"[project]\n# \xff\n", r"pyproject\.toml:2 is not UTF-8"),
        (b'tool = {}\n[project]\nname = "h"\nversion = "1"\n', "inline, and no table can be added"),
    ],
)
def test_a_project_file_that_cannot_be_added_to_is_an_error_with_its_line(
    folder: Path, content: bytes, said: str
) -> None:
    (folder / PROJECT).write_bytes(content)
    with pytest.raises(ConfigurationError, match=said) as error:
        propose(folder, environ=ENVIRON)
    assert error.value.hint
    assert (folder / PROJECT).read_bytes() == content


def test_a_project_file_that_is_no_file_is_an_error(folder: Path) -> None:
    (folder / PROJECT).unlink()
    (folder / PROJECT).mkdir()
    with pytest.raises(ConfigurationError, match="cannot be read"):
        propose(folder, environ=ENVIRON)


def test_an_archive_unpacked_in_another_repository_takes_nothing_from_it(folder: Path) -> None:
    inside = folder / "unpacked"
    for path, text in sources("tiny-api", version="1.0.0").items():
        (inside / path).parent.mkdir(parents=True, exist_ok=True)
        (inside / path).write_text(text)
    proposal = propose(inside, environ=ENVIRON)
    assert "forge" not in proposal.files[PROJECT][1]
    assert any("Git tracks nothing here" in note for note in proposal.notes)


def test_a_workflow_of_this_command_is_brought_up_to_date(folder: Path) -> None:
    written(folder)
    propose(folder, environ=ENVIRON).write()
    wanted = (folder / WORKFLOW).read_text()
    (folder / WORKFLOW).write_text(wanted + "# drift\n")
    propose(folder, environ=ENVIRON).write()
    assert (folder / WORKFLOW).read_text() == wanted


def test_without_yes_and_without_a_terminal_it_only_shows(folder: Path) -> None:
    before = {path: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    words = [sys.executable, "-m", "invoke", "adopt", str(folder), "--no-trial"]
    shown = subprocess.run(
        words, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True, stdin=subprocess.DEVNULL
    )
    assert "Nothing was written. Say --yes where it is meant." in shown.stdout
    assert {path: path.read_bytes() for path in folder.iterdir() if path.is_file()} == before
    done = subprocess.run([*words, "--yes"], cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True)
    assert "Wrote pyproject.toml, noxfile.py, tasks.py" in done.stdout


def monorepo(root: Path, *names: str) -> None:
    files = {}
    for name in names:
        folder, module = f"packages/{name}", name.replace("-", "_")
        files[f"{folder}/pyproject.toml"] = f'[project]\nname = "{name}"\nversion = "1.0.0"\n'
        files[f"{folder}/src/{module}/__init__.py"] = ""
    entries = "".join(
        f'[[package]]\nname = "{name}"\nversion = "1.0.0"\nsource = {{ editable = "packages/{name}" }}\n'
        for name in names
    )
    make_repository(root, {**files, "uv.lock": entries, "README.md": "", "web/package.json": '{"name": "@x/quay-web"}'})


def test_a_second_package_goes_into_the_table_that_is_there(tmp_path: Path) -> None:
    monorepo(tmp_path, "quay-lamp", "quay-buoy")
    lamp, buoy = tmp_path / "packages" / "quay-lamp", tmp_path / "packages" / "quay-buoy"
    git(tmp_path, "tag", "quay-lamp@1.0.0")
    first = propose(lamp, environ=ENVIRON)
    first.write()
    git(tmp_path, "add", "--all")
    second = propose(buoy, environ=ENVIRON)
    assert second.folder == lamp
    assert set(second.files) == {PROJECT}
    second.write()
    one, other = load(lamp, environ=ENVIRON).settings.packages
    assert (one.tag_prefix, str(one.path), other.tag_prefix, str(other.path)) == (
        "quay-lamp@",
        ".",
        "quay-buoy@",
        "../quay-buoy",
    )
    assert [str(each.path) for each in other.version_files] == ["pyproject.toml", "../../uv.lock"]
    workspace = Workspace(load(lamp, environ=ENVIRON), Quiet())
    assert [said.version for said in versions(workspace, other)] == ["1.0.0", "1.0.0"]
    assert propose(buoy, environ=ENVIRON).files == {}
    assert propose(lamp, environ=ENVIRON).files == {}


@pytest.mark.parametrize(
    ("project", "taken"),
    [
        ('[project]\nname = "quay"\nversion = "1.0.0"\nrequires-python = ">=3.12"\n', True),
        ('[project]\nname = "quay"\nversion = "1.0.0"\n[tool.uv]\npackage = false\n', False),
        ("[tool.uv.workspace]\n", False),
    ],
)
def test_a_table_of_other_packages_takes_in_the_package_that_it_lies_in(
    tmp_path: Path, project: str, *, taken: bool
) -> None:
    monorepo(tmp_path, "quay-lamp")
    (tmp_path / "pyproject.toml").write_text(
        f'{project}[[tool.releasegate.packages]]\nname = "quay-lamp"\npath = "packages/quay-lamp"\n'
        'pythons = ["3.12"]\nversion-files = [{ toml = "pyproject.toml", key = "project.version" }]\n'
    )
    (tmp_path / "quay").mkdir()
    (tmp_path / "quay" / "__init__.py").write_text("")
    git(tmp_path, "add", "--all")
    proposal = propose(tmp_path, environ=ENVIRON)
    assert (PROJECT in proposal.files) is taken
    proposal.write()
    assert [each.name for each in load(tmp_path, environ=ENVIRON).settings.packages] == ["quay-lamp"] + ["quay"] * taken
    git(tmp_path, "add", "--all")
    assert propose(tmp_path, environ=ENVIRON).files == {}


def test_a_beginning_that_another_table_names_is_not_used_again(tmp_path: Path) -> None:
    monorepo(tmp_path, "quay-lamp", "quay-buoy")
    git(tmp_path, "tag", "v1.0.0")
    (tmp_path / "pyproject.toml").write_text(
        '[[tool.releasegate.packages]]\nname = "quay-lamp"\npath = "packages/quay-lamp"\npythons = ["3.12"]\n'
        'version-files = [{ toml = "pyproject.toml", key = "project.version" }]\n'
    )
    (tmp_path / "packages" / "broken").mkdir()
    (tmp_path / "packages" / "broken" / "pyproject.toml").write_text("[")
    git(tmp_path, "add", "--all")
    proposal = propose(tmp_path / "packages" / "quay-buoy", environ=ENVIRON)
    assert proposal.folder == tmp_path
    assert 'tag-prefix = "quay-buoy-v" # a guess: no tag has the package\'s name' in proposal.files[PROJECT][1]
    assert 'path = "packages/quay-buoy"' in proposal.files[PROJECT][1]


def test_packages_that_are_written_inline_cannot_be_added_to(tmp_path: Path) -> None:
    monorepo(tmp_path, "quay-lamp", "quay-buoy")
    (tmp_path / "pyproject.toml").write_text(
        '[tool.releasegate]\npackages = [{ name = "quay-lamp", path = "packages/quay-lamp", pythons = ["3.12"], '
        'version-files = [{ toml = "pyproject.toml", key = "project.version" }] }]\n'
    )
    git(tmp_path, "add", "--all")
    with pytest.raises(ConfigurationError, match="inline, and no table can be added"):
        propose(tmp_path / "packages" / "quay-buoy", environ=ENVIRON)


OLD = """\
name: old
on:
  push:
    tags: ["v*"]
jobs:
  candidate:
    runs-on: ubuntu-latest
    steps:
      - run: twine upload --repository testpypi dist/*
        env:
          TWINE_USERNAME: ${{ secrets.TEST_PYPI_TOKEN_USERNAME }}
          TWINE_PASSWORD: ${{ secrets.TEST_PYPI_TOKEN }}
  final:
    runs-on: ubuntu-latest
    environment: pypi
    steps:
      - uses: pypa/gh-action-pypi-publish@v1
"""


def test_another_publisher_is_told_first_and_the_secrets_that_it_uploads_with_are_taken_over(folder: Path) -> None:
    (folder / ".github" / "workflows").mkdir(parents=True)
    (folder / ".github" / "workflows" / "old.yml").write_text(OLD)
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message=Publish")
    proposal = propose(folder, environ=ENVIRON)
    user, *_ = proposal.notes
    first, second, remove, meant = proposal.questions[0].answers
    assert first.startswith("# .github/workflows/old.yml:9 uploads to a package index")
    assert "remove the job candidate" in first
    assert "old.yml:17 uploads" in second
    assert remove == "git rm .github/workflows/old.yml"
    assert user.startswith("The secrets TEST_PYPI_TOKEN_USERNAME are not read")
    proposal.write()
    indexes = load(folder, environ=ENVIRON).settings.indexes
    assert (indexes["testpypi"].token_env, indexes["testpypi"].trusts_github) == ("TEST_PYPI_TOKEN", False)
    assert (indexes["pypi"].token_env, indexes["pypi"].trusts_github) == ("PYPI_TOKEN", True)
    assert PROJECT not in propose(folder, environ=ENVIRON).files
    with (folder / PROJECT).open("a") as file:
        file.write(f"\n[tool.releasegate]\n{meant}\n")
    assert not [each for each in propose(folder, environ=ENVIRON).questions if "Only one may publish" in each.asks]


def test_a_branch_and_a_remote_that_cannot_be_written_down_are_the_usual_ones(folder: Path) -> None:
    git(folder, "remote", "rename", "origin", "mine")
    git(folder, "switch", "--quiet", "--create", "a{b")
    text = propose(folder, environ=ENVIRON).files[PROJECT][1]
    assert 'branch = "main"' in text
    assert 'remote = "mine"' in text


def test_a_python_that_is_only_admitted_and_not_here_is_told_and_not_asked_for(folder: Path) -> None:
    text = (folder / PROJECT).read_text().replace("requires-python", "# requires-python")
    (folder / PROJECT).write_text(text.replace("[project]", '[project]\nrequires-python = ">=3.11"'))
    nowhere = {
        **ENVIRON,
        "PATH": str(Path(shutil.which("git") or "").parent),
        "HOME": str(folder),
        "PYENV_ROOT": str(folder),
    }
    proposal = propose(folder, environ=nowhere)
    _, new = proposal.files[PROJECT]
    pythons = {"3.11", *(each for each in ("3.12", "3.13", "3.14") if Interpreters(nowhere).find(each) is not None)}
    assert set(parse_settings(new, where="new").packages[0].pythons) == pythons
    assert any("uv python install" in note and "3.14" in note for note in proposal.notes) == ("3.14" not in pythons)
