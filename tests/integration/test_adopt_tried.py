"""A proposal is tried before it is written, fits what the repository has, and takes a pair's other repository in."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

import pytest
from git_repositories import ENVIRON, git, make_repository
from packaging.version import Version
from testpair import Quiet, sources

from releasegate.app.adopt.pair import propose_beside
from releasegate.app.adopt.propose import Proposal, propose
from releasegate.app.adopt.trial import Trial, Tried
from releasegate.app.ci import vendor
from releasegate.app.project import load
from releasegate.core.config.keys import Package
from releasegate.core.errors import ConfigurationError, GateFailed, Unavailable
from releasegate.frontends.commands import handover
from releasegate.frontends.program import Releasegate
from releasegate.frontends.screen.console import Screen
from releasegate.ports import CellReport, Delivery

PROJECT = PurePosixPath("pyproject.toml")


def tried(folder: Path) -> list[Tried]:
    return list(Trial(propose(folder, environ=ENVIRON), ENVIRON, Quiet(), Screen()).run())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    make_repository(tmp_path / "tiny-api", sources("tiny-api", version="1.0.0"))
    return tmp_path / "tiny-api"


def test_the_gates_of_a_proposal_are_tried_and_nothing_is_written(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr("releasegate.app.adopt.trial.build", lambda _, package, **__: asked.append(package.name))
    (folder / "README.md").write_text("changed, and not committed\n")
    before = git(folder, "status", "--porcelain")
    first, second = tried(folder)
    assert (first.gate, first.error, second.gate) == ("versions", None, "build")
    assert first.found.startswith("pyproject.toml states 1.0.0")
    assert asked == ["tiny-api"]
    assert git(folder, "status", "--porcelain") == before


class Checker:
    """Installs nothing, and tells that *problems* were found."""

    def __init__(self, *problems: str) -> None:
        self.problems = problems

    def check(self, delivery: Delivery, *, pythons: Sequence[str], **_: object) -> tuple[CellReport, ...]:
        """Report what the checker was told to."""
        assert [path.suffix for path in delivery.files] == [".whl"]
        verdict = "fail" if self.problems else "pass"
        told = [CellReport(f"{each} wheel", verdict, self.problems, (), 0.0, "1 module imported") for each in pythons]
        return tuple(told)


def installing(monkeypatch: pytest.MonkeyPatch, checker: Checker) -> None:
    """Let a build succeed, and *checker* install what came of it."""

    @contextmanager
    def files(_: object, package: Package, __: object) -> Iterator[Delivery]:
        paths = (Path("tiny_api-1.0.0.tar.gz"), Path("tiny_api-1.0.0-py3-none-any.whl"))
        yield Delivery(package, Version("1.0.0"), "dist", "0" * 40, paths)

    monkeypatch.setattr("releasegate.app.adopt.trial.build", lambda *_, **__: ())
    monkeypatch.setattr("releasegate.app.adopt.trial.delivered", files)
    monkeypatch.setattr("releasegate.app.workspace.Workspace.install_checker", lambda *_: checker)


def test_the_wheel_of_a_proposal_is_installed_before_any_number_is_spent(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installing(monkeypatch, Checker())
    *_, last = tried(folder)
    assert (last.gate, last.error) == ("install_check", None)
    assert last.found.endswith(" wheel: 1 module imported")


@pytest.mark.parametrize(
    ("here", "asked"),
    [
        (("3.9", "3.10", "3.11", "3.12"), "3.9 wheel: 1 module imported, 3.12 wheel: 1 module imported"),
        (("3.11",), "3.11 wheel: 1 module imported"),
    ],
)
def test_the_wheel_is_tried_on_the_oldest_and_the_newest_python_that_is_here(
    folder: Path, monkeypatch: pytest.MonkeyPatch, here: tuple[str, ...], asked: str
) -> None:
    project = folder / "pyproject.toml"
    project.write_text(re.sub(r"requires-python.*", 'requires-python = ">=3.9"', project.read_text()))
    installing(monkeypatch, Checker())
    found = "releasegate.adapters.venvs.interpreters.Interpreters.find"
    monkeypatch.setattr(found, lambda _, each: "python" if each in here else None)
    *_, last = tried(folder)
    assert last.found == asked


def test_what_cannot_be_imported_is_told_with_the_proposal(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installing(monkeypatch, Checker("Cannot import tiny_api.ui"))
    *_, last = tried(folder)
    assert isinstance(last.error, GateFailed)
    assert last.error.details[0].endswith(" wheel: Cannot import tiny_api.ui")


def test_a_package_none_of_whose_pythons_is_here_is_not_installed_and_that_is_said(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installing(monkeypatch, Checker())
    monkeypatch.setattr("releasegate.adapters.venvs.interpreters.Interpreters.find", lambda *_: None)
    *_, last = found = tried(folder)
    assert [each.gate for each in found] == ["versions", "build", "install_check"]
    assert isinstance(last.error, Unavailable)


def test_a_gate_that_fails_is_told_and_ends_the_trial(folder: Path) -> None:
    (folder / "tiny_api" / "__init__.py").write_text('__version__ = "0.9.0"\n')
    (one,) = tried(folder)
    assert isinstance(one.error, GateFailed)


def test_a_repository_without_a_commit_cannot_be_tried_and_that_is_said(tmp_path: Path) -> None:
    for path, text in sources("tiny-api", version="1.0.0").items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    (one,) = tried(tmp_path)
    assert one.error is not None
    git(tmp_path, "init")
    git(tmp_path, "add", "--all")
    (one,) = tried(tmp_path)
    assert str(one.error).startswith(f"{tmp_path} has no commit yet.\n-> Commit the package first: git -C ")


OWN = "from invoke.tasks import task\n@task\ndef release(c):\n    print('ours')\n@task\ndef paint(c):\n    pass\n"
COLLECTION = OWN + "from invoke.collection import Collection\nns = Collection(release, paint)\n"


@pytest.mark.parametrize(("content", "name"), [(OWN, "tasks.py"), (COLLECTION, "tasks.py"), (OWN, "tasks/__init__.py")])
def test_tasks_of_its_own_stay_and_the_others_come_beside_them(folder: Path, content: str, name: str) -> None:
    file = folder / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(content)
    proposal = propose(folder, environ=ENVIRON)
    assert PurePosixPath("tasks.py") not in proposal.files
    (question,) = (each for each in proposal.questions if each.asks.startswith(name))
    (line,) = question.answers
    file.write_text(f"{content}{line}\n" if "at its end" in question.asks else f"{line}\n{content}")
    words = [sys.executable, "-m", "invoke"]
    listed = subprocess.run([*words, "--list"], cwd=folder, capture_output=True, text=True, check=True).stdout
    assert {"paint", "doctor", "status"} <= set(listed.split())
    assert (
        subprocess.run([*words, "release"], cwd=folder, capture_output=True, text=True, check=True).stdout == "ours\n"
    )


def test_sessions_of_its_own_stay_and_the_gates_come_beside_them(folder: Path) -> None:
    file = folder / "noxfile.py"
    file.write_text("import nox\n\n@nox.session\ndef build(session):\n    pass\n")
    (question,) = (each for each in propose(folder, environ=ENVIRON).questions if each.asks.startswith("noxfile.py"))
    subprocess.run(["sh", "-c", question.answers[0]], cwd=folder, check=True)
    listed = subprocess.run(
        [sys.executable, "-m", "nox", "--list"], cwd=folder, capture_output=True, text=True, check=True
    )
    assert "* build" in listed.stdout
    assert "release-versions" in listed.stdout


@pytest.fixture
def table(folder: Path) -> Path:
    """Return the repository beside it that has the table already."""
    root = folder.parent / "tiny-plugin"
    make_repository(root, sources("tiny-plugin", version="1.0.0"))
    propose(root, environ=ENVIRON).write()
    return root


def test_a_pair_s_other_repository_goes_into_the_table_before_those_that_call_it(folder: Path, table: Path) -> None:
    proposal = propose_beside(folder, table, environ=ENVIRON)
    assert proposal.alone is not None
    proposal.write()
    for each in (folder, table):
        packages = load(each, environ=ENVIRON).settings.packages
        assert [package.name for package in packages] == ["tiny-api", "tiny-plugin"]
    assert load(folder, environ=ENVIRON).table == table
    assert propose_beside(folder, table, environ=ENVIRON).files == {}


CALLS = {".github/workflows/e2e.yml": "on: push\nenv:\n  A: ${{ vars.TINY_API_TESTPYPI_VERSION }}\n"}
PLUGIN = "\n\nfrom netbox.plugins import PluginConfig\n\n\nclass Lamp(PluginConfig):\n    min_version = '4.7.0'\n"


def answered(home: Path, proposal: Proposal) -> None:
    """Paste the answers of a pair, each where its question says, into the table in *home*."""
    file = home / "pyproject.toml"
    text = file.read_text()
    for answer in (answer for each in proposal.questions for answer in each.answers):
        key = answer.partition(" = ")[0]
        whose = {"service": "tiny-api", "companion": "tiny-plugin"}.get(key)
        if whose is not None:
            text = text.replace(f'name = "{whose}"\nversion', f'name = "{whose}"\n{answer}\nversion')
            text = text.replace(f'name = "{whose}"\npath', f'name = "{whose}"\n{answer}\npath')
        elif key in {"kit", "packages"}:
            text = re.sub(rf"^{key} = .*$", answer, text, flags=re.MULTILINE)
    file.write_text(text)


@pytest.mark.parametrize("first", ["tiny-api", "tiny-plugin"])
@pytest.mark.parametrize("hosted", [False, True])
def test_whichever_of_a_pair_has_the_table_every_answer_that_is_offered_can_be_pasted(
    tmp_path: Path, first: str, *, hosted: bool
) -> None:
    plugin = sources("tiny-plugin", version="1.0.0")
    plugin["tiny_plugin/__init__.py"] += PLUGIN if hosted else ""
    files = {"tiny-api": sources("tiny-api", version="1.0.0"), "tiny-plugin": {**plugin, **CALLS}}
    homes = {name: make_repository(tmp_path / name, each).root for name, each in files.items()}
    (second,) = (name for name in homes if name != first)
    proposal = propose(homes[first], environ=ENVIRON)
    proposal.write()
    offered = [line for each in proposal.questions for line in each.answers if "--table" in line]
    assert offered == (["releasegate adopt ../tiny-api --table ."] if first == "tiny-plugin" else [])
    file = homes[first] / "pyproject.toml"
    file.write_text(f"{file.read_text()}\n[tool.other]\na = [\n[1]]\n")
    git(homes[first], "add", "--all")
    beside = propose_beside(homes[second], homes[first], environ=ENVIRON)
    beside.write()
    assert file.read_text().endswith("\n")
    assert "[tool.other]\na = [\n[1]]\n" in file.read_text()
    assert [line for each in beside.questions for line in each.answers if "--table" in line] == []
    answered(homes[first], beside)
    settings = load(homes[second], environ=ENVIRON).settings
    assert [package.name for package in settings.packages] == ["tiny-api", "tiny-plugin"]
    api, caller = settings.packages
    assert (api.service is not None, [each.name for each in caller.companions]) == (True, ["tiny-api"])
    assert (settings.stack.kit_name if settings.stack is not None else "") == ("proxbox" if hosted else "")


def test_what_has_no_table_or_another_folder_s_name_is_refused(folder: Path, table: Path) -> None:
    with pytest.raises(ConfigurationError, match="has no"):
        propose_beside(table, folder, environ=ENVIRON)
    folder.rename(folder.parent / "api")
    with pytest.raises(ConfigurationError, match="is in a folder called api"):
        propose_beside(folder.parent / "api", table, environ=ENVIRON)


def handed_over(folder: Path, capsys: pytest.CaptureFixture[str], *, vendored: bool) -> str:
    handover.adopt(Screen(), path=str(folder), table="", yes=True, vendored=vendored, trial=False)
    return capsys.readouterr().out


def test_with_vendor_the_repository_gets_releasegate_by_its_hashes_and_the_workflow(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(vendor, "pinned", lambda *_, **__: "invoke==1 --hash=sha256:0\n")
    git(folder, "remote", "add", "origin", "https://github.com/octo/tiny-api.git")
    workflow = folder / ".github" / "workflows" / "release.yml"
    said = handed_over(folder, capsys, vendored=False)
    assert "How does a runner get releasegate?" in said
    assert not workflow.exists()
    said = handed_over(folder, capsys, vendored=True)
    assert "How does a runner get releasegate?" not in said
    assert "--require-hashes" in workflow.read_text()
    assert (folder / "ci" / "releasegate" / "requirements.txt").is_file()
    assert handed_over(folder, capsys, vendored=False).startswith("There is nothing to write")


@pytest.mark.parametrize(("files", "said"), [(1, "Write this file?"), (3, "Write these 3 files?")])
def test_it_is_asked_how_many_files_may_be_written(
    folder: Path, monkeypatch: pytest.MonkeyPatch, files: int, said: str
) -> None:
    asked: list[str] = []
    known = {PurePosixPath(name): ("", "new") for name in "abc"[:files]}
    monkeypatch.setattr(handover, "propose", lambda *_, **__: Proposal(folder, known, ()))
    monkeypatch.setattr(Screen, "asks", lambda _, question: asked.append(question))
    handover.adopt(Screen(), path=str(folder), table="", yes=False, vendored=False, trial=False)
    assert asked == [said]


def test_where_no_forge_is_known_the_answers_lead_to_a_workflow_as_they_are_printed(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(vendor, "pinned", lambda *_, **__: "invoke==1 --hash=sha256:0\n")
    said = handed_over(folder, capsys, vendored=False)
    asked, _, line = said.partition("No workflow was written")[2].partition("\n     ")
    line = line.partition("\n")[0]
    key = asked.partition("Add ")[2].partition(" to the package.")[0]
    file = folder / "pyproject.toml"
    file.write_text(
        file.read_text().replace("[[tool.releasegate.packages]]\n", f"[[tool.releasegate.packages]]\n{key}\n")
    )
    monkeypatch.chdir(folder)
    Releasegate().run(line.split(), exit=False)
    assert "wrote .github/workflows/release.yml" in capsys.readouterr().out
    file.write_text(file.read_text().replace(f"{key}\n", ""))
    assert "     releasegate workflows\n" in handed_over(folder, capsys, vendored=False), "setup says it already"


def test_what_was_tried_is_shown_with_what_is_wrong(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = GateFailed("The build is not what it should be.", hint="Mend it")
    told = [Tried("versions", "pyproject.toml states 1.0.0"), Tried("build", error=wrong)]
    monkeypatch.setattr(Trial, "run", lambda _: iter(told))
    handover.adopt(Screen(), path=str(folder), table="", yes=False, vendored=False, trial=True)
    said = capsys.readouterr().out
    assert "versions: pass, pyproject.toml states 1.0.0" in said
    assert "build: fail\nThe build is not what it should be.\n-> Mend it" in said
