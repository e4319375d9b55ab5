"""The command lines as people type them: what they print, how they end, and never with a traceback."""

from __future__ import annotations

import errno
import getpass
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, cast

import nox
import pytest
from git_repositories import git
from invoke.exceptions import Exit
from invoke.program import Program
from packaging.version import Version
from real_indexes import RunningIndex, free_port
from testpair import AUTHOR, Pair, make_pair, on_indexes

from releasegate.adapters.ledger.files import FileLedger
from releasegate.app import gates
from releasegate.app.project import Project
from releasegate.core.errors import ConfigurationError, GateFailed, Refused
from releasegate.core.release.entry import SEAL, Entry
from releasegate.frontends.commands import rehearsals
from releasegate.frontends.commands.releases import _confirm, waive
from releasegate.frontends.invoke import ns
from releasegate.frontends.nox import _session, sessions
from releasegate.frontends.options import GATES
from releasegate.frontends.program import Releasegate
from releasegate.frontends.screen.console import Screen
from releasegate.ports import CellReport
from releasegate.rehearsal.index import EmbeddedIndex

TASKS = "from releasegate.frontends.invoke import ns\n"
TOKENS = {"STAGING_TOKEN": "secret", "PRODUCTION_TOKEN": "secret"}
SESSIONS = "from releasegate.frontends.nox import sessions\n\nsessions()\n"


class Ended(Exception):
    """A session was ended as failed."""


@dataclass(frozen=True)
class Session:
    """What a session is given: the words after ``--``, and a way to fail."""

    posargs: list[str]

    def error(self, words: str) -> NoReturn:
        """End the session as failed."""
        raise Ended(words)


@dataclass(frozen=True)
class Desk:
    """A project's folder and what is typed there; without ``real`` in this process, where its branches are counted."""

    pair: Pair
    capsys: pytest.CaptureFixture[str]

    def type(self, tool: str, *words: str) -> tuple[int, str]:
        """Return the exit code and all output of a task."""
        assert tool == "invoke"
        code = 0
        try:
            Program(namespace=deepcopy(ns)).run(["invoke", *words])
        except SystemExit as ended:
            code = int(ended.code or 0)
        return code, "".join(self.capsys.readouterr())

    def nox(self, session: str, *words: str) -> tuple[int, str]:
        """Return the exit code and all output of one session with what stands after ``--``."""
        (gate,) = (each for each in GATES if each.name == session)
        try:
            _session(gate)(cast("nox.Session", Session(list(words))))
        except Ended as error:
            return 1, "".join(self.capsys.readouterr()) + str(error)
        return 0, "".join(self.capsys.readouterr())

    def real(self, *words: str) -> tuple[int, str]:
        """Return the exit code and all output of a command of the environment's own, in a process of its own."""
        command = [sys.executable, "-m", *words]
        done = subprocess.run(command, cwd=self.pair.root, capture_output=True, text=True, timeout=180, check=False)
        output = done.stdout + done.stderr
        assert "Traceback" not in output, output
        return done.returncode, output

    def state(self, name: str, version: str) -> None:
        """Write another version to a package's Python file alone, uncommitted."""
        file = self.pair.clone(name) / name.replace("-", "_") / "__init__.py"
        file.write_text(file.read_text().replace("1.0.0", version))


@pytest.fixture(scope="module")
def indexes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RunningIndex, RunningIndex]]:
    with ExitStack() as stack:
        both = []
        for name in ("staging", "production"):
            root = tmp_path_factory.mktemp(name)
            index = stack.enter_context(EmbeddedIndex(name=name, root=root, token="secret"))
            both.append(RunningIndex(name, index.upload_url, index.simple_url, "__token__", "secret"))
        yield both[0], both[1]


