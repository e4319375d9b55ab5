"""The forge's cache as act runs it: what one workflow saves, the cells of a release restore, and no other job does.

The lines of releasegate are played by a stub: what is tried here is what reaches which runner.
"""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath

from actions_runner import Runner
from git_repositories import git, make_repository
from stacks import pair_stack

from releasegate.core.ci.workflows import workflows
from releasegate.core.config.ci import Ci
from releasegate.core.config.model import ForgeConfig, IndexConfig, Package, Settings

STUB = """\
#!/bin/sh
echo "$*" >> "$LOG"
case "$*" in
  *"--plan json"*) echo '[{"number": 0, "options": "--netbox 4.7.3", "kept": "pypi-4.7.3-python-3.13"}]'; exit 0 ;;
  "cache --give kept") mkdir -p kept && echo warm > kept/databases ;;
  "cache --take kept") echo "found: $(cat kept/databases 2>&1)" >> "$LOG" ;;
esac
for word in "$@"; do if [ "$word" = given ]; then mkdir -p given; echo "$*" > "given/$$"; fi; done
"""


def runner(folder: Path) -> Runner:
    """Return the runner of a repository with a stack and all its workflows."""
    plugin = Package("harbor", PurePosixPath(), (), ("3.12",), forge=ForgeConfig("github", "octo/harbor"))
    backend = Package("harbor-api", PurePosixPath("api"), (), ("3.12",), forge=plugin.forge)
    stack = pair_stack("harbor", "harbor-api")
    indexes = {name: IndexConfig(name) for name in ("testpypi", "pypi")}
    made = workflows(Settings((backend, plugin), indexes, ci=Ci(setup=(("true",),)), stack=stack))
    repository = make_repository(folder / "work", {str(path): text for path, text in made.items()})
    git(repository.root, "tag", "v1.0rc1")
    git(folder, "clone", "--quiet", "--bare", str(repository.root), "remote.git")
    (folder / "bin").mkdir()
    (folder / "bin" / "releasegate").write_text(STUB)
    (folder / "bin" / "releasegate").chmod(0o755)
    environ = {
        "LOG": str(folder / "log"),
        "PATH": f"{folder / 'bin'}:{os.environ['PATH']}",
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "safe.directory",
        "GIT_CONFIG_VALUE_0": "*",
    }
    server = "http://127.0.0.1:9"
    return Runner(folder / "runs", folder / "remote.git", "octo/harbor", server, {}, "token", environ=environ)


def ran(folder: Path) -> list[str]:
    """Return the lines since the last look."""
    lines = (folder / "log").read_text().splitlines()
    (folder / "log").write_text("")
    return lines


def test_the_cells_of_a_release_begin_with_what_the_cache_workflow_kept(tmp_path: Path) -> None:
    forge = runner(tmp_path)
    forge.run("push", "refs/tags/v1.0rc1", {})  # it ends at the other half, which a tag does not start
    assert len([line for line in ran(tmp_path) if line.startswith("found: cat: kept")]) == 1, "a cold runner"

    done = forge.run("schedule", "refs/heads/develop", {}, workflow="cache")
    assert done.returncode == 0, done.stdout + done.stderr
    assert [line for line in ran(tmp_path) if not line.startswith("found")] == [
        "cache --take kept",
        "e2e --source local --netbox pypi:4.7.3 --python 3.13",
        "cache --give kept",
    ]

    forge.run("push", "refs/tags/v1.0rc1", {})  # it ends at the other half, which a tag does not start
    lines = ran(tmp_path)
    assert [line for line in lines if line.startswith("found")] == ["found: warm"]
    cells = [n for n, line in enumerate(lines) if line.startswith("e2e --record --given")]
    assert lines[cells[0] - 2 : cells[0]] == ["cache --take kept", "found: warm"]
    assert lines.count("cache --take kept") == len(cells) == 1, "no other job takes it"
