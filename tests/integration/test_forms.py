"""What a command tells beside its lines: JSON alone on standard output, and in Actions a summary and annotations."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from described import problems
from git_repositories import git
from test_doctor import Folder, folder
from typed import Typed, typed

from releasegate.frontends.generated.report_schema import schema

__all__ = ["folder", "typed"]

API = ("--package", "tiny-api")


def told(typed: Typed, *words: str, **environ: str) -> tuple[int, Any, str]:
    """Return exit code, what standard output holds as JSON, held against the schema, and standard error."""
    code, out, err = typed(*words, **environ)
    report, whole = json.loads(out), json.loads(schema())
    assert problems(report, whole, whole) == []
    assert report["exit_code"] == code
    return code, report, err


def test_status_as_json_is_alone_on_standard_output(typed: Typed) -> None:
    code, report, err = told(typed, "releasegate", "status", "--json", *API)
    (package,) = report["packages"]
    assert (code, report["kind"], package["package"]) == (0, "status", "tiny-api")
    assert package["command"] == "releasegate release --rc --package tiny-api"
    assert "tiny-api: 1.0.0 is not begun" in err


@pytest.mark.parametrize("words", ["status", "doctor", "pairs", "show", "watch", "release --rc", "release --rc --plan"])
def test_a_wrong_word_is_told_in_the_report_that_the_command_would_have_made(typed: Typed, words: str) -> None:
    kinds = []
    # The latter is said by the command itself.
    for wrong in ("--bogus", "--for=nowhere==1" if words == "pairs" else "--package=nowhere"):
        code, out, _ = typed("releasegate", *words.split(), wrong, "--json")
        kinds.append(json.loads(out)["kind"])
        assert code == 2
    assert kinds[0] == kinds[1]


def test_doctor_as_json_has_every_question_with_its_answer(typed: Typed) -> None:
    code, report, err = told(typed, "releasegate", "doctor", "--json", *API)
    (package,) = report["packages"]
    answers = {each["question"]: each for each in package["questions"]}
    assert (code, report["kind"], package["in_the_way"]) == (0, "doctor", [])
    for question in ("work tree", "indexes", "clock", "tools", "token", "pythons", "space"):
        assert answers[question]["verdict"] == "ok"
    assert answers["clock"]["found"] == "right"
    assert "twine " in answers["tools"]["found"]
    assert "answers are well" in err
    typed.folder.tokens.pop("STAGING_TOKEN")
    code, report, _ = told(typed, "invoke", "doctor", "--json", *API)
    (wrong,) = (each for each in report["packages"][0]["questions"] if each["problem"] is not None)
    assert (code, wrong["question"], wrong["problem"]["exit_code"]) == (3, "token", 3)


def test_a_plan_as_json_has_every_step(typed: Typed) -> None:
    code, report, err = told(typed, "invoke", "release", "--rc", "--plan", "--json")
    assert code == 0
    path = report["packages"][1]["versions"][0]["path"]
    assert [step["key"] for step in path][:3] == ["preflight", "clean", "free"]
    assert {step["verdict"] for step in path} == {"planned"}
    assert report["kind"] == "plan"
    assert "tiny-plugin 1.0.0rc1 (rc)" in err


def test_a_run_and_then_its_record_tell_the_same_path(typed: Typed) -> None:
    words = ("releasegate", "release", "--rc", "--yes", "--json", *API)
    code, run, err = told(typed, *words)
    assert code == 0, err
    (ran,) = run["packages"][0]["versions"]
    assert ran["state"] == "sealed"
    assert [cell["cell"].partition(" ")[2] for cell in ran["cells"]] == ["wheel", "wheel", "sdist"]
    assert [cell["gate"] for cell in ran["cells"]] == ["installable", *["install:staging"] * 2]
    assert len(ran["artifacts"]) == 2
    _, record, _ = told(typed, "releasegate", "show", "--json", *API)
    (shown,) = record["packages"][0]["versions"]
    assert [step["key"] for step in shown["path"]] == [step["key"] for step in ran["path"]]
    for key in ("version", "state", "commit", "pair", "cells", "artifacts", "promotion"):
        assert shown[key] == ran[key], key
    assert {step["verdict"] for step in shown["path"]} == {"pass"}
    assert shown["commits"]["since"] == ""
    assert shown["commits"]["newest"][0]["subject"].startswith("Release tiny-api")
    code, output, _ = typed("releasegate", "show", "--markdown", *API, "--version", "1.0.0rc1")
    assert code == 0, output
    assert output.startswith("## tiny-api 1.0.0rc1: sealed\n")


def test_a_package_that_is_not_checked_out_hides_nothing_of_the_others(folder: Folder, typed: Typed) -> None:
    shutil.rmtree(folder.pair.clone("tiny-api"))
    code, record, err = told(typed, "releasegate", "show", "--json")
    (shown,) = record["packages"]
    assert (code, shown["package"], record["error"]["exit_code"]) == (6, "tiny-plugin", 6)
    assert err.index("tiny-plugin") < err.index("tiny-api is not checked out")


def test_a_run_that_fails_tells_how_far_it_came_and_what_ended_it(folder: Folder, typed: Typed) -> None:
    clone = folder.pair.clone("tiny-api")
    (clone / "check.py").write_text("raise SystemExit('it does not')\n")
    git(clone, "commit", "--quiet", "--all", "--message=Break | it")
    git(clone, "push", "--quiet", "origin", "develop")
    summary = folder.pair.root / "summary.md"
    summary.write_text("# Before\n")
    actions = {"GITHUB_STEP_SUMMARY": str(summary), "GITHUB_WORKSPACE": str(folder.pair.root)}
    code, report, err = told(typed, "releasegate", "release", "--rc", "--yes", "--json", *API, **actions)
    assert code == 4, err
    (ran,) = report["packages"][0]["versions"]
    assert ran["path"][-1]["verdict"] == "fail"
    assert ran["state"] == "failed at e2e:staging"
    assert "fails end to end" in report["error"]["problem"]
    assert "fails end to end" in err
    text = summary.read_text()
    assert text.startswith("# Before\n## tiny-api 1.0.0rc1: failed at e2e:staging\n")
    for title in ("The path", "The matrix", "Files", "What the final will", "Where the time went", "Commits since"):
        assert f"### {title}" in text
    assert "Break \\| it" in text
    _, record, _ = told(typed, "releasegate", "show", "--json", *API)
    assert record["packages"][0]["versions"][0]["state"] == "failed at e2e:staging"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("status", "--json", "--package", "tiny"), 2),
        (("status", "--json", "--nonsense"), 2),
        (("show", "--json", "--version", "x", *API), 2),
        (("show", "--json", "--version", "9.9", *API), 2),
        (("show", "--json", "--version", "9.9"), 2),
        (("show", "--json", "--markdown"), 2),
        (("pairs", "--markdown", "--json"), 2),
        (("release", "--json", "--rc", "--post"), 2),
        (("release", "--json", *API), 3),
    ],
)
def test_an_error_is_json_too_and_is_said_on_standard_error(typed: Typed, words: tuple[str, ...], code: int) -> None:
    ended, report, err = told(typed, "releasegate", *words)
    assert ended == code
    assert report["error"]["problem"] in err
    assert f"-> {report['error']['hint']}" in err


@pytest.mark.parametrize("mark", ["GITHUB_ACTIONS", "GITEA_ACTIONS"])
def test_in_actions_a_finding_is_said_beside_its_line(folder: Folder, typed: Typed, mark: str) -> None:
    file = folder.pair.clone("tiny-api") / "tiny_api" / "__init__.py"
    file.write_text(file.read_text().replace("1.0.0", "1.0.1"))
    folder.tokens["GITHUB_STEP_SUMMARY"] = str(folder.pair.root / "summary.md")
    _, output, _ = typed("releasegate", "versions", *API)
    assert "::error" not in output
    payload = folder.pair.root / "event.json"
    payload.write_text("{}")
    event = {"GITHUB_EVENT_PATH": str(payload), "GITHUB_EVENT_NAME": "push", "GITHUB_REF": "refs/heads/develop"}
    folder.tokens.update({mark: "true", "GITHUB_WORKSPACE": str(folder.pair.root), **event})
    _, output, _ = typed("releasegate", "versions", *API)
    assert "::error file=tiny-api/tiny_api/__init__.py,line=3,title=tiny-api does not state one version" in output
    assert "versions: tiny-api does not state one version everywhere." in (folder.pair.root / "summary.md").read_text()


def test_a_command_that_reports_nothing_leaves_the_summary_alone(folder: Folder, typed: Typed) -> None:
    summary = folder.pair.root / "summary.md"
    words = ("--version", "1.0.0rc1", "--gate", "e2e:staging", "--by", "Ada", "--reason", "no host")
    code, *_ = typed("releasegate", "waive", *API, *words, GITHUB_STEP_SUMMARY=str(summary))
    assert code == 0
    assert not summary.exists()


def test_a_summary_that_cannot_be_written_ends_nothing(folder: Folder, typed: Typed) -> None:
    folder.tokens["GITHUB_STEP_SUMMARY"] = str(folder.pair.root / "nowhere" / "summary.md")
    code, output, _ = typed("releasegate", "status", *API)
    assert code == 0, output
    assert "The job's summary cannot be written: No such file or directory." in output
    full = folder.pair.root / "full.md"
    full.write_text("x" * (2**20 - 100) + "\n")
    folder.tokens["GITHUB_STEP_SUMMARY"] = str(full)
    typed("releasegate", "status", *API)
    assert full.stat().st_size <= 2**20


def test_the_summary_of_a_repository_that_is_not_here_says_how_to_get_it(folder: Folder, typed: Typed) -> None:
    clone = folder.pair.clone("tiny-api")
    clone.rename(clone.with_name("gone"))
    code, report, _ = told(typed, "releasegate", "status", "--json", *API)
    (package,) = report["packages"]
    assert code == 6
    assert package["look"]["exit_code"] == 6
    assert package["missing"] == "Clone its repository to tiny-api, or correct the package's path"
    assert package["command"] == "releasegate doctor --package tiny-api"
    assert set(package["consumed"]) == {"staging", "production"}
    forge = 'forge = { kind = "github", repository = "tiny/tiny-api" }\nservice'
    folder.configure("service = {", f"{forge} = {{")
    _, report, _ = told(typed, "releasegate", "status", "--json", *API)
    assert report["packages"][0]["command"] == "git clone https://github.com/tiny/tiny-api.git tiny-api"
    for command in (("doctor",), ("release", "--rc", "--plan"), ("release", "--rc", "--yes"), ("show",), ("watch",)):
        code, out, err = typed("releasegate", *command, *API)
        assert code == 6, (command, out, err)
        line = "Get it: git clone https://github.com/tiny/tiny-api.git tiny-api"
        assert (out + err).count(line) == 1, (command, out, err)
    Path(clone).mkdir()
    _, report, _ = told(typed, "releasegate", "status", "--json", *API)
    made = " && ".join(f"git -C tiny-api {words}" for words in ("init", "add --all", "commit -m Begin"))
    assert report["packages"][0]["command"] == made
    assert report["packages"][0]["missing"].startswith(
        "Correct the package's path, or make it one: git -C tiny-api init && "
    )


def test_a_secret_is_in_no_form(folder: Folder, typed: Typed) -> None:
    summary = folder.pair.root / "summary.md"
    clone = folder.pair.clone("tiny-api")
    (clone / "check.py").write_text("raise SystemExit('the token is a-long-secret')\n")
    git(clone, "commit", "--quiet", "--all", "--message=Say a-long-secret")
    environ = {"SOME_TOKEN": "a-long-secret", "GITHUB_STEP_SUMMARY": str(summary)}
    code, out, err = typed("releasegate", "e2e", "--source", "local", *API, **environ)
    assert code == 4
    assert "a-long-secret" not in out + err + summary.read_text()
    assert "the token is" in summary.read_text()