@pytest.fixture
def cwd(
    indexes: tuple[RunningIndex, RunningIndex],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Desk:
    for name, value in {**AUTHOR, **TOKENS, "COLUMNS": "200"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    pair = make_pair(tmp_path, settings=on_indexes(*indexes))
    (tmp_path / "tasks.py").write_text(TASKS)
    (tmp_path / "noxfile.py").write_text(SESSIONS)
    return Desk(pair, capsys)


def test_a_plan_names_every_step_of_both_and_runs_none(cwd: Desk) -> None:
    code, output = cwd.type("invoke", "release", "--rc", "--plan")
    assert code == 0, output
    assert "tiny-api 1.0.0rc1 (rc)" in output
    assert "tiny-plugin 1.0.0rc1 (rc)" in output
    for key in ("clean", "bump", "tag", "upload:staging", "seal"):
        assert output.count(f" {key}  ") == 2, output
    assert git(cwd.pair.clone("tiny-api"), "tag") == ""
    assert git(cwd.pair.clone("tiny-api"), "log", "--format=%s") == "First"


@pytest.mark.parametrize("real", [True, False])
def test_status_names_the_places_what_is_missing_and_the_next_command(cwd: Desk, real: bool) -> None:  # noqa: FBT001
    words = ("invoke", "status", "--package", "tiny-plugin")
    code, output = cwd.real(*words) if real else cwd.type(*words)
    assert code == 0, output
    assert "tiny-plugin: 1.0.0 is not begun" in output
    assert "pyproject.toml:8" in output
    # What it calls is released first: nothing says yet what it could run with.
    assert "next      invoke release --rc --package tiny-api" in output
    assert "tiny-api:" not in output


@pytest.mark.parametrize("word", ["--rc", "--post", "--to=1.0"])
def test_an_event_says_itself_what_to_release(cwd: Desk, word: str) -> None:
    code, output = cwd.type("invoke", "release", "--event", word)
    assert code == 2, output
    assert "--event says what to release." in output


def test_status_says_what_does_not_answer_and_to_ask_again(cwd: Desk) -> None:
    file = cwd.pair.root / "pyproject.toml"
    file.write_text(re.sub(r"127\.0\.0\.1:\d+", f"127.0.0.1:{free_port()}", file.read_text()))
    code, output = cwd.type("invoke", "status", "--package", "tiny-api")
    assert code == 6, output
    assert "look      unavailable: The index " in output
    assert "next      invoke status --package tiny-api" in output


def test_status_of_places_that_differ_names_each(cwd: Desk) -> None:
    cwd.state("tiny-api", "1.0.1")
    git(cwd.pair.clone("tiny-api"), "commit", "--all", "--quiet", "--message=Differ")
    code, output = cwd.type("invoke", "status", "--package", "tiny-api")
    assert code == 0, output
    assert "do not agree" in output
    assert "tiny_api/__init__.py:3" in output
    assert "next      nox -s versions" in output


@pytest.mark.parametrize("real", [True, False])
def test_places_that_agree_pass_and_are_named_with_their_lines(cwd: Desk, real: bool) -> None:  # noqa: FBT001
    code, output = cwd.real("nox", "-s", "versions") if real else cwd.nox("versions")
    assert code == 0, output
    for name in ("tiny_api", "tiny_plugin"):
        assert f"{name}/__init__.py:3" in output


def test_a_place_that_differs_is_named_with_its_line_and_both_values_once(cwd: Desk) -> None:
    cwd.state("tiny-plugin", "1.0.1")
    code, output = cwd.nox("versions")
    assert code != 0
    (line,) = [line for line in output.splitlines() if "tiny_plugin/__init__.py:3" in line]
    assert "1.0.1" in line
    assert "1.0.0" in line
    assert output.count("-> Write the same version in every version file") == 1
    assert output.count("tiny-plugin does not state one version everywhere.") == 1
    assert "not passed: tiny-plugin" in output
    assert "tiny_api/__init__.py:3" in output, "the other package is judged all the same"


@pytest.mark.parametrize(("tag", "passes"), [("v1.0.0", True), ("v1.0.1", False), ("1.0.0", False)])
def test_the_places_must_agree_with_the_tag_that_is_given(cwd: Desk, tag: str, passes: bool) -> None:  # noqa: FBT001
    code, output = cwd.nox("versions", "--tag", tag)
    assert (code == 0) is passes, output
    assert passes or f"tag {tag}" in output


def test_what_is_built_is_listed_and_can_be_installed_from_dist(cwd: Desk) -> None:
    code, output = cwd.nox("install_check", "--source", "dist", "--package", "tiny-api")
    assert code != 0
    assert output.count("The files of tiny-api 1.0.0 are not here.") == 1
    assert "-> Build it: nox -s build -- --package tiny-api" in output
    code, output = cwd.nox("build", "--package", "tiny-api")
    assert code == 0, output
    assert "tiny_api-1.0.0-py3-none-any.whl" in output
    assert "tiny_api-1.0.0.tar.gz" in output
    code, output = cwd.nox("install_check", "--source", "dist", "--package", "tiny-api")
    assert code == 0, output
    assert output.count(": pass (") >= 2, output
    code, output = cwd.nox("e2e", "--source", "dist", "--package", "tiny-api")
    assert code == 0, output
    assert "tiny-api: pass" in output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("versions", "--package", "tiny"), "There is no package tiny."),
        (("install_check", "--source", "nowhere", "--package", "tiny-api"), "There is no source nowhere."),
        (("build", "--nonsense"), "build has no option --nonsense."),
        (("versions", "--path", "."), "--path needs to know which package is there."),
    ],
)
def test_a_wrong_argument_of_a_session_is_said_once_with_a_hint(cwd: Desk, words: tuple[str, ...], said: str) -> None:
    code, output = cwd.nox(*words)
    assert code != 0
    assert output.count(said) == 1, output
    assert output.count("-> ") >= 1


