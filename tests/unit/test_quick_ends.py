"""What is loaded stays, so that no look for garbage goes through it; what invoke and twine do not use is not loaded."""

from __future__ import annotations

import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from releasegate.adapters.index.twine_script import command
from releasegate.adapters.venvs import pip_script

ASKED = """\
import atexit, gc
from releasegate.frontends.loading import loads_quickly
atexit.register(lambda: print(gc.get_freeze_count() > 0))
for _ in range(2):
    with loads_quickly():
        pass
print(gc.get_freeze_count() > 0)
"""
TWINE = """\
import sys, types
from releasegate.adapters.index import twine_script

def main():
    try:
        import keyring
    except ModuleNotFoundError:
        keyring = None
    print(keyring is not None, sys.argv[1:])
    return 3

sys.modules["twine.__main__"] = types.SimpleNamespace(main=main)
twine_script.main(sys.argv[1:])
"""
PIP = """\
import gc, sys
print(gc.get_threshold()[0] > 700, sys.argv[1:], "beside" in sys.path[0])
raise SystemExit(3)
"""
LATE = """\
import io, sys
from releasegate.frontends.loading import loads_later

for _ in range(2):
    with loads_later():
        from invoke.config import yaml
        from invoke.context import MockContext
    print("asyncio" in sys.modules, "unittest.mock" in sys.modules, "invoke.vendor.yaml" in sys.modules)
    MockContext(run=True).run("true")
    print(yaml.safe_load(io.StringIO("run: {echo: true}")))
from unittest import mock
print(MockContext(run=True).run, hasattr(mock, "patch"))
"""


def ran(code: str, *words: str) -> tuple[int, str]:
    done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


def test_what_a_command_holds_is_looked_through_for_garbage_while_it_runs_and_not_at_its_end() -> None:
    assert ran(ASKED) == (0, "False\nTrue\n")


@pytest.mark.parametrize("keyring", [True, False])
def test_twine_finds_a_keyring_only_where_it_is_to_ask_one_and_ends_with_its_own_code(*, keyring: bool) -> None:
    words = command("upload", "a.whl", keyring=keyring)
    _, _, told = (" ".join(words)).partition("twine_script.py ")

    assert ran(TWINE, *told.split()) == (3, f"{keyring} ['upload', 'a.whl']\n")


@pytest.mark.parametrize("isolated", [True, False])
def test_pip_begins_without_what_lies_beside_its_script_and_ends_with_its_own_code(
    tmp_path: Path, *, isolated: bool
) -> None:
    runner, beside = tmp_path / "runner.py", tmp_path / "beside" / "pip_script.py"
    runner.write_text(PIP)
    beside.parent.mkdir()
    shutil.copy(pip_script.__file__, beside)

    words = [sys.executable, *(["-I"] if isolated else []), str(beside), str(runner), "install", "a.whl"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout) == (3, "True ['install', 'a.whl'] False\n")


def test_without_a_runner_it_is_the_pip_of_the_python_that_begins_it() -> None:
    words = [sys.executable, *pip_script.words(), "--version"]
    said = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    assert said.startswith(f"pip {version('pip')} from ")


def test_the_mocks_and_the_yaml_that_invoke_names_are_loaded_where_they_are_used_and_nowhere_else() -> None:
    code, said = ran(LATE)

    first, second, *_, last = said.splitlines()
    assert (code, first, second) == (0, "False False False", "{'run': {'echo': True}}")
    assert last.startswith("<Mock id=")
    assert last.endswith(" True")
