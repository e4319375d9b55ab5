"""Every command of the documents runs, on a pair of which one candidate is proven, or says here why it does not.

Those of "day to day" are run by ``test_day_to_day.py``, those of "Monday" by ``test_diary.py``.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from documented import ROOT, commands_of, found, typed_lines
from test_day_to_day import served_pair, shell

COMMANDS = found()
DIARY = (line.removeprefix("$ ") for line in typed_lines(ROOT / "docs/monday.md") if line.startswith("$ "))
ELSEWHERE = commands_of([*typed_lines(ROOT / "docs/day-to-day.md"), *DIARY]).keys()

RUN = {
    "invoke --list": 0,
    "invoke --print-completion-script bash": 0,
    "releasegate --print-completion-script fish": 0,
    "releasegate --version": 0,
    "releasegate COMMAND --help": 0,
    "invoke verify --help": 0,
    "nox -l": 0,
    "invoke doctor": 3,  # the plugin is not proven with the candidate yet, which a final needs
    "invoke doctor --package my-plugin": 3,
    "invoke status": 0,
    "invoke status --package my-plugin": 0,
    "invoke show": 0,
    "invoke show --markdown": 0,
    "invoke show --package my-plugin --version 1.1.0rc2": 0,
    "releasegate show --package my-plugin --version 1.1.0rc2": 0,
    "invoke pairs": 0,
    "invoke pairs --write README.md": 0,
    "invoke pairs --check README.md": 0,
    "invoke pairs --for my-backend==1.2.0": 0,
    "releasegate pairs --for my-backend==1.2.0": 0,
    "invoke release --plan": 3,  # as doctor says
    "invoke release --rc --plan": 0,
    "releasegate release --rc --plan": 0,
    "invoke release --rc --package my-plugin --to 1.1.0 --plan": 0,
    "releasegate verify my-plugin 1.1.0rc2 --index testpypi": 0,
    "invoke watch": 0,
    "releasegate watch": 0,
    "invoke watch --package my-plugin": 0,
    "nox -s versions": 0,
    "releasegate versions": 0,
    "nox -s versions -- --package my-plugin --tag v1.1.0rc1": 0,
    "nox -s build -- -v": 0,
    "nox -s build -- --package my-plugin": 0,
    "nox -s install_check -- --source dist": 0,
    "nox -s install_check -- --source testpypi --version 1.1.0rc1": 1,  # the plugin has no candidate there
    "nox -s e2e": 0,
    "releasegate e2e": 0,
    "releasegate e2e --source testpypi": 75,  # as above
    "nox -s e2e -- --package my-plugin --source dist --backend-source local": 0,
    "invoke waive --package my-plugin --version 1.1.0rc1 --gate e2e:today --reason '1.0 is out of support' "
    "--by 'A. Person'": 0,
    "invoke waive --package my-plugin --version 1.1.0rc2 --gate e2e:staging --reason 'the mock lacks Ceph'": 0,
    "invoke revoke --package my-plugin --version 1.1.0rc2 --reason 'the migration loses rows' --by 'A. Person'": 0,
    "invoke revoke --package my-plugin --version 1.1.0rc2 --reason 'the migration loses rows'": 3,  # it is already
}
"""What is run here, in this order, with the exit code that each has on this pair."""

NOT_RUN = {
    r"(invoke|releasegate) adopt( .*)?": "it writes into another repository: test_adopt.py, test_diary.py",
    r"(invoke|releasegate) cache( .*)?": "it asks a container engine: test_kept.py",
    r"invoke rehearse( .*)?": "it takes minutes: test_readme_sample.py",
    r"releasegate rehearse --pair own": "it takes minutes: test_rehearse_own.py",
    r"invoke release( --rc| --post)?": "it uploads: test_sample_pair.py, test_diary.py",
    r"releasegate release --rc --package tiny-\S+": "it uploads: test_diary.py",
    r"invoke release --rc --package \S+( --to 1\.1\.0)?": "it uploads: test_sample_pair.py, test_diary.py",
    r"invoke release --rc( --companion \S+)+": "it uploads, with companions of its own: test_two_companions.py",
    r"(invoke|releasegate) verify my-(plugin|service) 1\.\d\.0": "it is about a final: test_verify.py",
    r"(invoke|releasegate) workflows( --check| --vendor)?": "it needs a forge: test_diary.py, test_vendor.py",
    r"(invoke|releasegate) (revoke|verify|waive)": "a name alone, and the command needs more words",
    r"invoke waive --gate (pairs|revoked)": "a part of a command",
    r"nox -s( SESSION -- OPTIONS)?": "a form, with words that stand for others",
    r"(invoke|releasegate) verify NAME VERSION": "a form, with words that stand for others",
    r"releasegate revoke --package NAME --version VERSION --reason WHY": "a form, with words that stand for others",
    r"nox -s (bench|bench_cells|faults|lint|mutants|pins|tests|types)( .*)?": "for contributors: it takes minutes",
    r"nox -s e2e -- (--netbox|--source (pypi|testpypi)) .*": "it needs a container engine",
    r"nox -s (build|install_check)": "a name alone: it is run with words",
    r"nox -s e2e -- --record": "it sends the verdict on to others: test_gates.py",
}
"""What is not run, by what the whole command is like, and why; or which test runs it."""

HERE = {"my-plugin": "tiny-api", "my-backend==1.2.0": "tiny-api==1.0.0", "testpypi": "staging", "COMMAND": "status"}
HERE |= {"1.1.0rc1": "1.0.0rc1", "1.1.0rc2": "1.0.0rc1", "v1.1.0rc1": "v1.0.0rc1"}
"""What the pages call a package, a version or an index, and what it is called on this pair."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with ExitStack() as stack:
        root = served_pair(tmp_path_factory.mktemp("pair"), stack)
        (root / "tasks.py").write_text("from releasegate.frontends.invoke import ns\n")
        (root / "noxfile.py").write_text("from releasegate.frontends.nox import sessions\n\nsessions()\n")
        (root / "README.md").write_text("<!-- releasegate pairs: begin -->\n<!-- releasegate pairs: end -->\n")
        yield root