@pytest.mark.parametrize(
    ("words", "said", "code"),
    [
        (("status", "--package", "tiny"), "There is no package tiny.", ConfigurationError),
        (("release", "--rc", "--to", "nonsense", "--package", "tiny-api"), "'nonsense' is not", ConfigurationError),
        (("release", "--rc", "--to", "1.0.0rc1", "--package", "tiny-api"), "not a final", ConfigurationError),
        (("release", "--rc", "--to", "1.1.0"), "does not say which package is meant", ConfigurationError),
        (("release", "--rc", "--post"), "exclude each other", ConfigurationError),
        (("release", "--package", "tiny-api"), "1.0.0 has no release candidate", Refused),
        (("rehearse", "--pair", "none"), "There is no pair none.", ConfigurationError),
    ],
)
def test_a_wrong_order_is_refused_with_a_hint(
    cwd: Desk, words: tuple[str, ...], said: str, code: type[ConfigurationError | Refused]
) -> None:
    ended, output = cwd.type("invoke", *words)
    assert said in output
    assert ended == code.exit_code, output
    assert output.count("-> ") == 1


def test_nothing_is_published_where_nobody_can_be_asked(cwd: Desk) -> None:
    code, output = cwd.type("invoke", "release", "--rc", "--package", "tiny-api")
    assert code == Refused.exit_code, output
    assert "--yes" in output
    assert git(cwd.pair.clone("tiny-api"), "tag") == ""


