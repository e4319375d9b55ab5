"""The fan-out of the generated workflow, as act runs it: a red cell ends no other, and what was judged says it.

The lines of releasegate are played by a stub: what is tried here is how the jobs follow each other.
"""

from __future__ import annotations

import os
from dataclasses import replace
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
  *"--plan json"*) echo '[{"number": 0, "options": "--netbox 1"}, {"number": 1, "options": "--netbox 2"}]'; exit 0 ;;
  *"--netbox 2"*) code=4 ;;
  *"--job judge"*) code="$JUDGED"; find taken -type f | sort >> "$LOG" ;;
  *) code=0 ;;
esac
for word in "$@"; do if [ "$word" = given ]; then mkdir -p given; echo "$*" > "given/$$"; fi; done
exit "$code"
"""


def played(tmp_path: Path, *, judged: int) -> tuple[int, list[str]]:
    """Run a candidate's workflow; return act's exit code and the lines that were run."""
    package = Package("harbor", PurePosixPath(), (), ("3.12",), forge=ForgeConfig("github", "octo/harbor"))
    backend = replace(package, name="harbor-api", path=PurePosixPath("api"))
    stack = pair_stack("harbor", "harbor-api")
    indexes = {name: IndexConfig(name) for name in ("testpypi", "pypi")}
    text = workflows(Settings((backend, package), indexes, ci=Ci(setup=(("true",),)), stack=stack))
    files = {str(path): content for path, content in text.items()}
    repository = make_repository(tmp_path / "work", files)
    git(repository.root, "tag", "v1.0rc1")
    git(tmp_path, "clone", "--quiet", "--bare", str(repository.root), "remote.git")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "releasegate").write_text(STUB)
    (tmp_path / "bin" / "releasegate").chmod(0o755)
    environ = {
        "LOG": str(tmp_path / "log"),
        "JUDGED": str(judged),
        "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}",
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "safe.directory",
        "GIT_CONFIG_VALUE_0": "*",
    }
    server = "http://127.0.0.1:9"
    runner = Runner(tmp_path / "runs", tmp_path / "remote.git", "octo/harbor", server, {}, "token", environ=environ)
    done = runner.run("push", "refs/tags/v1.0rc1", {})
    return done.returncode, (tmp_path / "log").read_text().splitlines()


def test_a_red_cell_ends_no_other_and_the_judge_has_the_evidence_of_all(tmp_path: Path) -> None:
    code, lines = played(tmp_path, judged=4)
    assert code != 0
    assert {line.split("--given given ")[1] for line in lines if line.startswith("e2e --record --given")} == {
        "--netbox 1",
        "--netbox 2",
    }
    assert [line.split("--job ")[1].split()[0] for line in lines if "--job" in line] == [
        *("build", "publish", "judge", "seal")
    ]
    taken = {PurePosixPath(line).parts[1] for line in lines if line.startswith("taken/")}
    assert taken == {"files-staging", "proof-staging-0", "proof-staging-1"}
    assert not [line for line in lines if "--index pypi" in line]


def test_where_what_judges_passes_the_half_is_sealed(tmp_path: Path) -> None:
    _, lines = played(tmp_path, judged=0)
    assert [line for line in lines if "--job" in line][-1].startswith(
        "release --event --yes --job seal --index testpypi"
    )