def as_here(line: str) -> str:
    """Return a command of the pages as it is typed on this pair."""
    caller = {"my-plugin": "tiny-plugin"} if "--backend-source" in line else {}
    return shlex.join({**HERE, **caller}.get(word, word) for word in shlex.split(line))


def test_every_command_is_run_or_is_an_exception_with_a_reason_and_never_both() -> None:
    excepted = {line: [each for each in NOT_RUN if re.fullmatch(each, line)] for line in COMMANDS}
    assert [line for line, why in excepted.items() if not why and line not in RUN and line not in ELSEWHERE] == []
    assert [line for line, why in excepted.items() if len(why) + (line in RUN) > 1] == []


def test_no_entry_is_about_a_command_that_no_page_has() -> None:
    assert sorted(RUN.keys() - COMMANDS.keys()) == []
    assert [each for each in NOT_RUN if not any(re.fullmatch(each, line) for line in COMMANDS)] == []


def test_a_test_that_is_said_to_run_it_is_there() -> None:
    named = {name for why in NOT_RUN.values() for name in re.findall(r"test_\w+\.py", why)}
    assert [name for name in sorted(named) if not (Path(__file__).parent / name).is_file()] == []


@pytest.mark.parametrize("line", RUN)
def test_the_command_ends_as_it_is_said_to(line: str, folder: Path) -> None:
    done = shell(folder, as_here(line))
    said = done.stdout + done.stderr
    assert done.returncode == RUN[line], f"{as_here(line)}: {done.returncode}\n{said}"
    assert said.strip()
    assert "Traceback" not in said