def test_a_waiver_is_recorded_with_person_and_reason(cwd: Desk) -> None:
    words = ("--package", "tiny-api", "--version", "1.0.0rc1", "--by", "Ada", "--reason", "no host")
    code, output = cwd.type("invoke", "waive", *words, "--gate", "e2e:staging")
    assert code == 0, output
    assert "e2e:staging is waived by Ada: no host" in output
    assert "Ada" in (cwd.pair.root / ".releasegate" / "ledger" / "tiny-api" / "1.0.0rc1.jsonl").read_text()
    assert "nothing is known" not in output
    elsewhere = [word.replace("1.0.0rc1", "9.0.0rc1") for word in words]
    code, output = cwd.type("invoke", "waive", *elsewhere, "--gate", "e2e:staging")
    assert (code, "nothing is known here of tiny-api 9.0.0" in output) == (0, True), output


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (("--gate", "tag"), "tag cannot be waived."),
        (("--version", "one"), "'one' is not a version."),
        (("--reason", " "), "A waiver needs --reason as well."),
    ],
)
def test_a_waiver_that_says_too_little_is_refused(cwd: Desk, changed: tuple[str, str], said: str) -> None:
    words = {"--package": "tiny-api", "--version": "1.0.0rc1", "--gate": "e2e:staging", "--reason": "no host"}
    words[changed[0]] = changed[1]
    code, output = cwd.type("invoke", "waive", *(word for pair in words.items() for word in pair))
    assert said in output
    assert code == ConfigurationError.exit_code


def test_a_proof_is_taken_back_once_and_only_where_there_is_one(cwd: Desk) -> None:
    words = ["--package", "tiny-api", "--version", "1.0.0rc1"]
    code, output = cwd.type("invoke", "revoke", *words, "--reason", "it loses rows", "--by", "Ada")
    assert (code, "1.0.0rc1 is not proven, so there is nothing to take back." in output) == (3, True)
    evidence: dict[str, Any] = {"package": "tiny-api", "version": "1.0.0rc1", "commit": "c" * 40}
    evidence |= {"files": {}, "companion": None}
    sealed = Entry("2026-01-01T00:00:00.000000+00:00", "r", SEAL, "done", "", "record it", evidence=evidence)
    FileLedger(cwd.pair.root / ".releasegate" / "ledger" / "tiny-api").append(Version("1.0.0rc1"), sealed)
    code, output = cwd.type("invoke", "revoke", *words, "--reason", " ", "--by", "Ada")
    assert (code, "A revocation needs --reason as well." in output) == (2, True)
    code, output = cwd.type("invoke", "revoke", *words, "--reason", "it loses rows", "--by", "Ada")
    assert code == 0, output
    assert "1.0.0rc1 is revoked by Ada: it loses rows" in output
    code, output = cwd.type("invoke", "revoke", *words, "--reason", "once more", "--by", "Bob")
    assert (code, "is not proven any more" in output) == (3, True)


