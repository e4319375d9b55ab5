"""A runner of GitHub Actions: act, without containers, with checkout and artifact actions of our own.

Source: act 0.2.89; ``--local-repository`` puts a folder in the place of an action, keyed by ``GITHUB_SERVER_URL``.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from git_repositories import git

from releasegate.core.ci.actions import CHECKOUT, DOWNLOAD, RESTORE, SAVE, UPLOAD

BIN = Path(sys.executable).parent

_ACTION = """\
name: ours
inputs:
{inputs}
runs:
  using: composite
  steps:
    - shell: bash
      env:
{env}
      run: |
        set -eu
{script}
"""
_CHECKOUT = """\
REF="${REF:-$GITHUB_SHA}"
short="${REF#refs/heads/}"; short="${short#refs/tags/}"
git clone --quiet --no-checkout "$REMOTES/${REPOSITORY:-own}.git" checked-out
if git -C checked-out show-ref --verify --quiet "refs/remotes/origin/$short"; then
  git -C checked-out checkout --quiet "$short"
else
  git -C checked-out checkout --quiet --detach "$short"
fi
mkdir -p "${WHERE:-.}"
mv checked-out/.git "${WHERE:-.}/.git"
rm -rf checked-out
git -C "${WHERE:-.}" reset --quiet --hard
"""
_RESTORE = """\
for each in $(printf '%s\\n' "$KEY" "$OTHERS"); do
  for found in "$CACHES/$each"*; do
    if [ -d "$found" ]; then mkdir -p "$WHERE"; cp -R "$found/." "$WHERE/"; exit 0; fi
  done
done
"""
_SAVE = 'mkdir -p "$CACHES/$KEY" && cp -R "$WHERE/." "$CACHES/$KEY/"'
_OF_A_RUN = ("run-id", "github-token")
_UPLOAD = 'mkdir -p "$ARTIFACTS/$NAME" && cp -R "$WHERE/." "$ARTIFACTS/$NAME/"'
_DOWNLOAD = """\
mkdir -p "$WHERE"
if [ -n "$NAME" ]; then
  cp -R "$ARTIFACTS/$NAME/." "$WHERE/"
else
  for each in "$ARTIFACTS"/$PATTERN; do
    if [ -d "$each" ]; then cp -R "$each" "$WHERE/"; fi
  done
fi
"""


@dataclass(frozen=True)
class Runner:
    """Runs the workflow of a repository; *root* keeps what its runs leave.

    *remote* is the bare repository that is checked out and pushed to, *server* the forge that the runs are told of;
    *others* are the bare repositories that can be checked out beside it, by name, and *artifacts* the folders that an
    earlier run has handed over.
    """

    root: Path
    remote: Path
    repository: str
    server: str
    secrets: Mapping[str, str]
    token: str
    variables: Mapping[str, str] = field(default_factory=dict)
    environ: Mapping[str, str] = field(default_factory=dict)
    others: Mapping[str, Path] = field(default_factory=dict)
    artifacts: Mapping[str, Path] = field(default_factory=dict)

    def run(
        self, name: str, ref: str, payload: Mapping[str, Any], *, job: str = "", workflow: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """Run the workflows for one event, or the one *workflow*; with *job* only that one and what it needs.

        The rest of it is then as if it had died.
        """
        self.root.mkdir(exist_ok=True)
        number = len(list(self.root.glob("run-*"))) + 1
        home = self.root / f"run-{number}"
        home.mkdir()
        for artifact, folder in self.artifacts.items():
            shutil.copytree(folder, home / "artifacts" / artifact)
        short = ref.removeprefix("refs/heads/").removeprefix("refs/tags/")
        git(home, "clone", "--quiet", "--branch", short, str(self.remote), "clone")
        (home / "event.json").write_text(
            json.dumps({**payload, "ref": ref, "repository": {"default_branch": "develop"}})
        )
        argv = [str(BIN / "act"), name, "--eventpath", str(home / "event.json"), "--directory", str(home / "clone")]
        argv += ["--platform", "ubuntu-latest=-self-hosted", "--no-skip-checkout", "--concurrent-jobs", "1"]
        argv += ["--actor", "mona", *(["--job", job] if job else [])]
        argv += ["--workflows", f".github/workflows/{workflow}.yml"] if workflow else []
        for action, folder in self._actions(home).items():
            argv += ["--local-repository", f"{self.server}/{action}={folder}"]
        told = {
            **self.environ,
            "REMOTES": str(self._remotes(home)),
            "ARTIFACTS": str(home / "artifacts"),
            "CACHES": str(self.root / "caches"),
            "GITHUB_SERVER_URL": self.server,
            "GITHUB_REPOSITORY": self.repository,
            "GITHUB_RUN_ID": str(number),
        }
        for option, words in (("--env", told), ("--secret", self._secrets()), ("--var", self.variables)):
            argv += [word for key, value in words.items() for word in (option, f"{key}={value}")]
        env = {"PATH": f"{BIN}:{os.environ['PATH']}", "HOME": os.environ["HOME"], "XDG_CACHE_HOME": str(home / "cache")}
        return subprocess.run(argv, cwd=home, env=env, capture_output=True, text=True, timeout=600, check=False)

    def _secrets(self) -> dict[str, str]:
        return {**self.secrets, "GITHUB_TOKEN": self.token}

    def _remotes(self, home: Path) -> Path:
        folder = home / "remotes"
        folder.mkdir()
        (folder / "own.git").symlink_to(self.remote)
        for name, remote in self.others.items():
            (folder / f"{name}.git").parent.mkdir(exist_ok=True)
            (folder / f"{name}.git").symlink_to(remote)
        return folder

    def _actions(self, home: Path) -> dict[str, Path]:
        checkout = {"REF": "ref", "WHERE": "path", "REPOSITORY": "repository"}
        ours = {
            CHECKOUT: _action(_CHECKOUT, checkout, ("fetch-depth", "persist-credentials", "submodules")),
            UPLOAD["github"]: _action(_UPLOAD, {"NAME": "name", "WHERE": "path"}),
            DOWNLOAD["github"]: _action(_DOWNLOAD, {"NAME": "name", "PATTERN": "pattern", "WHERE": "path"}, _OF_A_RUN),
            RESTORE["github"]: _action(_RESTORE, {"WHERE": "path", "KEY": "key", "OTHERS": "restore-keys"}),
            SAVE["github"]: _action(_SAVE, {"WHERE": "path", "KEY": "key"}),
        }
        folders: dict[str, Path] = {}
        for action, text in ours.items():
            named, _, ref = action.partition(" ")[0].partition("@")
            owner, name, *below = named.split("/")
            folder = folders.setdefault(f"{owner}/{name}@{ref}", home / f"action-{len(folders)}")
            folder.joinpath(*below).mkdir(parents=True)
            folder.joinpath(*below, "action.yml").write_text(text)
        return folders


def _action(script: str, told: Mapping[str, str], more: Sequence[str] = ()) -> str:
    inputs = "\n".join(f"  {each}: {{default: ''}}" for each in (*told.values(), *more))
    env = "\n".join(f"        {name}: ${{{{ inputs.{each} }}}}" for name, each in told.items())
    return _ACTION.format(inputs=inputs, env=env, script="\n".join(f"        {line}" for line in script.splitlines()))
