"""What a repository does not tell is asked, and each answer can be pasted and run."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

import pytest
from adopted import INIT, STATIC, look

from releasegate.core.adopt.asked.own_files import own_file
from releasegate.core.adopt.asked.questions import Question, questions
from releasegate.core.adopt.detect import Surroundings
from releasegate.core.adopt.table import RepositoryFacts, table
from releasegate.core.config.keys import ForgeConfig
from releasegate.core.config.parse import parse_settings

FORGE = ForgeConfig("github", "octo/quay-lamp")
AROUND = Surroundings(standard=sys.stdlib_module_names)
BASE = {"pyproject.toml": STATIC, INIT: "", "README.md": ""}


def asked(files: Mapping[str, str], facts: RepositoryFacts | None = None) -> list[Question]:
    return list(questions(look(files, AROUND), facts or RepositoryFacts("main", "origin", FORGE)))


def suggested(files: Mapping[str, str]) -> tuple[str, ...]:
    (answer,) = (each.answers for each in asked({**BASE, **files}) if "judges it end to end" in each.asks)
    return answer


def test_another_branch_that_releases_are_often_cut_from_is_asked_about() -> None:
    (first, *_) = asked(BASE, RepositoryFacts("main", "origin", FORGE, branches=("develop",)))
    assert first.answers == ('branch = "main"', 'branch = "develop"')
    assert not [each for each in asked(BASE) if "branch" in each.asks]


def test_what_nothing_says_is_asked_and_what_is_said_is_not() -> None:
    said = [each.asks for each in asked(BASE)]
    assert [words for words in said if "Pythons" in words or "forge" in words or "tags" in words] == []
    unsaid = {**BASE, "pyproject.toml": '[project]\nname = "quay-lamp"\nversion = "1.4.0"\n'}
    found = look(unsaid, Surroundings(tags=("lamp-1.3.0",), standard=sys.stdlib_module_names))
    said = [each.asks for each in questions(found, RepositoryFacts("main", "origin", None))]
    assert any("Which Pythons" in words for words in said)
    assert any("On which forge" in words for words in said)
    assert any("before a version in its tags" in words for words in said)


def test_tags_that_are_ahead_of_the_files_are_asked_about() -> None:
    found = look(BASE, Surroundings(tags=("v2.0.0",), standard=sys.stdlib_module_names))
    (question,) = (each for each in questions(found, RepositoryFacts("main", "origin", FORGE)) if "tags" in each.asks)
    assert "of v2.0.0, and its files state 1.4.0: the next number would follow the tag." in question.asks
    assert question.answers == ('tag-prefix = "v"', 'tag-prefix = "quay-lamp-v"')


def test_a_version_file_that_is_a_guess_or_disagrees_is_asked_about() -> None:
    (question,) = (each for each in asked({**BASE, INIT: '__version__ = "1.3.0"\n'}) if INIT in each.asks)
    assert "states 1.3.0, not 1.4.0" in question.asks
    assert question.answers == (f'# without: {{ python = "{INIT}", attribute = "__version__" }}',)


def test_a_package_that_is_called_as_a_usual_folder_is_found() -> None:
    project = STATIC.replace("quay-lamp", "build")
    found = look({"pyproject.toml": project, "src/build/__init__.py": "", "tests/__init__.py": ""}, AROUND)
    assert str(found.module) == "src/build"
    assert found.end_to_end is not None
    assert found.end_to_end.command[-1] == "import build"


def test_where_no_import_package_is_found_a_command_is_asked_for() -> None:
    (answer,) = (each for each in asked({"pyproject.toml": STATIC}) if "judges it end to end" in each.asks)
    assert "No import package was found" in answer.asks


def test_lines_that_no_bump_follows_are_one_row_a_file_and_the_rows_can_be_pasted() -> None:
    files = {**BASE, **{f"guide{n}.md": "quay-lamp 1.4.0\n" * n for n in range(1, 11)}}
    (last,) = (each for each in asked(files) if "no bump follows" in each.asks)
    assert "55 lines hold 1.4.0" in last.asks
    assert any("# 5 lines: 1, 2, 3, 4, ..." in row for row in last.answers)
    assert "and 2 more files" in last.answers[-2]
    text = table(look(files, AROUND), RepositoryFacts("main", "origin", FORGE)) + "\n".join(last.answers)
    (package,) = parse_settings(text, where="pyproject.toml").packages
    assert "guide3.md" in {each.pattern for each in package.left_behind}


PROGRAM = "import sys\nimport quay_lamp\nif __name__ == '__main__':\n    sys.exit(0)\n"
SUITE = "import pytest\nimport quay_lamp\n\ndef test_it():\n    pass\n"
EXTRA = STATIC + '[project.optional-dependencies]\ne2e = ["pytest>=8", "httpx"]\n'


@pytest.mark.parametrize(
    ("files", "answer"),
    [
        ({}, ('end-to-end = { command = ["python", "-c", "import quay_lamp"] }',)),
        ({"e2e/check.py": PROGRAM}, ('end-to-end = { command = ["python", "e2e/check.py"] }',)),
        (
            {"tests/e2e/test_it.py": SUITE},
            (
                'end-to-end = { command = ["python", "-m", "pytest", "tests/e2e"] }',
                'install = { requirements = ["pytest"] }',
            ),
        ),
        (
            {"pyproject.toml": EXTRA, "tests/e2e/test_it.py": f"import httpx\n{SUITE}"},
            (
                'end-to-end = { command = ["python", "-m", "pytest", "tests/e2e"] }',
                'install = { extras = ["e2e"] }',
            ),
        ),
        (
            {"pyproject.toml": STATIC + 'dependencies = ["pytest"]\n', "tests/e2e/test_it.py": SUITE},
            ('end-to-end = { command = ["python", "-m", "pytest", "tests/e2e"] }',),
        ),
    ],
)
def test_the_end_to_end_command_is_one_that_can_run(files: dict[str, str], answer: tuple[str, ...]) -> None:
    assert suggested(files) == answer
    text = table(look({**BASE, **files}, AROUND), RepositoryFacts("main", "origin", FORGE)) + "\n".join(answer)
    (package,) = parse_settings(text, where="pyproject.toml").packages
    assert package.end_to_end is not None


@pytest.mark.parametrize(
    "files",
    [
        {"tests/e2e/test_it.py": f"import selenium\n{SUITE}"},
        {"tests/e2e/test_data.py": "import pytest\nDATA = 1\n"},
        {"tests/e2e/conftest.py": "import selenium\n", "tests/e2e/test_it.py": SUITE},
        {"e2e/check.py": PROGRAM.replace("sys", "selenium")},
        {"e2e/stack.py": "import sys\nif __name__ == '__main__':\n    sys.exit(1)\n"},
    ],
)
def test_what_needs_what_is_not_installed_beside_the_package_is_not_suggested(files: dict[str, str]) -> None:
    assert "import quay_lamp" in suggested(files)[0]


def test_a_package_that_imports_only_in_a_host_is_asked_for_the_host() -> None:
    (answer,) = suggested({INIT: "from netbox.plugins import PluginConfig\n", "e2e/check.py": PROGRAM})
    assert answer.startswith("releasegate waive --package quay-lamp")


NOXFILE, TASKS = PurePosixPath("noxfile.py"), PurePosixPath("tasks.py")


@pytest.mark.parametrize(
    ("content", "where"),
    [
        (b"from invoke import task\n@task\ndef tests(c): ...\n", "above its own tasks"),
        (b"from invoke import Collection\nns = Collection()\n", "at its end"),
        (b"from other import namespace\n", "at its end"),
        (b"import invoke\nns: object = invoke.Collection()\n", "at its end"),
    ],
)
def test_tasks_of_the_repository_s_own_get_a_line_that_keeps_them(content: bytes, where: str) -> None:
    question = own_file(TASKS, content)
    assert question is not None
    assert where in question.asks


@pytest.mark.parametrize("content", [b"import nox\n", b"import nox", b""])
def test_what_is_added_to_a_noxfile_stands_on_a_line_of_its_own(content: bytes, tmp_path: Path) -> None:
    (tmp_path / NOXFILE).write_bytes(content)
    question = own_file(NOXFILE, content)
    assert question is not None
    subprocess.run(["sh", "-c", *question.answers], cwd=tmp_path, check=True)
    *_, last = ast.parse((tmp_path / NOXFILE).read_text()).body
    assert ast.unparse(last) == "sessions(prefix='release-')"


def test_a_file_that_names_releasegate_is_not_asked_about() -> None:
    assert own_file(TASKS, b"from releasegate.frontends.invoke import ns\n") is None
    assert own_file(NOXFILE, b"import nox\n") is not None


def test_a_few_files_whose_lines_no_bump_follows_are_all_named() -> None:
    (question,) = (each for each in asked({**BASE, "docs/a.txt": "1.4.0"}) if "no bump follows" in each.asks)
    assert question.asks.startswith("1 line holds 1.4.0")
    assert not any("more files" in answer for answer in question.answers)


def test_an_extra_that_brings_not_all_that_the_tests_import_is_passed_over() -> None:
    extras = '[project.optional-dependencies]\ndocs = ["sphinx"]\ntest = ["pytest", "requests"]\n'
    suite = "import requests\nfrom quay_lamp import x\n\n\ndef test_it():\n    pass\n"
    answer = suggested({"pyproject.toml": STATIC + extras, "tests/e2e/test_it.py": suite})
    assert any("test" in line and "extras" in line for line in answer)