def test_a_task_that_ends_itself_keeps_its_exit_code(cwd: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def ended(*_: object, **__: object) -> None:
        raise Exit(code=9)

    monkeypatch.setattr("releasegate.frontends.commands.status.status", ended)
    assert cwd.type("invoke", "status")[0] == 9


@pytest.mark.parametrize("words", [("--dry", "release"), ("release", "--dry", "--rc"), ("--dry", "cache", "--clear")])
def test_what_invoke_calls_dry_is_refused_because_it_would_do_it_all(cwd: Desk, words: tuple[str, ...]) -> None:
    code, output = cwd.real("invoke", *words)
    assert code == ConfigurationError.exit_code, output
    assert "invoke's --dry keeps no task from doing what it does." in output
    assert "--plan" in output


@pytest.mark.parametrize("words", [("--dry", "status"), ("status", "--dry")])
def test_no_task_is_an_exception_to_that(cwd: Desk, words: tuple[str, ...]) -> None:
    assert cwd.type("invoke", *words)[0] == ConfigurationError.exit_code


def test_what_happens_is_shown_and_ends_in_a_table(cwd: Desk) -> None:
    code, output = cwd.type("invoke", "release", "--rc", "--package", "tiny-api", "--until", "build", "--yes")
    assert code == 0, output
    assert "tiny-api 1.0.0rc1 (rc)" in output
    assert "pass" in output
    rows = [line.split() for line in output.splitlines() if line.startswith("tiny-api  ")]
    assert rows == [["tiny-api", "1.0.0rc1", "passed", "up", "to", "places", *rows[0][6:]]]
    code, output = cwd.type("invoke", "status", "--package", "tiny-api")
    assert code == 0, output


def test_an_event_that_is_none_releases_nothing(cwd: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    code, output = cwd.type("invoke", "release", "--event")
    assert code == ConfigurationError.exit_code
    assert "No event of a forge started this run." in output


def test_what_a_release_would_lack_is_asked_and_answered(cwd: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    code, output = cwd.type("invoke", "doctor", "--package", "tiny-api")
    assert code == 0, output
    monkeypatch.delenv("STAGING_TOKEN")
    code, output = cwd.type("invoke", "doctor", "--package", "tiny-api")
    assert code == Refused.exit_code, output
    assert "STAGING_TOKEN" in output


def test_a_repository_without_a_forge_gets_no_workflow(cwd: Desk) -> None:
    for words in ((), ("--check",)):
        code, output = cwd.type("invoke", "workflows", *words)
        assert code == ConfigurationError.exit_code, output


def test_workflows_are_written_once_and_checked(cwd: Desk) -> None:
    file = cwd.pair.root / "pyproject.toml"
    text = file.read_text()
    forge = 'path = "."\nforge = { kind = "github", repository = "ada/tiny" }\n'
    setup = '\n[tool.releasegate.ci]\nsetup = [["pipx", "install", "./releasegate.whl"]]\n'
    file.write_text(re.sub(r'path = "[^"]*tiny-plugin"\n', forge, text) + setup)
    code, output = cwd.type("invoke", "workflows")
    assert code == 0, output
    assert "wrote .github/workflows/" in output
    assert "The workflows are what" in cwd.type("invoke", "workflows")[1]
    assert "is what the configuration says" in cwd.type("invoke", "workflows", "--check")[1]


@pytest.mark.parametrize("word", ["--help", "-h"])
def test_a_session_says_what_it_takes_with_an_example(cwd: Desk, word: str) -> None:
    code, output = cwd.real("nox", "-s", "e2e", "--", word)
    assert code == 0, output
    assert "Example: nox -s e2e -- --source testpypi" in output
    assert "--backend-source SOURCE" in output


def test_an_option_that_a_session_does_not_know_names_the_nearest(cwd: Desk) -> None:
    code, output = cwd.nox("versions", "--pakcage", "x")
    assert code == 1, output
    assert output.count("-> Did you mean --package?") == 1


@pytest.mark.parametrize("task", sorted(ns.tasks))
def test_every_task_says_what_it_takes_with_an_example(cwd: Desk, task: str) -> None:
    for words in ([task, "--help"], [task, "-h"], ["--help", task]):
        code, output = cwd.type("invoke", *words)
        assert code == 0, output
        assert f"Example: invoke {task}" in output
        assert "--verbose" in output
        assert [line for line in output.splitlines() if len(line) > 80] == []


def test_a_task_that_has_one_of_its_two_names_says_still_what_it_takes(cwd: Desk) -> None:
    code, output = cwd.type("invoke", "verify", "tiny-api", "--help")
    assert (code, "Example: invoke verify my-plugin 1.1.0" in output) == (0, True), output


def test_a_waiver_names_all_that_it_needs(cwd: Desk) -> None:
    code, output = cwd.type("invoke", "waive", "--package", "tiny-api", "--gate", "e2e:staging")
    assert code == ConfigurationError.exit_code, output
    assert "A waiver needs --version, --reason as well." in output


@pytest.mark.parametrize(
    ("environ", "name", "recorded"),
    [
        ({}, "Ada Lovelace", "Ada Lovelace"),
        ({"GIT_COMMITTER_NAME": "Grace", "GIT_COMMITTER_EMAIL": "grace@example.org"}, "Ada Lovelace", "Grace"),
        ({}, "", "root"),
    ],
)
def test_who_takes_it_on_is_the_person_that_git_knows_and_only_else_the_users_name(
    cwd: Desk, monkeypatch: pytest.MonkeyPatch, environ: dict[str, str], name: str, recorded: str
) -> None:
    for each in ("GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL"):
        monkeypatch.delenv(each, raising=False)
    for each, value in environ.items():
        monkeypatch.setenv(each, value)
    monkeypatch.setattr(getpass, "getuser", lambda: "root")
    monkeypatch.chdir(cwd.pair.root)
    git(cwd.pair.clone("tiny-api"), "config", "user.name", name)
    waive(Screen(), package="tiny-api", version="1.0.0rc1", gate="e2e:staging", reason="no host", by="")
    text = (cwd.pair.root / ".releasegate" / "ledger" / "tiny-api" / "1.0.0rc1.jsonl").read_text()
    assert f"is waived by {recorded}: no host" in text


@pytest.mark.parametrize(("missing", "name"), [(KeyError, "Ada"), (OSError, "Ada"), (KeyError, "")])
def test_who_has_no_name_on_this_machine_has_one_in_git_or_says_it(
    cwd: Desk, monkeypatch: pytest.MonkeyPatch, missing: type[Exception], name: str
) -> None:
    def nobody() -> str:
        raise missing("uid not found: 1234")

    monkeypatch.setattr(getpass, "getuser", nobody)
    monkeypatch.delenv("GIT_COMMITTER_NAME", raising=False)
    monkeypatch.chdir(cwd.pair.root)
    git(cwd.pair.clone("tiny-api"), "config", "user.name", name)
    said = {"package": "tiny-api", "version": "1.0.0rc1", "gate": "e2e:staging", "reason": "no host", "by": ""}
    if name:
        waive(Screen(), **said)
        text = (cwd.pair.root / ".releasegate" / "ledger" / "tiny-api" / "1.0.0rc1.jsonl").read_text()
        assert "is waived by Ada" in text
    else:
        with pytest.raises(ConfigurationError) as error:
            waive(Screen(), **said)
        assert "--by" in error.value.hint


@pytest.mark.parametrize(
    "text", [None, "[project]\nname = 'x'\n", "[tool.releasegate\n", "tool = 1\n", "[tool.releasegate]\nodd = 1\n"]
)
def test_a_missing_or_wrong_configuration_is_said_without_a_traceback(cwd: Desk, text: str | None) -> None:
    file = cwd.pair.root / "pyproject.toml"
    file.unlink()
    if text is not None:
        file.write_text(text)
    code, output = cwd.type("invoke", "status")
    assert code == ConfigurationError.exit_code, output
    assert output.count("-> ") == 1
    code, output = cwd.nox("versions")
    assert code != 0
    assert output.count("-> ") == 1


def test_a_failed_build_shows_its_words_once(cwd: Desk) -> None:
    clone = cwd.pair.clone("tiny-api")
    (clone / "backend.py").write_text("raise SystemExit('the backend is broken')\n")
    git(clone, "commit", "--all", "--quiet", "--message=Break it")
    code, output = cwd.nox("build", "--package", "tiny-api")
    assert code != 0
    assert GateFailed.verdict in output
    assert output.count("The build failed") == 1, output
    assert "the backend is broken" in output


def test_of_many_versions_the_newest_are_shown_and_the_others_counted(cwd: Desk) -> None:
    for minor in range(10):
        git(cwd.pair.clone("tiny-api"), "tag", f"v0.{minor}.0")
    code, output = cwd.type("invoke", "status", "--package", "tiny-api")
    assert code == 0, output
    (line,) = [line for line in output.splitlines() if "consumed  tag:" in line]
    assert "(and 2 older) 0.2.0, 0.3.0" in line
    assert "consumed  staging: nothing" in output or "consumed  staging" not in output


def test_lines_side_by_side_are_shown(cwd: Desk) -> None:
    clone = cwd.pair.clone("tiny-api")
    git(clone, "checkout", "--quiet", "-b", "beside")
    git(clone, "commit", "--quiet", "--allow-empty", "--message=Beside")
    git(clone, "tag", "v2.0.0")
    git(clone, "checkout", "--quiet", "develop")
    code, output = cwd.type("invoke", "status", "--package", "tiny-api")
    assert code == 0, output
    assert "line      2.0.0: another line, beside it" in output


@pytest.mark.parametrize("words", [("status",), ("release", "--rc", "--plan")])
def test_a_remote_that_is_away_is_said_and_all_else_is_told(cwd: Desk, words: tuple[str, ...]) -> None:
    remote = cwd.pair.root / "remotes" / "tiny-api.git"
    remote.rename(remote.with_name("gone.git"))
    _, output = cwd.type("invoke", *words, "--package", "tiny-api")
    assert output.count("Other machines' evidence is not known: ") == 1, output
    assert "-> Run the same command again when this works: git -C tiny-api ls-remote --tags origin" in output


def test_a_plan_that_is_refused_is_told_with_what_is_in_its_way(cwd: Desk) -> None:
    code, output = cwd.type("invoke", "release", "--plan", "--package", "tiny-api")
    assert code == Refused.exit_code, output
    assert "1.0.0 has no release candidate" in output
    assert "(final)" not in output


def test_what_cannot_be_taken_back_is_asked_of_a_person_only(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _confirm(Screen())("upload it") is False
    assert "Nobody can be asked about this here: upload it. Say --yes" in capsys.readouterr().out
    monkeypatch.setattr(Screen, "is_terminal", property(lambda _: True))
    asked: list[str] = []

    def answer(question: str) -> str:
        asked.append(question)
        return "y"

    monkeypatch.setattr("builtins.input", answer)
    assert _confirm(Screen())("upload it") is True
    assert asked == ["This cannot be taken back: upload it. Go on? [y/N] "]


@pytest.mark.parametrize(
    ("words", "silent"), [("status", True), ("release --rc --plan", True), ("release --rc", False)]
)
def test_a_release_that_is_cut_short_because_nobody_reads_on_says_so(
    cwd: Desk,
    monkeypatch: pytest.MonkeyPatch,
    words: str,
    silent: bool,  # noqa: FBT001
) -> None:
    def stopped(*_: object, **__: object) -> NoReturn:
        raise BrokenPipeError(errno.EPIPE, "Broken pipe")

    monkeypatch.setattr("releasegate.frontends.commands.status.status", stopped)
    monkeypatch.setattr("releasegate.frontends.commands.releases.release", stopped)
    monkeypatch.setattr("releasegate.frontends.endings.nobody_reads", lambda _: True)
    code, output = cwd.type("invoke", *words.split())
    assert (code, "Whoever reads the output has stopped" not in output) == (6, silent)


def test_a_gate_and_help_are_silent_too_where_nobody_reads_on(cwd: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_: object, **__: object) -> NoReturn:
        raise BrokenPipeError(errno.EPIPE, "Broken pipe")

    monkeypatch.setattr("releasegate.frontends.endings.nobody_reads", lambda _: True)
    monkeypatch.setattr("releasegate.frontends.commands.each_package.nobody_reads", lambda _: True)
    monkeypatch.setattr("releasegate.frontends.screen.printer.Printer.say", stopped)
    assert cwd.nox("versions", "--package", "tiny-api") == (1, "unavailable (exit code 6), see above")
    monkeypatch.setattr(Releasegate, "print_help", stopped)
    with pytest.raises(SystemExit) as ended:
        Releasegate().run(["releasegate", "--help"])
    assert (ended.value.code, "".join(cwd.capsys.readouterr())) == (6, "")


@pytest.mark.parametrize(
    ("words", "again"),
    [
        *((task, "again; it begins anew") for task in ("status", "doctor", "watch", "rehearse --pair own")),
        ("release --rc --plan", "again; it begins anew"),
        ("release --rc", "again; it goes on from there"),
        ("rehearse", "again; it goes on from there"),
        ("rehearse --fresh", "without --fresh; it goes on from there"),
    ],
)
def test_a_task_that_is_interrupted_says_what_is_safe_and_whether_it_goes_on(
    cwd: Desk, monkeypatch: pytest.MonkeyPatch, words: str, again: str
) -> None:
    def interrupted(*_: object, **__: object) -> NoReturn:
        raise KeyboardInterrupt

    task = words.split(maxsplit=1)[0]
    module = {"watch": "aftercare", "release": "releases", "rehearse": "rehearsals"}.get(task, task)
    monkeypatch.setattr(f"releasegate.frontends.commands.{module}.{task}", interrupted)
    code, output = cwd.type("invoke", *words.split())
    assert code == 130
    assert "nothing is uploaded twice" in output
    assert output.endswith(f"-> Run the same command {again}\n")


def test_the_sessions_of_a_prefix_do_not_take_the_names_of_others(monkeypatch: pytest.MonkeyPatch) -> None:
    registered: list[str] = []

    def session(*, name: str, venv_backend: str, default: bool) -> Callable[[object], object]:
        assert (venv_backend, default) == ("none", False)
        registered.append(name)
        return lambda run: run

    monkeypatch.setattr(nox, "session", session)
    sessions("gate_")
    assert registered == ["gate_versions", "gate_build", "gate_install_check", "gate_e2e"]


def test_help_of_a_session_runs_nothing(cwd: Desk) -> None:
    code, output = cwd.nox("versions", "--tag", "nonsense", "--help")
    assert (code, "Example: nox -s versions -- " in output) == (0, True)


def test_the_folder_of_a_package_can_be_another_one(cwd: Desk) -> None:
    cwd.state("tiny-api", "1.0.1")
    moved = cwd.pair.root / "moved"
    cwd.pair.clone("tiny-api").rename(moved)
    code, output = cwd.nox("versions", "--package", "tiny-api", "--path", str(moved))
    assert code == 1
    assert "1.0.1" in output


def test_a_person_whom_not_even_git_can_name_says_who_it_is(cwd: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody() -> str:
        raise KeyError("uid not found: 1234")

    monkeypatch.setattr(getpass, "getuser", nobody)
    monkeypatch.setenv("PATH", str(cwd.pair.root))
    said = {"package": "tiny-api", "version": "1.0.0rc1", "gate": "e2e:staging", "reason": "no host", "by": ""}
    with pytest.raises(ConfigurationError, match="Nobody knows here who takes it on"):
        waive(Screen(), **said)


def test_a_word_that_an_option_of_a_session_does_not_know_is_refused(cwd: Desk) -> None:
    code, output = cwd.nox("e2e", "--plan", "yaml")
    assert code == 1
    assert "--plan does not know yaml." in output
    assert "Name one of: text, json" in output


def test_what_an_install_check_found_is_shown_below_its_cell(cwd: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    cell = CellReport("wheel, Python 3.12", "left out", ("There is no Python 3.12 here.",), (), 0.2)
    monkeypatch.setattr(gates, "install_check", lambda *_, **__: (cell,))
    code, output = cwd.nox("install_check", "--package", "tiny-api")
    assert code == 0
    assert "tiny-api: wheel, Python 3.12: left out (0 s)\n" in output
    assert "\n  There is no Python 3.12 here.\n" in output


@pytest.mark.parametrize("words", [(), ("--clear",)])
def test_what_is_kept_is_shown_a_line_a_kind(
    cwd: Desk, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    def cached(project: Project, *, clear: bool) -> tuple[str, ...]:
        assert project.root == cwd.pair.root
        return ("removed",) if clear else ("2 databases", "3 images")

    def build_cache(project: Project, *, clear: bool) -> str:
        assert project.root == cwd.pair.root
        return "removed no environment" if clear else "1 environment"

    monkeypatch.setattr(rehearsals, "cached", cached)
    monkeypatch.setattr("releasegate.app.build_cache.build_cache", build_cache)
    code, output = cwd.type("invoke", "cache", *words)
    there = ["1 environment", "2 databases", "3 images", ""]
    assert (code, output.split("\n")) == (0, ["removed no environment", "removed", ""] if words else there)
